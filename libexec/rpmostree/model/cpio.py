"""cpio archives in the `newc` format, as the kernel unpacks them (initramfs buffer format).

https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

_TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """A file, directory or link: the path without leading slash, `st_mode`, owner, content.

    The content of a symbolic link is its target, that of a directory empty.
    """

    path: str
    mode: int
    uid: int = 0
    gid: int = 0
    content: bytes = b""


def write_newc(entries: Iterable[Entry]) -> bytes:
    """The archive. Times are zero and inodes count up, so that equal content gives equal bytes."""
    parts = [_member(entry, number) for number, entry in enumerate(entries, 1)]
    return b"".join([*parts, _member(Entry(_TRAILER, 0), 0)])


def _member(entry: Entry, inode: int) -> bytes:
    name = entry.path.encode("utf-8", "surrogateescape") + b"\0"
    links = 1
    fields = (
        *(inode, entry.mode, entry.uid, entry.gid, links, 0, len(entry.content)),
        *(0, 0, 0, 0, len(name), 0),
    )
    head = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _pad(head + name) + _pad(entry.content)


def _pad(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
