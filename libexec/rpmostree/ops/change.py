"""A change as a value: what a verb wants, to be carried out by `derive.apply`.

Verbs are sums: `upgrade --install strace` is `upgrade.newest(...) + layer.requests(...)`, one
transaction and one deployment.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rpmostree.model.plan import Options, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import Ground, find_ground
from rpmostree.ops.transaction import Transaction
from rpmostree.tools.repo import Repo

Edit = Callable[[Repo, Ground, Wish], Wish]
Fetch = Callable[[Repo, Ground, Options], None]
Prepare = Callable[[Transaction], None]
Conclude = Callable[[Transaction, Ground], None]


def _no_change(_ground: Ground) -> str:
    return "No change."


@dataclass(frozen=True)
class Change:
    """How the wish for the next deployment comes from the present one.

    `fetches` may use the network and run before the lock is taken. `edits` decide nothing but the
    wish: they run once to see whether there is anything to do, and again when nobody else can
    change the deployment any more. `prepares` run next, `concludes` when the deployment is made.

    `explicit` are requests that must not turn out to be satisfied already. `keeps_tree` says that
    the commit stays as it is (kernel arguments); `forced` that there is a new deployment even if
    all is as wished; `start` the name of the deployment to start from, if not the default one;
    `moves_base` that it is no hindrance if the present base was never configured; `offline` that
    nothing new is wanted, so that what was downloaded before will do.
    `unchanged` and `done` are the closing words.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    prepares: tuple[Prepare, ...] = ()
    concludes: tuple[Conclude, ...] = ()
    explicit: frozenset[str] = frozenset()
    keeps_tree: bool = False
    forced: bool = False
    start: str | None = None
    moves_base: bool = False
    offline: bool = False
    unchanged: Callable[[Ground], str] = _no_change
    done: str = ""
    downloaded: str = "Packages downloaded."

    def __add__(self, other: "Change") -> "Change":
        """Both in one; closing words and the title are those of the first."""
        return replace(
            self,
            edits=self.edits + other.edits,
            fetches=self.fetches + other.fetches,
            prepares=self.prepares + other.prepares,
            concludes=self.concludes + other.concludes,
            explicit=self.explicit | other.explicit,
            keeps_tree=self.keeps_tree and other.keeps_tree,
            forced=self.forced or other.forced,
            moves_base=self.moves_base or other.moves_base,
            offline=self.offline and other.offline,
        )

    def ground(self, sysroot: Sysroot, stateroot: str | None) -> Ground:
        """What the change starts from. Raises BadInput if there is no such deployment."""
        return find_ground(sysroot, stateroot).at(Repo(sysroot.repo), self.start)

    def edited(self, repo: Repo, ground: Ground, wish: Wish) -> Wish:
        for edit in self.edits:
            wish = edit(repo, ground, wish)
        return wish
