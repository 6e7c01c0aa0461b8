"""The plan of a change: all that can be said before anything is written."""

import os
from dataclasses import replace
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.base.files import size_of_tree
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import diff_packages
from rpmostree.model.nevra import Nevra
from rpmostree.model.plan import Install, Plan, Space, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Ground, find_ground, find_inhabited, wish_of
from rpmostree.ops.resolve import Resolved
from rpmostree.ops.transaction import Transaction
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

_INITRAMFS = 64 << 20  # bytes to allow for an initramfs that is yet to be made


def plan_without_packages(tx: Transaction, ground: Ground, wish: Wish, checksum: str) -> Plan:
    """The plan of a change that deploys a commit which is there already."""
    return _with_surroundings(tx, ground, Plan(wish), read_packages(tx.repo, checksum), 0)


def plan_order(sysroot: Sysroot, target: Deployment) -> Plan:
    """The plan of making one of the deployments the default, which drops none."""
    repo, deployments = Repo(sysroot.repo), admin.list_deployments(sysroot)
    default = deployments[0]
    return Plan(
        wish_of(replace(find_ground(sysroot, target.stateroot), default=target), repo),
        diff=diff_packages(
            read_packages(repo, default.checksum), read_packages(repo, target.checksum)
        ),
        root=Space(0, _free(sysroot.repo)),
        boot=Space(0, _free(sysroot.path / "boot")),
        kept=tuple(d.id for d in deployments),
    )


def make_plan(tx: Transaction, ground: Ground, wish: Wish, resolved: Resolved) -> Plan:
    """The plan of a change that installs, removes or replaces packages."""
    origin = wish.origin
    installs = tuple(
        Install(
            str(p.nevra),
            p.repo,
            p.size,
            0 if p.path.name in resolved.here else p.path.stat().st_size,
        )
        for p in sorted(resolved.packages, key=lambda p: p.nevra)
    )
    plan = Plan(
        wish,
        installs,
        tuple(map(str, resolved.removed)),
        resolved.replaced,
        resolved.inactive,
    )
    boot = _INITRAMFS if origin.regenerate_initramfs or resolved.brings_kernel else 0
    return _with_surroundings(tx, ground, plan, resolved.after, boot)


def check_space(plan: Plan) -> None:
    """Raises BadInput, with the numbers, if the change cannot fit."""
    for place, space in (("the file system of the sysroot", plan.root), ("/boot", plan.boot)):
        if space.needed > space.free:
            raise BadInput(
                f"not enough space on {place}: {space.needed >> 20} MiB are needed, "
                f"{space.free >> 20} MiB are free",
                hint="see what may go with `rpm-ostree status`, then `rpm-ostree cleanup -p`, "
                "`-r` or `-b`",
            )


def split_deployments(ground: Ground) -> tuple[list[Deployment], list[Deployment]]:
    """Which deployments stay beside a new one, and which make room for it.

    It is ostree's own rule, but for those that are inhabited, which stay too.
    """
    inhabited = find_inhabited(ground.deployments)
    kept = [
        d
        for d in ground.deployments
        if d.pinned
        or d.booted
        or d == ground.merge
        or d.stateroot != ground.stateroot
        or d in inhabited
    ]
    return kept, [d for d in ground.deployments if d not in kept]


def _with_surroundings(
    tx: Transaction, ground: Ground, plan: Plan, after: tuple[Nevra, ...], boot: int
) -> Plan:
    kept, dropped = split_deployments(ground)
    needed = sum(i.size + i.download for i in plan.installs) + size_of_tree(ground.etc)
    return replace(
        plan,
        diff=diff_packages(read_packages(tx.repo, ground.merge.checksum), after),
        root=Space(needed + boot, _free(tx.sysroot.repo)),
        boot=Space(boot, _free(tx.sysroot.path / "boot")),
        kept=tuple(d.id for d in kept),
        dropped=tuple(d.id for d in dropped),
    )


def _free(path: Path) -> int:
    state = os.statvfs(path if path.exists() else path.parent)
    return state.f_bavail * state.f_frsize
