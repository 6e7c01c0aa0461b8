"""The frame of every change: one at a time, prepared aside, visible at the end or not at all.

    with begin(sysroot, "install strace") as tx:
        with tx.step("resolve"): ...

Entering takes the lock, leaves for a private mount namespace, and sweeps what a killed
predecessor left; leaving removes the staging directory. Whatever happens in between, only the last
step is seen by anybody.
"""

import os
import signal
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rpmostree.base import events, faults, lock, syscalls
from rpmostree.base.errors import BadInput, RpmOstreeError
from rpmostree.base.files import remove_tree
from rpmostree.model.deployment import Deployment
from rpmostree.model.layered import base_checksum, is_layered, read_pkglist
from rpmostree.model.nevra import parse_nevra
from rpmostree.model.origin import LocalPackage
from rpmostree.model.pkgcache import PREFIX as CACHE
from rpmostree.model.pkgcache import cache_ref
from rpmostree.model.refspec import Refspec
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.history import note, take_snapshot
from rpmostree.tools import mount
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

_STAGING = "private"
_LITTLE = 8 << 20  # bytes; with less than this free, that is the likely cause of any failure
_READ_ONLY = (Path("/sysroot"), Path("/boot"))  # where sysroot.readonly is set
_BASE_REFS = "rpmostree/base"
HELD = Refspec(f"{_BASE_REFS}/tmp")
_LAYER_HELD = Refspec(f"{_BASE_REFS}/tmp-layer")


@dataclass(frozen=True)
class Transaction:
    """A change in progress. `staging` is empty at first, and gone afterwards."""

    sysroot: Sysroot
    title: str
    repo: Repo
    staging: Path
    held: lock.Lock

    @contextmanager
    def step(self, name: str, title: str | None = None) -> Iterator[None]:
        """A part of the work, by name for those who wait and by title for those who watch."""
        faults.reach(name)
        self.held.tell(name)
        with events.step(name, title):
            yield

    @contextmanager
    def last_step(self, name: str, title: str | None = None) -> Iterator[None]:
        """The step that becomes visible. It cannot be cancelled, only cut off by force."""
        before = take_snapshot(self.sysroot)
        with self.step(name, title), _no_interrupt():
            yield
            refresh_base_refs(self.sysroot, self.repo)
            forget_unused(self.sysroot, self.repo)
            admin.touch(self.sysroot)
            note(self.sysroot, self.title, before)
        faults.reach(f"after-{name}")

    def hold(self, base: str, layer: str | None = None) -> None:
        """Keep commits that nothing refers to yet from being pruned until the end."""
        self.repo.write_ref(HELD, base)
        if layer:
            self.repo.write_ref(_LAYER_HELD, layer)


@contextmanager
def begin(sysroot: Sysroot, title: str, wait: float = 0) -> Iterator[Transaction]:
    """Start a transaction. Raises Busy if another one runs, BadInput without the rights for it."""
    require_root()
    os.umask(0o022)  # directories made here end up in images
    syscalls.enter_private_mounts()
    if admin.is_booted(sysroot):
        for place in mount.list_mounts():
            if place in _READ_ONLY:
                mount.make_writable(place)
    if _leftovers(sysroot):
        mount.thaw(sysroot.path / "boot")
    sysroot.private.mkdir(parents=True, exist_ok=True)
    with lock.hold(sysroot.lock, title, wait) as held, ExitStack() as stack:
        _sweep(sysroot)
        staging = Path(tempfile.mkdtemp(prefix="tx-", dir=_staging_area(sysroot)))
        stack.callback(leave_staging, staging)
        stack.callback(_let_go, sysroot)
        faults.reach("begin")
        try:
            yield Transaction(sysroot, title, Repo(sysroot.repo), staging, held)
        except RpmOstreeError as error:
            error.hint = error.hint or _space_hint(sysroot)
            raise


def _space_hint(sysroot: Sysroot) -> str | None:
    """Tools seldom say that the disk is full when it is."""
    state = os.statvfs(sysroot.repo)
    free = state.f_bavail * state.f_frsize
    if free > _LITTLE and state.f_favail > 0:
        return None
    return (
        f"the disk is full: only {free // 1024} KiB are free where {sysroot.repo} is; "
        "`rpm-ostree cleanup -rb` may free a deployment"
    )


def require_root() -> None:
    """Changing a sysroot is root's business. Raises BadInput."""
    if os.geteuid() != 0:
        raise BadInput("This command requires root privileges", hint="run it with sudo")


def refresh_base_refs(sysroot: Sysroot, repo: Repo) -> None:
    """Let `rpmostree/base/N` keep the bases of all layered deployments, and nothing else."""
    bases = []
    for deployment in admin.list_deployments(sysroot):
        commit = repo.load_commit(deployment.checksum)
        if is_layered(commit):
            bases.append(base_checksum(commit, deployment.checksum))
    wanted = {f"{_BASE_REFS}/{i}": base for i, base in enumerate(dict.fromkeys(bases))}
    existing = repo.list_refs(_BASE_REFS)
    for name, checksum in wanted.items():
        if existing.get(name) != checksum:
            repo.write_ref(Refspec(name), checksum)
    for name in existing.keys() - wanted.keys():
        repo.delete_ref(Refspec(name))


def forget_unused(sysroot: Sysroot, repo: Repo) -> None:
    """Drop kept package files, and packages in the genuine tool's cache, that no deployment has."""
    deployments = admin.list_deployments(sysroot)
    for name in unused_branches(repo, deployments):
        repo.delete_ref(Refspec(name))
    kept = {f"{package.sha256}.rpm" for d in deployments for package in _local_packages(d)}
    for path in sysroot.local_packages.glob("*.rpm"):
        if path.name not in kept:
            path.unlink()


def unused_branches(repo: Repo, deployments: Iterable[Deployment]) -> set[str]:
    """Branches of packages in the genuine tool's cache that none of the deployments has."""
    imported = repo.list_refs(CACHE)
    wanted: set[str] = set()
    for deployment in deployments if imported else ():
        wanted |= {package.nevra for package in _local_packages(deployment)}
        listed = read_pkglist(repo.load_commit(deployment.checksum))
        wanted |= set(map(str, listed or ()))
    return imported.keys() - {cache_ref(parse_nevra(nevra)) for nevra in wanted}


def _local_packages(deployment: Deployment) -> tuple[LocalPackage, ...]:
    origin = deployment.origin
    given = (*origin.local_packages, *origin.local_fileoverrides, *origin.local_replacements)
    return (*given, *origin.held)


def _staging_area(sysroot: Sysroot) -> Path:
    area = sysroot.private / _STAGING
    area.mkdir(mode=0o700, exist_ok=True)
    return area


def _leftovers(sysroot: Sysroot) -> list[Path]:
    """The staging directories of transactions that did not end, or run just now."""
    return sorted((sysroot.private / _STAGING).glob("tx-*"))


def _sweep(sysroot: Sysroot) -> None:
    """Remove what a killed transaction left; we hold the lock, so nobody uses it."""
    for left in _leftovers(sysroot):
        events.detail(f"removing what an interrupted transaction left: {left}")
        _remove_unmounted(left)
    _let_go(sysroot)


def _let_go(sysroot: Sysroot) -> None:
    """Drop the references that kept commits in the making."""
    repo = Repo(sysroot.repo)
    if repo.read_ref(HELD) or repo.read_ref(_LAYER_HELD):
        refresh_base_refs(sysroot, repo)


def leave_staging(staging: Path) -> None:
    """Take down our mounts and remove the staging directory; a failure is worth a warning."""
    try:
        mount.unmount(*reversed(mount.list_mounts(below=staging)))
        _remove_unmounted(staging)
    except (OSError, RpmOstreeError) as error:
        events.warning(f"cannot remove {staging}: {error}; the next command will")


def _remove_unmounted(staging: Path) -> None:
    """Remove a staging directory, but never through a mount into something that is not ours."""
    if mount.list_mounts(below=staging):
        raise RpmOstreeError("something is still mounted in it")
    remove_tree(staging)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    def later(_signum: int, _frame: FrameType | None) -> None:
        events.message("Caught SIGINT; the change is being made visible and cannot be cancelled")

    previous = signal.signal(signal.SIGINT, later)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
