"""override: change packages of the base itself."""

from collections.abc import Sequence
from dataclasses import replace

from rpmostree.base.errors import BadInput
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import Origin
from rpmostree.model.plan import Options, Outcome
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import derive
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Edit, Ground, wish_of
from rpmostree.ops.transaction import require_root
from rpmostree.tools.repo import Repo


def remove(
    sysroot: Sysroot,
    names: Sequence[str],
    options: Options,
    *,
    stateroot: str | None = None,
    wait: float = 0,
) -> Outcome:
    """Take packages out of the base. Raises BadInput for one the base has not, or not once."""

    def edit(repo: Repo, ground: Ground, origin: Origin) -> Origin:
        packages = read_packages(repo, wish_of(ground, repo).base)
        for name in names:
            found = _find_one(packages, name)
            if found.name in origin.removals:
                raise BadInput(f"Override already exists for package '{found.name}'")
            origin = replace(origin, removals=(*origin.removals, found.name))
        return origin

    return _change(sysroot, edit, options, "override remove", stateroot, wait)


def reset(
    sysroot: Sysroot,
    names: Sequence[str],
    options: Options,
    *,
    everything: bool = False,
    stateroot: str | None = None,
    wait: float = 0,
) -> Outcome:
    """Let packages be as the base has them again. Raises BadInput for one without an override."""

    def edit(_repo: Repo, _ground: Ground, origin: Origin) -> Origin:
        if everything:
            return replace(origin, removals=(), local_replacements=(), remote_replacements=())
        for name in names:
            if name not in origin.removals:
                raise BadInput(f"No overrides for package '{name}'")
            kept = tuple(removal for removal in origin.removals if removal != name)
            origin = replace(origin, removals=kept)
        return origin

    return _change(sysroot, edit, options, "override reset", stateroot, wait)


def _change(
    sysroot: Sysroot,
    edit: Edit,
    options: Options,
    title: str,
    stateroot: str | None,
    wait: float,
) -> Outcome:
    require_root()
    return derive.change_origin(sysroot, edit, options, title=title, stateroot=stateroot, wait=wait)


def _find_one(packages: Sequence[Nevra], name: str) -> Nevra:
    found = [p for p in packages if name in (p.name, p.name_arch, str(p))]
    if not found:
        raise BadInput(f'Package "{name}" not found')
    if len(found) > 1:
        raise BadInput(f'Multiple packages match "{name}"')
    return found[0]
