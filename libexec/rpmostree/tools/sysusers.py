"""systemd-sysusers: make the users and groups that sysusers.d files ask for."""

from collections.abc import Sequence
from pathlib import Path

from rpmostree.base.run import run


def create(sandbox: Sequence[str], root: Path, fragments: Sequence[Path]) -> None:
    """Create in `root` what the fragments (paths as the sandbox sees them) declare."""
    words = [*sandbox, "systemd-sysusers", f"--root={root}", *map(str, fragments)]
    run(words, what="cannot create the users and groups of the packages")
