"""status: what is deployed.

Reads files only and needs no rights; a program is started for nothing but signatures, where a
commit has some.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from rpmostree.base import lock
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.layered import base_checksum, is_layered, read_pkglist
from rpmostree.model.objects import Commit
from rpmostree.model.refspec import Refspec
from rpmostree.model.signature import Signature
from rpmostree.model.sysroot import Sysroot
from rpmostree.model.update import CachedUpdate
from rpmostree.ops.driver import Driver, read_driver
from rpmostree.ops.signing import Signing, read_signatures, read_signing
from rpmostree.ops.update_cache import read_update
from rpmostree.tools import settings
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

LIVE = Refspec("rpmostree/live-apply")
LIVE_IN_PROGRESS = Refspec("rpmostree/live-apply-inprogress")

Verify = Callable[[str, str], tuple[Signature, ...]]


@dataclass(frozen=True)
class Pending:
    """A newer commit that the branch in the repository points to already."""

    checksum: str
    commit: Commit


@dataclass(frozen=True)
class Live:
    """What was applied to the running system: by which commit, and what that changed.

    `interrupted` is the commit whose application did not reach its end.
    """

    checksum: str | None
    interrupted: str | None
    changes: tuple[PackageChange, ...]


@dataclass(frozen=True)
class DeploymentStatus:
    """A deployment with what its commits say."""

    deployment: Deployment
    commit: Commit
    base_checksum: str
    base: Commit
    pending: Pending | None
    signing: Signing | None
    signatures: tuple[Signature, ...] = ()
    live: Live | None = None

    @property
    def layered(self) -> bool:
        return self.base_checksum != self.deployment.checksum


@dataclass(frozen=True)
class Status:
    """All deployments in boot order, and who is changing them just now.

    `update` is what the next upgrade would bring, `policy` the one for automatic updates.
    """

    deployments: tuple[DeploymentStatus, ...]
    busy: lock.Holder | None
    booted: bool
    update: CachedUpdate | None = None
    driver: Driver | None = None
    policy: str = "none"

    @property
    def pending_exit(self) -> bool:
        """Will another deployment than the booted one come up next?"""
        return len(self.deployments) > 1 and not self.deployments[0].deployment.booted


def read_status(sysroot: Sysroot) -> Status:
    """Read everything afresh. Raises BadInput naming the file that is damaged."""
    repo = Repo(sysroot.repo)
    verify: Verify = cache(partial(read_signatures, repo))
    deployments = admin.list_deployments(sysroot)
    here = next((d for d in deployments if d.booted), None) or next(iter(deployments), None)
    return Status(
        tuple(_read_deployment(sysroot, repo, d, verify) for d in deployments),
        lock.holder(sysroot.lock),
        admin.is_booted(sysroot),
        read_update(sysroot, here) if here else None,
        read_driver(sysroot),
        settings.read_settings(here.path / "etc").update_policy if here else "none",
    )


def diff_to_default(status: Status) -> tuple[PackageChange, ...]:
    """What the next boot changes, in packages, against the booted deployment."""
    booted = next((s for s in status.deployments if s.deployment.booted), None)
    if booted is None or not status.pending_exit:
        return ()
    first = status.deployments[0]
    if first.deployment.stateroot != booted.deployment.stateroot:
        return ()
    return _diff_commits(booted.commit, first.commit)


def _diff_commits(old: Commit, new: Commit) -> tuple[PackageChange, ...]:
    before, after = read_pkglist(old), read_pkglist(new)
    return diff_packages(before, after) if before and after else ()


def _read_deployment(
    sysroot: Sysroot, repo: Repo, deployment: Deployment, verify: Verify
) -> DeploymentStatus:
    commit = repo.load_commit(deployment.checksum)
    base = base_checksum(commit, deployment.checksum)
    base_commit = repo.load_commit(base) if is_layered(commit) else commit
    refspec, signing = deployment.origin.refspec, read_signing(sysroot, repo, deployment)
    signed = refspec is not None and signing is not None and signing.gpg
    return DeploymentStatus(
        deployment,
        commit,
        base,
        base_commit,
        _read_pending(repo, refspec, base),
        signing,
        verify(base, refspec.remote) if signed and refspec and refspec.remote else (),
        _read_live(repo, commit) if deployment.booted else None,
    )


def _read_pending(repo: Repo, refspec: Refspec | None, base: str) -> Pending | None:
    newest = repo.read_ref(refspec) if refspec and not refspec.pinned else None
    if newest is None or newest == base or not repo.has_commit(newest):
        return None
    return Pending(newest, repo.load_commit(newest))


def _read_live(repo: Repo, booted: Commit) -> Live | None:
    """None unless something was applied live. The commit itself may have been pruned."""
    live, interrupted = repo.read_ref(LIVE), repo.read_ref(LIVE_IN_PROGRESS)
    if live is None and interrupted is None:
        return None
    known = live is not None and repo.has_commit(live)
    changes = _diff_commits(booted, repo.load_commit(live)) if live and known else ()
    return Live(live, interrupted, changes)
