"""Import a package into the repository as the genuine tool does: one small commit of its files."""

import shutil
import tarfile
from pathlib import Path

from rpmostree.assembly import commit as commits
from rpmostree.assembly import paths
from rpmostree.model.objects import Commit
from rpmostree.model.package import Package
from rpmostree.model.pkgcache import cache_metadata, cache_ref
from rpmostree.model.refspec import Refspec
from rpmostree.model.rpmfile import header_end
from rpmostree.tools import ostree, rpm
from rpmostree.tools.repo import Repo

_MOVED = {"etc": "usr/etc", "boot": "usr/lib/ostree-boot", "opt": "usr/lib/opt"}
_MERGED = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")
_MADE_AT_BOOT = ("var", "run")


def import_package(repo: Repo, package: Package, staging: Path) -> None:
    """Write the package's files and headers to `rpmostree/pkg/...`, unless they are there."""
    ref = Refspec(cache_ref(package.nevra))
    data = package.path.read_bytes()
    end = header_end(data)
    assert end is not None  # rpm has read and verified the file
    metadata = cache_metadata(package.nevra, data[:end])
    present = repo.read_ref(ref)
    if present is not None and repo.load_commit(present).metadata == metadata:
        return
    tree = staging / f"import-{package.nevra.name}"
    _unpack(package, tree, staging)
    stored = ostree.commit_directory(repo.path, tree, consume=True)
    root = repo.load_commit(stored)
    repo.delete_commit(stored)
    commit = Commit(metadata, None, (), "", "", commits.now(), root.root_tree, root.root_meta)
    repo.write_ref(ref, repo.store_commit(commit))


def _unpack(package: Package, tree: Path, staging: Path) -> None:
    tree.mkdir()
    archive = rpm.unpack(package.path, staging)
    with tarfile.open(archive) as members:
        for member in members:
            place = _place(member.name)
            if place is not None:
                _put(members, member, tree, place)
    archive.unlink()
    paths.write_package_tmpfiles(tree, [package])


def _place(name: str) -> str | None:
    """Where a file of a package lies in an image; None for what is made at boot."""
    clean = name.removeprefix(".").strip("/")
    top, _, rest = clean.partition("/")
    if not clean or top in _MADE_AT_BOOT:
        return None
    below = f"/{rest}" if rest else ""
    if top in _MERGED:
        return f"usr/{top}{below}"
    return f"{_MOVED.get(top, top)}{below}"


def _put(members: tarfile.TarFile, member: tarfile.TarInfo, tree: Path, place: str) -> None:
    path = tree / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.isdir():
        path.mkdir(exist_ok=True)
        path.chmod(member.mode | 0o700)
    elif member.issym():
        path.symlink_to(member.linkname)
    elif member.islnk():
        path.hardlink_to(tree / (_place(member.linkname) or ""))
    elif member.isfile():
        content = members.extractfile(member)
        assert content is not None  # it is a file
        with path.open("wb") as out:
            shutil.copyfileobj(content, out)
        path.chmod(member.mode)
