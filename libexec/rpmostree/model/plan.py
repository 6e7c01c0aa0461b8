"""What a change comes to, and what came of it."""

from dataclasses import dataclass

from rpmostree.model.diff import PackageChange
from rpmostree.model.kargs import Kargs
from rpmostree.model.origin import Origin


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
    """A package the solver picked, and the repository it comes from (None: a file)."""

    nevra: str
    repo: str | None


@dataclass(frozen=True)
class Plan:
    """What a real run would do; what --dry-run prints."""

    wish: Wish
    installs: tuple[Install, ...] = ()
    removals: tuple[str, ...] = ()
    inactive: tuple[Inactive, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a verb came to. `checksum` is the new default's; None if nothing was changed."""

    text: str
    changed: bool = False
    checksum: str | None = None
    staged: bool = False
    diff: tuple[PackageChange, ...] = ()
    plan: Plan | None = None
    hint: str = ""


@dataclass(frozen=True)
class Options:
    """How a change is carried out. `explicit` are the requests that are new with it."""

    dry_run: bool = False
    cache_only: bool = False
    download_only: bool = False
    allow_inactive: bool = False
    explicit: frozenset[str] = frozenset()
