"""GVariant values as bytes; `gvariant_text` writes them for people and as JSON.

Source: the GVariant Specification 1.0. Only data in normal form is accepted, so what unpacks packs
again to the same bytes; but of a key twice in a dictionary the first counts, and the grammar of `o`
and `g` is not checked. Numbers are in the byte order the caller names, framing offsets never are.
A value in Python: numbers, `bool` and `str`; `ay` is `bytes`, another array a `list`, `a{..}` a
`dict`; tuples and single dictionary entries are `tuple`; `v` is `Variant`; a maybe is `None` or
the value (a maybe right inside a maybe: `None` or a tuple of one).
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_DEEPEST = 128  # containers in one another, as GLib's G_VARIANT_MAX_RECURSION_DEPTH
_NUMBERS = {  # letter: (letter in struct, size)
    **{"b": ("B", 1), "y": ("B", 1), "n": ("h", 2), "q": ("H", 2), "i": ("i", 4), "u": ("I", 4)},
    **{"x": ("q", 8), "t": ("Q", 8), "h": ("i", 4), "d": ("d", 8)},
}
_CODECS = {(k, o == "<"): struct.Struct(o + n[0]) for k, n in _NUMBERS.items() for o in "<>"}
STRINGS = "sog"
BASIC = "".join(_NUMBERS) + STRINGS
_OFFSETS = {1: "B", 2: "H", 4: "I", 8: "Q"}


class BadVariant(ValueError):
    """A type string, serialised data or a value which GVariant does not allow."""


@dataclass(frozen=True)
class Variant:
    """A value with its type: what a `v` holds."""

    type: str
    value: object


class _Source:
    """The bytes being read, their byte order, and how deep the reading has gone."""

    def __init__(self, data: bytes | memoryview, *, little: bool) -> None:
        self.buf, self.little, self.depth = bytes(data), little, 0


class Type:
    """A type with the types inside it; the kind tells how its values are treated."""

    def __init__(self, kind: str, name: str, children: tuple["Type", ...] = ()) -> None:
        self.kind, self.name, self.children = kind, name, children
        self.height: int = 1 + max((c.height for c in children), default=0)
        self.size: int | None = _NUMBERS[kind][1] if kind in _NUMBERS else None
        least = 8 if kind == "v" else self.size or 1
        self.align: int = max((c.align for c in children), default=least)
        self.frames = sum(c.size is None for c in children[:-1])
        self.read: Callable[[Type, _Source, int, int], object] = _READERS.get(kind, _read_number)
        if kind[0] in "({" and all(c.size is not None for c in children):
            total = 0
            for child in children:
                total += -total % child.align + (child.size or 0)
            self.size = total + -total % self.align or 1


@lru_cache(maxsize=256)
def compile_type(name: str) -> Type:
    node, end = _parse(name, 0, 1)
    if end != len(name):
        raise BadVariant(f"{name!r:.80} is more than one type")
    return node


def _parse(name: str, at: int, depth: int) -> tuple[Type, int]:
    """The type which begins at a place of a type string, and where it ends."""
    letter = name[at : at + 1]
    if not letter or letter not in BASIC + "vma({" or depth > _DEEPEST:
        raise BadVariant(f"{name!r:.80} is no type")
    if letter in "({":
        return _parse_members(name, at, depth)
    if letter not in "ma":
        return Type(letter, letter), at + 1
    child, end = _parse(name, at + 1, depth + 1)
    special = letter == "a" and child.name[0] in "y{"
    return Type(letter + child.name[0] * special, letter + child.name, (child,)), end


def _parse_members(name: str, at: int, depth: int) -> tuple[Type, int]:
    kind, close, members, end = name[at], ")" if name[at] == "(" else "}", [], at + 1
    while name[end : end + 1] != close:
        member, end = _parse(name, end, depth + 1)
        members.append(member)
    if kind == "{" and (len(members) != 2 or members[0].name not in BASIC):
        raise BadVariant(f"{name!r:.80} has a bad dictionary entry")
    if kind == "(" and len(members) > 1 and all(m.name == "s" for m in members):
        kind = "(s"
    return Type(kind, name[at : end + 1], tuple(members)), end + 1


def _measure_offset(size: int) -> int:
    return 1 if size <= 0xFF else 2 if size <= 0xFFFF else 4 if size <= 0xFFFFFFFF else 8


def _skip(buf: bytes, at: int, align: int) -> int:
    """The next aligned position; what lies between must be zero."""
    past = at + -at % align
    if past != at and any(buf[at:past]):
        raise BadVariant("padding which is not zero")
    return past


def _find_spans(node: Type, buf: bytes, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Where each child of an array or tuple lies."""
    if node.kind[0] in "({":
        return _find_members(node, buf, start, end)
    if node.kind[0] != "a":
        raise BadVariant(f"{node.name!r:.80} has no children to split")
    if (size := node.children[0].size) is None:
        return _find_elements(node, buf, start, end) if end > start else ()
    if (end - start) % size:
        raise BadVariant(f"{end - start} bytes in an array {node.name!r:.80}")
    return ((at, at + size) for at in range(start, end, size))


def _find_elements(node: Type, buf: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    width = _measure_offset(end - start)
    table = start + int.from_bytes(buf[end - width : end], "little")
    count, rest = divmod(end - table, width)
    if count < 1 or rest:
        raise BadVariant("an array's offsets lie outside of it")
    at = start
    for stop in struct.unpack_from(f"<{count}{_OFFSETS[width]}", buf, table):
        at, stop = _skip(buf, at, node.align), start + stop
        if not at <= stop <= table:
            raise BadVariant("an array's offsets are out of order")
        yield at, stop
        at = stop


def _find_ends(node: Type, buf: bytes, start: int, end: int) -> tuple[int, tuple[int, ...]]:
    """Where a tuple's framing offsets begin, and the offsets in the order of its members."""
    if not node.frames:
        return end, ()
    width = _measure_offset(end - start)
    table = end - width * node.frames
    if table < start:
        raise BadVariant(f"{end - start} bytes are too short for a {node.name!r:.80}")
    return table, struct.unpack_from(f"<{node.frames}{_OFFSETS[width]}", buf, table)[::-1]


def _find_members(node: Type, buf: bytes, start: int, end: int) -> list[tuple[int, int]]:
    table, ends = _find_ends(node, buf, start, end)
    stops, at, found = iter(ends), start, []
    for child in node.children:
        at, size = _skip(buf, at, child.align), child.size
        stop = at + size if size is not None else start + next(stops, table - start)
        if not at <= stop <= table:
            raise BadVariant(f"a member of a {node.name!r:.80} lies outside of it")
        found.append((at, stop))
        at = stop
    fixed = node.size is not None
    if (end - start != node.size or any(buf[at:table])) if fixed else at != table:
        raise BadVariant(f"{end - start} bytes where a {node.name!r:.80} should be")
    return found


def _read_number(node: Type, src: _Source, start: int, end: int) -> object:
    if end - start != node.size:
        raise BadVariant(f"{end - start} bytes where a {node.name!r} should be")
    value: object = _CODECS[node.kind, src.little].unpack_from(src.buf, start)[0]
    if node.kind == "b" and value not in (0, 1):
        raise BadVariant(f"{value!r} is no boolean")
    return value == 1 if node.kind == "b" else value


def _read_string(node: Type, src: _Source, start: int, end: int) -> str:
    raw = src.buf[start:end]
    if not raw or raw.find(b"\0") != len(raw) - 1:
        raise BadVariant("a string without its one ending NUL")
    return raw[:-1].decode()


def _read_boxed(node: Type, src: _Source, start: int, end: int) -> Variant:
    """`v`: the value, a NUL, and its type string."""
    nul = src.buf.rfind(b"\0", start, end)
    if nul < 0:
        raise BadVariant("a variant without a type")
    inner = compile_type(src.buf[nul + 1 : end].decode())
    src.depth += inner.height + 1
    if src.depth > _DEEPEST:
        raise BadVariant("variants nested too deep")
    value = inner.read(inner, src, start, nul)
    src.depth -= inner.height + 1
    return Variant(inner.name, value)


def _read_maybe(node: Type, src: _Source, start: int, end: int) -> object:
    child = node.children[0]
    if start == end:
        return None
    if child.size is None:
        end -= 1
        if src.buf[end]:
            raise BadVariant("a maybe without its ending NUL")
    value = child.read(child, src, start, end)
    return (value,) if child.kind == "m" else value


def _read_list(node: Type, src: _Source, start: int, end: int) -> list[object]:
    child = node.children[0]
    read = child.read
    return [read(child, src, *span) for span in _find_spans(node, src.buf, start, end)]


def _read_dict(node: Type, src: _Source, start: int, end: int) -> dict[object, object]:
    found: dict[object, object] = {}
    for span in _find_spans(node, src.buf, start, end):
        key, value = _read_tuple(node.children[0], src, *span)
        found.setdefault(key, value)
    return found


def _read_tuple(node: Type, src: _Source, start: int, end: int) -> tuple[object, ...]:
    spans = _find_members(node, src.buf, start, end)
    return tuple([c.read(c, src, *s) for c, s in zip(node.children, spans, strict=True)])


def _read_strings(node: Type, src: _Source, start: int, end: int) -> tuple[object, ...]:
    """A tuple of strings only, as in lists of packages: one decoding serves them all."""
    table, ends = _find_ends(node, src.buf, start, end)
    raw, last = src.buf[start:table], 0
    words = raw.decode().split("\0")
    for stop in ends:
        if not last < stop < len(raw) or raw[stop - 1]:
            raise BadVariant("a tuple's offsets are out of order")
        last = stop
    if words.pop() or len(words) != len(node.children):
        raise BadVariant(f"{len(words)} strings in a {node.name!r}")
    return tuple(words)


_READERS: dict[str, Callable[[Type, _Source, int, int], object]] = {
    **dict.fromkeys(STRINGS, _read_string),
    **{"v": _read_boxed, "m": _read_maybe, "a": _read_list, "a{": _read_dict},
    **{"ay": lambda node, src, start, end: src.buf[start:end]},
    **{"(": _read_tuple, "{": _read_tuple, "(s": _read_strings},
}


def pair_children(node: Type, value: object) -> list[tuple[Type, object]]:
    """The values inside a container, each with its type."""
    kind, child = node.kind, node.children[0] if node.children else node
    if kind == "v" and isinstance(value, Variant):
        return [(compile_type(value.type), value.value)]
    if kind == "m" and child.kind != "m":
        return [] if value is None else [(child, value)]
    if kind == "m" and (value is None or (isinstance(value, tuple) and len(value) == 1)):
        return [(child, each) for each in value or ()]
    if kind == "a{" and isinstance(value, dict):
        return [(child, entry) for entry in value.items()]
    if isinstance(value, bytes if kind == "ay" else list | tuple) and kind in ("a", "ay"):
        return [(child, each) for each in value]
    if kind[0] in "({" and isinstance(value, tuple) and len(value) == len(node.children):
        return list(zip(node.children, value, strict=True))
    raise BadVariant(f"{value!r:.80} is no value for {node.name!r:.80}")


def _write(node: Type, value: object, little: bool) -> bytes:
    if node.kind in BASIC:
        return _write_basic(node.kind, value, little)
    pairs = pair_children(node, value)
    if node.kind == "ay" and isinstance(value, bytes):
        return value
    parts = [_write(child, each, little) for child, each in pairs]
    if node.kind == "v":
        return parts[0] + b"\0" + pairs[0][0].name.encode()
    if node.kind == "m":
        return b"".join(parts) + (b"\0" if parts and node.children[0].size is None else b"")
    return _join(node, parts)


def _write_basic(kind: str, value: object, little: bool) -> bytes:
    try:
        if kind in STRINGS and isinstance(value, str) and "\0" not in value:
            return value.encode() + b"\0"
        if kind in _NUMBERS and isinstance(value, bool) == (kind == "b"):
            return _CODECS[kind, little].pack(value)
    except (struct.error, OverflowError, UnicodeEncodeError):
        pass
    raise BadVariant(f"{value!r:.80} is no value for {kind!r}")


def _join(node: Type, parts: list[bytes]) -> bytes:
    """The children of an array or tuple, each aligned, with the framing offsets they need."""
    array = node.kind[0] == "a"
    children = node.children * (len(parts) if array else 1)
    if node.kind[0] not in "a({" or len(children) != len(parts):
        raise BadVariant(f"{node.name!r:.80} has not {len(parts)} children")
    body, ends = bytearray(), []
    for part, child in zip(parts, children, strict=True):
        body += bytes(-len(body) % child.align) + part
        if child.size is None:
            ends.append(len(body))
    if not array:
        ends = ends[: node.frames][::-1]
    widths = [w for w in _OFFSETS if _measure_offset(len(body) + w * len(ends)) <= w]
    framed = bytes(body) + struct.pack(f"<{len(ends)}{_OFFSETS[widths[0]]}", *ends)
    return framed.ljust(node.size or 0, b"\0")


def unpack(type: str, data: bytes | memoryview, *, little: bool) -> object:
    """The value serialised in data; BadVariant if data is not this type's normal form."""
    node, src = compile_type(type), _Source(data, little=little)
    try:
        return node.read(node, src, 0, len(src.buf))
    except UnicodeDecodeError:
        raise BadVariant("a string which is not UTF-8") from None


def pack(type: str, value: object, *, little: bool) -> bytes:
    """The normal form of a value; BadVariant if the value is not of the type."""
    return _write(compile_type(type), value, little)


def split(type: str, data: bytes | memoryview) -> list[bytes]:
    """The serialised children of an array or tuple, themselves not looked into."""
    buf = bytes(data)
    return [buf[start:end] for start, end in _find_spans(compile_type(type), buf, 0, len(buf))]


def join(type: str, parts: list[bytes]) -> bytes:
    """An array or tuple of children which are serialised already."""
    return _join(compile_type(type), parts)


def _scan(data: bytes | memoryview) -> Iterator[tuple[str, bytes]]:
    for entry in split("a{sv}", data):
        key, value = split("{sv}", entry)
        yield str(unpack("s", key, little=True)), value


def keys(data: bytes | memoryview) -> list[str]:
    """The keys of a serialised a{sv}, whose values are not looked into."""
    return [key for key, _ in _scan(data)]


def lookup(data: bytes | memoryview, key: str, *, little: bool) -> Variant | None:
    """The value of a key in a serialised a{sv}, whose other values are not looked into."""
    found = (unpack("v", value, little=little) for name, value in _scan(data) if name == key)
    value = next(found, None)
    return value if isinstance(value, Variant) else None
