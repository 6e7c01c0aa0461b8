"""mount(8). Only ever called inside a private mount namespace, so nothing is left mounted."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


def list_mounts(below: Path | None = None) -> list[Path]:
    """The mount points this process sees, in the order they were made; see proc_pid_mountinfo(5).

    They are compared as the kernel names them, links resolved: on a booted host /ostree is one.
    """
    top = f"{below.resolve()}/" if below else ""
    text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    places = (line.split(" ")[4] for line in text.splitlines())
    decoded = (re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), place) for place in places)
    return [Path(place) for place in decoded if place.startswith(top)]
