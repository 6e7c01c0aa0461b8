"""rollback: put the deployment before the present one first again, or any other."""

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.ground import find_inhabited
from rpmostree.ops.naming import find_named
from rpmostree.ops.plan import plan_order
from rpmostree.ops.transaction import Transaction, begin, require_root
from rpmostree.tools import mount
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


def rollback(
    sysroot: Sysroot, name: str | None = None, *, dry_run: bool = False, wait: float = 0
) -> Outcome:
    """Put another deployment first, the one that is named or the one before; no commit is made.

    Raises BadInput if there is no such deployment.
    """
    require_root()
    target = _choose(sysroot, name)
    text = f"Moving '{target.name}' to be first deployment"
    if target.index == 0:
        return Outcome(f"'{target.name}' is the first deployment already")
    if dry_run:
        return Outcome(text, plan=plan_order(sysroot, target))
    with begin(sysroot, f"rollback {name or ''}".strip(), wait) as tx:
        deployments = admin.list_deployments(sysroot)
        target, default = _choose(sysroot, name), deployments[0]
        with tx.last_step("reorder"):
            if not admin.set_default(sysroot, target.index):
                _deploy_again(tx, target, deployments)
        diff = derive.diff_commits(Repo(sysroot.repo), default.checksum, target.checksum)
        return Outcome(text, changed=True, checksum=target.checksum, diff=diff)


def _choose(sysroot: Sysroot, name: str | None) -> Deployment:
    deployments = admin.list_deployments(sysroot)
    refuse_staged(deployments)
    if name is None:
        return choose_target(deployments)
    return find_named(Repo(sysroot.repo), deployments, name)


def refuse_staged(deployments: tuple[Deployment, ...]) -> None:
    """What is staged comes first, whatever the order. Raises BadInput."""
    if deployments and deployments[0].staged:
        raise BadInput("Staged deployment (remove with cleanup -p)")


def choose_target(deployments: tuple[Deployment, ...]) -> Deployment:
    """The booted deployment if another one comes first, else the one after the first."""
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


def _deploy_again(tx: Transaction, target: Deployment, deployments: tuple[Deployment, ...]) -> None:
    """For ostree before 2023.8, which cannot reorder: deploy the same commit once more.

    ostree gives a new deployment an /etc merged from the present one, where a roll back means the
    old one's own. So, for ostree's eyes only, the old one's /etc and its defaults are shown in
    place of the present one's. ostree would drop all but these two; where there are others, they
    are retained, and the old one is dropped in a second step. Drop this with support for those
    versions.
    """
    merge = _merged_from(deployments, target)
    inhabited = find_inhabited(deployments)  # before we mount anything of it ourselves
    origin = tx.staging / "origin"
    origin.write_text(str(target.origin.without_transient()), encoding="utf-8")
    if target.path != merge.path:
        for place in ("usr/etc", "etc"):
            mount.bind(target.path / place, merge.path / place)
    initrds = tuple(tx.sysroot.path / "boot" / name.lstrip("/") for name in target.initrds)
    new = admin.NewDeployment(
        target.stateroot, target.checksum, target.origin, target.kargs, initrds
    )
    others = [
        d for d in deployments if d.stateroot == target.stateroot and d not in (target, merge)
    ]
    retain = target in inhabited or not all(d.pinned or d.booted for d in others)
    admin.deploy(tx.sysroot, new, origin, stage=False, retain=retain)
    if retain and not (target.pinned or target.booted or target in inhabited):
        admin.undeploy(tx.sysroot, target.index + 1)
