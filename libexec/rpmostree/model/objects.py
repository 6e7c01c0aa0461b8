"""The metadata objects of an ostree repository: commits, dirtrees and dirmetas.

Source: ostree-core.h (OSTREE_COMMIT_GVARIANT_STRING and its fellows) and ostree-core.c's checks
(`ostree_validate_structureof_*`).  The timestamp of a commit and the numbers of a dirmeta are
big-endian on every host; the values in a commit's metadata have no order of their own
(see `metadata_order`).
"""

import stat
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from rpmostree.model import gvariant
from rpmostree.model.gvariant import BadVariant, Variant

COMMIT_TYPE = "(a{sv}aya(say)sstayay)"
DIRTREE_TYPE = "(a(say)a(sayay))"
DIRMETA_TYPE = "(uuua(ayay))"

_LONGEST_NAME = 255
_DEEPEST = 256  # directories in one another


class BadObject(BadVariant):
    """Bytes or values which are no object that ostree accepts."""


@dataclass(frozen=True)
class Commit:
    """A commit; its metadata stays a serialised a{sv}, of which only what is asked for is read."""

    metadata: bytes
    parent: str | None
    related: tuple[tuple[str, str], ...]
    subject: str
    body: str
    timestamp: int
    root_tree: str
    root_meta: str

    def get(self, key: str, *, little: bool | None = None) -> Variant | None:
        """A value of the metadata, its numbers read in the order of `metadata_order` or as told."""
        order = metadata_order(self) == "little" if little is None else little
        return gvariant.lookup(self.metadata, key, little=order)

    def looks_client_side(self) -> bool:
        """Whether packages were layered into it on a client."""
        return "rpmostree.clientlayer" in gvariant.keys(self.metadata)

    def checksum(self) -> str:
        return digest(serialise_commit(self))


@dataclass(frozen=True)
class DirTree:
    """A directory: names of files with their content's checksum, of directories with two."""

    files: Mapping[str, str] = field(default_factory=dict)
    dirs: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def checksum(self) -> str:
        return digest(serialise_dirtree(self))


@dataclass(frozen=True)
class DirMeta:
    """Owner, mode (with its type bits) and extended attributes of a directory."""

    uid: int
    gid: int
    mode: int
    xattrs: tuple[tuple[bytes, bytes], ...] = ()

    def checksum(self) -> str:
        return digest(serialise_dirmeta(self))


def digest(data: bytes) -> str:
    """The checksum ostree names an object by."""
    from hashlib import sha256  # costs milliseconds which those who only read need not pay

    return sha256(data).hexdigest()


def metadata_order(commit: Commit) -> str:
    """The byte order of the numbers in a commit's metadata.

    `rpm-ostree compose` turns what it writes (known by `rpmostree.inputhash`) to big-endian; what
    is layered on a client, and any other commit, has the order of the host that wrote it, which is
    taken to be this one.
    """
    names = gvariant.keys(commit.metadata)
    composed = "rpmostree.inputhash" in names and "rpmostree.clientlayer" not in names
    return "big" if composed else sys.byteorder


def parse_commit(data: bytes | memoryview) -> Commit:
    """The commit in an object's bytes; BadVariant if they are none."""
    metadata, parent, related, subject, body, time, tree, meta = gvariant.split(COMMIT_TYPE, data)
    gvariant.keys(metadata)
    return Commit(
        metadata,
        _name_checksum(parent) if parent else None,
        tuple((_read_text(name), _name_checksum(sha)) for name, sha in _split_rows(related, 2)),
        _read_text(subject),
        _read_text(body),
        int.from_bytes(time, "big"),
        _name_checksum(tree),
        _name_checksum(meta),
    )


def serialise_commit(commit: Commit) -> bytes:
    """The object's bytes; BadVariant if ostree would refuse them."""
    gvariant.keys(commit.metadata)
    related = [(name, _read_checksum(sha)) for name, sha in commit.related]
    parts = [
        commit.metadata,
        _read_checksum(commit.parent) if commit.parent else b"",
        gvariant.pack("a(say)", related, little=False),
        gvariant.pack("s", commit.subject, little=False),
        gvariant.pack("s", commit.body, little=False),
        gvariant.pack("t", commit.timestamp, little=False),
        _read_checksum(commit.root_tree),
        _read_checksum(commit.root_meta),
    ]
    return gvariant.join(COMMIT_TYPE, parts)


def parse_dirtree(data: bytes | memoryview) -> DirTree:
    """The directory in an object's bytes; BadVariant if they are none ostree would write."""
    files, dirs = gvariant.split(DIRTREE_TYPE, data)
    file_rows, dir_rows = _split_rows(files, 2), _split_rows(dirs, 3)
    for rows in (file_rows, dir_rows):
        if any(one[0] >= other[0] for one, other in pairwise(rows)):
            raise BadObject("a dirtree whose names are not in order, or not unique")
    tree = DirTree(
        {_read_text(name): _name_checksum(sha) for name, sha in file_rows},
        {_read_text(n): (_name_checksum(t), _name_checksum(m)) for n, t, m in dir_rows},
    )
    _check_names(tree)
    return tree


def serialise_dirtree(tree: DirTree) -> bytes:
    """The object's bytes, names in strcmp's order; BadVariant if ostree would refuse them."""
    _check_names(tree)
    # Code points sort as their UTF-8 does, which is how strcmp sorts.
    files = [(n, _read_checksum(sha)) for n, sha in sorted(tree.files.items())]
    dirs = [(n, *map(_read_checksum, pair)) for n, pair in sorted(tree.dirs.items())]
    return gvariant.pack(DIRTREE_TYPE, (files, dirs), little=False)


def parse_dirmeta(data: bytes | memoryview) -> DirMeta:
    """The owner, mode and attributes in an object's bytes; BadVariant if they are none."""
    uid, gid, mode, xattrs = gvariant.split(DIRMETA_TYPE, data)
    rows = tuple((_strip_nul(name), value) for name, value in _split_rows(xattrs, 2, "a(ayay)"))
    owner, group, bits = [int.from_bytes(part, "big") for part in (uid, gid, mode)]
    meta = DirMeta(owner, group, bits, rows)
    _check_mode(meta.mode)
    return meta


def serialise_dirmeta(meta: DirMeta) -> bytes:
    """The object's bytes, attributes sorted by name; BadVariant if ostree would refuse them."""
    _check_mode(meta.mode)
    xattrs = [(name + b"\0", value) for name, value in sorted(meta.xattrs)]
    return gvariant.pack(DIRMETA_TYPE, (meta.uid, meta.gid, meta.mode, xattrs), little=False)


def _split_rows(data: bytes, width: int, kind: str = "") -> list[list[bytes]]:
    kind = kind or f"a(s{'ay' * (width - 1)})"
    return [gvariant.split(kind[1:], row) for row in gvariant.split(kind, data)]


def _read_text(part: bytes) -> str:
    return str(gvariant.unpack("s", part, little=False))


def _strip_nul(name: bytes) -> bytes:
    if name.find(b"\0") != len(name) - 1 or len(name) < 2:
        raise BadObject(f"{name!r} is no name of an extended attribute")
    return name[:-1]


def _name_checksum(raw: bytes) -> str:
    if len(raw) != 32:
        raise BadObject(f"a checksum of {len(raw)} bytes")
    return raw.hex()


def _read_checksum(name: str) -> bytes:
    try:
        raw = bytes.fromhex(name)
    except ValueError:
        raw = b""
    if len(raw) != 32 or raw.hex() != name:
        raise BadObject(f"{name!r} is no checksum")
    return raw


def _check_name(name: str) -> None:
    if name in ("", ".", "..") or "/" in name or len(name.encode()) > _LONGEST_NAME:
        raise BadObject(f"{name!r} is no name of a file")


def _check_names(tree: DirTree) -> None:
    for name in (*tree.files, *tree.dirs):
        _check_name(name)
    if not tree.files.keys().isdisjoint(tree.dirs):
        raise BadObject("a name is both a file and a directory")


def _check_mode(mode: int) -> None:
    if not stat.S_ISDIR(mode) or mode & ~(stat.S_IFDIR | 0o7777):
        raise BadObject(f"{mode:o} is no mode of a directory")


def graft(
    base_root: str,
    upper_root: str,
    load: Callable[[str], DirTree],
    store: Callable[[DirTree], str],
    deletions: Collection[str] = (),
    opaque: Collection[str] = (),
) -> str:
    """The checksum of a dirtree which shows an upper tree over a base, as overlayfs would.

    A directory of both is merged and has the upper's dirmeta; any other name of the upper replaces
    the base's.  Paths are relative ("usr/bin/x").  What is at a path of `deletions` is not in the
    result, whichever tree it came from; one where nothing is does no harm.  A directory of the
    upper whose path is in `opaque` ("" for the root) hides the base's.  Only directories in which
    something may change are loaded, and only those stored which neither tree had.
    """
    gone, hiding = frozenset(map(_check_path, deletions)), frozenset(map(_check_path, opaque))
    if "" in gone:
        raise BadObject("the root of a tree cannot be deleted")
    return _Graft(load, store, gone, frozenset(_list_parents(gone)), hiding).merge(
        base_root, upper_root, ""
    )


@dataclass(frozen=True)
class _Graft:
    """The work of `graft`; the path of the root is ''."""

    load: Callable[[str], DirTree]
    store: Callable[[DirTree], str]
    gone: frozenset[str]
    near: frozenset[str]  # directories with a deletion somewhere below
    opaque: frozenset[str]

    def merge(self, base: str | None, upper: str | None, path: str) -> str:
        """The dirtree of a directory which one of the trees has, or both."""
        if base == upper or (upper and path in self.opaque):
            base = None
        only = upper if base is None else base if upper is None else None
        if only and path not in self.near:
            return only
        below = self.load(base) if base else DirTree()
        above = self.load(upper) if upper else DirTree()
        new = self.combine(below, above, path)
        return (base if new == below else upper if new == above else None) or self.store(new)

    def combine(self, below: DirTree, above: DirTree, path: str) -> DirTree:
        if path.count("/") > _DEEPEST:
            raise BadObject("directories nested too deep")
        names = {**below.files, **below.dirs, **above.files, **above.dirs}
        gone = {name for name in names if _put(path, name) in self.gone}
        files = {n: c for n, c in {**below.files, **above.files}.items() if n not in above.dirs}
        dirs = {n: p for n, p in {**below.dirs, **above.dirs}.items() if n not in above.files}
        merged = {}
        for name in dirs.keys() - gone:
            old, new = below.dirs.get(name, (None,))[0], above.dirs.get(name, (None,))[0]
            merged[name] = (self.merge(old, new, _put(path, name)), dirs[name][1])
        return DirTree({name: files[name] for name in files.keys() - gone}, merged)


def _put(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _check_path(path: str) -> str:
    for name in path.split("/") if path else ():
        _check_name(name)
    return path


def _list_parents(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        parts = path.split("/")
        yield from ("/".join(parts[:i]) for i in range(len(parts)))
