"""cp and chattr: copies with every attribute, and directories that ostree made immutable."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rpmostree.base.run import run


def copy_tree(source: Path, target: Path) -> None:
    """Copy a directory with owners, modes, times, links and extended attributes."""
    run(["cp", "--archive", "--reflink=auto", "--", source, target], what=f"cannot copy {source}")


@contextmanager
def mutable(directory: Path) -> Iterator[None]:
    """Allow names in a deployment's root to change for the block."""
    run(["chattr", "-i", directory], ok=(0, 1))
    try:
        yield
    finally:
        run(["chattr", "+i", directory], ok=(0, 1))
