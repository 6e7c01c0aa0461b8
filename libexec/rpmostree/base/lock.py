"""One holder at a time, and whoever comes second is told who it is.

The lock is flock(2) on a file of its own, so it dies with its process; the file's text names the
holder and is only read while somebody holds the lock.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rpmostree.base.errors import Busy
from rpmostree.base.person import user_name


@dataclass(frozen=True)
class Holder:
    """Who works on the sysroot: `since` in seconds of the epoch, `phase` the running step."""

    verb: str
    pid: int
    user: str
    since: int
    phase: str = ""

    def __str__(self) -> str:
        clock = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.since))
        phase = f", in step {self.phase}" if self.phase else ""
        return f"{self.verb} (pid {self.pid}, user {self.user}, since {clock}{phase})"


class Lock:
    """A lock we hold; `tell` updates what others are told."""

    def __init__(self, fd: int, holder: Holder) -> None:
        self._fd = fd
        self._holder = holder
        self.tell("")

    def tell(self, phase: str) -> None:
        """Let others read that we are in `phase`."""
        self._holder = replace(self._holder, phase=phase)
        text = json.dumps(asdict(self._holder)).encode()
        os.pwrite(self._fd, text, 0)
        os.ftruncate(self._fd, len(text))


@contextmanager
def hold(path: Path, verb: str, wait: float = 0) -> Iterator[Lock]:
    """Hold the lock `path` for the block; wait up to `wait` seconds for another holder.

    Raises Busy, naming the holder, when it is not free in time.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(fd, path, wait)
        yield Lock(fd, Holder(verb, os.getpid(), user_name(), int(time.time())))
        os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def _take(fd: int, path: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            who = holder(path)  # nobody if it just ended, or if somebody only looked
            if who is not None and time.monotonic() >= deadline:
                raise _busy(who) from None
            time.sleep(0.1 if who else 0.001)


def holder(path: Path) -> Holder | None:
    """Who holds the lock now; None when it is free. Needs no right but to read the file."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _parse(os.pread(fd, 4096, 0))
    finally:
        os.close(fd)


def _parse(text: bytes) -> Holder:
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):
        return Holder("unknown", 0, "unknown", 0)


def _busy(who: Holder) -> Busy:
    return Busy(
        f"Transaction in progress: {who}",
        hint="wait for it with --wait, or end it with `rpm-ostree cancel`",
    )
