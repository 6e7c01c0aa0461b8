"""The next update as it was found last, in the format of the genuine tool's `cached-update.gv`.

A serialised a{sv} in host byte order. Its values stay GVariant, so that keys which only the genuine
tool writes are shown, too.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from rpmostree.model.advisory import Advisory, parse_advisories
from rpmostree.model.diff import Change, PackageChange
from rpmostree.model.gvariant import BadVariant, Variant, pack, unpack
from rpmostree.model.nevra import Nevra, parse_nevra

_HOST_IS_LITTLE = sys.byteorder == "little"
_PAIRS = "a(us(ss)(ss))"
_SINGLES = "a(usss)"
_PLACES = {
    "upgraded": Change.UPGRADED,
    "downgraded": Change.DOWNGRADED,
    "removed": Change.REMOVED,
    "added": Change.ADDED,
}


class Layer(IntEnum):
    """Whose package it is. The numbers are those of the file."""

    BASE = 0
    LAYERED = 1


@dataclass(frozen=True)
class CachedUpdate:
    """What the next upgrade of a stateroot brings, against the deployment it was computed for."""

    values: Mapping[str, Variant]

    @property
    def checksum(self) -> str:
        return self.text("checksum") or ""

    @property
    def based_on(self) -> str | None:
        """The commit that was running when this was found; on any other it is stale."""
        return self.text("update-sha256")

    @property
    def new_commit(self) -> bool:
        """Is there a new base? Else only layered packages change."""
        return self._value("ref-has-new-commit") is True

    @property
    def timestamp(self) -> int:
        """When the new base was made, in seconds of the epoch."""
        found = self._value("timestamp")
        return found if isinstance(found, int) else 0

    @property
    def gpg(self) -> bool:
        """Are commits of this origin to be signed?"""
        return self._value("gpg-enabled") is True

    @property
    def changes(self) -> tuple[PackageChange, ...]:
        """The packages that change, sorted by kind, then name."""
        found = self._value("rpm-diff")
        rows = found.items() if isinstance(found, dict) else ()
        changes = (c for place, rest in rows for c in _read_changes(str(place), rest))
        return tuple(sorted(changes, key=lambda c: (c.kind, c.name)))

    @property
    def advisories(self) -> tuple[Advisory, ...]:
        """The security advisories, the least severe ones first."""
        found = parse_advisories(self.values.get("advisories"))
        return tuple(sorted((a for a in found if a.is_security), key=lambda a: a.rank))

    def text(self, key: str) -> str | None:
        """The string at a key; None if there is none."""
        found = self._value(key)
        return found if isinstance(found, str) else None

    def __bytes__(self) -> bytes:
        return pack("a{sv}", dict(self.values), little=_HOST_IS_LITTLE)

    def _value(self, key: str) -> object:
        found = self.values.get(key)
        return found.value if found is not None else None


def parse_update(data: bytes) -> CachedUpdate:
    """Read the file. Raises BadVariant if it is damaged."""
    values = unpack("a{sv}", data, little=_HOST_IS_LITTLE)
    assert isinstance(values, dict)  # the type says so
    found = CachedUpdate({str(k): v for k, v in values.items() if isinstance(v, Variant)})
    if not found.checksum or not found.based_on:
        raise BadVariant("it does not say which update it is")
    return found


def diff_variant(changes: Iterable[tuple[Layer, PackageChange]]) -> Variant:
    """Package changes as `rpm-diff` has them."""
    rows: dict[str, list[object]] = {place: [] for place in _PLACES}
    places = {kind: place for place, kind in _PLACES.items()}
    for layer, change in changes:
        sides = [(p.evr, p.arch) for p in (change.old, change.new) if p is not None]
        both = change.old is not None and change.new is not None
        ends = tuple(sides) if both else sides[0]
        rows[places[change.kind]].append((int(layer), change.name, *ends))
    types = {place: _SINGLES if place in ("removed", "added") else _PAIRS for place in rows}
    return Variant("a{sv}", {place: Variant(types[place], rows[place]) for place in rows})


def _read_changes(place: str, found: object) -> Iterator[PackageChange]:
    wanted = _SINGLES if place in ("removed", "added") else _PAIRS
    if place not in _PLACES or not isinstance(found, Variant) or found.type != wanted:
        return
    assert isinstance(found.value, list)  # the type says so
    for _layer, name, *ends in found.value:
        if wanted == _PAIRS:
            old, new = (_package(name, *end) for end in ends)
            yield PackageChange(_PLACES[place], old, new)
        else:
            package = _package(name, *ends)
            gone = place == "removed"
            yield PackageChange(
                _PLACES[place], package if gone else None, None if gone else package
            )


def _package(name: str, evr: str, arch: str) -> Nevra:
    return parse_nevra(f"{name}-{evr}.{arch}")
