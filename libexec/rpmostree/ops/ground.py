"""What a change starts from, and whether it would change anything at all."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha512
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.kargs import editable
from rpmostree.model.layered import base_checksum, text_value
from rpmostree.model.origin import Origin
from rpmostree.model.plan import Wish
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.naming import find_named
from rpmostree.tools import dnf, mount, settings
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

_RECIPE = "2"  # raise when the same inputs come to mean another commit


@dataclass(frozen=True)
class Ground:
    """What a change starts from: the deployment it edits and the one whose /etc it inherits.

    `cache` holds metadata of repositories and downloaded packages.
    """

    stateroot: str
    default: Deployment
    merge: Deployment
    deployments: tuple[Deployment, ...]
    cache: Path

    @property
    def etc(self) -> Path:
        return self.merge.path / "etc"

    def at(self, repo: Repo, name: str | None) -> "Ground":
        """The same with another deployment to edit, if one is named. Raises BadInput."""
        if name is None:
            return self
        return replace(self, default=find_named(repo, self.deployments, name))


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
    return Ground(name, mine[0], merge, deployments, admin.find_cache(sysroot, merge))


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


def find_inhabited(deployments: Sequence[Deployment]) -> list[Deployment]:
    """Deployments that somebody is in without being booted from one: an installer's chroot."""
    if any(d.booted for d in deployments):
        return []
    return [d for d in deployments if mount.is_shown_elsewhere(d.path)]


def wish_of(ground: Ground, repo: Repo) -> Wish:
    """The default deployment as it is, to be edited."""
    deployment = ground.default
    origin = deployment.origin.without_transient()
    base = base_checksum(repo.load_commit(deployment.checksum), deployment.checksum)
    return Wish(ground.stateroot, base, origin, editable(deployment.kargs))


def refuse_unconfigured(origin: Origin) -> None:
    """Raises BadInput, in the vendor's words, if a rebase has to come first."""
    if origin.unconfigured_state:
        raise BadInput(
            f"origin unconfigured-state: {origin.unconfigured_state}",
            hint="rpm-ostree rebase REMOTE:BRANCH leaves this state",
        )


def current_state(sysroot: Sysroot, ground: Ground, wish: Wish) -> str | None:
    """The digest the wish would have, if it can be told without the network; else None."""
    cache = ground.cache
    repos = enabled_repos(ground) if _needs_solver(wish.origin) else ()
    if not all(dnf.is_current(repo, cache, time.time()) for repo in repos):
        return None
    return state_digest(wish, repos, cache, settings.read_settings(ground.etc))


def is_unchanged(sysroot: Sysroot, repo: Repo, ground: Ground, wish: Wish) -> bool:
    """Is the default deployment what the wish asks for already? Costs no process."""
    deployment = ground.default
    if str(deployment.origin.without_transient()) != str(wish.origin):
        return False
    commit = repo.load_commit(deployment.checksum)
    if base_checksum(commit, deployment.checksum) != wish.base:
        return False
    if editable(deployment.kargs) != editable(wish.kargs):
        return False
    if not wish.origin.rebuilds:
        return deployment.checksum == wish.base
    state = current_state(sysroot, ground, wish)
    return state is not None and state == text_value(commit, "rpmostree.state-sha512")


def enabled_repos(ground: Ground) -> tuple[RpmRepo, ...]:
    """The repositories that the machine has enabled."""
    return settings.read_repos(ground.etc, settings.read_release(ground.merge.path))


def _needs_solver(origin: Origin) -> bool:
    files = (*origin.local_packages, *origin.local_fileoverrides, *origin.local_replacements)
    return bool(origin.packages or files or origin.remote_replacements)


def state_digest(
    wish: Wish, repos: Sequence[RpmRepo], cache: Path, configured: settings.Settings
) -> str:
    """A digest over all that decides the result: equal digests, nothing to do."""
    origin = wish.origin
    parts = [_RECIPE, wish.base, str(configured.recommends)]
    for wanted in (
        origin.packages,
        origin.local_packages,
        origin.local_fileoverrides,
        origin.removals,
        origin.local_replacements,
        origin.remote_replacements,
        origin.held,
    ):
        parts += ["", *sorted(map(str, wanted))]
    parts += ["", str(origin.regenerate_initramfs), *origin.initramfs_args]
    for repo in repos:
        state = dnf.read_repodata(repo, cache)
        parts += [repo.id, state.digest if state else "?"]
    return sha512("\0".join(parts).encode()).hexdigest()
