"""kargs: read and edit the kernel arguments of a deployment."""

import os
from dataclasses import replace
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text
from rpmostree.model.kargs import (
    Kargs,
    KargsEdit,
    edit_kargs,
    editable,
    join_kargs,
    longest_line,
    split_kargs,
)
from rpmostree.model.plan import Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, find_ground
from rpmostree.tools.repo import Repo

_RUNNING = Path("/proc/cmdline")


def read_kargs(
    sysroot: Sysroot, *, stateroot: str | None, start: str | None, running: bool
) -> Kargs:
    """The arguments of the default deployment, one that is named, or of the running kernel."""
    if running:
        return split_kargs(read_text(_RUNNING) or "")
    ground = find_ground(sysroot, stateroot)
    return ground.at(Repo(sysroot.repo), start).default.kargs


def change_kargs(edit: KargsEdit, *, start: str | None = None, running: bool = False) -> Change:
    """Deploy the same commit with edited arguments. Raises BadInput if an edit does not fit.

    `start` names the deployment to start from; `running` says to start from the arguments of the
    running kernel.
    """

    def apply(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        given = split_kargs(read_text(_RUNNING) or "") if running else wish.kargs
        try:
            kargs = edit_kargs(editable(given), edit)
        except ValueError as error:
            raise BadInput(str(error)) from error
        return _with_kargs(wish, kargs)

    source = ("--import-proc-cmdline",) if running else ()
    return Change(
        " ".join(("kargs", *source, *edit.options)),
        edits=(apply,),
        keeps_tree=True,
        start=start,
        unchanged=_no_changes,
        done="Kernel arguments updated.",
    )


def replace_kargs(before: Kargs, after: Kargs, *, start: str | None = None) -> Change:
    """Deploy the same commit with these arguments, unless they are no longer those of `before`.

    Raises BadInput then: somebody else has changed them meanwhile.
    """

    def apply(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        if editable(wish.kargs) != editable(before):
            raise BadInput(
                "Conflict: bootloader configuration changed while the arguments were edited",
                hint="edit them again",
            )
        return _with_kargs(wish, after)

    return Change(
        "kargs --editor",
        edits=(apply,),
        keeps_tree=True,
        start=start,
        unchanged=_no_changes,
        done="Kernel arguments updated.",
    )


def _with_kargs(wish: Wish, kargs: Kargs) -> Wish:
    length, limit = len(join_kargs(kargs)), longest_line(os.uname().machine)
    if length > max(limit, len(join_kargs(wish.kargs))):
        raise BadInput(
            f"These kernel arguments are {length} bytes long; {limit} is all that the kernel reads "
            "besides the path of its deployment, which comes last",
            hint="take away some, with `rpm-ostree kargs --delete=`",
        )
    return replace(wish, kargs=kargs)


def _no_changes(_ground: Ground) -> str:
    return "No changes."
