"""finalize-deployment: let a locked staged deployment become the default, and reboot into it."""

from rpmostree.base.errors import BadInput, RpmOstreeError
from rpmostree.model.deployment import Deployment
from rpmostree.model.layered import base_checksum
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.transaction import begin, require_root
from rpmostree.tools import sysroot as admin
from rpmostree.tools import systemctl
from rpmostree.tools.repo import Repo


def finalize(
    sysroot: Sysroot,
    checksum: str | None,
    *,
    stateroot: str | None = None,
    allow_missing: bool = False,
    allow_unlocked: bool = False,
    wait: float = 0,
) -> Outcome:
    """Let the staged deployment, whose base is to be `checksum`, go at shutdown, and reboot.

    Raises BadInput in the genuine tool's words if it is not the one that was meant. It is locked
    again if the reboot is refused.
    """
    require_root()
    with begin(sysroot, "finalize-deployment", wait):
        staged = choose_staged(admin.list_deployments(sysroot), stateroot)
        commit = Repo(sysroot.repo).load_commit(staged.checksum)
        base = base_checksum(commit, staged.checksum)
        check_base(base, checksum, allow_missing=allow_missing)
        if not staged.locked and not allow_unlocked:
            raise BadInput("Staged deployment already unlocked", hint="use --allow-unlocked")
        admin.unlock_finalization(sysroot)
        admin.touch(sysroot)
        _reboot(sysroot, locked=staged.locked)
    return Outcome(f"Finalized deployment; rebooting into {base}", True, staged.checksum)


def choose_staged(deployments: tuple[Deployment, ...], stateroot: str | None) -> Deployment:
    """The staged deployment; it has to be of the stateroot, or that of the booted one."""
    if not deployments or not deployments[0].staged:
        raise BadInput("No pending staged deployment found")
    booted = next((d.stateroot for d in deployments if d.booted), None)
    wanted = stateroot or booted
    if wanted is not None and deployments[0].stateroot != wanted:
        raise BadInput(f"Staged deployment is not for stateroot {wanted}")
    return deployments[0]


def check_base(base: str, expected: str | None, *, allow_missing: bool) -> None:
    """Raises BadInput unless this base was expected."""
    if expected is None and not allow_missing:
        raise BadInput("Missing expected checksum", hint=f"the staged one is {base}")
    if expected not in (None, base):
        raise BadInput(f"Expected staged base checksum {expected}, but found {base}")


def _reboot(sysroot: Sysroot, *, locked: bool) -> None:
    try:
        systemctl.reboot()
    except RpmOstreeError:
        if locked:
            admin.lock_finalization(sysroot)
        raise
