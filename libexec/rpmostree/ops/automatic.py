"""Automatic updates: what `AutomaticUpdatePolicy` of rpm-ostreed.conf asks for."""

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import find_ground
from rpmostree.tools import settings

POLICIES = ("none", "check", "stage", "apply")


def announce_policy(sysroot: Sysroot, stateroot: str | None) -> None:
    """Tell who upgrades by hand that this happens by itself, too."""
    policy = settings.read_settings(find_ground(sysroot, stateroot).etc).update_policy
    if policy == "stage":
        events.message(f"note: automatic updates ({policy}) are enabled")


def read_policy(sysroot: Sysroot, stateroot: str | None) -> str:
    """The configured policy. Raises BadInput for one that is none of those there are."""
    policy = settings.read_settings(find_ground(sysroot, stateroot).etc).update_policy
    if policy not in POLICIES:
        raise BadInput(
            f"AutomaticUpdatePolicy={policy} in rpm-ostreed.conf is not known",
            hint=f"there are: {', '.join(POLICIES)}",
        )
    return policy
