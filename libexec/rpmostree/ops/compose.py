"""compose tree: from a treefile and RPM repositories to a commit on a branch."""

import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from rpmostree.assembly import commit as commits
from rpmostree.assembly import kernel, layout, passwd, paths, scripts, selinux
from rpmostree.assembly import packages as packaging
from rpmostree.assembly.root import Root, make_scratch
from rpmostree.base import events, faults, syscalls
from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text, write_atomically
from rpmostree.model.composed import Composed, composed_metadata
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.layered import RepoState, read_pkglist, text_value
from rpmostree.model.objects import Commit
from rpmostree.model.package import Package
from rpmostree.model.refspec import Refspec, parse_refspec
from rpmostree.model.rpmrepo import RpmRepo, substitute
from rpmostree.model.treefile import Treefile, next_version
from rpmostree.model.treefile_parse import load_treefile
from rpmostree.ops.transaction import leave_staging, require_root
from rpmostree.tools import dnf, mount, ostree, rpm, settings
from rpmostree.tools.repo import Repo

DATABASE = "/usr/share/rpm"
_RECIPE = "1"


@dataclass(frozen=True)
class Compose:
    """What to compose, and how. `metadata` are the keys given on the command line."""

    treefile: Path
    repo: Path
    cachedir: Path | None = None
    workdir: Path | None = None
    force: bool = False
    cache_only: bool = False
    dry_run: bool = False
    download_only: bool = False
    parent: str | None = None
    no_parent: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    selinux: bool = True
    previous_version: str | None = None


@dataclass(frozen=True)
class Result:
    """What came of it. `checksum` is None if nothing was written."""

    checksum: str | None
    ref: str | None
    version: str | None
    previous: str | None
    inputhash: str
    timestamp: int = 0
    changes: tuple[PackageChange, ...] = ()
    packages: tuple[Package, ...] = ()


@dataclass(frozen=True)
class _Work:
    """The places and values of one compose."""

    request: Compose
    treefile: Treefile
    repo: Repo
    cache: Path
    root: Root
    previous: str | None
    repos: tuple[RpmRepo, ...]


def compose_tree(request: Compose) -> Result:
    """Install the packages into an empty root, shape it, and commit it to the branch.

    The branch moves in the last step only. Raises BadInput for a treefile that cannot be used.
    """
    require_root()
    treefile = load_treefile(read_treefile, request.treefile.absolute(), platform.machine())
    with _workspace(request, treefile) as work:
        with _step("resolve", "Resolving dependencies"):
            resolution = packaging.resolve(_goal(work), work.cache, work.root.staging)
        with _step("fetch", "Verifying packages"):
            packages = packaging.fetch(resolution, work.repos, work.cache)
        digest = _input_hash(work, packages)
        if request.dry_run or request.download_only or _is_unchanged(work, digest):
            return Result(None, treefile.ref, None, work.previous, digest, packages=packages)
        with _step("packages", "Installing packages"):
            _install(work, packages)
        with _step("postprocess", "Postprocessing"):
            version = _version(work)
            _postprocess(work, packages, version)
        with _step("initramfs", "Generating initramfs"):
            release = _make_bootable(work, digest)
        with _step("layout"):
            _give_layout(work, release)
        _label(work)
        with _step("commit", "Writing OSTree commit"):
            return replace(_commit(work, digest, release, version), packages=tuple(packages))


@contextmanager
def _step(name: str, title: str | None = None) -> Iterator[None]:
    faults.reach(name)
    with events.step(f"compose/{name}", title):
        yield


def read_treefile(path: Path) -> str:
    text = read_text(path)
    if text is None:
        raise BadInput(f"there is no treefile {path}")
    return text


@contextmanager
def _workspace(request: Compose, treefile: Treefile) -> Iterator[_Work]:
    """A staging directory with an empty root in it; gone afterwards."""
    repo = Repo(request.repo)
    if not (request.repo / "config").exists():
        raise BadInput(f"{request.repo} is not an ostree repository", hint="make one: ostree init")
    os.umask(0o022)  # directories made here end up in the image
    syscalls.enter_private_mounts()
    with ExitStack() as stack:
        near = request.workdir or request.cachedir or request.repo / "tmp"
        near.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix="compose-", dir=near.absolute()))
        stack.callback(leave_staging, staging)
        cache = request.cachedir.absolute() if request.cachedir else staging / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        root = _empty_root(staging)
        repos = _find_repos(treefile)
        yield _Work(request, treefile, repo, cache, root, _previous(repo, request, treefile), repos)


def _empty_root(staging: Path) -> Root:
    make_scratch(staging)
    path = staging / "root"
    (path / DATABASE.strip("/")).mkdir(parents=True)
    for name in ("var", "etc", "dev", "proc", "run", "tmp"):
        (path / name).mkdir()
    (path / "tmp").chmod(0o1777)
    mount.bind(staging / "var", path / "var")
    return Root(path, staging, DATABASE)


def _find_repos(treefile: Treefile) -> tuple[RpmRepo, ...]:
    """The repositories that the treefile names, from the .repo files beside it."""
    known: dict[str, RpmRepo] = {}
    for path in sorted(treefile.source.parent.glob("*.repo")):
        known |= {repo.id: repo for repo in settings.read_repo_file(path)}
    missing = [name for name in treefile.repos if name not in known]
    if missing:
        raise BadInput(
            f"{treefile.source}: no .repo file beside it declares {', '.join(missing)}",
            hint=f"declared are: {', '.join(known) or 'none'}",
        )
    machine = platform.machine()
    variables = {"releasever": treefile.releasever, "basearch": machine, "arch": machine}
    chosen = (
        substitute(known[name], {**variables, **treefile.repovars}) for name in treefile.repos
    )
    return tuple(RpmRepo(r.id, {**r.options, "enabled": "1"}) for r in chosen)


def _previous(repo: Repo, request: Compose, treefile: Treefile) -> str | None:
    if request.parent:
        return repo.resolve(request.parent)
    return repo.read_ref(_branch(treefile.ref)) if treefile.ref else None


def _branch(ref: str) -> Refspec:
    try:
        return parse_refspec(ref)
    except ValueError as error:
        raise BadInput(f"ref: {error}") from error


def _goal(work: _Work) -> dnf.Goal:
    treefile = work.treefile
    if not treefile.packages:
        raise BadInput(f"{treefile.source}: the treefile names no packages")
    return dnf.Goal(
        root=work.root.path,
        database=DATABASE,
        repos=work.repos,
        names=treefile.packages,
        locked=treefile.exclude_packages,
        releasever=treefile.releasever,
        recommends=treefile.recommends,
        documentation=treefile.documentation,
        cache_only=work.request.cache_only,
    )


def _input_hash(work: _Work, packages: Sequence[Package]) -> str:
    """A digest over all that decides the content: treefile, the files it names, the packages."""
    treefile = work.treefile
    digest = sha256(f"{_RECIPE}\0{json.dumps(treefile.raw, sort_keys=True, default=str)}".encode())
    files = [Path(source) for source, _ in treefile.add_files]
    files += [Path(treefile.postprocess_script)] if treefile.postprocess_script else []
    for path in files:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            digest.update(file.read_bytes() if file.is_file() else str(file).encode())
    for package in sorted(packages, key=lambda p: p.nevra):
        digest.update(f"\0{package.nevra}\0".encode())
        digest.update(rpm_digest(package.path))
    return digest.hexdigest()


def rpm_digest(path: Path) -> bytes:
    """What names the content of a package: its headers, which hold the payload's digest."""
    from rpmostree.model.rpmfile import header_end

    with path.open("rb") as file:
        data = file.read(1 << 18)
        while (end := header_end(data)) is None:
            more = file.read(1 << 20)
            if not more:
                raise BadInput(f"{path} is truncated")
            data += more
    return sha256(data[:end]).digest()


def _is_unchanged(work: _Work, digest: str) -> bool:
    if work.previous is None or work.request.force:
        return False
    return text_value(work.repo.load_commit(work.previous), "rpmostree.inputhash") == digest


def _install(work: _Work, packages: Sequence[Package]) -> None:
    root, treefile = work.root, work.treefile
    if treefile.preserve_passwd and work.previous:
        passwd.seed(root.path, _earlier_accounts(work))
    flags = [] if treefile.documentation else ["--excludedocs"]
    if treefile.install_langs:
        flags += ["--define", f"_install_langs {':'.join(treefile.install_langs)}"]
    packaging.transact(root, packages, flags)
    passwd.unite(root.path)


def _earlier_accounts(work: _Work) -> passwd.Previous:
    assert work.previous is not None  # the caller looked
    return passwd.read_previous(_reader(work, work.previous))


def _reader(work: _Work, checksum: str) -> Callable[[str], str | None]:
    def read(path: str) -> str | None:
        commit = work.repo.load_commit(checksum)
        if not work.repo.lookup(commit.root_tree, path):
            return None
        return ostree.read_file(work.repo.path, checksum, path)

    return read


def _postprocess(work: _Work, packages: Sequence[Package], version: str | None) -> None:
    root, treefile = work.root, work.treefile
    layout.check_merged_usr(root.path)
    layout.write_defaults(root.path, treefile)
    document = root.path / "usr/share/rpm-ostree/treefile.json"
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(json.dumps(treefile.raw, indent=2, default=str) + "\n", encoding="utf-8")
    layout.mutate_os_release(root.path, version, treefile.mutate_os_release)
    files = {p.nevra.name: [f.path for f in p.files] for p in packages}
    scripts.remove_from_packages(root.path, treefile.remove_from_packages, files)
    layout.remove_files(root.path, treefile.remove_files)
    layout.add_files(root.path, treefile)
    selinux.settle_store(root.path)
    scripts.run_postprocess(root, treefile)
    opt_lines = paths.move_opt(root.path, root.path)
    paths.write_tmpfiles(root.path, packages, opt_lines)
    if work.previous and treefile.preserve_passwd:
        passwd.check(root.path, _earlier_accounts(work), treefile)
    passwd.split_altfiles(root.path, treefile)


def _make_bootable(work: _Work, digest: str) -> str | None:
    root, treefile = work.root, work.treefile
    release = kernel.find_kernel(root.path)
    if not treefile.no_initramfs:
        kernel.make_initramfs(root, release, treefile.initramfs_args, work.cache, digest)
    return release


def _give_layout(work: _Work, release: str | None) -> None:
    root = work.root
    mount.unmount(root.path / "var")
    layout.finish(root.path, work.treefile)
    layout.settle_rpmdb(root.path, DATABASE)
    if release is not None and work.treefile.boot_location == "new":
        kernel.copy_to_boot(root.path, release)


def _label(work: _Work) -> None:
    if not (work.treefile.selinux and work.request.selinux):
        return
    etc = work.root.path / "usr/etc"
    contexts = selinux.find_contexts(etc)
    if contexts is not None:
        with _step("label", "Labelling files"):
            selinux.label_tree(work.root.path, contexts)


def _version(work: _Work) -> str | None:
    """`version` from the command line, the treefile, or counted up from the commit before."""
    treefile = work.treefile
    given = {**treefile.add_commit_metadata, **work.request.metadata}.get("version")
    if given is not None or treefile.automatic_version_prefix is None:
        return None if given is None else str(given)
    previous = work.request.previous_version
    if previous is None and work.previous:
        previous = text_value(work.repo.load_commit(work.previous), "version")
    prefix = treefile.automatic_version_prefix
    today = time.strftime(_date_format(prefix), time.gmtime(commits.now()))
    return next_version(prefix, treefile.automatic_version_suffix, previous, today)


def _date_format(prefix: str) -> str:
    import re

    match = re.search(r"<date:([^>]*)>", prefix)
    return match[1] if match else "%Y%m%d"


def _commit(work: _Work, digest: str, release: str | None, version: str | None) -> Result:
    treefile, repo = work.treefile, work.repo
    installed = rpm.list_installed(work.root.path, DATABASE)
    known = (dnf.read_repodata(r, work.cache) for r in work.repos)
    composed = Composed(
        version=version,
        inputhash=digest,
        installed=installed,
        repos=tuple(RepoState(s.id, s.timestamp) for s in known if s is not None),
        kernel=release,
        initramfs_args=treefile.initramfs_args,
        container_cmd=treefile.container_cmd,
        ref=treefile.ref,
        extra={**treefile.add_commit_metadata, **work.request.metadata},
    )
    metadata = composed_metadata(composed, repos=treefile.repo_metadata == "inline")
    stored = ostree.commit_directory(repo.path, work.root.path, consume=True)
    tree = repo.load_commit(stored)
    repo.delete_commit(stored)
    before = repo.load_commit(work.previous) if work.previous else None
    parent = None if work.request.no_parent else work.previous
    commit = Commit(metadata, parent, (), "", "", commits.now(), tree.root_tree, tree.root_meta)
    checksum = repo.store_commit(commit)
    if treefile.gpg_key:
        ostree.sign(repo.path, checksum, treefile.gpg_key)
    if treefile.ref:
        faults.reach("ref")
        repo.write_ref(_branch(treefile.ref), checksum)
    changes = diff_packages((before and read_pkglist(before)) or (), installed)
    return Result(checksum, treefile.ref, version, work.previous, digest, commit.timestamp, changes)


def write_outputs(result: Result, commitid: Path | None, composejson: Path | None) -> None:
    """The files that pipelines read: the commit's checksum, and a summary as JSON."""
    if commitid is not None and result.checksum:
        write_atomically(commitid, f"{result.checksum}\n")
    if composejson is not None:
        write_atomically(composejson, json.dumps(summary(result), indent=2) + "\n")


def _clock(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def summary(result: Result) -> dict[str, object]:
    """The keys of --write-composejson-to that do not depend on how changes are written."""
    return {
        "ref": result.ref,
        "ostree-commit": result.checksum,
        "ostree-version": result.version,
        "ostree-timestamp": _clock(result.timestamp) if result.checksum else None,
        "rpm-ostree-inputhash": result.inputhash,
    }
