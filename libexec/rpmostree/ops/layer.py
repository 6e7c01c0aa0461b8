"""install and uninstall: layered packages."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rpmostree.assembly import pkgcache
from rpmostree.base.errors import BadInput
from rpmostree.base.files import sync_directory
from rpmostree.model.nevra import parse_nevra
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.package import Package
from rpmostree.model.plan import Options, Outcome
from rpmostree.model.rpmfile import header_digest
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.ground import Ground
from rpmostree.ops.transaction import Transaction, require_root
from rpmostree.tools import rpm
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class LayerChange:
    """What to add to the requests and what to drop from them."""

    install: tuple[str, ...] = ()
    uninstall: tuple[str, ...] = ()
    uninstall_all: bool = False
    idempotent: bool = False


@dataclass(frozen=True)
class _Given:
    """A package file named on the command line."""

    package: LocalPackage
    content: Package


def change_layers(
    sysroot: Sysroot,
    change: LayerChange,
    options: Options,
    *,
    title: str,
    stateroot: str | None = None,
    wait: float = 0,
) -> Outcome:
    """Edit the requests of the default deployment and deploy the result.

    Raises BadInput for requests that are there already, are not there, or cannot be had.
    """
    require_root()
    given = [_read_file(Path(name)) for name in change.install if _is_file(name)]
    names = tuple(_check_name(name) for name in change.install if not _is_file(name))

    def edit(_repo: Repo, _ground: Ground, origin: Origin) -> Origin:
        return _edit(origin, change, names, given)

    return derive.change_origin(
        sysroot,
        edit,
        replace(options, explicit=frozenset(names)),
        title=title,
        stateroot=stateroot,
        wait=wait,
        prepare=lambda tx: _keep_files(tx, given),
    )


def _is_file(name: str) -> bool:
    return name.endswith(".rpm") and ("/" in name or Path(name).exists())


def _check_name(name: str) -> str:
    if not name.strip() or name.startswith("-") or any(c in name for c in "\n\0;"):
        raise BadInput(f"not a package name: {name!r}")
    if name.endswith(".rpm"):
        raise BadInput(f"no such file: {name}")
    return name


def _read_file(path: Path) -> _Given:
    """Check a package file and name it as origins do."""
    name = Path(str(path).removeprefix("file:"))
    if name.name.endswith(".src.rpm"):
        raise BadInput(f"{name} is a source package; build it first")
    if not name.is_file():
        raise BadInput(f"no such file: {name}")
    rpm.verify([name], None)
    (package,) = rpm.read_packages([name])
    with name.open("rb") as content:
        digest = header_digest(content.read())
    return _Given(LocalPackage(digest, str(package.nevra)), package)


def _edit(
    origin: Origin, change: LayerChange, names: Sequence[str], given: Sequence[_Given]
) -> Origin:
    """The origin with the change made. Raises BadInput in the genuine tool's words."""
    if change.uninstall_all:
        origin = replace(origin, packages=(), local_packages=(), local_fileoverrides=())
    for name in change.uninstall:
        origin = _drop(origin, name, change.idempotent)
    for name in dict.fromkeys(names):
        if name in origin.packages:
            if not change.idempotent:
                raise BadInput(f"Package/capability '{name}' is already requested")
        else:
            origin = replace(origin, packages=(*origin.packages, name))
    for file in given:
        if file.package in origin.local_packages:
            if not change.idempotent:
                raise BadInput(f"Package '{file.package.nevra}' is already layered")
        else:
            kept = _without_name(origin.local_packages, parse_nevra(file.package.nevra).name)
            origin = replace(origin, local_packages=(*kept, file.package))
    return origin


def _without_name(packages: Sequence[LocalPackage], name: str) -> tuple[LocalPackage, ...]:
    """A newer file of a package takes the place of the one before."""
    return tuple(p for p in packages if parse_nevra(p.nevra).name != name)


def _drop(origin: Origin, name: str, idempotent: bool) -> Origin:
    if name in origin.packages:
        return replace(origin, packages=tuple(p for p in origin.packages if p != name))
    kept = tuple(
        p for p in origin.local_packages if name not in (p.nevra, parse_nevra(p.nevra).name)
    )
    if kept == origin.local_packages and not idempotent:
        raise BadInput(f"Package/capability '{name}' is not currently requested")
    return replace(origin, local_packages=kept)


def _keep_files(tx: Transaction, given: Sequence[_Given]) -> None:
    """Keep package files in the sysroot, since every later assembly needs them again."""
    store = tx.sysroot.local_packages
    for file in given:
        store.mkdir(exist_ok=True)
        target = store / f"{file.package.sha256}.rpm"
        if not target.exists():
            fresh = tx.staging / target.name
            shutil.copyfile(file.content.path, fresh)
            fresh.replace(target)
            sync_directory(store)
        pkgcache.import_package(tx.repo, replace(file.content, path=target), tx.staging)
