"""What a solver complained of, and how the base and a layer fail to fit together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rpmostree.model.available import Available
from rpmostree.model.nevra import Nevra, compare_evr

_FROM = r"(?: from \S+)?"  # which dnf 5 says of each package
_REASONS = (
    ("requires", rf"package (?P<package>\S+){_FROM} requires (?P<capability>.+?), but none"),
    ("requires", rf"package (?P<package>\S+){_FROM} requires (?P<capability>.+)$"),
    ("requires", rf"nothing provides (?P<capability>.+) needed by (?P<package>\S+){_FROM}$"),
    (  # dnf 5 turns it round where the other package is installed
        "conflicts",
        r"installed package (?P<other>\S+) conflicts with (?P<capability>.+?) "
        r"provided by (?P<package>\S+)",
    ),
    (
        "conflicts",
        rf"package (?P<package>\S+){_FROM} conflicts with (?P<capability>.+?) "
        r"provided by (?P<other>\S+)",
    ),
    ("obsoletes", rf"package (?P<package>\S+){_FROM} obsoletes (?P<capability>.+?) provided"),
)
_VERBS = {"requires": "needs", "conflicts": "conflicts with", "obsoletes": "replaces"}


@dataclass(frozen=True)
class Reason:
    """One sentence of the solver's: `package` `kind` `capability`.

    In a conflict `other` is the package that it is with.
    """

    kind: str
    package: str
    capability: str
    other: str | None = None

    @property
    def name(self) -> str:
        """The capability without a version."""
        return self.capability.split()[0]

    def seen_from_outside(self, base: Mapping[str, Nevra]) -> "Reason":
        """The same conflict, told of the package that is not in the base."""
        if self.other is None or self.other in base or self.package not in base:
            return self
        return replace(self, package=self.other, other=self.package)


@dataclass(frozen=True)
class Clash:
    """Why a request does not fit the base.

    `since` is the version of the base that brought its present package; `known` says whether the
    one before is known to have had another. `offered` is what the repositories have.
    """

    request: str
    reason: Reason
    base_has: Nevra
    since: str
    known: bool
    offered: Available | None

    @property
    def lags(self) -> bool:
        """Are the repositories older than the base?"""
        return self.offered is not None and compare_evr(self.offered.nevra, self.base_has) < 0

    @property
    def sentence(self) -> str:
        """All of it in words."""
        since = f"{'' if self.known else 'at least '}since version {self.since}"
        text = (
            f'"{self.request}" does not fit the base: {self.reason.package} '
            f"{_VERBS[self.reason.kind]} {self.reason.capability}, "
            f"the base has {self.base_has} ({since})"
        )
        if self.reason.kind != "requires":
            return text
        if self.offered is None:
            return f"{text}, no repository has {self.base_has.name}"
        text += f", the repository {self.offered.repo} has {self.offered.nevra}"
        return f"{text}: the repository is older than the base" if self.lags else text

    def as_json(self) -> dict[str, object]:
        """The same as data."""
        offered = self.offered
        return {
            "request": self.request,
            "kind": self.reason.kind,
            "package": self.reason.package,
            "needs": self.reason.capability,
            "base-has": str(self.base_has),
            "base-since-version": self.since,
            "repo-has": str(offered.nevra) if offered else None,
            "repo": offered.repo if offered else None,
            "repo-older-than-base": self.lags,
        }


def read_reasons(said: str) -> tuple[Reason, ...]:
    """What the solver said, requirements first; the sentences that are none are left out."""
    found = []
    for line in said.splitlines():
        text = re.sub(r"^\s*(- |Problem(?: \d+)?: )?", "", line)
        for kind, pattern in _REASONS:
            match = re.match(pattern, text)
            if match is not None:
                named = match.groupdict()
                found.append(
                    Reason(kind, named["package"], named["capability"], named.get("other"))
                )
                break
    return tuple(sorted(dict.fromkeys(found), key=lambda r: list(_VERBS).index(r.kind)))


def read_excluded(said: str) -> tuple[str, ...]:
    """The NEVRAs that could not be chosen since the base is locked."""
    return tuple(dict.fromkeys(re.findall(r"package (\S+)(?: from \S+)? is filtered out", said)))


def newest_by_name(found: Sequence[Available]) -> dict[str, Available]:
    """The newest of each NAME.ARCH."""
    return {a.nevra.name_arch: a for a in sorted(found, key=lambda a: a.nevra)}
