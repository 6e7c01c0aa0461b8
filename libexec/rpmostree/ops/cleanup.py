"""cleanup: drop deployments and caches that are no longer wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from rpmostree.base.errors import BadInput
from rpmostree.base.files import remove_tree
from rpmostree.model.deployment import Deployment
from rpmostree.model.pkgcache import PREFIX as CACHE
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.freed import estimate_freed
from rpmostree.ops.ground import Ground, find_ground, find_inhabited
from rpmostree.ops.naming import find_named
from rpmostree.ops.transaction import begin, require_root, unused_branches
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class Cleanup:
    """What to drop; `keep` all but so many deployments, `deployment` the one of this name."""

    base: bool = False
    pending: bool = False
    rollback: bool = False
    repomd: bool = False
    keep: int | None = None
    deployment: str | None = None

    @property
    def drops(self) -> bool:
        """Is any deployment meant to go?"""
        return bool(self.pending or self.rollback or self.keep is not None or self.deployment)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that ask for it."""
        flags = [
            f"--{name}" for name in ("base", "pending", "rollback", "repomd") if getattr(self, name)
        ]
        flags += [] if self.keep is None else [f"--keep={self.keep}"]
        flags += [f"--deployment={self.deployment}"] if self.deployment else []
        return tuple(flags)


@dataclass(frozen=True)
class Cleaned:
    """What was, or would be, dropped and kept; `freed` is in bytes of the repository.

    `branches` counts packages that went from the genuine tool's cache.
    """

    dropped: tuple[Deployment, ...]
    kept: tuple[Deployment, ...]
    freed: int
    branches: int
    dry_run: bool
    text: str = ""


def clean_up(
    sysroot: Sysroot,
    what: Cleanup,
    *,
    stateroot: str | None = None,
    dry_run: bool = False,
    wait: float = 0,
) -> Cleaned:
    """Drop what was asked for; the booted and pinned deployments and other stateroots stay.

    Raises BadInput if nothing was asked for, or a deployment that has to stay.
    """
    require_root()
    if not (what.base or what.repomd or what.drops):
        raise BadInput("At least one cleanup option must be specified")
    if dry_run:
        return _preview(sysroot, what, stateroot)
    with begin(sysroot, " ".join(("cleanup", *what.options)), wait) as tx:
        ground = find_ground(sysroot, stateroot)
        dropped = _choose(tx.repo, ground, what)
        branches = len(tx.repo.list_refs(CACHE))
        prunes = what.base or dropped
        before = _repo_size(tx.repo) if prunes else 0
        if what.repomd:
            remove_tree(ground.cache)
        with tx.last_step("undeploy"):
            for deployment in reversed(dropped):
                admin.undeploy(sysroot, deployment.index)
        if prunes:
            with tx.step("prune"):
                admin.clean_up(sysroot)
        freed = before - _repo_size(tx.repo) if prunes else 0
        branches -= len(tx.repo.list_refs(CACHE))
    text = "Deployments unchanged." if what.drops and not dropped else ""
    return Cleaned(dropped, _others(ground, dropped), freed, branches, False, text)


def _repo_size(repo: Repo) -> int:
    """Bytes of all objects; not every ostree says how much it has pruned."""
    return sum(repo.object_sizes().values())


def _preview(sysroot: Sysroot, what: Cleanup, stateroot: str | None) -> Cleaned:
    repo = Repo(sysroot.repo)
    ground = find_ground(sysroot, stateroot)
    dropped = _choose(repo, ground, what)
    kept = _others(ground, dropped)
    prunes = what.base or dropped
    branches = unused_branches(repo, kept)
    freed = estimate_freed(repo, kept, branches) if prunes else 0
    return Cleaned(dropped, kept, freed, len(branches), True)


def _others(ground: Ground, dropped: Sequence[Deployment]) -> tuple[Deployment, ...]:
    return tuple(d for d in ground.deployments if d not in dropped)


def _choose(repo: Repo, ground: Ground, what: Cleanup) -> tuple[Deployment, ...]:
    inhabited = find_inhabited(ground.deployments)
    chosen = choose_dropped(ground.deployments, ground.stateroot, what)
    chosen = tuple(d for d in chosen if d not in inhabited)
    if what.deployment is None:
        return chosen
    named = find_named(repo, ground.deployments, what.deployment)
    _refuse_needed(ground, named)
    return tuple(d for d in ground.deployments if d in chosen or d == named)


def _refuse_needed(ground: Ground, named: Deployment) -> None:
    """Raises BadInput if a deployment has to stay."""
    words = f"Deployment {named.index} ({named.name})"
    if named.booted:
        raise BadInput(f"{words} is booted")
    if named.pinned:
        raise BadInput(f"{words} is pinned", hint=f"rpm-ostree unpin {named.index}")
    if named in find_inhabited(ground.deployments):
        raise BadInput(f"{words} is mounted elsewhere, as the root of an installer's chroot is")
    if len(ground.deployments) == 1:
        raise BadInput(f"{words} is the only one")


def choose_dropped(
    deployments: Sequence[Deployment], stateroot: str, what: Cleanup
) -> tuple[Deployment, ...]:
    """The deployments that `pending`, `rollback` and `keep` mean, in order.

    Pending is what would be booted before the booted one, rollback what comes after it; on a
    sysroot that is not booted, the first deployment counts as the booted one.
    """
    mine = [d for d in deployments if d.stateroot == stateroot]
    here = next((d for d in mine if d.booted), mine[0] if mine else None)
    free = [d for d in mine if not (d.pinned or d.booted)]
    surplus = [d for d in free if d != here][what.keep :] if what.keep is not None else []
    return tuple(
        d
        for d in free
        if here is not None
        and (
            (what.pending and d.index < here.index)
            or (what.rollback and d.index > here.index)
            or d in surplus
        )
    )
