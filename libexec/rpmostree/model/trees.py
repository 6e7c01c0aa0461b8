"""How one directory tree of a repository has to be changed to look like another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rpmostree.model.objects import DirTree

_NOTHING = DirTree()


@dataclass(frozen=True)
class Absent:
    """Nothing must be at `path`."""

    path: str


@dataclass(frozen=True)
class File:
    """At `path` must be the content object `checksum`."""

    path: str
    checksum: str


@dataclass(frozen=True)
class Directory:
    """At `path` must be a directory with the metadata object `meta`."""

    path: str
    meta: str


Step = Absent | File | Directory


def steps_to(wanted: str, present: str, load: Callable[[str], DirTree]) -> Iterator[Step]:
    """What has to be laid over `present` so that `wanted` is seen (both directory objects).

    Parents come before what is in them; paths are relative. Equal directories are not loaded.
    """
    yield from _steps(load(wanted), load(present), load, "")


def _steps(
    wanted: DirTree, present: DirTree, load: Callable[[str], DirTree], at: str
) -> Iterator[Step]:
    names = wanted.files.keys() | wanted.dirs.keys()
    for name in (*present.files, *present.dirs):
        if name not in names:
            yield Absent(at + name)
    for name, checksum in wanted.files.items():
        if present.files.get(name) != checksum:
            yield File(at + name, checksum)
    for name, (tree, meta) in wanted.dirs.items():
        if present.dirs.get(name) == (tree, meta):
            continue
        yield Directory(at + name, meta)
        below = load(present.dirs[name][0]) if name in present.dirs else _NOTHING
        yield from _steps(load(tree), below, load, f"{at}{name}/")
