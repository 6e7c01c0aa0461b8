"""What a layered commit says of the packages of its base that it replaced or left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from rpmostree.model.gvariant import Variant
from rpmostree.model.nevra import Nevra
from rpmostree.model.objects import Commit

_PACKAGE = "(sstsss)"
_PAIRS = "a(vv)"


@dataclass(frozen=True)
class Replacement:
    """A package of the base and the one in its place; `source` is `repo=ID`, None for a file."""

    old: Nevra
    new: Nevra
    source: str | None = None


def read_removals(commit: Commit) -> tuple[Nevra, ...]:
    """The packages of the base that were left out."""
    found = commit.get("rpmostree.removed-base-packages")
    rows = found.value if found is not None and found.type == "av" else []
    assert isinstance(rows, list)  # the type says so
    return tuple(nevra for row in rows if (nevra := _read_package(row)) is not None)


def read_replacements(commit: Commit) -> tuple[Replacement, ...]:
    """What replaced packages of the base from files."""
    return tuple(_read_pairs(commit.get("rpmostree.replaced-base-packages")))


def read_remote_replacements(commit: Commit) -> dict[str, tuple[Replacement, ...]]:
    """What replaced packages of the base from repositories, by source (`repo=NAME`)."""
    found = commit.get("rpmostree.replaced-base-remote-packages")
    sources = found.value if found is not None and found.type == "a{sv}" else {}
    assert isinstance(sources, dict)  # the type says so
    return {str(source): tuple(_read_pairs(pairs)) for source, pairs in sources.items()}


def _read_pairs(found: object) -> Iterator[Replacement]:
    rows = found.value if isinstance(found, Variant) and found.type == _PAIRS else []
    assert isinstance(rows, list)  # the type says so
    for row in rows:
        new, old = map(_read_package, row)
        if new is not None and old is not None:
            yield Replacement(old, new)


def _read_package(found: object) -> Nevra | None:
    if not isinstance(found, Variant) or found.type != _PACKAGE:
        return None
    assert isinstance(found.value, tuple)  # the type says so
    _text, name, epoch, version, release, arch = found.value
    return Nevra(name, epoch, version, release, arch)
