"""Where things are below a sysroot. Paths only; nothing is opened."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sysroot:
    """A physical root: `/` on a running host or in a kickstart's chroot, else any directory."""

    path: Path

    @property
    def ostree(self) -> Path:
        return self.path / "ostree"

    @property
    def repo(self) -> Path:
        return self.ostree / "repo"

    @property
    def loader_entries(self) -> Path:
        return self.path / "boot/loader/entries"

    @property
    def private(self) -> Path:
        """Our own corner: the lock, staging directories, kept packages."""
        return self.repo / "extensions/rpmostree"

    @property
    def lock(self) -> Path:
        return self.private / "lock"

    @property
    def history(self) -> Path:
        """What was changed, one line of JSON for each time."""
        return self.private / "history.jsonl"

    @property
    def local_packages(self) -> Path:
        """RPM files given by the administrator, by the digest of their headers."""
        return self.private / "local"

    def stateroot(self, name: str) -> Path:
        return self.ostree / "deploy" / name

    def cache(self, stateroot: str) -> Path:
        """Repository metadata and downloaded packages, in the /var of the stateroot."""
        return self.stateroot(stateroot) / "var/cache/rpm-ostree"
