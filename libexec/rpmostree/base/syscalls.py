"""System calls that Python does not offer (some came with 3.12; we serve 3.11)."""

import ctypes
import errno
import os

from rpmostree.base.errors import RpmOstreeError

_CLONE_NEWNS = 0x00020000
_MS_REC = 0x4000
_MS_PRIVATE = 1 << 18


def enter_private_mounts() -> None:
    """Leave the mount namespace of the caller for a private copy (unshare(2), mount(2)).

    Every mount made from here on, by us or by our children, vanishes with the last of us.
    Raises RpmOstreeError where the kernel refuses, as in an unprivileged container.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    what = "cannot make a private mount namespace"
    _check(libc.unshare(_CLONE_NEWNS), what)
    _check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), what)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        hint = "run as root, outside of an unprivileged container"
        if number == errno.EINVAL:
            hint = "the root of a chroot has to be a mount point: mount --bind ROOT ROOT before it"
        raise RpmOstreeError(f"{what}: {os.strerror(number)}", hint=hint)
