"""The history of a sysroot: one line of JSON for each change that was made."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from rpmostree.model.kargs import Kargs

LONGEST = 200  # entries to keep


@dataclass(frozen=True)
class State:
    """A default deployment; `origin` is the text of its file, `base` what is layered upon."""

    checksum: str
    version: str | None
    base: str
    origin: str
    kargs: Kargs


@dataclass(frozen=True)
class PackageStep:
    """A package that came (no `old`), went (no `new`) or changed; NEVRAs."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Entry:
    """A change: `time` is in UTC, `old` and `new` are the stateroot's defaults around it."""

    id: int
    time: str
    user: str
    command: str
    stateroot: str
    old: State | None
    new: State
    packages: tuple[PackageStep, ...] = ()

    @property
    def changes_default(self) -> bool:
        """Does the next boot differ by it?"""
        return self.old != self.new


def write_entry(entry: Entry) -> str:
    """One line of JSON, its end included."""
    return json.dumps(asdict(entry)) + "\n"


def parse_history(text: str) -> tuple[Entry, ...]:
    """All entries, oldest first. A line that a power cut left incomplete is passed over."""
    return tuple(filter(None, map(_parse_line, text.splitlines())))


def append_entry(text: str, entry: Entry) -> str:
    """The history with one more entry, and without those that are too old."""
    lines = [write_entry(old) for old in parse_history(text)]
    return "".join([*lines, write_entry(entry)][-LONGEST:])


def next_id(entries: Iterable[Entry]) -> int:
    return max((entry.id for entry in entries), default=0) + 1


def _parse_line(line: str) -> Entry | None:
    try:
        keys = json.loads(line)
        old, new = keys.pop("old"), keys.pop("new")
        packages = tuple(PackageStep(**step) for step in keys.pop("packages"))
        return Entry(
            **keys,
            old=None if old is None else _parse_state(old),
            new=_parse_state(new),
            packages=packages,
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _parse_state(keys: dict[str, object]) -> State:
    kargs = keys.pop("kargs")
    if not isinstance(kargs, list):
        raise TypeError("the arguments are no list")
    return State(**keys, kargs=tuple(map(str, kargs)))  # type: ignore[arg-type]
