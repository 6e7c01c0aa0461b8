"""Why a package is there: the way from a request to it, along what packages ask for."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from rpmostree.model.nevra import Nevra


@dataclass(frozen=True)
class Relations:
    """What a package has and asks for; conditions as rpm writes them, such as `bar >= 1`."""

    package: Nevra
    provides: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    requires: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    supplements: tuple[str, ...] = ()

    def satisfies(self, request: str) -> bool:
        """Is this what a person meant who asked for a name, a version, a capability or a path?"""
        if any(fnmatchcase(spelling, request) for spelling in self.package.spellings):
            return True
        return any(name in self.provides or name in self.files for name in names_in(request))


@dataclass(frozen=True)
class Link:
    """A package that asks for something: `relation` is a verb, `condition` what it asks for."""

    package: Nevra
    relation: str
    condition: str


@dataclass(frozen=True)
class Chain:
    """From a request to a package; without links the package is what was requested."""

    request: str
    links: tuple[Link, ...]


def find_chains(
    target: Nevra, requests: Iterable[str], packages: Sequence[Relations]
) -> tuple[Chain, ...]:
    """The shortest chain from each request that leads to `target` through these packages."""
    steps = _find_steps(packages)
    chains = []
    for request in requests:
        starts = [p.package for p in packages if p.satisfies(request)]
        links = _shortest(starts, target, steps)
        if links is not None:
            chains.append(Chain(request, links))
    return tuple(chains)


def names_in(condition: str) -> Iterator[str]:
    """The names in a condition; there are several in one like `(foo >= 2 or bar(x))`.

    Versions are not compared: rpm has seen to them.
    """
    if not condition.startswith("("):
        yield re.split(r"\s[<>=]", condition, maxsplit=1)[0]
        return
    for word in condition.split():
        name = word.lstrip("(")
        while name.count(")") > name.count("("):
            name = name.removesuffix(")")
        yield name


_Steps = Mapping[Nevra, Sequence[tuple[Link, Nevra]]]


def _shortest(starts: Iterable[Nevra], target: Nevra, steps: _Steps) -> tuple[Link, ...] | None:
    ways: dict[Nevra, tuple[Link, ...]] = {start: () for start in starts}
    waiting = deque(ways)
    while waiting:
        here = waiting.popleft()
        if here == target:
            return ways[here]
        for link, there in steps[here]:
            if there not in ways:
                ways[there] = (*ways[here], link)
                waiting.append(there)
    return None


def _find_steps(packages: Sequence[Relations]) -> _Steps:
    """From each package to those that are there because of it; what it requires comes first."""
    having: dict[str, list[Nevra]] = {}
    for one in packages:
        for name in one.provides | one.files:
            having.setdefault(name, []).append(one.package)
    steps: dict[Nevra, list[tuple[Link, Nevra]]] = {one.package: [] for one in packages}
    for one in packages:
        for relation, conditions in (("requires", one.requires), ("recommends", one.recommends)):
            for condition, other in _fulfil(conditions, having):
                steps[one.package].append((Link(one.package, relation, condition), other))
        for _condition, other in _fulfil(one.supplements, having):
            steps[other].append((Link(other, "is supplemented by", str(one.package)), one.package))
    return steps


def _fulfil(
    conditions: Iterable[str], having: Mapping[str, Sequence[Nevra]]
) -> Iterator[tuple[str, Nevra]]:
    for condition in conditions:
        for name in names_in(condition):
            for package in having.get(name, ()):
                yield condition, package
