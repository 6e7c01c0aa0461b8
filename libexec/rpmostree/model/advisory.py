"""Advisories that a composed commit lists: what they fix, and how bad that was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from rpmostree.model.gvariant import Variant
from rpmostree.model.objects import Commit

_KEY = "rpmostree.advisories"
TYPE = "a(suuasa{sv})"
_SECURITY = 1  # DNF_ADVISORY_KIND_SECURITY


class Severity(IntEnum):
    """The numbers are those of the metadata; whatever else is found there counts as unknown."""

    UNKNOWN = 0
    LOW = 1
    MODERATE = 2
    IMPORTANT = 3
    CRITICAL = 4


@dataclass(frozen=True)
class Advisory:
    """An advisory, its packages as NEVRA, and pairs of address and title of what it fixes."""

    id: str
    kind: int
    severity: int
    packages: tuple[str, ...]
    references: tuple[tuple[str, str], ...] = ()

    @property
    def is_security(self) -> bool:
        return self.kind == _SECURITY

    @property
    def rank(self) -> Severity:
        known = self.severity in Severity.__members__.values()
        return Severity(self.severity) if known else Severity.UNKNOWN


def read_advisories(commit: Commit) -> tuple[Advisory, ...]:
    """The advisories of a commit, as it lists them; none if it lists none."""
    return parse_advisories(commit.get(_KEY))


def parse_advisories(found: Variant | None) -> tuple[Advisory, ...]:
    """The advisories in a value as commits and the update cache have it; none if it is no such."""
    if found is None or found.type != TYPE or not isinstance(found.value, (list, tuple)):
        return ()
    return tuple(
        Advisory(id_, kind, severity, tuple(packages), _references(extra))
        for id_, kind, severity, packages, extra in found.value
    )


def new_advisories(old: Iterable[Advisory], new: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """Those of `new` that `old` has not got."""
    known = {advisory.id for advisory in old}
    return tuple(advisory for advisory in new if advisory.id not in known)


def _references(extra: Mapping[str, Variant]) -> tuple[tuple[str, str], ...]:
    found = extra.get("cve_references")
    listed = found is not None and found.type == "a(ss)" and isinstance(found.value, (list, tuple))
    return tuple((url, title) for url, title in found.value) if listed else ()  # type: ignore[union-attr]
