"""From a wish to a deployment: the pipeline that every change of packages goes through."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha512
from pathlib import Path

from rpmostree.assembly import commit as commits
from rpmostree.assembly import packages as packaging
from rpmostree.assembly import root as roots
from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.layered import (
    Layering,
    RepoState,
    base_checksum,
    layered_metadata,
    read_pkglist,
    text_value,
)
from rpmostree.model.nevra import Nevra
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.package import Package
from rpmostree.model.plan import Inactive, Install, Outcome, Plan, Wish
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.db import read_packages
from rpmostree.ops.transaction import Transaction, begin
from rpmostree.tools import dnf, rpm, settings
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

_RECIPE = "1"  # raise when the same inputs come to mean another commit


@dataclass(frozen=True)
class Ground:
    """What a change starts from: the deployment it edits and the one whose /etc it inherits."""

    stateroot: str
    default: Deployment
    merge: Deployment
    deployments: tuple[Deployment, ...]

    @property
    def etc(self) -> Path:
        return self.merge.path / "etc"


@dataclass(frozen=True)
class Options:
    """How a change is carried out. `explicit` are the requests that are new with it."""

    dry_run: bool = False
    cache_only: bool = False
    download_only: bool = False
    allow_inactive: bool = False
    explicit: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Resolved:
    """A wish with everything found out that needs no writing."""

    root: roots.Root
    fetched: packaging.Fetched
    plan: Plan
    before: tuple[Nevra, ...]
    removed: tuple[Nevra, ...]
    repos: tuple[RepoState, ...]
    state: str
    settings: settings.Settings


Edit = Callable[[Repo, Ground, Origin], Origin]


def find_ground(sysroot: Sysroot, stateroot: str | None) -> Ground:
    """Choose the deployments a change starts from.

    Raises BadInput if there is none, or if the stateroot is unknown or has to be named.
    """
    deployments = admin.list_deployments(sysroot)
    name = _choose_stateroot(sysroot, stateroot, deployments)
    mine = [d for d in deployments if d.stateroot == name]
    if not mine:
        raise BadInput(
            f"No deployments found for os {name}",
            hint="deploy a first one with `ostree admin deploy`",
        )
    merge = next((d for d in mine if d.booted), mine[0])
    return Ground(name, mine[0], merge, deployments)


def _choose_stateroot(
    sysroot: Sysroot, wanted: str | None, deployments: Sequence[Deployment]
) -> str:
    known = admin.list_stateroots(sysroot)
    if wanted is not None:
        if wanted not in known:
            raise BadInput(f'OS name "{wanted}" not found', hint=f"there are: {', '.join(known)}")
        return wanted
    booted = [d.stateroot for d in deployments if d.booted]
    if booted or len(known) == 1:
        return booted[0] if booted else known[0]
    raise BadInput(
        "No booted deployment, and more than one OS" if known else "No OS is installed",
        hint=f"name one of {', '.join(known)} with --stateroot" if known else None,
    )


def wish_of(ground: Ground, repo: Repo) -> Wish:
    """The default deployment as it is, to be edited."""
    deployment = ground.default
    origin = deployment.origin.without_transient()
    if origin.unconfigured_state:
        raise BadInput(f"origin unconfigured-state: {origin.unconfigured_state}")
    base = base_checksum(repo.load_commit(deployment.checksum), deployment.checksum)
    return Wish(ground.stateroot, base, origin, deployment.kargs)


def change_origin(
    sysroot: Sysroot,
    edit: Edit,
    options: Options,
    *,
    title: str,
    stateroot: str | None = None,
    wait: float = 0,
    prepare: Callable[[Transaction], None] = lambda _tx: None,
) -> Outcome:
    """Edit the wishes of the default deployment and deploy what comes of it.

    `edit` is called once to see whether there is anything to do, and again when nobody else can
    change the deployment any more; `prepare` runs after that.
    """
    repo = Repo(sysroot.repo)
    ground = find_ground(sysroot, stateroot)
    wish = _edited(repo, ground, edit)
    if not options.dry_run and is_unchanged(sysroot, repo, ground, wish):
        return Outcome("No change.")
    check_unlocked(ground, ground.default.origin, wish.origin)
    with begin(sysroot, title, wait) as tx:
        ground = find_ground(sysroot, stateroot)
        wish = _edited(repo, ground, edit)
        with tx.step("prepare"):
            prepare(tx)
        return carry_out(tx, ground, wish, options)


def _edited(repo: Repo, ground: Ground, edit: Edit) -> Wish:
    wish = wish_of(ground, repo)
    return replace(wish, origin=edit(repo, ground, wish.origin))


def check_unlocked(ground: Ground, old: Origin, new: Origin) -> None:
    """Refuse to change packages where the administrator forbade it (LockLayering)."""
    if new.layers and new != old and settings.read_settings(ground.etc).lock_layering:
        raise BadInput("Cannot operate; `LockLayering=true` in configuration.")


def current_state(sysroot: Sysroot, ground: Ground, wish: Wish) -> str | None:
    """The digest the wish would have, if it can be told without the network; else None."""
    cache = sysroot.cache(wish.stateroot)
    repos = _repos(ground) if _needs_solver(wish.origin) else ()
    if not all(dnf.is_current(repo, cache, time.time()) for repo in repos):
        return None
    return _state(wish, repos, cache, settings.read_settings(ground.etc))


def is_unchanged(sysroot: Sysroot, repo: Repo, ground: Ground, wish: Wish) -> bool:
    """Is the default deployment what the wish asks for already? Costs no process."""
    deployment = ground.default
    if str(deployment.origin.without_transient()) != str(wish.origin):
        return False
    commit = repo.load_commit(deployment.checksum)
    if base_checksum(commit, deployment.checksum) != wish.base or deployment.kargs != wish.kargs:
        return False
    if not wish.origin.layers:
        return deployment.checksum == wish.base
    state = current_state(sysroot, ground, wish)
    return state is not None and state == text_value(commit, "rpmostree.state-sha512")


def carry_out(tx: Transaction, ground: Ground, wish: Wish, options: Options) -> Outcome:
    """Assemble what the wish needs, commit it and make it the default deployment."""
    tx.hold(wish.base)
    if not wish.origin.layers:
        return (
            Outcome("", plan=Plan(wish)) if options.dry_run else deploy(tx, ground, wish, wish.base)
        )
    with tx.step("checkout", f"Checking out tree {wish.base[:7]}"):
        root = roots.open_root(
            tx.repo,
            wish.base,
            ground.deployments,
            tx.staging,
            tx.sysroot.cache(wish.stateroot),
        )
    resolved = _resolve(tx, ground, wish, root, options)
    if options.dry_run or options.download_only:
        return Outcome("", plan=resolved.plan)
    checksum = _assemble(tx, ground, wish, resolved)
    tx.hold(wish.base, checksum)
    outcome = deploy(tx, ground, wish, checksum)
    _forget_packages(tx, wish, resolved)
    return outcome


def deploy(tx: Transaction, ground: Ground, wish: Wish, checksum: str) -> Outcome:
    """The one visible step: the new default deployment, with its origin and kernel arguments."""
    booted = any(d.booted for d in ground.deployments)
    origin_file = tx.staging / "origin"
    origin_file.write_text(str(wish.origin), encoding="utf-8")
    new = admin.NewDeployment(wish.stateroot, checksum, wish.origin, wish.kargs)
    title = "Staging deployment" if booted else "Writing deployment"
    with tx.last_step("deploy", title):
        admin.deploy(tx.sysroot, new, origin_file, stage=booted)
    diff = diff_commits(tx.repo, ground.merge.checksum, checksum)
    return Outcome("", changed=True, checksum=checksum, staged=booted, diff=diff)


def diff_commits(repo: Repo, old: str, new: str) -> tuple[PackageChange, ...]:
    """Package changes between two commits."""
    return diff_packages(read_packages(repo, old), read_packages(repo, new))


def _resolve(
    tx: Transaction, ground: Ground, wish: Wish, root: roots.Root, options: Options
) -> _Resolved:
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
        state = _state(wish, (), cache, configured)
        plan = Plan(wish, (), tuple(map(str, removed)), inactive)
        return _Resolved(root, packaging.Fetched(()), plan, before, removed, (), state, configured)
    repos = _repos(ground)
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
        fetched = packaging.fetch(resolution, repos, ground.etc, cache)
    states = _repo_states(repos, cache)
    plan = Plan(
        wish,
        tuple(Install(str(p.nevra), p.repo) for p in sorted(fetched.packages, key=_by_nevra)),
        tuple(map(str, removed)),
        inactive,
    )
    state = _state(wish, repos, cache, configured)
    return _Resolved(root, fetched, plan, before, removed, states, state, configured)


def _by_nevra(package: Package) -> Nevra:
    return package.nevra


def _assemble(tx: Transaction, ground: Ground, wish: Wish, resolved: _Resolved) -> str:
    root, chosen = resolved.root, resolved.fetched.packages
    with tx.step("packages", "Checking out packages"):
        packaging.install(root, chosen, ground.merge.path, ())
    with tx.step("rpmdb", "Writing rpmdb"):
        installed = rpm.list_installed(root.path, root.database)
        _check_installed(installed, resolved)
    with tx.step("commit", "Writing OSTree commit"):
        base = commits.Base(wish.base, tx.repo.load_commit(wish.base))
        inactive = {i.request for i in resolved.plan.inactive}
        layering = Layering(
            packages=tuple(p for p in wish.origin.packages if p not in inactive),
            removed=resolved.removed,
            installed=installed,
            repos=resolved.repos,
            state=resolved.state,
            kernel=commits.find_kernel(tx.repo, base.commit.root_tree),
        )
        metadata = layered_metadata(base.commit, layering)
        return commits.commit_layer(tx.repo, root, base, metadata, ground.merge)


def _check_installed(installed: Sequence[Nevra], resolved: _Resolved) -> None:
    """The database must say just what was planned; anything else is a bug worth stopping for."""
    planned = {n for n in resolved.before if n not in resolved.removed}
    planned |= {p.nevra for p in resolved.fetched.packages}
    if set(installed) != planned:
        odd = sorted(set(installed) ^ planned)
        raise BadInput(
            f"after the transaction these differ from the plan: {', '.join(map(str, odd))}"
        )


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
    from fnmatch import fnmatchcase

    for package in before:
        if any(fnmatchcase(name, request) for name in _spellings(package)):
            return package
    if any(char in request for char in "*?[("):
        return None
    found = rpm.find_providers(root.path, root.database, request)
    return found[0] if found else None


def _spellings(package: Nevra) -> tuple[str, ...]:
    name_evr = f"{package.name}-{package.evr}"
    return (package.name, package.name_arch, name_evr, str(package))


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


def _repos(ground: Ground) -> tuple[RpmRepo, ...]:
    return settings.read_repos(ground.etc, settings.read_release(ground.merge.path))


def _needs_solver(origin: Origin) -> bool:
    return bool(origin.packages or origin.local_packages)


def _repo_states(repos: Sequence[RpmRepo], cache: Path) -> tuple[RepoState, ...]:
    known = (dnf.read_repodata(repo, cache) for repo in repos)
    return tuple(RepoState(state.id, state.timestamp) for state in known if state is not None)


def _state(wish: Wish, repos: Sequence[RpmRepo], cache: Path, configured: settings.Settings) -> str:
    """A digest over all that decides the result: equal digests, nothing to do."""
    origin = wish.origin
    parts = [_RECIPE, wish.base, str(configured.recommends), *sorted(origin.packages)]
    parts += sorted(map(str, (*origin.local_packages, *origin.removals)))
    for repo in repos:
        state = dnf.read_repodata(repo, cache)
        parts += [repo.id, state.digest if state else "?"]
    return sha512("\0".join(parts).encode()).hexdigest()


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


def _forget_packages(tx: Transaction, wish: Wish, resolved: _Resolved) -> None:
    """Keep the downloads of this deployment for the next time, and no others."""
    names = [p.path.name for p in resolved.fetched.packages if p.repo is not None]
    dnf.forget_packages(tx.sysroot.cache(wish.stateroot), names)
