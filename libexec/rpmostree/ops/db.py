"""db: the packages of commits, and how two commits differ."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.model.advisory import Advisory, new_advisories, read_advisories
from rpmostree.model.changelog import Entry, news_of_upgrades
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import Change, PackageChange, diff_packages
from rpmostree.model.layered import base_checksum, read_pkglist
from rpmostree.model.naming import ROLES
from rpmostree.model.nevra import Nevra
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.naming import find_commit, find_named
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
    """The packages of one commit, and its advisories."""

    revision: Revision
    packages: tuple[Nevra, ...]
    advisories: tuple[Advisory, ...] = ()


@dataclass(frozen=True)
class PackageDiff:
    """Two commits and what changed between them; `advisories` are those that are new."""

    old: Revision
    new: Revision
    changes: tuple[PackageChange, ...]
    advisories: tuple[Advisory, ...] = ()
    changelogs: Mapping[PackageChange, tuple[Entry, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """All packages of a commit in one word: `NUMBER:DIGEST`."""

    revision: Revision
    rpmdb: str


def diff(
    repo: Repo,
    sysroot: Sysroot | None,
    names: Sequence[str],
    *,
    base: bool = False,
    changelogs: bool = False,
) -> PackageDiff:
    """Compare two revisions; those left out are the booted and the pending deployment.

    Raises BadInput for a revision that is none, or with nothing to compare.
    """
    old, new = _choose(repo, sysroot, names)
    if base:
        old, new = _base_of(repo, old), _base_of(repo, new)
    changes = diff_packages(read_packages(repo, old.checksum), read_packages(repo, new.checksum))
    before, after = (read_advisories(repo.load_commit(r.checksum)) for r in (old, new))
    news = _read_news(repo, old, new, changes) if changelogs else {}
    return PackageDiff(old, new, changes, new_advisories(before, after), news)


def _read_news(
    repo: Repo, old: Revision, new: Revision, changes: Sequence[PackageChange]
) -> Mapping[PackageChange, tuple[Entry, ...]]:
    upgrades = [c for c in changes if c.kind is Change.UPGRADED]
    if not upgrades:
        return {}
    with copy_database(repo, old.checksum) as database:
        before = rpm.read_changelogs(database, (c.old for c in upgrades if c.old))
    with copy_database(repo, new.checksum) as database:
        after = rpm.read_changelogs(database, (c.new for c in upgrades if c.new))
    return news_of_upgrades(upgrades, before, after)


def list_packages(
    repo: Repo, sysroot: Sysroot | None, words: Sequence[str]
) -> tuple[PackageList, ...]:
    """The packages of each word that is a revision, filtered by the words that are none."""
    revisions, patterns = _split_words(repo, _deployed(sysroot), words)
    return tuple(
        PackageList(
            revision,
            tuple(p for p in read_packages(repo, revision.checksum) if _matches(p, patterns)),
            read_advisories(repo.load_commit(revision.checksum)),
        )
        for revision in revisions
    )


def read_versions(repo: Repo, sysroot: Sysroot | None, names: Sequence[str]) -> tuple[Version, ...]:
    """One word for all packages of each commit; equal words, equal packages."""
    deployments = _deployed(sysroot)
    revisions = [_resolve(repo, deployments, name) for name in names]
    return tuple(Version(r, _digest(read_packages(repo, r.checksum))) for r in revisions)


def _digest(packages: Sequence[Nevra]) -> str:
    joined = "".join(package.envra for package in sorted(packages))
    return f"{len(packages)}:{sha256(joined.encode()).hexdigest()}"


def read_packages(repo: Repo, checksum: str) -> tuple[Nevra, ...]:
    """The packages of a commit: from its metadata, else from the rpmdb in its tree."""
    listed = read_pkglist(repo.load_commit(checksum))
    if listed is not None:
        return listed
    with copy_database(repo, checksum) as database:
        return rpm.list_installed(Path("/"), str(database))


@contextmanager
def copy_database(repo: Repo, checksum: str) -> Iterator[Path]:
    """A copy of a commit's rpmdb, which rpm may write to and anybody may make.

    Raises BadInput if the commit has none.
    """
    root = repo.load_commit(checksum).root_tree
    place = next((p for p in rpm.DATABASES if repo.list_directory(root, p).files), None)
    if place is None:
        raise BadInput(f"commit {checksum} has no RPM database")
    with tempfile.TemporaryDirectory() as scratch:
        database = Path(scratch) / "rpm"
        ostree.copy_directory(repo.path, checksum, f"/{place}", database)
        yield database


def _choose(repo: Repo, sysroot: Sysroot | None, names: Sequence[str]) -> tuple[Revision, Revision]:
    deployments = _deployed(sysroot)
    if len(names) >= 2:
        return _resolve(repo, deployments, names[0]), _resolve(repo, deployments, names[1])
    here = _here(deployments)
    this = "booted deployment" if here.booted else "default deployment"
    if names:
        return _named(here, this), _resolve(repo, deployments, names[0])
    mine = [d for d in deployments if d.stateroot == here.stateroot]
    if mine[0] != here:
        return _named(here, this), _named(mine[0], "pending deployment")
    if len(mine) < 2:
        raise BadInput("No pending or rollback deployment to diff against")
    return _named(mine[1], "rollback deployment"), _named(here, this)


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


def _deployed(sysroot: Sysroot | None) -> tuple[Deployment, ...]:
    return admin.list_deployments(sysroot) if sysroot else ()


def _resolve(repo: Repo, deployments: Sequence[Deployment], name: str) -> Revision:
    checksum = _find(repo, deployments, name)
    if checksum is None and name in ROLES and deployments:
        checksum = find_named(repo, deployments, name).checksum  # which tells what there is
    return Revision(name, checksum or repo.resolve(name))


def _find(repo: Repo, deployments: Sequence[Deployment], name: str) -> str | None:
    """The commit that is meant; what is no revision may be the name of a deployment."""
    return repo.find(name) or find_commit(repo, deployments, name)


def _base_of(repo: Repo, revision: Revision) -> Revision:
    commit = repo.load_commit(revision.checksum)
    return Revision(revision.name, base_checksum(commit, revision.checksum))


def _split_words(
    repo: Repo, deployments: Sequence[Deployment], words: Sequence[str]
) -> tuple[list[Revision], list[str]]:
    revisions: list[Revision] = []
    patterns: list[str] = []
    for word in words:
        checksum = _find(repo, deployments, word) if not patterns else None
        if checksum is not None:
            revisions.append(Revision(word, checksum))
        else:
            patterns.append(word.lower())
    if not revisions:
        if not words:
            raise BadInput("no revision was named")
        _resolve(repo, deployments, words[0])  # which tells that it is none
    return revisions, patterns


def _matches(package: Nevra, patterns: Sequence[str]) -> bool:
    spellings = [spelling.lower() for spelling in package.spellings]
    return not patterns or any(fnmatchcase(s, p) for p in patterns for s in spellings)
