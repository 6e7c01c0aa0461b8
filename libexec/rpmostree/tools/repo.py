"""An ostree repository read and written as files: refs and metadata objects.

No process is started, which is what makes `status` fast. Content objects, and everything that
needs policy (pulls, signatures, pruning), are left to the binary: see tools.ostree.
"""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rpmostree.base.errors import BadInput, RpmOstreeError
from rpmostree.base.files import read_text, sync_directory, write_atomically
from rpmostree.model.gvariant import BadVariant
from rpmostree.model.keyfile import KeyFile, parse_keyfile
from rpmostree.model.objects import (
    Commit,
    DirMeta,
    DirTree,
    graft,
    parse_commit,
    parse_dirmeta,
    parse_dirtree,
    serialise_commit,
    serialise_dirtree,
)
from rpmostree.model.refspec import Refspec, is_checksum, parse_refspec

_T = TypeVar("_T")


@dataclass(frozen=True)
class Repo:
    """A repository by its path. Every method reads or writes afresh."""

    path: Path

    def resolve(self, revision: str) -> str:
        """The commit a refspec or checksum (in full, or a unique beginning) means.

        Raises BadInput in ostree's words if there is none.
        """
        found = self.find(revision)
        if found is None:
            raise BadInput(f"Refspec '{revision}' not found")
        return found

    def find(self, revision: str) -> str | None:
        """As `resolve`, but None if there is no such commit."""
        if is_checksum(revision):
            return revision if self.has_commit(revision) else None
        if revision.endswith("^"):
            child = self.find(revision[:-1])
            return self.load_commit(child).parent if child else None
        try:
            refspec = parse_refspec(revision)
        except ValueError:
            return None
        return self.read_ref(refspec) or self._complete(revision)

    def read_ref(self, refspec: Refspec) -> str | None:
        """The commit a branch points to; None if there is no such branch."""
        if refspec.pinned:
            return refspec.ref if self.has_commit(refspec.ref) else None
        path = self._ref_path(refspec)
        text = read_text(path) if path.is_file() else None
        return text.strip() if text else None

    def write_ref(self, refspec: Refspec, checksum: str) -> None:
        """Let a branch point to a commit, durably."""
        path = self._ref_path(refspec)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, f"{checksum}\n")

    def delete_ref(self, refspec: Refspec) -> None:
        """Drop a branch; one that is not there is no error."""
        path = self._ref_path(refspec)
        if path.exists():
            path.unlink()
            sync_directory(path.parent)

    def list_refs(self, prefix: str) -> dict[str, str]:
        """Local branches below `prefix`, with the commits they point to."""
        top = self.path / "refs/heads"
        files = (p for p in (top / prefix).rglob("*") if p.is_file())
        return {str(p.relative_to(top)): (read_text(p) or "").strip() for p in files}

    def list_tips(self) -> dict[str, str]:
        """The commits of all branches, local or remote, by their paths below `refs`."""
        top = self.path / "refs"
        files = (p for p in top.rglob("*") if p.is_file())
        return {str(p.relative_to(top)): (read_text(p) or "").strip() for p in files}

    def object_sizes(self) -> dict[str, int]:
        """Bytes on disk of all objects, by `CHECKSUM.KIND`."""
        found: dict[str, int] = {}
        for folder in (self.path / "objects").iterdir():
            with os.scandir(folder) as entries:
                for entry in entries:
                    found[folder.name + entry.name] = entry.stat(follow_symlinks=False).st_size
        return found

    def has_commit(self, checksum: str) -> bool:
        return self._object(checksum, "commit").exists()

    def is_signed(self, checksum: str) -> bool:
        """May the commit have signatures? They are kept beside it, in its detached metadata."""
        return self._object(checksum, "commitmeta").exists()

    def is_partial(self, checksum: str) -> bool:
        """Has only the commit object been fetched, and not what it names?"""
        return (self.path / "state" / f"{checksum}.commitpartial").exists()

    def load_commit(self, checksum: str) -> Commit:
        """Read a commit object. Raises RpmOstreeError if it is missing or damaged."""
        return self._parse(parse_commit, checksum, "commit")

    def load_dirtree(self, checksum: str) -> DirTree:
        """Read a directory object. Raises RpmOstreeError if it is missing or damaged."""
        return self._parse(parse_dirtree, checksum, "dirtree")

    def load_dirmeta(self, checksum: str) -> DirMeta:
        """Read a directory's metadata. Raises RpmOstreeError if it is missing or damaged."""
        return self._parse(parse_dirmeta, checksum, "dirmeta")

    def keeps_plain_files(self) -> bool:
        """Is a content object the very file that is checked out (mode `bare`)?"""
        return self.config().text("core", "mode") == "bare"

    def content_file(self, checksum: str) -> Path:
        """Where a content object is, in a repository that keeps plain files."""
        return self._object(checksum, "file")

    def store_commit(self, commit: Commit) -> str:
        """Write a commit object, durably; the objects it names must be there already."""
        return self._store(commit.checksum(), "commit", serialise_commit(commit))

    def store_dirtree(self, tree: DirTree) -> str:
        return self._store(tree.checksum(), "dirtree", serialise_dirtree(tree))

    def delete_commit(self, checksum: str) -> None:
        """Drop one commit object that no ref points to."""
        self._object(checksum, "commit").unlink(missing_ok=True)

    def graft(
        self, base: str, upper: str, deletions: Collection[str], opaque: Collection[str]
    ) -> str:
        """The root directory that results from laying `upper` over `base` (both roots).

        Its cost grows with what was touched, deletions included, and not with the base.
        """
        return graft(base, upper, self.load_dirtree, self.store_dirtree, deletions, opaque)

    def lookup(self, root: str, path: str) -> bool:
        """Is there a file or directory at `path` below the root directory object `root`?"""
        *parents, name = path.strip("/").split("/")
        tree = self.load_dirtree(root)
        for parent in parents:
            if parent not in tree.dirs:
                return False
            tree = self.load_dirtree(tree.dirs[parent][0])
        return name in tree.files or name in tree.dirs

    def list_directory(self, root: str, path: str) -> DirTree:
        """The directory at `path`; an empty one if there is none."""
        tree = self.load_dirtree(root)
        for name in filter(None, path.split("/")):
            if name not in tree.dirs:
                return DirTree({}, {})
            tree = self.load_dirtree(tree.dirs[name][0])
        return tree

    def config(self) -> KeyFile:
        """The repository's configuration, remotes from /etc not included."""
        try:
            return parse_keyfile(read_text(self.path / "config") or "")
        except ValueError as error:
            raise BadInput(f"damaged {self.path}/config: {error}") from error

    def _ref_path(self, refspec: Refspec) -> Path:
        top = self.path / "refs"
        if refspec.remote:
            return top / "remotes" / refspec.remote / refspec.ref
        return top / "heads" / refspec.ref

    def _object(self, checksum: str, kind: str) -> Path:
        return self.path / "objects" / checksum[:2] / f"{checksum[2:]}.{kind}"

    def _parse(self, parse: Callable[[bytes], _T], checksum: str, kind: str) -> _T:
        try:
            return parse(self._load(checksum, kind))
        except BadVariant as error:
            raise RpmOstreeError(
                f"the {kind} object {checksum} in {self.path} is damaged: {error}",
                hint="find out how much is with `ostree fsck`",
            ) from error

    def _load(self, checksum: str, kind: str) -> bytes:
        path = self._object(checksum, kind)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise RpmOstreeError(
                f"the {kind} object {checksum} is missing from {self.path}",
                hint="see what else is missing with `ostree fsck`",
            ) from None

    def _store(self, checksum: str, kind: str, data: bytes) -> str:
        path = self._object(checksum, kind)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, data)
        return checksum

    def _complete(self, prefix: str) -> str | None:
        """The one commit whose checksum begins with `prefix` (at least two digits)."""
        if len(prefix) < 2 or not set(prefix) <= set("0123456789abcdef"):
            return None
        folder = self.path / "objects" / prefix[:2]
        names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        found = [n for n in names if n.endswith(".commit") and n.startswith(prefix[2:])]
        return prefix[:2] + found[0].removesuffix(".commit") if len(found) == 1 else None
