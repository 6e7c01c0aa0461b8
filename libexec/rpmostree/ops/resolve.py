"""Find out all that a wish needs before anything is installed: requests, packages, plan."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from rpmostree.assembly import packages as packaging
from rpmostree.assembly import root as roots
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.layered import RepoState, read_pkglist
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.package import Package
from rpmostree.model.plan import Inactive, Install, Options, Plan, Wish
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import Ground, enabled_repos, state_digest
from rpmostree.ops.transaction import Transaction
from rpmostree.tools import dnf, rpm, settings


@dataclass(frozen=True)
class Resolved:
    """A wish with everything found out that needs no writing."""

    root: roots.Root
    packages: tuple[Package, ...]
    plan: Plan
    before: tuple[Nevra, ...]
    removed: tuple[Nevra, ...]
    repos: tuple[RepoState, ...]
    state: str
    settings: settings.Settings


def resolve(
    tx: Transaction, ground: Ground, wish: Wish, root: roots.Root, options: Options
) -> Resolved:
    cache = tx.sysroot.cache(wish.stateroot)
    configured = settings.read_settings(ground.etc)
    listed = read_pkglist(tx.repo.load_commit(wish.base))
    before = listed or rpm.list_installed(root.path, root.database)
    with tx.step("remove"):
        removed = _find_removals(wish.origin, before)
        packaging.remove(root, [str(n) for n in removed])
    kept = [n for n in before if n not in removed]
    active, inactive = _split_requests(wish.origin, root, kept)
    _refuse_satisfied(inactive, options)
    _announce_inactive(inactive)
    locals_ = _local_files(tx.sysroot, wish.origin.local_packages, kept)
    if not active and not locals_:
        state = state_digest(wish, (), cache, configured)
        plan = Plan(wish, (), tuple(map(str, removed)), inactive)
        return Resolved(root, (), plan, before, removed, (), state, configured)
    repos = enabled_repos(ground)
    _announce_repos(repos)
    goal = dnf.Goal(
        root=root.path,
        database=root.database,
        repos=repos,
        names=active,
        files=locals_,
        locked=tuple(n.name_arch for n in kept),
        releasever=settings.read_release(root.path),
        recommends=configured.recommends,
        cache_only=options.cache_only,
    )
    with tx.step("resolve", "Resolving dependencies"):
        resolution = packaging.resolve(goal, cache, tx.staging)
    with tx.step("fetch", "Importing packages"):
        packages = packaging.fetch(resolution, repos, cache)
    states = _repo_states(repos, cache)
    _announce_states(states)
    plan = Plan(
        wish,
        tuple(Install(str(p.nevra), p.repo) for p in sorted(packages, key=_by_nevra)),
        tuple(map(str, removed)),
        inactive,
    )
    state = state_digest(wish, repos, cache, configured)
    return Resolved(root, packages, plan, before, removed, states, state, configured)


def _by_nevra(package: Package) -> Nevra:
    return package.nevra


def _find_removals(origin: Origin, before: Sequence[Nevra]) -> tuple[Nevra, ...]:
    """The base packages to remove; a name the base no longer has is inactive."""
    return tuple(n for n in before if n.name in origin.removals)


def _split_requests(
    origin: Origin, root: roots.Root, before: Sequence[Nevra]
) -> tuple[tuple[str, ...], tuple[Inactive, ...]]:
    active, inactive = [], []
    for request in origin.packages:
        provider = find_provider(request, root, before)
        if provider is None:
            active.append(request)
        else:
            inactive.append(Inactive(request, str(provider)))
    return tuple(active), tuple(inactive)


def find_provider(request: str, root: roots.Root, before: Sequence[Nevra]) -> Nevra | None:
    """The package of the base that satisfies a request already; None if none does."""
    for package in before:
        if any(fnmatchcase(name, request) for name in package.spellings):
            return package
    if any(char in request for char in "*?[("):
        return None
    found = rpm.find_providers(root.path, root.database, request)
    return found[0] if found else None


def _local_files(
    sysroot: Sysroot, wanted: Sequence[LocalPackage], before: Sequence[Nevra]
) -> tuple[Path, ...]:
    """The files of local packages, but for those the base has got by now."""
    present = set(map(str, before))
    files = []
    for package in wanted:
        path = sysroot.local_packages / f"{package.sha256}.rpm"
        if package.nevra in present:
            continue
        if not path.exists():
            raise BadInput(
                f"the file of the local package {package.nevra} is no longer in the sysroot",
                hint=f"give it again: rpm-ostree install ./{package.nevra}.rpm",
            )
        files.append(path)
    return tuple(files)


def _repo_states(repos: Sequence[RpmRepo], cache: Path) -> tuple[RepoState, ...]:
    known = (dnf.read_repodata(repo, cache) for repo in repos)
    return tuple(RepoState(state.id, state.timestamp) for state in known if state is not None)


def _refuse_satisfied(inactive: Sequence[Inactive], options: Options) -> None:
    """A new request that the base satisfies is a mistake, unless it was said to be none."""
    for item in inactive:
        if item.request in options.explicit and not options.allow_inactive:
            raise BadInput(
                f'"{item.request}" is already provided by: {item.provider}. '
                "Use --allow-inactive to explicitly require it."
            )


def _announce_inactive(inactive: Sequence[Inactive]) -> None:
    if inactive:
        events.message("Inactive requests:")
    for item in inactive:
        events.message(f"  {item.request} (already provided by {item.provider})")


def _announce_repos(repos: Sequence[RpmRepo]) -> None:
    events.message(f"Enabled rpm-md repositories: {packaging.repo_names(repos)}")


def _announce_states(states: Sequence[RepoState]) -> None:
    for state in states:
        clock = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(state.timestamp))
        events.message(f"rpm-md repo '{state.id}'; generated: {clock}")
