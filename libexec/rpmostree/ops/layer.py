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
from rpmostree.model.plan import Wish
from rpmostree.model.rpmfile import header_digest
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, find_ground
from rpmostree.ops.transaction import Transaction, require_root
from rpmostree.tools import rpm, web
from rpmostree.tools.repo import Repo


@dataclass(frozen=True)
class Given:
    """A package file named on the command line."""

    package: LocalPackage
    content: Package


def install(
    sysroot: Sysroot,
    words: Sequence[str],
    *,
    stateroot: str | None = None,
    idempotent: bool = False,
    allow_inactive: bool = False,
    force_replacefiles: bool = False,
) -> Change:
    """Add requests: names, globs, capabilities, paths, package files and their URLs.

    Raises BadInput for a file that is no package; when it is carried out, for requests that are
    there already or that the base satisfies.
    """
    given = read_files(sysroot, words, stateroot)
    names = tuple(_check_name(name) for name in words if not is_file(name))
    if force_replacefiles and names:
        raise BadInput(
            "Non-local fileoverrides not implemented", hint="give the packages as .rpm files"
        )

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin = _add_names(wish.origin, names, idempotent)
        for file in given:
            origin = _add_file(origin, file.package, idempotent, force_replacefiles)
        return replace(wish, origin=origin)

    return Change(
        f"install {' '.join(words)}",
        edits=(edit,),
        prepares=(lambda tx: keep_files(tx, given),),
        explicit=frozenset(() if allow_inactive else names),
    )


def uninstall(
    words: Sequence[str], *, everything: bool = False, idempotent: bool = False
) -> Change:
    """Drop requests, all or by name or NEVRA. Raises BadInput (later) for one that is not there."""

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin = without_layers(wish.origin) if everything else wish.origin
        for name in words:
            origin = _drop(origin, name, idempotent)
        return replace(wish, origin=origin)

    return Change(f"uninstall {' '.join(words) or '--all'}", edits=(edit,), offline=True)


def without_layers(origin: Origin) -> Origin:
    """The origin with no request left, and nothing held."""
    return replace(origin, packages=(), local_packages=(), local_fileoverrides=(), held=())


def is_file(name: str) -> bool:
    """Is this word a package file, or the address of one, and not a request?"""
    return name.endswith(".rpm") and ("/" in name or Path(name).exists())


def read_files(sysroot: Sysroot, words: Sequence[str], stateroot: str | None) -> tuple[Given, ...]:
    """The words that are package files, checked; those at a URL are downloaded first."""
    return tuple(read_file(_locate(sysroot, word, stateroot)) for word in words if is_file(word))


def _locate(sysroot: Sysroot, word: str, stateroot: str | None) -> Path:
    if not word.startswith(("http://", "https://")):
        return Path(word.removeprefix("file://"))
    require_root()
    cache = find_ground(sysroot, stateroot).cache
    return web.download(word, cache / "downloads")


def _check_name(name: str) -> str:
    if not name.strip() or name.startswith("-") or any(c in name for c in "\n\0;"):
        raise BadInput(f"not a package name: {name!r}")
    if name.endswith(".rpm"):
        raise BadInput(f"no such file: {name}")
    if name.startswith("@"):
        raise BadInput(f"package groups cannot be layered: {name}", hint="name its packages")
    return name


def read_file(path: Path) -> Given:
    """Check a package file and name it as origins do."""
    if path.name.endswith(".src.rpm"):
        raise BadInput(f"{path} is a source package; build it first")
    if not path.is_file():
        raise BadInput(f"no such file: {path}")
    rpm.verify([path], None)
    (package,) = rpm.read_packages([path])
    with path.open("rb") as content:
        digest = header_digest(content.read())
    return Given(LocalPackage(digest, str(package.nevra)), package)


def _add_names(origin: Origin, names: Sequence[str], idempotent: bool) -> Origin:
    for name in dict.fromkeys(names):
        if name not in origin.packages:
            origin = replace(origin, packages=(*origin.packages, name))
        elif not idempotent:
            raise BadInput(f"Package/capability '{name}' is already requested")
    return origin


def _add_file(
    origin: Origin, package: LocalPackage, idempotent: bool, force_replacefiles: bool
) -> Origin:
    if package in (*origin.local_packages, *origin.local_fileoverrides):
        if not idempotent:
            raise BadInput(f"Package '{package.nevra}' is already layered")
        return origin
    name = parse_nevra(package.nevra).name
    plain = without_name(origin.local_packages, name)
    forced = without_name(origin.local_fileoverrides, name)
    if force_replacefiles:
        forced = (*forced, package)
    else:
        plain = (*plain, package)
    return replace(origin, local_packages=plain, local_fileoverrides=forced)


def without_name(packages: Sequence[LocalPackage], name: str) -> tuple[LocalPackage, ...]:
    """A newer file of a package takes the place of the one before."""
    return tuple(p for p in packages if parse_nevra(p.nevra).name != name)


def _drop(origin: Origin, name: str, idempotent: bool) -> Origin:
    if name in origin.packages:
        return replace(origin, packages=tuple(p for p in origin.packages if p != name))
    plain = _without_match(origin.local_packages, name)
    forced = _without_match(origin.local_fileoverrides, name)
    if (plain, forced) == (origin.local_packages, origin.local_fileoverrides) and not idempotent:
        raise BadInput(
            f"Package/capability {name!r} is not currently requested",
            hint="`rpm-ostree status` lists the requests as LayeredPackages and LocalPackages",
        )
    return replace(origin, local_packages=plain, local_fileoverrides=forced)


def _without_match(packages: Sequence[LocalPackage], name: str) -> tuple[LocalPackage, ...]:
    """All but those that `name` names: by name, or by NEVRA in any of its usual spellings."""
    return tuple(p for p in packages if name not in parse_nevra(p.nevra).spellings)


def keep_files(tx: Transaction, given: Sequence[Given]) -> None:
    """Keep package files in the sysroot, and in the cache that the genuine tool looks into."""
    for file in given:
        target = store_file(tx, file)
        pkgcache.import_package(tx.repo, replace(file.content, path=target), tx.staging)


def store_file(tx: Transaction, file: Given) -> Path:
    """Keep a package file in the sysroot, since every later assembly needs it again."""
    store = tx.sysroot.local_packages
    store.mkdir(exist_ok=True)
    target = store / f"{file.package.sha256}.rpm"
    if not target.exists():
        fresh = tx.staging / target.name
        shutil.copyfile(file.content.path, fresh)
        fresh.replace(target)
        sync_directory(store)
    return target
