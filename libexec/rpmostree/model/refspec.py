"""Refspecs: `[REMOTE:]BRANCH` or a commit's checksum."""

import re
from dataclasses import dataclass

_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_REMOTE = re.compile(r"\w[\w.-]*")  # as ostree_validate_remote_name() and its fellow have it
_REF = re.compile(rf"{_REMOTE.pattern}(/{_REMOTE.pattern})*")


@dataclass(frozen=True)
class Refspec:
    """Where a base comes from. A pinned one names a commit instead of a branch."""

    ref: str
    remote: str | None = None

    @property
    def pinned(self) -> bool:
        return is_checksum(self.ref)

    def __str__(self) -> str:
        return f"{self.remote}:{self.ref}" if self.remote else self.ref


def is_checksum(text: str) -> bool:
    """Is this the full name of a commit?"""
    return bool(_CHECKSUM.fullmatch(text))


def parse_refspec(text: str) -> Refspec:
    """Read a refspec. Raises ValueError if remote or branch could not be ostree's."""
    remote, colon, ref = text.removeprefix("ostree://").rpartition(":")
    if (colon and not _REMOTE.fullmatch(remote)) or not _REF.fullmatch(ref):
        raise ValueError(f"Invalid refspec {text!r}")
    return Refspec(ref, remote or None)
