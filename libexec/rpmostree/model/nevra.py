"""Name, epoch, version, release, architecture of a package, and how RPM orders versions."""

import re
from dataclasses import dataclass
from functools import cmp_to_key, total_ordering

_SEGMENT = re.compile(r"~|\^|[0-9]+|[A-Za-z]+")


@dataclass(frozen=True)
@total_ordering
class Nevra:
    """One package. Ordered by name, then version as RPM orders it, then architecture."""

    name: str
    epoch: int
    version: str
    release: str
    arch: str

    @property
    def evr(self) -> str:
        """`[EPOCH:]VERSION-RELEASE`; an epoch of 0 is left out."""
        prefix = f"{self.epoch}:" if self.epoch else ""
        return f"{prefix}{self.version}-{self.release}"

    @property
    def name_arch(self) -> str:
        return f"{self.name}.{self.arch}"

    @property
    def envra(self) -> str:
        """`[EPOCH:]NAME-VERSION-RELEASE.ARCH`, as digests over packages have it."""
        prefix = f"{self.epoch}:" if self.epoch else ""
        return f"{prefix}{self.name}-{self.version}-{self.release}.{self.arch}"

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that a person may call it."""
        return (self.name, self.name_arch, f"{self.name}-{self.evr}", str(self))

    def __str__(self) -> str:
        return f"{self.name}-{self.evr}.{self.arch}"

    def __lt__(self, other: "Nevra") -> bool:
        if self.name != other.name:
            return self.name < other.name
        order = compare_evr(self, other)
        return order < 0 if order else self.arch < other.arch


def parse_nevra(text: str) -> Nevra:
    """Take `name-[epoch:]version-release.arch` apart; ValueError if it is not one."""
    rest, dot, arch = text.rpartition(".")
    rest, dash, release = rest.rpartition("-")
    name, dash2, ev = rest.rpartition("-")
    epoch, colon, version = ev.rpartition(":")
    complete = dot and dash and dash2 and name and version and release and arch
    if not complete or (colon and not epoch.isdecimal()):
        raise ValueError(f"not a NEVRA: {text!r}")
    return Nevra(name, int(epoch or 0), version, release, arch)


def compare_evr(a: Nevra, b: Nevra) -> int:
    """Negative, zero or positive as a's epoch, version and release sort against b's."""
    if a.epoch != b.epoch:
        return a.epoch - b.epoch
    return compare_versions(a.version, b.version) or compare_versions(a.release, b.release)


def compare_versions(a: str, b: str) -> int:
    """RPM's own order of two version strings (rpm-version(7)): -1, 0 or 1."""
    if a == b:
        return 0
    left, right = _SEGMENT.findall(a), _SEGMENT.findall(b)
    for x, y in zip(left, right, strict=False):
        order = _compare_segments(x, y)
        if order:
            return order
    return _compare_rests(left, right)


def _compare_segments(x: str, y: str) -> int:
    if x == y:
        return 0
    for mark in ("~", "^"):  # both sort before any other segment, the tilde first
        if mark in (x, y):
            return -1 if x == mark else 1
    if x.isdigit() != y.isdigit():
        return 1 if x.isdigit() else -1
    if x.isdigit():
        left, right = _number(x), _number(y)
        return (left > right) - (left < right)
    return 1 if x > y else -1


def _number(digits: str) -> tuple[int, str]:
    """Ordered as the number is, which may be too long for int()."""
    digits = digits.lstrip("0")
    return len(digits), digits


def _compare_rests(left: list[str], right: list[str]) -> int:
    if len(left) == len(right):
        return 0
    longer, sign = (left, 1) if len(left) > len(right) else (right, -1)
    following = longer[min(len(left), len(right))]
    return -sign if following == "~" else sign


version_key = cmp_to_key(compare_versions)
