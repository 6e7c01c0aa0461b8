"""Named points at which a test may stop the program dead.

`RPMOSTREE_FAULT=kill@NAME` makes the process kill itself with SIGKILL when it reaches NAME, as a
power cut would; `kill@#N` does so at the N-th point reached; `trace@FILE` appends each name to
FILE. Without the variable a point costs one dictionary look-up.
"""

import os
import signal
from itertools import count

_counter = count(1)


def reach(name: str) -> None:
    """Pass the point `name`; normally nothing happens."""
    wanted = os.environ.get("RPMOSTREE_FAULT")
    if wanted is None:
        return
    action, _, target = wanted.partition("@")
    number = next(_counter)
    if action == "trace":
        with open(target, "a", encoding="utf-8") as out:  # noqa: PTH123
            out.write(f"{name}\n")
    elif action == "kill" and target in (name, f"#{number}"):
        os.kill(os.getpid(), signal.SIGKILL)
