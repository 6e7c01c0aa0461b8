"""systemctl: ask about units of the running system, and reboot it."""

from rpmostree.base.errors import ToolFailed, ToolMissing
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
    """Ask for a reboot. Raises ToolFailed in systemd's words, as when something inhibits it."""
    run(["systemctl", "reboot", "--check-inhibitors=yes"], what="cannot reboot")
