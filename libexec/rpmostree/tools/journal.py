"""The journal: what it has of the previous boot, and what it is told."""

import json
from collections.abc import Mapping
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import ToolFailed, ToolMissing
from rpmostree.base.run import run

_SOCKET = Path("/run/systemd/journal/socket")
FINALIZE_UNIT = "ostree-finalize-staged.service"
_FINALIZING = "e8646cd63dff4625b77909a8e7a40994"
_COMPLETE = "dd440e3e549083b63d0efc7dc15255f1"


def read_failed_finalization() -> list[str] | None:
    """Did ostree start to finalize a deployment at the last shutdown, and not reach the end?

    The last error it logged is in the list; None if all was well or nobody can tell.
    """
    started = _last("SYSLOG_IDENTIFIER=ostree", f"MESSAGE_ID={_FINALIZING}")
    pid = started.get("_PID") if started else None
    if pid is None or _last("SYSLOG_IDENTIFIER=ostree", f"MESSAGE_ID={_COMPLETE}", f"_PID={pid}"):
        return None
    said = _last("SYSLOG_IDENTIFIER=ostree", f"_PID={pid}", "_TRANSPORT=stdout")
    message = str(said.get("MESSAGE", "")) if said else ""
    return [message] if message.startswith("error:") else []


def send(fields: Mapping[str, str]) -> None:
    """Log a message of these fields, if there is a journal; it is no failure if there is none.

    The protocol is https://systemd.io/JOURNAL_NATIVE_PROTOCOL/.
    """
    import socket

    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.sendto(datagram(fields), str(_SOCKET))
    except OSError as error:
        events.detail(f"the journal was not told: {error}")


def datagram(fields: Mapping[str, str]) -> bytes:
    """`KEY=VALUE` lines; a value of several lines is preceded by its length instead."""
    parts = []
    for key, value in fields.items():
        data = value.encode(errors="surrogateescape")
        long = key.encode() + b"\n" + len(data).to_bytes(8, "little") + data
        parts.append(long if b"\n" in data else f"{key}=".encode() + data)
    return b"\n".join(parts) + b"\n"


def _last(*matches: str) -> dict[str, object] | None:
    """The last entry of the previous boot that matches; None if there is none."""
    words = ["journalctl", "--boot=-1", "--output=json", "--lines=1", "--quiet", "_UID=0", *matches]
    try:
        lines = run(words, ok=(0, 1)).stdout.splitlines()
        found = json.loads(lines[-1]) if lines else None
    except (ToolFailed, ToolMissing, ValueError):
        return None
    return found if isinstance(found, dict) else None
