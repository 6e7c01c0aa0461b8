"""deploy: go to a certain version or commit of the present branch."""

from dataclasses import replace

from rpmostree.model.diff import PackageChange
from rpmostree.model.plan import Options, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, find_ground, wish_of
from rpmostree.ops.revision import fetch_commit, find_revision
from rpmostree.ops.transaction import require_root
from rpmostree.ops.upgrade import branch_of, complete, refuse_older
from rpmostree.tools.repo import Repo


def to_revision(
    revision: str, *, branch_check: bool = True, allow_downgrade: bool = True
) -> Change:
    """Deploy a version or checksum of the origin's branch; the next `upgrade` leaves it again."""
    found: list[str] = []

    def fetch(repo: Repo, ground: Ground, options: Options) -> None:
        refspec = branch_of(wish_of(ground, repo).origin)
        network = not options.cache_only
        found[:] = [
            find_revision(repo, refspec, revision, network=network, branch_check=branch_check)
        ]
        if network:
            fetch_commit(repo, refspec, found[0])

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        target = complete(repo, found[0], str(branch_of(wish.origin)))
        if not allow_downgrade:
            refuse_older(repo, wish.base, target, "deploy without --disallow-downgrade")
        origin = replace(wish.origin, override_commit=target)
        return replace(wish, base=target, origin=origin)

    return Change(f"deploy {revision}", edits=(edit,), fetches=(fetch,))


def preview(
    sysroot: Sysroot, revision: str, *, stateroot: str | None, branch_check: bool = True
) -> tuple[PackageChange, ...]:
    """What a deploy of that revision would change in the packages of the base."""
    require_root()
    repo = Repo(sysroot.repo)
    wish = wish_of(find_ground(sysroot, stateroot), repo)
    refspec = branch_of(wish.origin)
    target = find_revision(repo, refspec, revision, network=True, branch_check=branch_check)
    if not repo.has_commit(target):
        fetch_commit(repo, refspec, target)
    return derive.diff_commits(repo, wish.base, target)
