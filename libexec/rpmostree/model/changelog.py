"""Changelogs of packages: what a newer version says that the older one did not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rpmostree.model.diff import Change, PackageChange
from rpmostree.model.nevra import Nevra


@dataclass(frozen=True)
class Entry:
    """One entry of %changelog; `time` is in seconds of the epoch."""

    time: int
    author: str
    text: str


@dataclass(frozen=True)
class Changelog:
    """The changelog of a package, newest entry first, and the source package it belongs to."""

    source: str
    entries: tuple[Entry, ...]


def newer_entries(old: Sequence[Entry], new: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of `new` above the newest one of `old`."""
    if not old:
        return tuple(new)
    known = old[0]
    found: list[Entry] = []
    for entry in new:
        if entry.time < known.time or entry == known:
            break
        found.append(entry)
    return tuple(found)


def news_of_upgrades(
    changes: Iterable[PackageChange],
    old: Mapping[Nevra, Changelog],
    new: Mapping[Nevra, Changelog],
) -> dict[PackageChange, tuple[Entry, ...]]:
    """What is new in each upgraded package.

    Packages of one source share a changelog: of several in a row the last one has it.
    """
    upgrades = [c for c in changes if c.kind is Change.UPGRADED]
    sources = [old[c.old].source for c in upgrades if c.old is not None]
    followers = [*sources, None][1:]
    return {
        change: newer_entries(old[change.old].entries, new[change.new].entries)
        for change, source, next_ in zip(upgrades, sources, followers, strict=True)
        if source != next_ and change.old is not None and change.new is not None
    }
