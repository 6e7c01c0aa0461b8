"""search and refresh-md: what the repositories of the machine offer.

Whoever asks for packages is answered from a list that was made when metadata was read last; it
lies in the cache, beside the metadata, and is good for as long as that does not change.
"""

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput, RpmOstreeError
from rpmostree.base.files import read_text, write_atomically
from rpmostree.model import available
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import Ground, enabled_repos, find_ground
from rpmostree.ops.transaction import begin
from rpmostree.tools import dnf

_FETCH = "`rpm-ostree refresh-md`, run as root, fetches the metadata"
_STAY = "`--cache-only` searches what was fetched before"


@dataclass(frozen=True)
class RepoReport:
    """A repository, the clock of its metadata and how many packages it has.

    `cached` if what was there is still good; the clock is None for one that could not be had.
    """

    id: str
    timestamp: int | None
    cached: bool
    packages: int


def search(
    sysroot: Sysroot, terms: Sequence[str], *, stateroot: str | None, cache_only: bool
) -> Mapping[available.Group, tuple[available.Available, ...]]:
    """The packages in whose name or summary all terms are found.

    Only root can refresh metadata that has expired; for others it is used as it is. Raises
    BadInput if no repository is enabled, ToolFailed if metadata cannot be had.
    """
    ground = find_ground(sysroot, stateroot)
    cache = ground.cache
    repos = _repos(ground)
    offline = cache_only or os.geteuid() != 0
    if not offline:
        _refresh_expired(repos, cache)
    return available.search(_list(repos, cache, offline=offline), terms)


def _refresh_expired(repos: Sequence[RpmRepo], cache: Path) -> None:
    try:
        _refresh([repo for repo in repos if not dnf.is_current(repo, cache, time.time())], cache)
    except RpmOstreeError as error:
        error.hint = error.hint or _STAY
        raise


def refresh(
    sysroot: Sysroot, *, force: bool = False, stateroot: str | None = None, wait: float = 0
) -> tuple[RepoReport, ...]:
    """Fetch the metadata that has expired, or with `force` all that has changed."""
    with begin(sysroot, "refresh-md", wait) as tx:
        ground = find_ground(sysroot, stateroot)
        repos, cache = _repos(ground), ground.cache
        events.message(f"Enabled rpm-md repositories: {' '.join(repo.id for repo in repos)}")
        now = time.time()
        stale = [repo for repo in repos if force or not dnf.is_current(repo, cache, now)]
        with tx.step("refresh"):
            _refresh(stale, cache)
        with tx.step("list", "Importing rpm-md"):
            count = available.count_packages(_list(repos, cache, offline=False))
    states = {repo.id: dnf.read_repodata(repo, cache) for repo in repos}
    return tuple(
        RepoReport(
            id=repo.id,
            timestamp=state.timestamp if (state := states[repo.id]) else None,
            cached=repo not in stale,
            packages=count.get(repo.id, 0),
        )
        for repo in repos
    )


def _repos(ground: Ground) -> tuple[RpmRepo, ...]:
    repos = enabled_repos(ground)
    if not repos:
        raise BadInput(
            "No enabled rpm-md repositories", hint=f"declare one in {ground.etc}/yum.repos.d"
        )
    return repos


def _refresh(repos: Sequence[RpmRepo], cache: Path) -> None:
    for repo in repos:
        with (
            events.step("metadata", f"Updating metadata for '{repo.id}'"),
            tempfile.TemporaryDirectory() as scratch,
        ):
            dnf.refresh([repo], cache, Path(scratch))


def _list(repos: Sequence[RpmRepo], cache: Path, *, offline: bool) -> Sequence[str]:
    """All packages of the repositories, as rows."""
    place, key = cache / "available", _key(repos, cache)
    known, _, rows = (read_text(place) or "").partition("\n")
    if known == key:
        return rows.split("\n")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            local = [repo for repo in repos if repo.local_path is not None]
            if local and not offline:  # they count as current, but dnf may know an older state
                dnf.refresh(local, cache, Path(scratch))
            fresh = dnf.list_available(repos, cache, Path(scratch), offline=offline)
    except RpmOstreeError as error:
        error.hint = error.hint or _FETCH
        raise
    if os.geteuid() == 0:
        cache.mkdir(parents=True, exist_ok=True)
        write_atomically(place, "\n".join((_key(repos, cache), *fresh)))
    return fresh


def _key(repos: Sequence[RpmRepo], cache: Path) -> str:
    """Changes with the metadata of any repository and with its options."""
    digest = sha256()
    for repo in repos:
        state = dnf.read_repodata(repo, cache)
        digest.update(repr((repo.id, sorted(repo.options.items()), state)).encode())
    return digest.hexdigest()
