"""kargs: read and edit the kernel arguments of a deployment."""

from dataclasses import replace
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text
from rpmostree.model.kargs import Kargs, KargsEdit, edit_kargs, editable, split_kargs
from rpmostree.model.plan import Outcome, Plan, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.ground import Ground, find_ground, wish_of
from rpmostree.ops.transaction import begin, require_root
from rpmostree.tools.repo import Repo

_RUNNING = Path("/proc/cmdline")


def read_kargs(
    sysroot: Sysroot, *, stateroot: str | None, index: int | None, running: bool
) -> Kargs:
    """The arguments of a deployment (the default one), or of the running kernel."""
    if running:
        return split_kargs(read_text(_RUNNING) or "")
    return find_ground(sysroot, stateroot).at(index).default.kargs


def change_kargs(
    sysroot: Sysroot,
    edit: KargsEdit,
    *,
    stateroot: str | None = None,
    index: int | None = None,
    running: bool = False,
    dry_run: bool = False,
    wait: float = 0,
) -> Outcome:
    """Deploy the same commit with edited arguments. Raises BadInput if an edit does not fit."""
    require_root()
    repo = Repo(sysroot.repo)
    ground = find_ground(sysroot, stateroot).at(index)
    wish = _edited(repo, ground, edit, running)
    if wish.kargs == editable(ground.default.kargs):
        return Outcome("No changes.")
    if dry_run:
        return Outcome("", plan=Plan(wish))
    with begin(sysroot, "kargs", wait) as tx:
        ground = find_ground(sysroot, stateroot).at(index)
        wish = _edited(repo, ground, edit, running)
        tx.hold(wish.base, ground.default.checksum)
        outcome = derive.deploy(tx, ground, wish, ground.default.checksum)
    return replace(outcome, text="Kernel arguments updated.", diff=())


def _edited(repo: Repo, ground: Ground, edit: KargsEdit, running: bool) -> Wish:
    """The wish with the arguments edited. Raises BadInput if an edit does not fit."""
    start = split_kargs(read_text(_RUNNING) or "") if running else ground.default.kargs
    try:
        return replace(wish_of(ground, repo), kargs=edit_kargs(editable(start), edit))
    except ValueError as error:
        raise BadInput(str(error)) from error
