"""The metadata of a composed commit. Numbers are big-endian, as the genuine tool writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rpmostree.model.gvariant import Variant, pack
from rpmostree.model.layered import RepoState, bootable_values, pkglist_variant, repos_variant
from rpmostree.model.nevra import Nevra


@dataclass(frozen=True)
class Composed:
    """What was composed. `extra` are keys of the treefile and the command line, as JSON values."""

    version: str | None
    inputhash: str
    installed: tuple[Nevra, ...]
    repos: tuple[RepoState, ...]
    kernel: str | None
    initramfs_args: tuple[str, ...]
    container_cmd: tuple[str, ...]
    ref: str | None
    extra: Mapping[str, Any]


def composed_metadata(composed: Composed, *, repos: bool) -> bytes:
    """The serialised a{sv}. Raises ValueError for an extra value that has no type."""
    values = {key: variant_of(value) for key, value in composed.extra.items()}
    if composed.version is not None:
        values["version"] = Variant("s", composed.version)
    values["rpmostree.inputhash"] = Variant("s", composed.inputhash)
    values["rpmostree.rpmdb.pkglist"] = pkglist_variant(composed.installed)
    if repos:
        values["rpmostree.rpmmd-repos"] = repos_variant(composed.repos)
    if composed.initramfs_args:
        values["rpmostree.initramfs-args"] = Variant("as", list(composed.initramfs_args))
    if composed.container_cmd:
        values["ostree.container-cmd"] = Variant("as", list(composed.container_cmd))
    if composed.ref:
        values["ostree.ref-binding"] = Variant("as", [composed.ref])
    return pack("a{sv}", values | bootable_values(composed.kernel), little=False)


def variant_of(value: object) -> Variant:
    """The GVariant of a JSON value: string, integer, boolean, or a list of strings."""
    if isinstance(value, bool):
        return Variant("b", value)
    if isinstance(value, str):
        return Variant("s", value)
    if isinstance(value, int):
        return Variant("x", value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return Variant("as", value)
    raise ValueError(f"commit metadata cannot hold {value!r}")
