"""A deployment as it stands in a sysroot."""

from dataclasses import dataclass, field
from pathlib import Path

from rpmostree.model.kargs import Kargs
from rpmostree.model.origin import Origin


@dataclass(frozen=True)
class Deployment:
    """One entry of the boot menu, or the staged one that becomes an entry at shutdown."""

    index: int
    stateroot: str
    checksum: str
    serial: int
    path: Path
    kargs: Kargs
    origin: Origin
    booted: bool = False
    staged: bool = False
    locked: bool = False
    unlocked: str = "none"
    initrds: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """`CHECKSUM.SERIAL`, the name of its directory."""
        return f"{self.checksum}.{self.serial}"

    @property
    def id(self) -> str:
        return f"{self.stateroot}-{self.name}"

    @property
    def pinned(self) -> bool:
        return self.origin.pinned
