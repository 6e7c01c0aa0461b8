"""status: what is deployed. Reads files only; starts no process and needs no rights."""

import re
from dataclasses import dataclass

from rpmostree.base import lock
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.keyfile import parse_keyfile
from rpmostree.model.layered import base_checksum, is_layered, read_pkglist
from rpmostree.model.objects import Commit
from rpmostree.model.refspec import Refspec
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import sysroot as admin
from rpmostree.tools.ostree import show_signatures
from rpmostree.tools.repo import Repo

_OFF = frozenset({"false", "0"})


@dataclass(frozen=True)
class Pending:
    """A newer commit that the branch in the repository points to already."""

    checksum: str
    commit: Commit


@dataclass(frozen=True)
class Signing:
    """How commits of a remote are verified; `error` if the remote is not configured."""

    gpg: bool
    error: str | None = None


@dataclass(frozen=True)
class DeploymentStatus:
    """A deployment with what its commits say."""

    deployment: Deployment
    commit: Commit
    base_checksum: str
    base: Commit
    pending: Pending | None
    signing: Signing | None

    @property
    def layered(self) -> bool:
        return self.base_checksum != self.deployment.checksum


@dataclass(frozen=True)
class Status:
    """All deployments in boot order, and who is changing them just now."""

    deployments: tuple[DeploymentStatus, ...]
    busy: lock.Holder | None
    booted: bool

    @property
    def pending_exit(self) -> bool:
        """Will another deployment than the booted one come up next?"""
        return len(self.deployments) > 1 and not self.deployments[0].deployment.booted


def read_status(sysroot: Sysroot) -> Status:
    """Read everything afresh. Raises BadInput naming the file that is damaged."""
    repo = Repo(sysroot.repo)
    deployments = admin.list_deployments(sysroot)
    return Status(
        tuple(_read_deployment(sysroot, repo, d) for d in deployments),
        lock.holder(sysroot.lock),
        admin.is_booted(sysroot),
    )


def read_signature(sysroot: Sysroot, status: DeploymentStatus) -> str:
    """What to say of the signature of a deployment's base; asks ostree, so not for `--json`."""
    refspec = status.deployment.origin.refspec
    if refspec is None or refspec.remote is None or status.signing is None:
        return ""
    said = show_signatures(sysroot.repo, status.base_checksum, refspec.remote)
    keys = re.findall(r"key ID (\w+)", said)
    if not said:
        return "(unsigned)"
    if "Good signature" in said and keys:
        return f"Valid signature by {keys[0]}"
    return "Invalid signature: " + said.splitlines()[-1].strip()


def diff_to_default(status: Status) -> tuple[PackageChange, ...]:
    """What the next boot changes, in packages, against the booted deployment."""
    booted = next((s for s in status.deployments if s.deployment.booted), None)
    if booted is None or not status.pending_exit:
        return ()
    before, after = read_pkglist(booted.commit), read_pkglist(status.deployments[0].commit)
    return diff_packages(before, after) if before and after else ()


def _read_deployment(sysroot: Sysroot, repo: Repo, deployment: Deployment) -> DeploymentStatus:
    commit = repo.load_commit(deployment.checksum)
    base = base_checksum(commit, deployment.checksum)
    base_commit = repo.load_commit(base) if is_layered(commit) else commit
    refspec = deployment.origin.refspec
    return DeploymentStatus(
        deployment,
        commit,
        base,
        base_commit,
        _read_pending(repo, refspec, base),
        _read_signing(sysroot, repo, deployment) if refspec and refspec.remote else None,
    )


def _read_pending(repo: Repo, refspec: Refspec | None, base: str) -> Pending | None:
    newest = repo.read_ref(refspec) if refspec and not refspec.pinned else None
    if newest is None or newest == base or not repo.has_commit(newest):
        return None
    return Pending(newest, repo.load_commit(newest))


def _read_signing(sysroot: Sysroot, repo: Repo, deployment: Deployment) -> Signing:
    """`gpg-verify` of the remote, wherever it is declared; ostree's default is to verify."""
    refspec = deployment.origin.refspec
    assert refspec is not None  # the caller looked
    group = f'remote "{refspec.remote}"'
    sources = [repo.config()]
    for directory in (
        deployment.path / "etc/ostree/remotes.d",
        sysroot.path / "etc/ostree/remotes.d",
    ):
        for path in sorted(directory.glob("*.conf")) if directory.is_dir() else ():
            try:
                sources.append(parse_keyfile(path.read_text(encoding="utf-8")))
            except (ValueError, OSError):
                continue
    for keys in sources:
        if group in keys.groups:
            value = keys.groups[group].get("gpg-verify", "true")
            return Signing(gpg=value.strip().lower() not in _OFF)
    return Signing(gpg=False, error=f'Remote "{refspec.remote}" not found')
