"""cleanup: drop deployments and caches that are no longer wanted."""

from dataclasses import dataclass

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.base.files import remove_tree
from rpmostree.model.deployment import Deployment
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import find_ground
from rpmostree.ops.transaction import Transaction, begin, require_root
from rpmostree.tools import sysroot as admin


@dataclass(frozen=True)
class Cleanup:
    """What to drop."""

    base: bool = False
    pending: bool = False
    rollback: bool = False
    repomd: bool = False


def clean_up(
    sysroot: Sysroot, what: Cleanup, *, stateroot: str | None = None, wait: float = 0
) -> Outcome:
    """Drop what was asked for; the booted and pinned deployments and other stateroots stay."""
    require_root()
    if not (what.base or what.pending or what.rollback or what.repomd):
        raise BadInput("At least one cleanup option must be specified")
    with begin(sysroot, "cleanup", wait) as tx:
        ground = find_ground(sysroot, stateroot)
        dropped = choose_dropped(ground.deployments, ground.stateroot, what)
        if what.repomd:
            remove_tree(sysroot.cache(ground.stateroot))
        with tx.last_step("undeploy"):
            for deployment in reversed(dropped):
                admin.undeploy(sysroot, deployment.index)
        if what.base or dropped:
            with tx.step("prune"):
                _prune(tx)
    unchanged = (what.pending or what.rollback) and not dropped
    return Outcome("Deployments unchanged." if unchanged else "", changed=bool(dropped))


def choose_dropped(
    deployments: tuple[Deployment, ...], stateroot: str, what: Cleanup
) -> tuple[Deployment, ...]:
    """The deployments that `pending` and `rollback` mean, in order.

    Pending is what would be booted before the booted one, rollback what comes after it; on a
    sysroot that is not booted, the first deployment counts as the booted one.
    """
    mine = [d for d in deployments if d.stateroot == stateroot]
    here = next((d for d in mine if d.booted), mine[0] if mine else None)
    return tuple(
        d
        for d in mine
        if here is not None
        and not (d.pinned or d.booted)
        and ((what.pending and d.index < here.index) or (what.rollback and d.index > here.index))
    )


def _prune(tx: Transaction) -> None:
    """Let ostree drop boot files and objects that nothing refers to."""
    events.detail(admin.clean_up(tx.sysroot).strip())
