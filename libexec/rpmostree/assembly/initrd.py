"""The extra initrd that carries files of /etc into early boot (`initramfs-etc`)."""

import gzip
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG

from rpmostree.base.errors import BadInput
from rpmostree.model.cpio import Entry, write_newc


def write_etc_overlay(etc: Path, tracked: Sequence[str], image: Path) -> None:
    """Write a gzipped archive of the tracked files, taken from `etc`, with their directories.

    Directories are taken whole. Raises BadInput for a tracked file that is not there, or is
    neither file, directory nor link.
    """
    paths = _with_parents(p for name in tracked for p in _tree(etc, _inside(name)))
    entries = [_entry(etc, path) for path in sorted(paths)]
    image.write_bytes(gzip.compress(write_newc(entries), compresslevel=1, mtime=0))


def _inside(name: str) -> Path:
    return Path(name).relative_to("/etc")


def _tree(etc: Path, path: Path) -> Iterator[Path]:
    place = etc / path
    if not os.path.lexists(place):
        raise BadInput(
            f"tracked file /etc/{path} does not exist",
            hint=f"make it, or rpm-ostree initramfs-etc --untrack=/etc/{path}",
        )
    yield path
    if place.is_dir() and not place.is_symlink():
        for child in place.rglob("*"):
            yield child.relative_to(etc)


def _with_parents(paths: Iterable[Path]) -> set[Path]:
    found = set(paths)
    for path in list(found):
        found |= set(path.parents)
    return found


def _entry(etc: Path, path: Path) -> Entry:
    place = etc / path
    state = place.lstat()
    if S_ISLNK(state.st_mode):
        content = os.fsencode(place.readlink())
    elif S_ISREG(state.st_mode):
        content = place.read_bytes()
    elif S_ISDIR(state.st_mode):
        content = b""
    else:
        raise BadInput(f"/etc/{path} is neither a file nor a directory nor a link")
    name = str(Path("etc") / path)
    return Entry(name, state.st_mode, state.st_uid, state.st_gid, content)
