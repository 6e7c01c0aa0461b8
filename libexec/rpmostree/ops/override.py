"""override: change packages of the base itself."""

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from rpmostree.assembly import packages as packaging
from rpmostree.base.errors import BadInput
from rpmostree.model.nevra import Nevra, parse_nevra
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.plan import Options, Wish
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import layer
from rpmostree.ops.change import Change
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Ground, enabled_repos
from rpmostree.tools import dnf, settings, web
from rpmostree.tools.repo import Repo


def remove(names: Sequence[str]) -> Change:
    """Take packages out of the base. Raises BadInput for one the base has not, or not once."""

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin, packages = wish.origin, read_packages(repo, wish.base)
        for name in names:
            found = _find_one(packages, name)
            _refuse_second(found.name, _overridden(origin))
            origin = replace(origin, removals=(*origin.removals, found.name))
        return replace(wish, origin=origin)

    return Change(f"override remove {' '.join(names)}", edits=(edit,), offline=True)


def replace_with_files(
    sysroot: Sysroot, words: Sequence[str], *, stateroot: str | None = None
) -> Change:
    """Put package files (or their URLs) in the place of packages of the base."""
    names = [word for word in words if not layer.is_file(word)]
    if names:
        raise BadInput(
            f"Non-local replacement overrides not implemented yet: {', '.join(names)}",
            hint="name the repository they come from with --from repo=ID, or give .rpm files",
        )
    given = layer.read_files(sysroot, words, stateroot)

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        return _replace_locally(repo, wish, given)

    return Change(
        f"override replace {' '.join(words)}",
        edits=(edit,),
        prepares=(lambda tx: layer.keep_files(tx, given),),
    )


def replace_frozen(sysroot: Sysroot, source: str, names: Sequence[str]) -> Change:
    """Put the packages that a repository has now in the place of those of the base, and leave it
    at that. `source` is `repo=ID`, a name may be a NEVRA."""
    repo_id = _repo_of(source)
    given: list[layer.Given] = []

    def download(_repo: Repo, ground: Ground, _options: Options) -> None:
        given.extend(_download(sysroot, ground, repo_id, names))

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        return _replace_locally(repo, wish, given)

    return Change(
        f"override replace --freeze --from {source} {' '.join(names)}",
        fetches=(download,),
        edits=(edit,),
        prepares=(lambda tx: layer.keep_files(tx, given),),
    )


def _download(
    sysroot: Sysroot, ground: Ground, repo_id: str, names: Sequence[str]
) -> list[layer.Given]:
    cache = ground.cache
    repo = packaging.choose_repo(enabled_repos(ground), repo_id)
    release = settings.read_release(ground.merge.path)
    with tempfile.TemporaryDirectory() as scratch:
        query = dnf.Query(repo, release, cache, Path(scratch))
        found = packaging.find_in_repo(query, names)
        addresses = [query.locate(nevra) for nevra in found]
    files = [web.download(address, cache / "downloads") for address in addresses]
    packaging.verify(files, repo, cache)
    return [layer.read_file(path) for path in files]


def replace_from(source: str, names: Sequence[str]) -> Change:
    """Let packages of the base follow a repository. `source` is `repo=ID`."""
    _repo_of(source)

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin, packages = wish.origin, read_packages(repo, wish.base)
        for name in names:
            found = _find_one(packages, name)
            _refuse_second(found.name, _overridden(origin))
            origin = _add_remote(origin, source, found.name)
        return replace(wish, origin=origin)

    return Change(f"override replace --from {source} {' '.join(names)}", edits=(edit,))


def reset(names: Sequence[str], *, everything: bool = False) -> Change:
    """Let packages be as the base has them again. Raises BadInput for one without an override."""

    def edit(_repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        origin = without_overrides(wish.origin) if everything else wish.origin
        for name in names:
            origin = _drop(origin, name)
        return replace(wish, origin=origin)

    return Change(f"override reset {' '.join(names) or '--all'}", edits=(edit,), offline=True)


def without_overrides(origin: Origin) -> Origin:
    """The origin with the base's packages as they are."""
    return replace(origin, removals=(), local_replacements=(), remote_replacements=())


def _replace_locally(repo: Repo, wish: Wish, given: Sequence[layer.Given]) -> Wish:
    origin, packages = wish.origin, read_packages(repo, wish.base)
    for file in given:
        name = _find_replaceable(packages, file.package)
        _refuse_second(name, _overridden_otherwise(origin))
        kept = layer.without_name(origin.local_replacements, name)
        origin = replace(origin, local_replacements=(*kept, file.package))
    return replace(wish, origin=origin)


def _repo_of(source: str) -> str:
    kind, equals, repo_id = source.partition("=")
    if kind != "repo" or not equals or not repo_id:
        raise BadInput(f"--from takes repo=ID, not {source!r}")
    return repo_id


def _drop(origin: Origin, name: str) -> Origin:
    """Without the override of a package, given by name or NEVRA."""

    def other(package: LocalPackage) -> bool:
        return name not in (package.nevra, parse_nevra(package.nevra).name)

    plain = _name_of(name)
    fresh = replace(
        origin,
        removals=tuple(r for r in origin.removals if r not in (name, plain)),
        local_replacements=tuple(p for p in origin.local_replacements if other(p)),
        remote_replacements=_without_remote(origin, (name, plain)),
    )
    if fresh == origin:
        raise BadInput(f"No overrides for package '{name}'")
    return fresh


def is_nevra(text: str) -> bool:
    """Does this name one version of a package?"""
    try:
        return bool(parse_nevra(text))
    except ValueError:
        return False


def _name_of(text: str) -> str:
    try:
        return parse_nevra(text).name
    except ValueError:
        return text


def _without_remote(
    origin: Origin, names: Sequence[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    left = (
        (source, tuple(p for p in packages if p not in names))
        for source, packages in origin.remote_replacements
    )
    return tuple((source, packages) for source, packages in left if packages)


def _add_remote(origin: Origin, source: str, name: str) -> Origin:
    sources = dict(origin.remote_replacements)
    sources[source] = (*sources.get(source, ()), name)
    return replace(origin, remote_replacements=tuple(sources.items()))


def _refuse_second(name: str, taken: Collection[str]) -> None:
    if name in taken:
        raise BadInput(
            f"Override already exists for package '{name}'",
            hint=f"drop it first with `rpm-ostree override reset {name}`",
        )


def _overridden(origin: Origin) -> set[str]:
    """The names of all packages with an override."""
    return {*_overridden_otherwise(origin), *(_name_of(p.nevra) for p in origin.local_replacements)}


def _overridden_otherwise(origin: Origin) -> set[str]:
    """Those that are not replaced by a file: a newer file may take the place of one."""
    remote = (name for _, names in origin.remote_replacements for name in names)
    return {*origin.removals, *remote}


def _find_replaceable(packages: Sequence[Nevra], package: LocalPackage) -> str:
    name = parse_nevra(package.nevra).name
    if not any(p.name == name for p in packages):
        raise BadInput(
            f'Package "{name}" not found',
            hint=f"the base has no {name} to be replaced; layer it with `rpm-ostree install`",
        )
    return name


def _find_one(packages: Sequence[Nevra], name: str) -> Nevra:
    found = [p for p in packages if name in (p.name, p.name_arch, str(p))]
    if not found:
        raise BadInput(
            f'Package "{name}" not found',
            hint="only packages of the base can be overridden; `rpm-ostree uninstall` drops layers",
        )
    if len(found) > 1:
        raise BadInput(f'Multiple packages match "{name}"')
    return found[0]
