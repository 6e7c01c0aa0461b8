"""pin, unpin: whether a deployment is kept from being dropped."""

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.naming import find_named
from rpmostree.ops.transaction import begin, require_root
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


def pin(
    sysroot: Sysroot,
    name: str | None,
    *,
    pinned: bool,
    dry_run: bool = False,
    wait: float = 0,
) -> Outcome:
    """Pin or unpin the deployment that is named; else the booted one, or the first.

    Raises BadInput if there is none, or if it is staged.
    """
    require_root()
    title = "pin" if pinned else "unpin"
    if dry_run:
        return _outcome(_choose(sysroot, name), pinned=pinned, changed=False)
    with begin(sysroot, f"{title} {name or ''}".strip(), wait) as tx:
        target = _choose(sysroot, name)
        if target.pinned == pinned:
            return _outcome(target, pinned=pinned, changed=False)
        with tx.last_step(title):
            admin.pin(sysroot, target.index, pinned=pinned)
    return _outcome(target, pinned=pinned, changed=True)


def _choose(sysroot: Sysroot, name: str | None) -> Deployment:
    deployments = admin.list_deployments(sysroot)
    if not deployments:
        raise BadInput("No deployments found")
    if name is None:
        target = next((d for d in deployments if d.booted), deployments[0])
    else:
        target = find_named(Repo(sysroot.repo), deployments, name)
    if target.staged:
        raise BadInput(
            f"Deployment {target.index} is staged, and only what is deployed can be pinned",
            hint="reboot into it first",
        )
    return target


def _outcome(target: Deployment, *, pinned: bool, changed: bool) -> Outcome:
    if target.pinned == pinned:
        state = "is already pinned" if pinned else "is not pinned"
    elif changed:
        state = "is now pinned" if pinned else "is no longer pinned"
    else:
        state = "would be pinned" if pinned else "would no longer be pinned"
    return Outcome(f"Deployment {target.index} ({target.name}) {state}", changed=changed)
