"""Let the administrator edit a text in an editor of their choice."""

import os
import shlex
import sys
import tempfile
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.base.run import run_on_terminal
from rpmostree.model.kargs import Kargs, editable, join_kargs, split_kargs

_HELP = """
# Kernel arguments, all on the one line above.
# Lines that begin with '#' are ignored. What tells the boot loader which deployment
# to take (ostree=) is not shown and stays as it is.
# To leave everything as it was, quit without saving.
"""


def edit_arguments(kargs: Kargs) -> Kargs:
    """The arguments as they were saved. Raises BadInput if nothing was changed, or all deleted."""
    before = editable(kargs)
    with tempfile.TemporaryDirectory(prefix="rpm-ostree-") as scratch:
        path = Path(scratch) / "kargs"
        path.write_text(f"{join_kargs(before)}\n{_HELP}", encoding="utf-8")
        run_on_terminal([*_editor(), str(path)])
        lines = path.read_text(encoding="utf-8").splitlines()
    after = split_kargs(" ".join(line for line in lines if not line.lstrip().startswith("#")))
    if not after:
        raise BadInput("No kernel arguments were left; nothing was changed")
    if after == before:
        raise BadInput("The kernel arguments were not changed")
    return after


def _editor() -> list[str]:
    for name in ("OSTREE_EDITOR", "VISUAL", "EDITOR"):
        words = shlex.split(os.environ.get(name, ""))
        if words:
            return words
    if os.environ.get("TERM", "dumb") == "dumb" or not sys.stdin.isatty():
        raise BadInput("no editor can be used on this terminal", hint="set EDITOR")
    return ["vi"]
