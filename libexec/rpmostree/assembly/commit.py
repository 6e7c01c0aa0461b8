"""From an upper layer to a commit on top of its base."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from os import environ

from rpmostree.assembly import selinux, upper
from rpmostree.assembly.root import Root
from rpmostree.base.files import remove_tree
from rpmostree.model.deployment import Deployment
from rpmostree.model.objects import Commit
from rpmostree.tools import ostree
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class Base:
    """The commit that is built upon."""

    checksum: str
    commit: Commit


def commit_layer(
    repo: Repo, root: Root, base: Base, metadata: bytes, merge: Deployment | None
) -> str:
    """Commit what changed in `root` on top of `base`; returns the checksum.

    Only the upper layer is read: ostree stores its files, and the new directories are grafted onto
    those of the base, deletions included. No ref points to the result yet.
    """
    upper.sweep(root.changed)
    changed = upper.list_paths(root.changed)
    selinux.label_changes(root.path, changed, merge.path / "etc" if merge else None, root.staging)
    changes = _take_layer(root)
    stored = ostree.commit_directory(repo.path, root.upper, consume=True)
    tree = repo.load_commit(stored).root_tree
    repo.delete_commit(stored)
    grafted = repo.graft(base.commit.root_tree, tree, changes.deletions, changes.opaque)
    return repo.store_commit(
        Commit(
            metadata=metadata,
            parent=base.checksum,
            related=(),
            subject="",
            body="",
            timestamp=now(),
            root_tree=grafted,
            root_meta=base.commit.root_meta,
        )
    )


def _take_layer(root: Root) -> upper.Changes:
    """Leave in the upper directory just the /usr that is to be committed."""
    if root.copied:
        root.upper.mkdir()
        (root.path / "usr").rename(root.upper / "usr")
        return upper.Changes((), ("usr",))
    for path in root.upper.iterdir():
        if path.name != "usr":
            remove_tree(path)
    return upper.read_changes(root.upper)


def now(clock: Callable[[], float] = time.time) -> int:
    """The time a commit is dated with, in seconds; SOURCE_DATE_EPOCH wins."""
    return int(environ.get("SOURCE_DATE_EPOCH") or clock())


def find_kernel(repo: Repo, root_tree: str) -> str | None:
    """The release of the kernel in a tree; None if it has none, or more than one."""
    modules = repo.list_directory(root_tree, "usr/lib/modules").dirs
    kernels = [
        name for name, (tree, _) in modules.items() if "vmlinuz" in repo.load_dirtree(tree).files
    ]
    return kernels[0] if len(kernels) == 1 else None
