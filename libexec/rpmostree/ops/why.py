"""why: whether a package belongs to the base, and if not, which request it is there for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.model.chain import Chain, Relations, find_chains
from rpmostree.model.layered import base_checksum
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import Origin
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.db import copy_database, read_packages
from rpmostree.ops.ground import find_ground
from rpmostree.tools import rpm
from rpmostree.tools.repo import Repo


class Source(Enum):
    """Where a package of a deployment comes from."""

    BASE = "base"
    LAYERED = "layered"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Reason:
    """Why a package is there; `inactive` are requests that the base satisfies with it."""

    package: Nevra
    source: Source
    chains: tuple[Chain, ...] = ()
    inactive: tuple[str, ...] = ()


def explain(
    sysroot: Sysroot, name: str, *, stateroot: str | None = None, start: str | None = None
) -> tuple[Reason, ...]:
    """A reason for each package of a deployment that `name` may mean.

    The deployment is the default one, or the one that `start` names. Needs no network and no
    rights. Raises BadInput if there is no such package or deployment.
    """
    repo = Repo(sysroot.repo)
    deployment = find_ground(sysroot, stateroot).at(repo, start).default
    base = base_checksum(repo.load_commit(deployment.checksum), deployment.checksum)
    before, after = set(read_packages(repo, base)), read_packages(repo, deployment.checksum)
    with copy_database(repo, deployment.checksum) as database:
        found = _find(after, name, database)
        if not found:
            raise _not_found(name, deployment.origin, before)
        added = [package for package in after if package not in before]
        known = rpm.read_relations(database, {*found, *added})
    layered = [r for r in known if r.package not in before]
    return tuple(
        _explain(r, before, layered, deployment.origin) for r in known if r.package in found
    )


def _find(packages: Sequence[Nevra], name: str, database: Path) -> Sequence[Nevra]:
    """By a name, with or without version and architecture; else by what it provides or owns."""
    named = [package for package in packages if name in package.spellings]
    return named or rpm.find_providers(Path("/"), str(database), name)


def _not_found(name: str, origin: Origin, before: set[Nevra]) -> BadInput:
    removed = any(name in p.spellings and p.name in origin.removals for p in before)
    hint = "it is in the base, and was removed by `rpm-ostree override remove`"
    return BadInput(f'Package "{name}" not found', hint=hint if removed else None)


def _explain(
    one: Relations, before: set[Nevra], layered: Sequence[Relations], origin: Origin
) -> Reason:
    package = one.package
    if package in before:
        requests = tuple(r for r in origin.packages if one.satisfies(r))
        return Reason(package, Source.BASE, inactive=requests)
    replaced = any(p.name_arch == package.name_arch for p in before)
    if replaced:
        return Reason(package, Source.REPLACED)
    requests = (*origin.packages, *(p.nevra for p in origin.local_packages))
    return Reason(package, Source.LAYERED, find_chains(package, requests, layered))
