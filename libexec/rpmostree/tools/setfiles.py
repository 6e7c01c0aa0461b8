"""setfiles: give files the labels of a policy. Works on a kernel without SELinux too."""

from collections.abc import Iterable
from pathlib import Path

from rpmostree.base.run import run


def label(root: Path, contexts: Path, paths: Iterable[str]) -> None:
    """Label `paths` (absolute, as seen inside of `root`), without descending into them.

    `contexts` is the policy's file_contexts, whose .local and .subs files are found beside it.
    """
    names = "".join(f"{root}{path}\n" for path in paths)
    if names:
        run(["setfiles", "-r", root, "-F", "-s", contexts], stdin=names, what="cannot label files")


def label_all(root: Path, contexts: Path) -> None:
    """Label a whole tree."""
    run(["setfiles", "-r", root, "-F", contexts, root], what="cannot label the tree")
