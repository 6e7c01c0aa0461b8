"""upgrade: the newest base of the branch, with every layer applied anew."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.plan import Options, Outcome, Wish
from rpmostree.model.refspec import Refspec
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.ground import Ground, find_ground, is_unchanged, wish_of
from rpmostree.ops.transaction import begin, require_root
from rpmostree.tools import ostree
from rpmostree.tools.repo import Repo

_NOTHING_NEW = "No upgrade available."


@dataclass(frozen=True)
class Upgrade:
    """How to upgrade."""

    allow_downgrade: bool = False
    options: Options = field(default_factory=Options)


def upgrade(
    sysroot: Sysroot, how: Upgrade, *, stateroot: str | None = None, wait: float = 0
) -> Outcome:
    """Deploy the newest commit of the origin's branch, unless it is deployed already.

    A commit older than the present base is refused without `allow_downgrade`.
    """
    require_root()
    repo = Repo(sysroot.repo)
    ground = find_ground(sysroot, stateroot)
    _pull(repo, wish_of(ground, repo), how)
    if is_unchanged(sysroot, repo, ground, _newest(repo, ground, how)):
        return Outcome(_NOTHING_NEW)
    with begin(sysroot, "upgrade", wait) as tx:
        ground = find_ground(sysroot, stateroot)  # as it is, now that nobody can change it
        wish = _newest(repo, ground, how)
        if is_unchanged(sysroot, repo, ground, wish):
            return Outcome(_NOTHING_NEW)
        outcome = derive.carry_out(tx, ground, wish, how.options)
    if how.options.download_only:
        return replace(outcome, text="Update downloaded.")
    return outcome


def _pull(repo: Repo, wish: Wish, how: Upgrade) -> None:
    """Fetch the newest commit of the branch, if it has one and the network may be used."""
    refspec = _branch(wish)
    if refspec is None:
        raise BadInput("container images are not served yet", hint="the origin names an image")
    if refspec.pinned and not wish.origin.layers:
        events.message("Pinned to commit; no upgrade available")
    if _may_have_news(repo, refspec) and not how.options.cache_only:
        ostree.pull(repo.path, refspec, timestamp_check=not how.allow_downgrade)


def _may_have_news(repo: Repo, refspec: Refspec) -> bool:
    """Is it worth a pull? A remote that is a directory here can be looked at first."""
    if refspec.pinned or not refspec.remote:
        return False
    url = repo.config().text(f'remote "{refspec.remote}"', "url") or ""
    if not url.startswith("file://"):
        return True
    theirs = Repo(Path(url.removeprefix("file://"))).read_ref(Refspec(refspec.ref))
    return theirs is None or theirs != repo.read_ref(refspec) or repo.is_partial(theirs)


def _newest(repo: Repo, ground: Ground, how: Upgrade) -> Wish:
    """The default deployment's wish on the newest base there is."""
    wish = wish_of(ground, repo)
    refspec = _branch(wish)
    if refspec is None or refspec.pinned:
        return wish
    newest = repo.resolve(str(refspec))
    if repo.is_partial(newest):
        raise BadInput(
            f"commit {newest} of {refspec} has not been downloaded yet",
            hint="leave --cache-only out",
        )
    if not how.allow_downgrade:
        _refuse_older(repo, wish.base, newest)
    return replace(wish, base=newest, origin=replace(wish.origin, override_commit=None))


def _branch(wish: Wish) -> Refspec | None:
    return wish.origin.refspec


def _refuse_older(repo: Repo, present: str, newest: str) -> None:
    old, new = repo.load_commit(present), repo.load_commit(newest)
    if new.timestamp < old.timestamp:
        raise BadInput(
            f"Upgrade target revision '{newest}' is chronologically older than '{present}'",
            hint="use --allow-downgrade to go there all the same",
        )
