"""systemctl: what is asked of the running system."""

from rpmostree.base.run import run


def reboot() -> None:
    """Reboot. Raises ToolFailed in systemd's words if it refuses."""
    run(["systemctl", "reboot"], what="cannot reboot")
