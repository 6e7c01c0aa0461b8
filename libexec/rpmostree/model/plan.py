"""What a change comes to, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rpmostree.model.diff import PackageChange
from rpmostree.model.kargs import Kargs
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import Origin
from rpmostree.model.overrides import Replacement


@dataclass(frozen=True)
class Inactive:
    """A request that is not carried out because the base satisfies it."""

    request: str
    provider: str


@dataclass(frozen=True)
class Wish:
    """A deployment as it should be: a base, an origin, kernel arguments."""

    stateroot: str
    base: str
    origin: Origin
    kargs: Kargs


@dataclass(frozen=True)
class Install:
    """A package to install: the repository it comes from (None: a file), its sizes in bytes.

    `download` is what has to be fetched for it; 0 if it was here already.
    """

    nevra: str
    repo: str | None
    size: int = 0
    download: int = 0


@dataclass(frozen=True)
class Space:
    """Bytes on a file system: what a change takes there at most, and what is free."""

    needed: int
    free: int


@dataclass(frozen=True)
class Plan:
    """What a real run does, found out before it begins; what --dry-run prints.

    `kept` and `dropped` are the deployments (`STATEROOT-CHECKSUM.SERIAL`) that remain beside the
    new one and those that make room for it.
    """

    wish: Wish
    installs: tuple[Install, ...] = ()
    removals: tuple[str, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    inactive: tuple[Inactive, ...] = ()
    diff: tuple[PackageChange, ...] = ()
    root: Space = Space(0, 0)
    boot: Space = Space(0, 0)
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    reboot: bool = True

    @property
    def download(self) -> int:
        """Bytes to fetch."""
        return sum(install.download for install in self.installs)


@dataclass(frozen=True)
class Outcome:
    """What a verb came to. `checksum` is the new default's; None if nothing was changed."""

    text: str
    changed: bool = False
    checksum: str | None = None
    staged: bool = False
    diff: tuple[PackageChange, ...] = ()
    plan: Plan | None = None


@dataclass(frozen=True)
class Options:
    """How a change is carried out."""

    dry_run: bool = False
    cache_only: bool = False
    download_only: bool = False
    lock_finalization: bool = False


def packages_after(
    before: Sequence[Nevra], removed: Sequence[Nevra], installed: Sequence[Nevra]
) -> tuple[Nevra, ...]:
    """The packages that result, sorted."""
    return tuple(sorted((set(before) - set(removed)) | set(installed)))
