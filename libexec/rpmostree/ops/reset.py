"""reset: drop what was layered, overridden or set for the initramfs; the base stays."""

from dataclasses import replace

from rpmostree.model.plan import Wish
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground
from rpmostree.ops.layer import without_layers
from rpmostree.ops.override import without_overrides
from rpmostree.tools.repo import Repo


def reset(*, overlays: bool = False, overrides: bool = False, initramfs: bool = False) -> Change:
    """Drop the given kinds of changes; all of them if none is given."""
    everything = not (overlays or overrides or initramfs)

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin = wish.origin
        if overlays or everything:
            origin = without_layers(origin)
        if overrides or everything:
            origin = without_overrides(origin)
        if initramfs or everything:
            origin = replace(
                origin, regenerate_initramfs=False, initramfs_args=(), initramfs_etc=()
            )
        return replace(wish, origin=origin)

    return Change("reset", edits=(edit,), offline=True)
