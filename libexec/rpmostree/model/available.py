"""Packages that repositories offer, and which of them a search means."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from rpmostree.model.nevra import Nevra

_TAGS = ("name", "epoch", "version", "release", "arch", "repoid", "summary")
FORMAT = "\t".join(f"%{{{tag}}}" for tag in _TAGS)  # of `dnf repoquery`


@dataclass(frozen=True)
class Available:
    """A package in a repository."""

    nevra: Nevra
    repo: str
    summary: str


class Group(Enum):
    """Where the terms of a search were found, in the order of the answer."""

    BOTH = "Summary & Name"
    NAME = "Name"
    SUMMARY = "Summary"


def read_row(row: str) -> Available:
    """A line that dnf wrote with FORMAT. Raises ValueError for any other."""
    name, epoch, version, release, arch, repo, summary = row.split("\t", 6)
    return Available(Nevra(name, int(epoch), version, release, arch), repo, summary)


def count_packages(rows: Iterable[str]) -> dict[str, int]:
    """How many packages each repository has."""
    found: dict[str, int] = {}
    for row in rows:
        repo = row.split("\t", 6)[5]
        found[repo] = found.get(repo, 0) + 1
    return found


def search(rows: Iterable[str], terms: Sequence[str]) -> dict[Group, tuple[Available, ...]]:
    """The packages in whose name or summary each term is found, by group, then name.

    Upper and lower case are the same. A term with `*`, `?` or `[` has to match the whole name or
    summary. Of a name, the newest version counts.
    """
    lowered = [term.lower() for term in terms]
    newest: dict[str, tuple[Group, Available]] = {}
    for row, group in _find(rows, lowered):
        package = read_row(row)
        known = newest.get(package.nevra.name)
        if known is None or known[1].nevra < package.nevra:
            newest[package.nevra.name] = (group, package)
    chosen = [newest[name] for name in sorted(newest)]
    found = {group: tuple(p for g, p in chosen if g is group) for group in Group}
    return {group: packages for group, packages in found.items() if packages}


def _find(rows: Iterable[str], terms: Sequence[str]) -> Iterator[tuple[str, Group]]:
    plain = [term for term in terms if not _is_pattern(term)]
    for row in rows:
        low = row.lower()
        if all(term in low for term in plain):  # which most rows do not get through
            group = _judge(low, terms)
            if group is not None:
                yield row, group


def _judge(row: str, terms: Sequence[str]) -> Group | None:
    """Where the terms are; None if one of them is nowhere."""
    fields = row.split("\t", 6)
    name = [_is_in(term, fields[0]) for term in terms]
    summary = [_is_in(term, fields[6]) for term in terms]
    if not all(a or b for a, b in zip(name, summary, strict=True)):
        return None
    if any(name) and any(summary):
        return Group.BOTH
    return Group.NAME if any(name) else Group.SUMMARY


def _is_in(term: str, text: str) -> bool:
    return fnmatchcase(text, term) if _is_pattern(term) else term in text


def _is_pattern(term: str) -> bool:
    return any(char in term for char in "*?[")
