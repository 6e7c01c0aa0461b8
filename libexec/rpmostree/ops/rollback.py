"""rollback: put the deployment before the present one first again."""

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.plan import plan_order
from rpmostree.ops.transaction import Transaction, begin, require_root
from rpmostree.tools import mount
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


def rollback(sysroot: Sysroot, *, dry_run: bool = False, wait: float = 0) -> Outcome:
    """Swap the order of deployments; no new commit is made. BadInput: there is no other."""
    require_root()
    target = choose_target(admin.list_deployments(sysroot))
    text = f"Moving '{target.name}' to be first deployment"
    if dry_run:
        return Outcome(text, plan=plan_order(sysroot, target))
    with begin(sysroot, "rollback", wait) as tx:
        deployments = admin.list_deployments(sysroot)
        target, default = choose_target(deployments), deployments[0]
        with tx.last_step("reorder"):
            if not admin.set_default(sysroot, target.index):
                _deploy_again(tx, target, _merged_from(deployments, target))
        diff = derive.diff_commits(Repo(sysroot.repo), default.checksum, target.checksum)
        return Outcome(text, changed=True, checksum=target.checksum, diff=diff)


def choose_target(deployments: tuple[Deployment, ...]) -> Deployment:
    """The booted deployment if another one comes first, else the one after the first."""
    if deployments and deployments[0].staged:
        raise BadInput("Staged deployment (remove with cleanup -p)")
    booted = next((d for d in deployments if d.booted), None)
    if booted is not None and booted.index > 0:
        return booted
    mine = [d for d in deployments[1:] if d.stateroot == deployments[0].stateroot]
    if not mine:
        raise BadInput("No rollback deployment found")
    return mine[0]


def _merged_from(deployments: tuple[Deployment, ...], target: Deployment) -> Deployment:
    """The deployment whose /etc ostree would merge: the booted one, else the stateroot's first."""
    mine = [d for d in deployments if d.stateroot == target.stateroot]
    return next((d for d in mine if d.booted), mine[0])


def _deploy_again(tx: Transaction, target: Deployment, merge: Deployment) -> None:
    """For ostree before 2023.8, which cannot reorder: deploy the same commit once more.

    ostree gives a new deployment an /etc merged from the present one, where a roll back means the
    old one's own. So, for ostree's eyes only, the old one's /etc and its defaults are shown in
    place of the present one's. Drop this with support for those versions.
    """
    origin = tx.staging / "origin"
    origin.write_text(str(target.origin.without_transient()), encoding="utf-8")
    if target.path != merge.path:
        for place in ("usr/etc", "etc"):
            mount.bind(target.path / place, merge.path / place)
    initrds = tuple(tx.sysroot.path / "boot" / name.lstrip("/") for name in target.initrds)
    new = admin.NewDeployment(
        target.stateroot, target.checksum, target.origin, target.kargs, initrds
    )
    admin.deploy(tx.sysroot, new, origin, stage=False)
