"""db: the packages of commits, and how two commits differ."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.layered import base_checksum, read_pkglist
from rpmostree.model.nevra import Nevra
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import ostree, rpm
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class Revision:
    """A commit by what it was called and by its checksum."""

    name: str
    checksum: str


@dataclass(frozen=True)
class PackageList:
    """The packages of one commit."""

    revision: Revision
    packages: tuple[Nevra, ...]


@dataclass(frozen=True)
class PackageDiff:
    """Two commits and what changed between them."""

    old: Revision
    new: Revision
    changes: tuple[PackageChange, ...]


def diff(
    repo: Repo, sysroot: Sysroot | None, names: Sequence[str], *, base: bool = False
) -> PackageDiff:
    """Compare two revisions; those left out are the booted and the pending deployment.

    Raises BadInput for a revision that is none, or with nothing to compare.
    """
    old, new = _choose(repo, sysroot, names)
    if base:
        old, new = _base_of(repo, old), _base_of(repo, new)
    changes = diff_packages(read_packages(repo, old.checksum), read_packages(repo, new.checksum))
    return PackageDiff(old, new, changes)


def list_packages(repo: Repo, words: Sequence[str]) -> tuple[PackageList, ...]:
    """The packages of each word that is a revision, filtered by the words that are none."""
    revisions, patterns = _split_words(repo, words)
    lists = ((r, read_packages(repo, r.checksum)) for r in revisions)
    return tuple(
        PackageList(r, tuple(p for p in packages if _matches(p, patterns))) for r, packages in lists
    )


def read_packages(repo: Repo, checksum: str) -> tuple[Nevra, ...]:
    """The packages of a commit: from its metadata, else from the rpmdb in its tree."""
    commit = repo.load_commit(checksum)
    listed = read_pkglist(commit)
    return listed if listed is not None else _query_database(repo, checksum, commit.root_tree)


def _query_database(repo: Repo, checksum: str, root_tree: str) -> tuple[Nevra, ...]:
    place = next((p for p in rpm.DATABASES if repo.list_directory(root_tree, p).files), None)
    if place is None:
        raise BadInput(f"commit {checksum} has no RPM database")
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / place
        target.parent.mkdir(parents=True)
        ostree.check_out(repo.path, checksum, target, subpath=f"/{place}", copy=True)
        return rpm.list_installed(Path(scratch), f"/{place}")


def _choose(repo: Repo, sysroot: Sysroot | None, names: Sequence[str]) -> tuple[Revision, Revision]:
    deployments = admin.list_deployments(sysroot) if sysroot else ()
    if len(names) >= 2:
        return _resolve(repo, names[0]), _resolve(repo, names[1])
    here = _here(deployments)
    this = "booted deployment" if here.booted else "default deployment"
    if len(names) == 1:
        return _named(here, this), _resolve(repo, names[0])
    if here.index > 0:
        return _named(here, this), _named(deployments[0], "pending deployment")
    older = [d for d in deployments[1:] if d.stateroot == here.stateroot]
    if not older:
        raise BadInput("No pending or rollback deployment to diff against")
    return _named(older[0], "rollback deployment"), _named(here, this)


def _here(deployments: Sequence[Deployment]) -> Deployment:
    """The booted deployment; where nothing is booted, the default one stands for it."""
    booted = next((d for d in deployments if d.booted), None)
    if booted is not None:
        return booted
    if not deployments:
        raise BadInput("No deployments found", hint="name two revisions")
    return deployments[0]


def _named(deployment: Deployment, name: str) -> Revision:
    return Revision(name, deployment.checksum)


def _resolve(repo: Repo, name: str) -> Revision:
    return Revision(name, repo.resolve(name))


def _base_of(repo: Repo, revision: Revision) -> Revision:
    commit = repo.load_commit(revision.checksum)
    return Revision(revision.name, base_checksum(commit, revision.checksum))


def _split_words(repo: Repo, words: Sequence[str]) -> tuple[list[Revision], list[str]]:
    revisions: list[Revision] = []
    patterns: list[str] = []
    for word in words:
        checksum = repo.find(word) if not patterns else None
        if checksum is not None:
            revisions.append(Revision(word, checksum))
        else:
            patterns.append(word)
    if not revisions:
        raise BadInput(f"Refspec '{words[0]}' not found" if words else "no revision was named")
    return revisions, patterns


def _matches(package: Nevra, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(package.name, pattern) for pattern in patterns)
