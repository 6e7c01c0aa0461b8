"""mount(8). Only ever called inside a private mount namespace, so nothing is left mounted."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import ToolFailed
from rpmostree.base.files import remove_tree
from rpmostree.base.run import run


def mount_overlay(lowers: Sequence[Path], staging: Path) -> Path | None:
    """Mount `staging/root` = the lower layers, topmost first, with changes in `staging/upper`.

    Returns the mounted root, or None, with nothing left behind, where the kernel or the file
    system cannot do it. Links inside `staging` stand for the real paths, which may hold any
    character, because a colon or comma would split the options.
    """
    made = [staging / name for name in ("upper", "work", "root")]
    for path in made:
        path.mkdir()
    links = [staging / f"lower{number}" for number in range(len(lowers))]
    for link, lower in zip(links, lowers, strict=True):
        link.symlink_to(lower.absolute())
    options = f"lowerdir={':'.join(link.name for link in links)},upperdir=upper,workdir=work"
    options += ",redirect_dir=off,metacopy=off,index=off"
    try:
        run(["mount", "-t", "overlay", "overlay", "-o", options, "root"], cwd=staging)
    except ToolFailed as error:
        events.detail(f"no overlay can be mounted here: {error}")
        for path in (*made, *links):
            remove_tree(path)
        return None
    return staging / "root"


def bind(source: Path, target: Path) -> None:
    """Let `target` show `source` as well."""
    run(["mount", "--bind", source, target])


@contextmanager
def bound(source: Path, target: Path) -> Iterator[None]:
    """Let `target` show `source` for a while."""
    bind(source, target)
    try:
        yield
    finally:
        unmount(target)


def make_writable(mountpoint: Path) -> None:
    """Remount a read-only /sysroot or /boot writable, for this namespace only."""
    run(["mount", "-o", "remount,rw", mountpoint])


def unmount(*mountpoints: Path) -> None:
    """Unmount in the order given."""
    if mountpoints:
        run(["umount", *mountpoints])


def thaw(path: Path) -> None:
    """Let a file system be written to that ostree, killed while it flushed /boot, left frozen."""
    run(["fsfreeze", "--unfreeze", path], ok=range(256))


def is_shown_elsewhere(directory: Path) -> bool:
    """Is a directory, or one in it, also mounted at another place (a bind mount, a chroot)?"""
    mounts = _read_mounts()
    own = [m for m in mounts if directory.is_relative_to(m.point)]
    if not own:
        return False
    home = max(reversed(own), key=lambda m: len(m.point.parts))  # of two in one place the last
    source = home.root / directory.relative_to(home.point)
    return any(m.device == home.device and m.root.is_relative_to(source) for m in mounts)


def list_mounts(below: Path | None = None) -> list[Path]:
    """The mount points this process sees, in the order they were made; see proc_pid_mountinfo(5).

    They are compared as the kernel names them, links resolved: on a booted host /ostree is one.
    """
    top = f"{below.resolve()}/" if below else ""
    return [m.point for m in _read_mounts() if str(m.point).startswith(top)]


@dataclass(frozen=True)
class _Mount:
    """Which directory (`root`) of which file system is shown where."""

    device: str
    root: Path
    point: Path


def _read_mounts() -> list[_Mount]:
    text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    rows = (line.split(" ") for line in text.splitlines())
    return [_Mount(row[2], _decode(row[3]), _decode(row[4])) for row in rows]


def _decode(place: str) -> Path:
    return Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), place))
