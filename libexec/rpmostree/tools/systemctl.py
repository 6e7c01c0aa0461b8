"""systemctl: ask about units of the running system, and reboot it."""

import json

from rpmostree.base.errors import BadInput, ToolFailed, ToolMissing
from rpmostree.base.run import run


def show(unit: str, *properties: str) -> dict[str, str] | None:
    """Properties of a unit by name; None where systemd does not run or does not answer."""
    words = ["systemctl", "show", f"--property={','.join(properties)}", "--", unit]
    try:
        lines = run(words).stdout.splitlines()
    except (ToolMissing, ToolFailed):
        return None
    pairs = (line.partition("=") for line in lines)
    return {key: value for key, _, value in pairs}


def reboot() -> None:
    """Ask for a reboot. Raises BadInput while somebody forbids it, ToolFailed if systemd refuses.

    systemd itself asks nobody when root reboots without a terminal.
    """
    words = ["busctl", "call", "--json=short", "org.freedesktop.login1", "/org/freedesktop/login1"]
    words += ["org.freedesktop.login1.Manager", "ListInhibitors"]
    try:
        found = blockers(run(words).stdout)
    except (ToolMissing, ToolFailed):  # without logind there are none
        found = ()
    if found:
        raise BadInput(
            f"Reboot blocked by a systemd inhibitor in use: {'; '.join(found)}",
            hint="see `systemd-inhibit --list`; `systemctl reboot` later does the rest",
        )
    run(["systemctl", "reboot"], what="cannot reboot")


def blockers(listed: str) -> tuple[str, ...]:
    """Who forbids a shutdown and why, from what logind lists as JSON: a(ssssuu)."""
    (rows,) = json.loads(listed)["data"]
    return tuple(
        f"{who} ({why})"
        for what, who, why, mode, *_ in rows
        if mode == "block" and "shutdown" in what.split(":")
    )
