"""mount(8). Only ever called inside a private mount namespace, so nothing is left mounted."""

from pathlib import Path

from rpmostree.base.errors import ToolFailed
from rpmostree.base.run import run


def mount_overlay(lower: Path, staging: Path) -> Path:
    """Mount `staging/root` = `lower` with its changes in `staging/upper`; return it.

    Links inside `staging` stand for the real paths, which may hold any character, because a
    colon or comma would split the options. Raises ToolFailed where the kernel or the file system
    cannot do it.
    """
    for name in ("upper", "work", "root"):
        (staging / name).mkdir()
    (staging / "lower").symlink_to(lower.absolute())
    options = "lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off,index=off"
    run(["mount", "-t", "overlay", "overlay", "-o", options, "root"], cwd=staging)
    return staging / "root"


def mount_overlay_possible(lower: Path, staging: Path) -> bool:
    """Try `mount_overlay`; false, with nothing left behind, where it cannot work."""
    try:
        mount_overlay(lower, staging)
    except ToolFailed:
        for name in ("upper", "work", "root"):
            (staging / name).rmdir()
        (staging / "lower").unlink()
        return False
    return True


def bind(source: Path, target: Path) -> None:
    """Let `target` show `source` as well."""
    run(["mount", "--bind", source, target])


def make_writable(mountpoint: Path) -> None:
    """Remount a read-only /sysroot or /boot writable, for this namespace only."""
    run(["mount", "-o", "remount,rw", mountpoint])


def unmount(mountpoint: Path) -> None:
    run(["umount", mountpoint])
