"""A package file as we need to know it before it is installed."""

import re
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from stat import S_ISDIR, S_ISLNK

from rpmostree.model.nevra import Nevra


class FileFlag(IntFlag):
    """RPMFILE_* of rpmlib."""

    CONFIG = 1
    GHOST = 1 << 6


@dataclass(frozen=True)
class PackageFile:
    """One entry of a package's file list."""

    path: str
    mode: int
    user: str
    group: str
    link: str
    flags: FileFlag

    @property
    def is_directory(self) -> bool:
        return S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        return S_ISLNK(self.mode)

    @property
    def is_ghost(self) -> bool:
        return FileFlag.GHOST in self.flags


@dataclass(frozen=True)
class Package:
    """An RPM file: what it is, where it lies, where it came from (None: given as a file).

    `size` is what it takes when installed, in bytes.
    """

    nevra: Nevra
    path: Path
    files: tuple[PackageFile, ...]
    scripts: str = ""
    repo: str | None = None
    size: int = 0

    @property
    def script_words(self) -> frozenset[str]:
        """Every word in its scriptlets."""
        return frozenset(re.findall(r"[\w.-]+", self.scripts))

    def below(self, *tops: str) -> tuple[PackageFile, ...]:
        """Its entries below any of the directories `tops`."""
        prefixes = tuple(f"{top}/" for top in tops)
        return tuple(f for f in self.files if f.path.startswith(prefixes))
