"""System calls that Python does not offer (some came with 3.12; we serve 3.11)."""

import ctypes
import os
from pathlib import Path

from rpmostree.base.errors import RpmOstreeError

_CLONE_NEWNS = 0x00020000
_MS_REC = 0x4000
_MS_PRIVATE = 1 << 18
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def enter_private_mounts() -> None:
    """Leave the mount namespace of the caller for a private copy (unshare(2), mount(2)).

    Every mount made from here on, by us or by our children, vanishes with the last of us.
    Raises RpmOstreeError where the kernel refuses, as in an unprivileged container.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    what = "cannot make a private mount namespace"
    _check(libc.unshare(_CLONE_NEWNS), what)
    _check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), what)


def exchange(a: Path, b: Path) -> None:
    """Let two names of one file system change places, atomically (renameat2(2))."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = (os.fsencode(a), os.fsencode(b))
    result = libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    _check(result, f"cannot exchange {a} and {b}")


def _check(result: int, what: str) -> None:
    if result:
        reason = os.strerror(ctypes.get_errno())
        raise RpmOstreeError(
            f"{what}: {reason}", hint="run as root, outside of an unprivileged container"
        )
