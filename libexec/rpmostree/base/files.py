"""Files written so that a reader, or a power cut, sees the old or the new one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_atomically(path: Path, data: bytes | str, mode: int = 0o644) -> None:
    """Replace `path` by a file of `data`; both the file and its name reach the disk."""
    content = data.encode() if isinstance(data, str) else data
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as out:
        try:
            os.fchmod(out.fileno(), mode)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
            Path(out.name).replace(path)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in `path` durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_text(path: Path) -> str | None:
    """The text of a file, bad bytes escaped; None if there is no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return None


def remove_tree(path: Path) -> None:
    """Delete a directory and all in it; one that is not there is no error."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def walk(top: Path) -> Iterator[os.DirEntry[str]]:
    """Everything below `top`, parents before children, links not followed, names sorted."""
    with os.scandir(top) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            yield entry
            if entry.is_dir(follow_symlinks=False):
                yield from walk(Path(entry.path))


def link_or_copy(source: Path, target: Path) -> None:
    """Let `target` be the same file, or where that cannot be (another mount) an equal one."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def size_of_tree(top: Path) -> int:
    """Bytes that the files below a directory take, roughly."""
    sizes = (
        (Path(where) / name).lstat().st_blocks * 512
        for where, _, names in os.walk(top)
        for name in names
    )
    return sum(sizes)
