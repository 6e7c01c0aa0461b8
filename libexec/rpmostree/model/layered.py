"""The metadata of a commit that was assembled on a host, key for key as the genuine tool's.

Numbers are in host byte order here; a composed commit's are big-endian.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rpmostree.model.gvariant import Variant, pack
from rpmostree.model.nevra import Nevra
from rpmostree.model.objects import Commit
from rpmostree.model.overrides import Replacement

HOST_IS_LITTLE = sys.byteorder == "little"
CLIENTLAYER_VERSION = 6


@dataclass(frozen=True)
class RepoState:
    """A repository and the clock of its metadata, in seconds of the epoch."""

    id: str
    timestamp: int


@dataclass(frozen=True)
class Layering:
    """What was assembled on top of a base."""

    packages: tuple[str, ...]
    removed: tuple[Nevra, ...]
    replaced: tuple[Replacement, ...]
    installed: tuple[Nevra, ...]
    repos: tuple[RepoState, ...]
    state: str
    kernel: str | None


def layered_metadata(base: Commit, layering: Layering) -> bytes:
    """The serialised a{sv} of a layered commit."""
    values: dict[str, Variant] = {}
    version = text_value(base, "version")
    if version is not None:
        values["version"] = Variant("s", version)
    values |= {
        "rpmostree.clientlayer": Variant("b", True),
        "rpmostree.clientlayer_version": Variant("u", CLIENTLAYER_VERSION),
        "rpmostree.packages": Variant("as", list(layering.packages)),
        "rpmostree.modules": Variant("as", []),
        "rpmostree.removed-base-packages": Variant(
            "av", [Variant("(sstsss)", _full(n)) for n in layering.removed]
        ),
        "rpmostree.replaced-base-packages": _pairs(layering.replaced, None),
        "rpmostree.replaced-base-remote-packages": Variant(
            "a{sv}",
            {s: _pairs(layering.replaced, s) for s in sorted(_sources(layering.replaced))},
        ),
        "rpmostree.rpmdb.pkglist": pkglist_variant(layering.installed),
        "rpmostree.rpmmd-repos": repos_variant(layering.repos),
        "rpmostree.state-sha512": Variant("s", layering.state),
    }
    return pack("a{sv}", values | bootable_values(layering.kernel), little=HOST_IS_LITTLE)


def bootable_values(kernel: str | None) -> dict[str, Variant]:
    """What marks a commit that can be booted."""
    if kernel is None:
        return {}
    return {"ostree.linux": Variant("s", kernel), "ostree.bootable": Variant("b", True)}


def pkglist_variant(packages: Iterable[Nevra]) -> Variant:
    """The list of all packages, sorted; the epoch is text here."""
    rows = [(p.name, str(p.epoch), p.version, p.release, p.arch) for p in sorted(packages)]
    return Variant("a(sssss)", rows)


def repos_variant(repos: Sequence[RepoState]) -> Variant:
    rows = [{"id": Variant("s", r.id), "timestamp": Variant("t", r.timestamp)} for r in repos]
    return Variant("aa{sv}", rows)


def read_pkglist(commit: Commit) -> tuple[Nevra, ...] | None:
    """The packages of a commit; None if it does not list them."""
    found = commit.get("rpmostree.rpmdb.pkglist")
    if found is None or found.type != "a(sssss)" or not isinstance(found.value, (list, tuple)):
        return None
    return tuple(Nevra(name, int(epoch), v, r, arch) for name, epoch, v, r, arch in found.value)


def text_value(commit: Commit, key: str) -> str | None:
    """A string of a commit's metadata; None if it is missing or no string."""
    found = commit.get(key)
    return found.value if found is not None and isinstance(found.value, str) else None


def texts_value(commit: Commit, key: str) -> tuple[str, ...]:
    """A list of strings of a commit's metadata; empty if it is missing or none."""
    found = commit.get(key)
    listed = found is not None and found.type == "as" and isinstance(found.value, (list, tuple))
    return tuple(found.value) if found is not None and listed else ()  # type: ignore[arg-type]


def is_layered(commit: Commit) -> bool:
    """Was this commit assembled on a host?"""
    return commit.looks_client_side()


def base_checksum(commit: Commit, checksum: str) -> str:
    """The base a commit stands on: its parent if it is layered, else itself."""
    return commit.parent if is_layered(commit) and commit.parent else checksum


def _sources(replaced: Iterable[Replacement]) -> set[str]:
    return {r.source for r in replaced if r.source is not None}


def _pairs(replaced: Iterable[Replacement], source: str | None) -> Variant:
    """(new, old) of the replacements from one source."""
    rows = [
        (Variant("(sstsss)", _full(r.new)), Variant("(sstsss)", _full(r.old)))
        for r in replaced
        if r.source == source
    ]
    return Variant("a(vv)", rows)


def _full(n: Nevra) -> tuple[str, str, int, str, str, str]:
    return (str(n), n.name, n.epoch, n.version, n.release, n.arch)
