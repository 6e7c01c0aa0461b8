"""initramfs and initramfs-etc: what goes into early boot from this machine."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from rpmostree.base.errors import BadInput
from rpmostree.model.plan import Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, find_ground
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class Initramfs:
    """Is the initramfs made anew on this machine, with which arguments, with which files?"""

    regenerate: bool
    arguments: tuple[str, ...]
    etc: tuple[str, ...]


def read_initramfs(sysroot: Sysroot, *, stateroot: str | None = None) -> Initramfs:
    """The state of the default deployment; needs no rights."""
    origin = find_ground(sysroot, stateroot).default.origin
    return Initramfs(origin.regenerate_initramfs, origin.initramfs_args, origin.initramfs_etc)


def regenerate(arguments: Sequence[str]) -> Change:
    """Make the initramfs anew with each deployment, with further arguments for dracut.

    Raises BadInput if it is so already, or if files of /etc are tracked.
    """

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin = wish.origin
        if origin.initramfs_etc:
            raise BadInput(
                "initramfs regeneration and tracked /etc files exclude each other",
                hint="let dracut take the files in: --arg=-I --arg=/etc/FILE",
            )
        if origin.regenerate_initramfs and origin.initramfs_args == tuple(arguments):
            raise BadInput("initramfs regeneration state is already enabled")
        fresh = replace(origin, regenerate_initramfs=True, initramfs_args=tuple(arguments))
        return replace(wish, origin=fresh)

    return Change(
        "initramfs --enable",
        edits=(edit,),
        offline=True,
        done="Initramfs regeneration is now: enabled",
    )


def use_default() -> Change:
    """Boot with the initramfs of the base again. Raises BadInput if that is so already."""

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        if not wish.origin.regenerate_initramfs:
            raise BadInput("initramfs regeneration state is already disabled")
        fresh = replace(wish.origin, regenerate_initramfs=False, initramfs_args=())
        return replace(wish, origin=fresh)

    return Change(
        "initramfs --disable",
        edits=(edit,),
        offline=True,
        done="Initramfs regeneration is now: disabled\n"
        "Initramfs will be reset to that of the base at the next boot",
    )


def track(
    add: Sequence[str], drop: Sequence[str], *, drop_all: bool = False, force_sync: bool = False
) -> Change:
    """Change which files of /etc are copied into early boot; they are copied at each change.

    Raises BadInput for a path that is not below /etc, or is not tracked.
    """
    wanted = [check_etc_path(path) for path in add]
    unwanted = [check_etc_path(path) for path in drop]

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        if wanted and wish.origin.regenerate_initramfs:
            raise BadInput(
                "initramfs regeneration and tracked /etc files exclude each other",
                hint="rpm-ostree initramfs --disable, or let dracut take the files in with -I",
            )
        tracked = () if drop_all else wish.origin.initramfs_etc
        missing = [path for path in unwanted if path not in tracked]
        if missing:
            raise BadInput(f"not tracked: {', '.join(missing)}")
        kept = [path for path in tracked if path not in unwanted]
        fresh = tuple(dict.fromkeys((*kept, *wanted)))
        return replace(wish, origin=replace(wish.origin, initramfs_etc=fresh))

    return Change(
        "initramfs-etc",
        edits=(edit,),
        keeps_tree=True,
        forced=force_sync,
        unchanged=lambda _ground: "No changes.",
    )


def check_etc_path(path: str) -> str:
    """The path in its plain spelling. Raises BadInput if it is not below /etc."""
    plain = os.path.normpath(path)
    if PurePosixPath("/etc") not in PurePosixPath(plain).parents or "\n" in plain:
        raise BadInput(f"Path outside /etc forbidden: {path}")
    return plain
