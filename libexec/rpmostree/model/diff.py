"""The difference between two sets of packages."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from rpmostree.model.nevra import Nevra, compare_evr


class Change(IntEnum):
    """The numbers are those of the JSON documents."""

    ADDED = 0
    REMOVED = 1
    UPGRADED = 2
    DOWNGRADED = 3


@dataclass(frozen=True)
class PackageChange:
    """One package that is not the same on both sides; `old` or `new` may be missing."""

    kind: Change
    old: Nevra | None
    new: Nevra | None

    @property
    def name(self) -> str:
        package = self.new or self.old
        assert package is not None  # one side is always there
        return package.name


def diff_packages(old: Iterable[Nevra], new: Iterable[Nevra]) -> tuple[PackageChange, ...]:
    """Compare by name and architecture; sorted by kind, then name."""
    before, after = _by_name(old), _by_name(new)
    changes: list[PackageChange] = []
    for key in before.keys() | after.keys():
        changes += _changes(before.get(key, []), after.get(key, []))
    return tuple(sorted(changes, key=lambda c: (c.kind, c.name)))


def _by_name(packages: Iterable[Nevra]) -> dict[str, list[Nevra]]:
    groups: dict[str, list[Nevra]] = {}
    for package in packages:
        groups.setdefault(package.name, []).append(package)
    return groups


def _changes(old: list[Nevra], new: list[Nevra]) -> list[PackageChange]:
    gone = sorted(p for p in old if p not in new)
    came = sorted(p for p in new if p not in old)
    alone = len(gone) == len(came) == 1  # then another architecture is no other package
    pairs: list[tuple[Nevra, Nevra]] = []
    for before in list(gone):
        after = next((p for p in came if alone or p.arch == before.arch), None)
        if after is not None:
            pairs.append((before, after))
            gone.remove(before)
            came.remove(after)
    return [
        *(PackageChange(_direction(a, b), a, b) for a, b in pairs),
        *(PackageChange(Change.REMOVED, p, None) for p in gone),
        *(PackageChange(Change.ADDED, None, p) for p in came),
    ]


def _direction(old: Nevra, new: Nevra) -> Change:
    return Change.DOWNGRADED if compare_evr(new, old) < 0 else Change.UPGRADED
