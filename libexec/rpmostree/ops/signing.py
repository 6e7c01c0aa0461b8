"""Signatures of commits: whether they are wanted, and what they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from rpmostree.model.deployment import Deployment
from rpmostree.model.keyfile import KeyFile, parse_keyfile
from rpmostree.model.signature import Signature, parse_signatures
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import ostree
from rpmostree.tools.repo import Repo

_OFF = frozenset({"false", "0"})


@dataclass(frozen=True)
class Signing:
    """How commits of a remote are verified; `error` if the remote is not configured."""

    gpg: bool
    error: str | None = None


def read_signing(sysroot: Sysroot, repo: Repo, deployment: Deployment) -> Signing | None:
    """How commits of the deployment's origin are verified; None if they come from no remote."""
    refspec = deployment.origin.refspec
    if refspec is None or refspec.remote is None:
        return None
    group = f'remote "{refspec.remote}"'
    for keys in _read_remotes(sysroot, repo, deployment):
        if group in keys.groups:
            value = keys.groups[group].get("gpg-verify", "true")  # as ostree has it
            return Signing(gpg=value.strip().lower() not in _OFF)
    return Signing(gpg=False, error=f'Remote "{refspec.remote}" not found')


def _read_remotes(sysroot: Sysroot, repo: Repo, deployment: Deployment) -> Iterator[KeyFile]:
    """Wherever remotes may be declared."""
    yield repo.config()
    for directory in (
        deployment.path / "etc/ostree/remotes.d",
        sysroot.path / "etc/ostree/remotes.d",
    ):
        for path in sorted(directory.glob("*.conf")) if directory.is_dir() else ():
            try:
                yield parse_keyfile(path.read_text(encoding="utf-8"))
            except (ValueError, OSError):
                continue


def read_signatures(repo: Repo, checksum: str, remote: str) -> tuple[Signature, ...]:
    """The signatures of a commit. Asks ostree, but only of a commit that may have some."""
    if not repo.is_signed(checksum):
        return ()
    return parse_signatures(ostree.show_signatures(repo.path, checksum, remote))
