"""The upper layer of an overlay, made ready to be committed.

Overlayfs speaks of deletions by whiteouts (character devices 0:0) and opaque directories; both
are read off and removed, with all its extended attributes, so that nothing of it reaches a commit.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rpmostree.base.files import walk

_OPAQUE = "trusted.overlay.opaque"
_LITTER = (
    "usr/etc/.pwd.lock",
    "usr/etc/group-",
    "usr/etc/gshadow-",
    "usr/etc/passwd-",
    "usr/etc/shadow-",
    "usr/etc/subgid-",
    "usr/etc/subuid-",
    "usr/lib/sysimage/rpm/.rpm.lock",
    "usr/share/rpm/.rpm.lock",
)


@dataclass(frozen=True)
class Changes:
    """What an upper layer says beside its content: paths relative to the root."""

    deletions: tuple[str, ...]
    opaque: tuple[str, ...]


def sweep(top: Path) -> None:
    """Remove what tools leave lying about below usr."""
    for name in _LITTER:
        (top / name).unlink(missing_ok=True)


def list_paths(top: Path) -> Iterator[str]:
    """All that is below `top`/usr but whiteouts, relative to `top`, parents first."""
    if (top / "usr").is_dir():
        yield "usr"
        for entry in walk(top / "usr"):
            if not _is_whiteout(entry):
                yield os.path.relpath(entry.path, top)


def read_changes(upper: Path) -> Changes:
    """Take the overlay's own marks off the layer and return what they meant."""
    deletions, opaque = [], []
    _strip(upper)
    for entry in list(walk(upper)):
        name = os.path.relpath(entry.path, upper)
        if _is_whiteout(entry):
            deletions.append(name)
            Path(entry.path).unlink()
        elif _strip(Path(entry.path)):
            opaque.append(name)
    return Changes(tuple(deletions), tuple(opaque))


def _is_whiteout(entry: os.DirEntry[str]) -> bool:
    if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
        return False
    info = entry.stat(follow_symlinks=False)
    return stat.S_ISCHR(info.st_mode) and info.st_rdev == 0


def _strip(path: Path) -> bool:
    """Remove the overlay's attributes; true if they said that a directory is opaque."""
    opaque = False
    for name in os.listxattr(path, follow_symlinks=False):
        if name.startswith("trusted.overlay."):
            opaque |= name == _OPAQUE and os.getxattr(path, name, follow_symlinks=False) == b"y"
            os.removexattr(path, name, follow_symlinks=False)
    return opaque
