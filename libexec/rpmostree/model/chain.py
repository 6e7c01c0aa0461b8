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
        return self.has(request)

    def has(self, condition: str) -> bool:
        """May it fulfil a condition? Versions are not compared: rpm has seen to them."""
        return any(word in self.provides or word in self.files for word in _words(condition))


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
    steps = {p.package: tuple(_steps(p, packages)) for p in packages}
    chains = []
    for request in requests:
        starts = [p.package for p in packages if p.satisfies(request)]
        links = _shortest(starts, target, steps)
        if links is not None:
            chains.append(Chain(request, links))
    return tuple(chains)


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


def _steps(one: Relations, packages: Sequence[Relations]) -> Iterator[tuple[Link, Nevra]]:
    """The packages that are there because of this one; what it requires comes first."""
    for relation, conditions in (("requires", one.requires), ("recommends", one.recommends)):
        for condition in conditions:
            for other in packages:
                if other is not one and other.has(condition):
                    yield Link(one.package, relation, condition), other.package
    for other in packages:
        for condition in other.supplements:
            if other is not one and one.has(condition):
                yield Link(one.package, "is supplemented by", str(other.package)), other.package


def _words(condition: str) -> Iterator[str]:
    """The names in a condition; there are several in one like `(foo >= 2 or bar(x))`."""
    if not condition.startswith("("):
        yield re.split(r"\s[<>=]", condition, maxsplit=1)[0]
        return
    for word in condition.split():
        name = word.lstrip("(")
        while name.count(")") > name.count("("):
            name = name.removesuffix(")")
        yield name
