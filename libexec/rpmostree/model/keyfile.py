"""GLib's key files, as ostree writes origins: groups of `key=value`, lists as `a;b;`.

Only what we touch is rewritten; unknown groups and keys come out as they went in. Comments do not:
ostree itself reads and rewrites these files without them
(https://docs.gtk.org/glib/struct.KeyFile.html).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_BLANKS = " \t\r\f"
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\", ";": ";"}


@dataclass(frozen=True)
class KeyFile:
    """A key file as a value: group -> key -> raw (still escaped) value."""

    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, group: str, key: str) -> str | None:
        """The string at a key, unescaped; None if it is not there."""
        raw = self.groups.get(group, {}).get(key)
        return None if raw is None else _unescape(raw)

    def flag(self, group: str, key: str) -> bool:
        """The boolean at a key; false if it is not there."""
        return self.groups.get(group, {}).get(key, "").strip() in ("true", "1")

    def strings(self, group: str, key: str) -> tuple[str, ...]:
        """The list of strings at a key; empty if it is not there."""
        raw = self.groups.get(group, {}).get(key, "")
        return tuple(_unescape(item) for item in _split(raw) if item)

    def put(self, group: str, key: str, value: str | bool | Iterable[str] | None) -> "KeyFile":
        """A copy with one key set; None, false and an empty list remove it."""
        raw = _write(value)
        groups = {name: dict(keys) for name, keys in self.groups.items()}
        keys = groups.setdefault(group, {})
        if raw:
            keys[key] = raw
        else:
            keys.pop(key, None)
        if not keys:
            del groups[group]
        return KeyFile(groups)

    def without(self, group: str) -> "KeyFile":
        """A copy that lacks a whole group."""
        return KeyFile({name: keys for name, keys in self.groups.items() if name != group})

    def __str__(self) -> str:
        sections = (
            f"[{group}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())
            for group, keys in self.groups.items()
        )
        return "\n".join(sections)


def parse_keyfile(text: str) -> KeyFile:
    """Read a key file. Raises ValueError, naming the line, if it is malformed."""
    groups: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r").lstrip(_BLANKS)
        if not line or line.startswith("#"):
            continue
        heading = line.rstrip(_BLANKS)
        if heading.startswith("[") and heading.endswith("]") and len(heading) > 2:
            current = groups.setdefault(heading[1:-1], {})
            continue
        key, equals, value = line.partition("=")
        if current is None or not equals or not key.strip(_BLANKS):
            raise ValueError(f"line {number}: neither a [group] nor a key=value: {line!r}")
        current[key.strip(_BLANKS)] = value.lstrip(_BLANKS)
    return KeyFile(groups)


def _split(raw: str) -> list[str]:
    """Split at unescaped semicolons."""
    items, item, escaped = [], "", False
    for char in raw:
        if char == ";" and not escaped:
            items.append(item)
            item = ""
            continue
        escaped = char == "\\" and not escaped
        item += char
    return [*items, item]


def _unescape(raw: str) -> str:
    out, chars = "", iter(raw)
    for char in chars:
        following = next(chars, "") if char == "\\" else ""
        out += _ESCAPES.get(following, char + following)
    return out


def _escape(text: str) -> str:
    for plain, short in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(plain, short)
    return "\\s" + text[1:] if text.startswith(" ") else text


def _write(value: str | bool | Iterable[str] | None) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, str):
        return _escape(value)
    return "".join(_escape(item).replace(";", "\\;") + ";" for item in value)
