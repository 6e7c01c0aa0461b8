"""The package indexes of apt: versions, relations, and the closure of a list of names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from tests.distro import rules
from tests.kit.sh import sh, text

Policy = Literal["oldest", "newest"]

# ---------------------------------------------------------------- versions

PartKey = tuple[tuple[tuple[int, ...], int], ...]
VersionKey = tuple[int, PartKey, PartKey]


@dataclass(frozen=True)
class Version:
    """A Debian version ``[epoch:]upstream[-revision]``, taken apart."""

    epoch: int
    upstream: str
    revision: str

    @classmethod
    def parse(cls, written: str) -> Version:
        """Take a version apart; without an epoch it is 0, a native version has no revision."""
        epoch, colon, rest = written.partition(":")
        if not colon:
            epoch, rest = "0", written
        upstream, dash, revision = rest.rpartition("-")
        return cls(int(epoch), upstream, revision) if dash else cls(int(epoch), rest, "")

    @cached_property
    def key(self) -> VersionKey:
        """What sorts as dpkg sorts."""
        return self.epoch, order_part(self.upstream), order_part(self.revision)


def order_part(part: str) -> PartKey:
    """The sort key of an upstream version or a revision.

    Text and numbers alternate; in text ``~`` is before the end, the end before
    letters, letters before all else; numbers compare as numbers, none is 0.
    """
    end = ((0,), 0)
    first, *rest = (
        ((*map(order_char, word), 0), int(number or 0))
        for word, number in re.findall(r"(\D*)(\d*)", part)
    )
    while rest and rest[-1] == end:
        rest.pop()
    return (first, *rest, end)


def order_char(char: str) -> int:
    """The rank of a character that is no digit."""
    if char == "~":
        return -1
    return ord(char) if char.isalpha() else ord(char) + 256


# --------------------------------------------------------------- relations


@dataclass(frozen=True)
class Relation:
    """A name, perhaps with a condition on the version: ``op`` is "" without one."""

    name: str
    op: str = ""
    version: str = ""

    def accepts(self, version: str) -> bool:
        """Does this version of the named package satisfy the condition?"""
        if not self.op:
            return True
        ours, theirs = Version.parse(version).key, Version.parse(self.version).key
        return {
            "<<": ours < theirs,
            "<": ours <= theirs,
            "<=": ours <= theirs,
            "=": ours == theirs,
            ">=": ours >= theirs,
            ">": ours >= theirs,
            ">>": ours > theirs,
        }[self.op]


RELATION = re.compile(
    r"\s*([a-z0-9][a-z0-9+.\-]*)(?::\w+)?\s*(?:\(\s*(<<|<=|>=|>>|=|<|>)\s*([^)\s]+)\s*\))?"
)

Alternatives = tuple[Relation, ...]


def parse_relations(written: str) -> tuple[Alternatives, ...]:
    """``a (>= 1) | b, c`` as a tuple of alternatives."""
    groups = (
        tuple(
            Relation(found[1], found[2] or "", found[3] or "")
            for found in map(RELATION.match, group.split("|"))
            if found
        )
        for group in written.split(",")
    )
    return tuple(group for group in groups if group)


# ---------------------------------------------------------------- packages


@dataclass(frozen=True)
class Package:
    """One version of one package, as the index describes it."""

    name: str
    version: str
    architecture: str
    fields: Mapping[str, str] = field(repr=False, hash=False, compare=False)

    def relations(self, *kinds: str) -> tuple[Alternatives, ...]:
        """The relations of these fields, in their order."""
        return tuple(
            group for kind in kinds for group in parse_relations(self.fields.get(kind, ""))
        )

    @property
    def depends(self) -> tuple[Alternatives, ...]:
        """What must be there with this package, without what the rules drop."""
        return tuple(
            group
            for group in self.relations("Pre-Depends", "Depends")
            if not any(is_dropped(self.name, relation.name) for relation in group)
        )

    @property
    def deb(self) -> str:
        """The file name under which ``apt-get download`` stores it."""
        version = self.version.replace(":", "%3a")
        return f"{self.name}_{version}_{self.architecture}.deb"


def is_dropped(owner: str, name: str) -> bool:
    """Do the rules drop the dependency of ``owner`` on ``name``?"""
    if (owner, name) in rules.KEPT:
        return False
    return name in rules.DROPPED or name in rules.DROPPED_FOR.get(owner, ())


def parse_package(paragraph: str) -> Package:
    """A paragraph of an index as a package; folded lines are left out."""
    fields = dict(
        line.split(": ", 1)
        for line in paragraph.split("\n")
        if ": " in line and not line.startswith((" ", "\t"))
    )
    return Package(fields["Package"], fields["Version"], fields["Architecture"], fields)


class EmptyIndexError(RuntimeError):
    """apt has no package lists."""


def list_index_files() -> list[Path]:
    """The files with apt's package lists; EmptyIndexError when there are none."""
    names = text("apt-get", "indextargets", "--format", "$(FILENAME)", "Created-By: Packages")
    found = [Path(name) for name in names.split("\n") if "binary-amd64" in name]
    if not found or not any(path.exists() for path in found):
        raise EmptyIndexError("apt has no package lists: run 'apt-get update' first")
    return [path for path in found if path.exists()]


class Index:
    """Every version of every package that apt knows for this machine."""

    def __init__(self, content: str) -> None:
        self._raw: dict[str, list[str]] = {}
        self._parsed: dict[str, tuple[Package, ...]] = {}
        self.providers: dict[str, set[str]] = {}
        for paragraph in content.split("\n\n"):
            found = re.search(r"^Package: (\S+)$", paragraph, re.MULTILINE)
            if not found:
                continue
            self._raw.setdefault(found[1], []).append(paragraph)
            start = paragraph.find("\nProvides: ")
            if start >= 0:
                line = paragraph[start + 11 :].split("\n", 1)[0]
                for virtual, *_ in parse_relations(line):
                    self.providers.setdefault(virtual.name, set()).add(found[1])

    @classmethod
    def read(cls) -> Index:
        """Read apt's lists; not ``apt-cache``, which would show one version of each."""
        return cls(sh("/usr/lib/apt/apt-helper", "cat-file", *list_index_files()).decode())

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def versions(self, name: str) -> tuple[Package, ...]:
        """All the versions of a package, the oldest first."""
        if name not in self._parsed:
            packages = {p.version: p for p in map(parse_package, self._raw.get(name, ()))}
            self._parsed[name] = tuple(
                sorted(packages.values(), key=lambda p: Version.parse(p.version).key)
            )
        return self._parsed[name]

    def choose(self, name: str, policy: Policy, pin: str = "") -> Package:
        """The version the policy says, or the pinned one; KeyError if it is not there."""
        versions = self.versions(name)
        if pin:
            versions = tuple(p for p in versions if p.version == pin)
        if not versions:
            raise KeyError(f"no package {name} {pin}".rstrip())
        return versions[0] if policy == "oldest" else versions[-1]


class Closure:
    """A set of packages that has all the dependencies of its members."""

    def __init__(self, index: Index, policy: Policy) -> None:
        self.index = index
        self.policy = policy
        self.chosen: dict[str, Package] = {}
        self.unresolved: list[str] = []

    def add(self, wanted: Iterable[str]) -> list[str]:
        """Take these names (``name`` or ``name=version``) and all they need; what was new."""
        before = set(self.chosen)
        queue = []
        for name, _, pin in (item.partition("=") for item in wanted):
            if name not in self.chosen or pin:
                self.chosen[name] = self.index.choose(name, self.policy, pin)
                queue.append(name)
        while queue:
            for group in self.chosen[queue.pop(0)].depends:
                name = self.pick(group)
                if name and name not in self.chosen:
                    self.chosen[name] = self.index.choose(name, self.policy, self.pin(name, group))
                    queue.append(name)
                elif not name:
                    self.unresolved.append(" | ".join(r.name for r in group))
        return sorted(set(self.chosen) - before)

    def pin(self, name: str, group: Alternatives) -> str:
        """The version that a relation ``name (= version)`` asks for, if there is such a one."""
        known = {p.version for p in self.index.versions(name)}
        return next(
            (r.version for r in group if r.name == name and r.op == "=" and r.version in known), ""
        )

    def fits(self, relation: Relation) -> bool:
        """Would the version that is or would be taken satisfy the relation?"""
        if relation.name in self.chosen:
            return relation.accepts(self.chosen[relation.name].version)
        if relation.name in self.index:
            return relation.accepts(self.index.choose(relation.name, self.policy).version)
        return True

    def pick(self, group: Alternatives) -> str:
        """The name to take for these alternatives, "" if none is to be had."""
        fitting = [r for r in group if self.fits(r)] or list(group)
        for relation in fitting:
            if relation.name in self.chosen:
                return relation.name
        for relation in fitting:
            name = rules.PREFERRED.get(relation.name, relation.name)
            if name in self.index:
                return name
            providers = sorted(self.index.providers.get(name, ()))
            if providers:
                return next((p for p in providers if p in self.chosen), providers[0])
        return ""

    def provided(self) -> set[str]:
        """All the names, real and virtual, that the members have."""
        virtual = (g[0].name for p in self.chosen.values() for g in p.relations("Provides"))
        return {*self.chosen, *virtual}

    def requirements(self, package: Package, have: AbstractSet[str]) -> tuple[Alternatives, ...]:
        """The dependencies of a member, reduced to what is in ``have`` and fits."""
        groups = (
            tuple(r for r in g if r.name in have and (len(g) == 1 or self.fits(r)))
            for g in package.depends
        )
        return tuple(group for group in groups if group)

    def conflicts(self, package: Package) -> tuple[Relation, ...]:
        """What a member must not meet.

        For Debian a name provided without a version meets no condition on versions,
        for RPM it meets them all; so conditions are kept for real members only.
        """
        groups = package.relations("Conflicts", "Breaks")
        return tuple(
            r for (r, *_) in groups
            if r.name != package.name and (not r.op or r.name in self.chosen)
        )  # fmt: skip


def fetch(packages: Iterable[Package], directory: Path) -> int:
    """Download the .debs that are not in the directory yet; returns how many."""
    missing = [p for p in packages if not (directory / p.deb).exists()]
    if missing:
        directory.mkdir(parents=True, exist_ok=True)
        sh(
            "apt-get",
            "-qq",
            "--option=APT::Sandbox::User=root",
            "download",
            *(f"{p.name}={p.version}" for p in missing),
            cwd=directory,
        )
    return len(missing)
