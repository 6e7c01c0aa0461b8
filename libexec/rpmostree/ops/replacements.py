"""Which replacements of base packages are in force, and by what (`override replace`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.nevra import Nevra, parse_nevra
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.overrides import Replacement
from rpmostree.model.package import Package
from rpmostree.model.sysroot import Sysroot


@dataclass(frozen=True)
class Wanted:
    """What the solver is to bring: specs and files; `sources` has the overridden names of both.

    The value of a name in `sources` is where its replacement comes from: `repo=ID`, or None for a
    file.
    """

    specs: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    sources: Mapping[str, str | None] = field(default_factory=dict)

    def __add__(self, other: "Wanted") -> "Wanted":
        return Wanted(
            self.specs + other.specs, self.files + other.files, {**self.sources, **other.sources}
        )

    def __bool__(self) -> bool:
        return bool(self.specs or self.files)


def local_replacements(sysroot: Sysroot, origin: Origin, base: Sequence[Nevra]) -> Wanted:
    """The files that take the place of a base package.

    One is inactive if the base has no such package, or just that version of it by now.
    """
    names = {n.name for n in base}
    active = {
        parse_nevra(package.nevra).name: package
        for package in origin.local_replacements
        if parse_nevra(package.nevra).name in names and parse_nevra(package.nevra) not in base
    }
    files = tuple(kept_file(sysroot, package, "override replace") for package in active.values())
    return Wanted((), files, dict.fromkeys(active))


def announce_inactive(origin: Origin, before: Sequence[Nevra], kept: Sequence[Nevra]) -> None:
    """Tell of the overrides that change nothing: of packages that the base has not, or has so."""
    names = {n.name for n in before}
    _announce("removals", [name for name in origin.removals if name not in names])
    replaced = [p.nevra for p in origin.local_replacements]
    idle = [n for n in map(parse_nevra, replaced) if n.name not in names or n in kept]
    remote = [n for _, wanted in origin.remote_replacements for n in wanted if n not in names]
    _announce("replacements", [*map(str, idle), *remote])


def _announce(what: str, idle: Sequence[str]) -> None:
    if idle:
        events.message(f"Inactive base {what}:")
    for name in idle:
        events.message(f"  {name}")


def split_remote(origin: Origin, base: Sequence[Nevra]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names to look for in each repository: those that the base has."""
    names = {n.name for n in base}
    found = []
    for source, wanted in origin.remote_replacements:
        kind, equals, repo = source.partition("=")
        if kind != "repo" or not equals:
            raise BadInput(f"the origin has an override from {source!r}, which is no repo=ID")
        found.append((repo, tuple(name for name in wanted if name in names)))
    return tuple((repo, wanted) for repo, wanted in found if wanted)


def remote_replacements(repo: str, found: Sequence[Nevra], base: Sequence[Nevra]) -> Wanted:
    """What a repository has for overridden names; nothing for a version that the base has."""
    changed = [n for n in found if n not in base]
    return Wanted(tuple(map(str, changed)), (), {n.name: f"repo={repo}" for n in changed})


def pair_up(
    packages: Sequence[Package], base: Sequence[Nevra], sources: Mapping[str, str | None]
) -> tuple[Replacement, ...]:
    """Each replaced package of the base with the one in its place."""
    pairs = []
    for package in packages:
        olds = [n for n in base if n.name == package.nevra.name]
        same_arch = [n for n in olds if n.arch == package.nevra.arch]
        if package.nevra.name in sources:
            pairs += [
                Replacement(old, package.nevra, sources[package.nevra.name])
                for old in (same_arch or olds)
            ]
    return tuple(sorted(pairs, key=lambda r: r.new))


def kept_file(sysroot: Sysroot, package: LocalPackage, verb: str) -> Path:
    """The file of a package that was given once. Raises BadInput if it is lost."""
    path = sysroot.local_packages / f"{package.sha256}.rpm"
    if not path.exists():
        raise BadInput(
            f"the file of the local package {package.nevra} is no longer in the sysroot",
            hint=f"give it again: rpm-ostree {verb} ./{package.nevra}.rpm",
        )
    return path
