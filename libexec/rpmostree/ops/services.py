"""What systemd and its journal know of updates; asked for the screen only, and only when booted."""

import time
from dataclasses import dataclass

from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.status import Status
from rpmostree.tools import journal, systemctl

_TIMER = "rpm-ostreed-automatic.timer"
_SERVICE = "rpm-ostreed-automatic.service"


@dataclass(frozen=True)
class Services:
    """`failed`: the last words of ostree if finalizing the previous deployment failed, else None.

    `driver` and `automatic` describe the state of the driver's unit, or that of the timer of
    automatic updates; None where that is unknown or of no interest.
    """

    failed: tuple[str, ...] | None = None
    driver: str | None = None
    automatic: str | None = None


def read_services(sysroot: Sysroot, status: Status) -> Services:
    """Ask about the driver, or about automatic updates if there is a policy for them.

    The journal, which can be large, is asked only if a deployment was left half made.
    """
    words = journal.read_failed_finalization() if _is_left_over(sysroot, status) else None
    driver, automatic = status.driver, status.driver is None and status.policy != "none"
    return Services(
        failed=None if words is None else tuple(words),
        driver=_driver_state(driver.unit) if driver else None,
        automatic=_automatic_state() if automatic else None,
    )


def _is_left_over(sysroot: Sysroot, status: Status) -> bool:
    """Is there a deployment on disk which is neither offered for boot nor staged?"""
    known = {(s.deployment.stateroot, s.deployment.name) for s in status.deployments}
    found = sysroot.ostree.glob("deploy/*/deploy/*.origin")
    return any((p.parent.parent.name, p.name.removesuffix(".origin")) not in known for p in found)


def _driver_state(unit: str) -> str | None:
    found = systemctl.show(unit, "ActiveState", "StatusText") or {}
    known = [found.get(key, "") for key in ("ActiveState", "StatusText")]
    return "; ".join(filter(None, known)) or None


def _automatic_state() -> str:
    timer = systemctl.show(_TIMER, "ActiveState")
    service = systemctl.show(_SERVICE, "ActiveState", "ExecMainExitTimestampMonotonic")
    return automatic_state(timer, service, time.monotonic())


def automatic_state(
    timer: dict[str, str] | None, service: dict[str, str] | None, now: float
) -> str:
    """Say when updates were last looked for; `now` in seconds of the monotonic clock."""
    if timer is None or service is None:
        return f"{_TIMER}: unknown state"
    if timer.get("ActiveState") == "inactive":
        return f"{_TIMER}: inactive"
    state = service.get("ActiveState")
    if state in ("failed", "active", "activating"):
        return f"{_SERVICE}: {'last run failed' if state == 'failed' else 'running'}"
    ended = service.get("ExecMainExitTimestampMonotonic", "")
    if not ended.isdecimal() or ended == "0":
        return f"{_TIMER}: no runs since boot"
    return f"{_TIMER}: last run {describe_age(now - int(ended) / 1e6)}"


def describe_age(seconds: float) -> str:
    """`4h 32min ago`: the two largest units."""
    rest = max(int(seconds), 0)
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count}{unit}" if count else "")
    shown = " ".join(filter(None, parts[:2]))
    return f"{shown} ago" if shown else "just now"
