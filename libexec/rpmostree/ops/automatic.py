"""Automatic updates: what `AutomaticUpdatePolicy` of rpm-ostreed.conf asks for."""

from dataclasses import dataclass

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import find_ground
from rpmostree.ops.updates import refresh_update, remember_update
from rpmostree.ops.upgrade import Upgrade, upgrade
from rpmostree.tools import settings

POLICIES = ("none", "check", "stage", "apply")


@dataclass(frozen=True)
class Triggered:
    """What was done; `reboot` says that the policy wants one now."""

    outcome: Outcome
    reboot: bool = False


def announce_policy(sysroot: Sysroot, stateroot: str | None) -> None:
    """Tell who upgrades by hand that this happens by itself, too."""
    policy = settings.read_settings(find_ground(sysroot, stateroot).etc).update_policy
    if policy == "stage":
        events.message(f"note: automatic updates ({policy}) are enabled")


def run_policy(
    sysroot: Sysroot, how: Upgrade, *, stateroot: str | None = None, wait: float = 0
) -> Triggered:
    """Look for an update, stage it or apply it, as configured.

    Raises BadInput for a policy that is none of those there are.
    """
    ground = find_ground(sysroot, stateroot)
    policy = settings.read_settings(ground.etc).update_policy
    if policy not in POLICIES:
        raise BadInput(
            f"AutomaticUpdatePolicy={policy} in rpm-ostreed.conf is not known",
            hint=f"there are: {', '.join(POLICIES)}",
        )
    if policy == "none":
        return Triggered(Outcome("Automatic updates are not enabled; exiting..."))
    if policy == "check":
        found = refresh_update(sysroot, stateroot=stateroot, cache_only=how.options.cache_only)
        return Triggered(Outcome("An update is available." if found else "No updates available."))
    outcome = upgrade(sysroot, how, stateroot=stateroot, wait=wait)
    if not how.options.dry_run:
        remember_update(sysroot, find_ground(sysroot, stateroot), cache_only=True)
    return Triggered(outcome, reboot=policy == "apply" and outcome.changed)
