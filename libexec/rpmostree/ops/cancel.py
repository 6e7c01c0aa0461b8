"""cancel: ask the transaction that runs to stop."""

import os
import signal
import time

from rpmostree.base import events, lock
from rpmostree.base.errors import BadInput
from rpmostree.model.plan import Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.transaction import require_root

_PATIENCE = 60.0  # seconds; a step that has become visible is brought to its end first


def cancel(sysroot: Sysroot) -> Outcome:
    """Interrupt the holder of the lock and wait until it has let go.

    It stops where it is safe to. Raises BadInput if it goes on for longer than a minute.
    """
    require_root()
    holder = lock.holder(sysroot.lock)
    if holder is None:
        return Outcome("No active transaction.")
    events.message(f"Cancelling transaction: {holder}")
    os.kill(holder.pid, signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE
    while lock.holder(sysroot.lock) is not None:
        if time.monotonic() > deadline:
            raise BadInput(
                f"{holder} goes on", hint=f"see what it does: ps --forest -g {holder.pid}"
            )
        time.sleep(0.1)
    return Outcome("Cancelled.", changed=True)
