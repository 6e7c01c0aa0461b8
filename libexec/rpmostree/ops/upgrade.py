"""upgrade: the newest base of the branch, with every layer applied anew."""

from dataclasses import replace
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.model.origin import Origin
from rpmostree.model.plan import Options, Wish
from rpmostree.model.refspec import Refspec
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, wish_of
from rpmostree.tools import ostree
from rpmostree.tools.repo import Repo


def newest(*, allow_downgrade: bool = False) -> Change:
    """Go to the newest commit of the origin's branch.

    A commit older than the present base is refused without `allow_downgrade`. A version chosen
    with `deploy` is given up; a pinned commit stays.
    """

    def fetch(repo: Repo, ground: Ground, options: Options) -> None:
        refspec = branch_of(wish_of(ground, repo).origin)
        if may_have_news(repo, refspec) and not options.cache_only:
            ostree.pull(repo.path, refspec, timestamp_check=not allow_downgrade)

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        refspec = branch_of(wish.origin)
        if refspec.pinned:
            return wish
        base = complete(repo, repo.resolve(str(refspec)), str(refspec))
        if not allow_downgrade:
            refuse_older(repo, wish.base, base, "--allow-downgrade")
        return replace(wish, base=base, origin=replace(wish.origin, override_commit=None))

    return Change(
        "upgrade",
        edits=(edit,),
        fetches=(fetch,),
        unchanged=_nothing_new,
        downloaded="Update downloaded.",
    )


def branch_of(origin: Origin) -> Refspec:
    """Where the base comes from. Raises BadInput for a container image."""
    if origin.refspec is None:
        raise BadInput(
            f"container images are not served yet: {origin.container}",
            hint="rebase to an ostree branch: rpm-ostree rebase REMOTE:BRANCH",
        )
    return origin.refspec


def may_have_news(repo: Repo, refspec: Refspec) -> bool:
    """Is it worth a pull? A remote that is a directory here can be looked at first."""
    if refspec.pinned or not refspec.remote:
        return False
    url = repo.config().text(f'remote "{refspec.remote}"', "url") or ""
    if not url.startswith("file://"):
        return True
    theirs = Repo(Path(url.removeprefix("file://"))).read_ref(Refspec(refspec.ref))
    return theirs is None or theirs != repo.read_ref(refspec) or repo.is_partial(theirs)


def complete(repo: Repo, checksum: str, what: str) -> str:
    """The commit itself. Raises BadInput if not all of it is here."""
    if not repo.has_commit(checksum) or repo.is_partial(checksum):
        raise BadInput(
            f"commit {checksum} of {what} has not been downloaded yet",
            hint="leave --cache-only out",
        )
    return checksum


def refuse_older(repo: Repo, present: str, target: str, way_out: str) -> None:
    """Raises BadInput if the target was made before the present base."""
    old, new = repo.load_commit(present), repo.load_commit(target)
    if new.timestamp < old.timestamp:
        raise BadInput(
            f"Upgrade target revision '{target}' is chronologically older than '{present}'",
            hint=f"use {way_out} to go there all the same",
        )


def _nothing_new(ground: Ground) -> str:
    origin = ground.default.origin
    if origin.refspec is None or not origin.refspec.pinned or origin.packages:
        return "No upgrade available."
    if origin.custom_description:
        return f"Pinned to commit by custom origin: {origin.custom_description}"
    return "Pinned to commit; no upgrade available"
