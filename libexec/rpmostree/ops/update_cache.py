"""What the next upgrade brings, as it was found last.

It is kept in the /var of the stateroot, where the genuine tool looks for it, too.
"""

from pathlib import Path

from rpmostree.base import events
from rpmostree.base.files import write_atomically
from rpmostree.model.deployment import Deployment
from rpmostree.model.gvariant import BadVariant
from rpmostree.model.sysroot import Sysroot
from rpmostree.model.update import CachedUpdate, parse_update
from rpmostree.tools.sysroot import find_cache


def read_update(sysroot: Sysroot, running: Deployment) -> CachedUpdate | None:
    """What was found last, for the deployment that runs; None if nothing was, or on another one.

    A file that cannot be read is told of and ignored.
    """
    path = _place(sysroot, running)
    try:
        found = parse_update(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (BadVariant, PermissionError) as error:
        events.warning(f"{path} cannot be read and counts for nothing: {error}")
        return None
    return found if found.based_on == running.checksum else None


def write_update(sysroot: Sysroot, running: Deployment, found: CachedUpdate | None) -> None:
    """Remember what was found, or that there is nothing."""
    path = _place(sysroot, running)
    if found is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, bytes(found))


def _place(sysroot: Sysroot, running: Deployment) -> Path:
    return find_cache(sysroot, running) / "cached-update.gv"
