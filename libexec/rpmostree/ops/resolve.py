"""Find out all that a wish needs before anything is installed: requests, packages, plan."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from rpmostree.assembly import packages as packaging
from rpmostree.assembly import root as roots
from rpmostree.base import events
from rpmostree.base.errors import BadInput, Unsolvable
from rpmostree.model.layered import RepoState, read_pkglist
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import Origin
from rpmostree.model.overrides import Replacement
from rpmostree.model.package import Package
from rpmostree.model.plan import Inactive, Options, Wish, packages_after
from rpmostree.model.request import split_conjunctions
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops import explain, hold, replacements
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, enabled_repos, state_digest
from rpmostree.ops.replacements import Wanted
from rpmostree.ops.transaction import Transaction
from rpmostree.tools import dnf, rpm, settings


@dataclass(frozen=True)
class Resolved:
    """A wish with everything found out that needs no writing.

    `after` are the packages of the result, `here` the names of the package files that did not
    have to be fetched.
    """

    root: roots.Root
    packages: tuple[Package, ...]
    after: tuple[Nevra, ...]
    removed: tuple[Nevra, ...]
    replaced: tuple[Replacement, ...]
    inactive: tuple[Inactive, ...]
    here: frozenset[str]
    manner: packaging.Manner
    repos: tuple[RepoState, ...]
    state: str

    @property
    def brings_kernel(self) -> bool:
        return any("/vmlinuz" in f.path for p in self.packages for f in p.files)


@dataclass(frozen=True)
class _Found:
    """What the solver brought, and what was wanted of it in the end."""

    packages: tuple[Package, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    here: frozenset[str] = frozenset()


def resolve(
    tx: Transaction,
    ground: Ground,
    wish: Wish,
    root: roots.Root,
    change: Change,
    options: Options,
) -> Resolved:
    """Find out what the wish comes to on its base. Raises BadInput if it cannot be had."""
    origin, cache = wish.origin, ground.cache
    configured = settings.read_settings(ground.etc)
    listed = read_pkglist(tx.repo.load_commit(wish.base))
    before = listed or rpm.list_installed(root.path, root.database)
    with tx.step("remove"):
        removed = tuple(n for n in before if n.name in origin.removals)
        packaging.remove(root, [str(n) for n in removed])
    kept = tuple(n for n in before if n not in removed)
    active, inactive = _split_requests(origin, root, kept)
    _refuse_satisfied(inactive, change)
    _announce_inactive(inactive)
    replacements.announce_inactive(origin, before, kept)
    requests = Wanted(split_conjunctions(active), _local_files(tx.sysroot, origin, kept))
    overrides = replacements.local_replacements(tx.sysroot, origin, kept)
    remote = replacements.split_remote(origin, kept)
    repos = enabled_repos(ground) if requests or overrides or remote else ()
    goal = dnf.Goal(
        root=root.path,
        database=root.database,
        repos=repos,
        releasever=settings.read_release(root.path),
        recommends=configured.recommends,
        cache_only=options.cache_only or (change.offline and _is_known(repos, cache)),
    )
    case = explain.Case(tx, ground, wish, kept)
    found = (
        _solve(case, goal, requests, overrides, remote)
        if repos or requests or overrides
        else _Found()
    )
    replaced = replacements.pair_up(found.packages, kept, found.wanted.sources)
    gone = (*removed, *(r.old for r in replaced))
    return Resolved(
        root=root,
        packages=found.packages,
        after=packages_after(before, gone, [p.nevra for p in found.packages]),
        removed=removed,
        replaced=replaced,
        inactive=inactive,
        here=found.here,
        manner=packaging.Manner(
            replaces=bool(replaced),
            forced=frozenset(p.nevra for p in origin.local_fileoverrides),
        ),
        repos=_repo_states(repos, cache),
        state=state_digest(wish, repos, cache, configured),
    )


def _solve(
    case: explain.Case,
    goal: dnf.Goal,
    requests: Wanted,
    overrides: Wanted,
    remote: Sequence[tuple[str, tuple[str, ...]]],
) -> _Found:
    """Let dnf find the packages for what is wanted, and verify them. Raises Misfit."""
    tx, cache, kept = case.tx, case.cache, case.base
    wanted = requests + overrides
    _announce_repos(goal.repos)
    with tx.step("resolve", "Resolving dependencies"):
        for repo, names in remote:
            scratch = tx.staging / f"query-{repo}"
            scratch.mkdir()
            chosen = packaging.choose_repo(goal.repos, repo)
            query = dnf.Query(chosen, goal.releasever, cache, scratch)
            found = packaging.find_in_repo(query, names)
            wanted += replacements.remote_replacements(repo, found, kept)
        files = (*wanted.files, *(path for _, path in case.held))
        here = frozenset(p.name for p in (*(cache / "packages").glob("*.rpm"), *files))
        overridden = [n for n in kept if n.name in wanted.sources]
        goal = replace(
            goal,
            names=wanted.specs,
            files=wanted.files,
            locked=tuple(n.name_arch for n in kept if n not in overridden),
        )
        if not wanted:
            return _Found()
        try:
            goal, resolution = hold.resolve(goal, cache, tx.staging, overridden, case.held)
        except Unsolvable as error:
            raise explain.explain(case, goal, requests, overridden, error) from error
    with tx.step("fetch", "Importing packages"):
        packages = packaging.fetch(resolution, goal.repos, cache)
    _announce_states(_repo_states(goal.repos, cache))
    return _Found(packages, wanted, here)


def _is_known(repos: Sequence[RpmRepo], cache: Path) -> bool:
    """Has the metadata of all repositories been fetched before? That of local ones never is."""
    return all(repo.local_path is None and dnf.has_metadata(repo, cache) for repo in repos)


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


def _local_files(sysroot: Sysroot, origin: Origin, base: Sequence[Nevra]) -> tuple[Path, ...]:
    """The files of local packages, but for those the base has got by now."""
    present = set(map(str, base))
    wanted = (*origin.local_packages, *origin.local_fileoverrides)
    return tuple(
        replacements.kept_file(sysroot, package, "install")
        for package in wanted
        if package.nevra not in present
    )


def _repo_states(repos: Sequence[RpmRepo], cache: Path) -> tuple[RepoState, ...]:
    known = (dnf.read_repodata(repo, cache) for repo in repos)
    return tuple(RepoState(state.id, state.timestamp) for state in known if state is not None)


def _refuse_satisfied(inactive: Sequence[Inactive], change: Change) -> None:
    """A new request that the base satisfies is a mistake, unless it was said to be none."""
    for item in inactive:
        if item.request in change.explicit:
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
