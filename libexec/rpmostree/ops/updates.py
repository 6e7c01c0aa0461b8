"""What the next upgrade would bring: found out without fetching it, and remembered."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.model import advisory
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import PackageChange, diff_packages
from rpmostree.model.gvariant import Variant
from rpmostree.model.layered import base_checksum, read_pkglist, text_value
from rpmostree.model.nevra import compare_evr
from rpmostree.model.objects import Commit
from rpmostree.model.sysroot import Sysroot
from rpmostree.model.update import CachedUpdate, Layer, diff_variant
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Ground, enabled_repos, find_ground
from rpmostree.ops.signing import read_signatures, read_signing
from rpmostree.ops.transaction import require_root
from rpmostree.ops.update_cache import write_update
from rpmostree.tools import dnf, ostree, settings
from rpmostree.tools.repo import Repo

_SIGNATURE = "(bbbbbsxxsssssxx)"


def refresh_update(
    sysroot: Sysroot, *, stateroot: str | None = None, cache_only: bool = False
) -> CachedUpdate | None:
    """Look for an update and remember it; fetches no more than a commit's metadata."""
    require_root()
    ground = find_ground(sysroot, stateroot)
    if ground.merge.origin.unconfigured_state:
        raise BadInput(f"origin unconfigured-state: {ground.merge.origin.unconfigured_state}")
    refspec = ground.merge.origin.refspec
    if refspec and refspec.remote and not refspec.pinned and not cache_only:
        ostree.pull(sysroot.repo, refspec, timestamp_check=False, metadata_only=True)
    return remember_update(sysroot, ground, cache_only=cache_only)


def remember_update(
    sysroot: Sysroot, ground: Ground, *, cache_only: bool = False
) -> CachedUpdate | None:
    """Compare what runs with the branch as it was pulled last, and remember the difference.

    Layered packages are compared with what the repositories have.
    """
    found = _find_update(sysroot, Repo(sysroot.repo), ground, cache_only)
    write_update(sysroot, ground.merge, found)
    return found


def _find_update(
    sysroot: Sysroot, repo: Repo, ground: Ground, cache_only: bool
) -> CachedUpdate | None:
    running, refspec = ground.merge, ground.merge.origin.refspec
    if refspec is None:
        return None
    base = _base_of(repo, running)
    newest = repo.read_ref(refspec) or base
    pending = ground.default if ground.default is not running else None
    if pending is not None and _base_of(repo, pending) != newest:
        pending = None
    layered = () if pending else _layered_changes(sysroot, repo, ground, base, cache_only)
    if newest == base and not layered:
        return None
    commit = repo.load_commit(newest)
    values = {
        "osname": Variant("s", running.stateroot),
        "checksum": Variant("s", newest),
        "timestamp": Variant("t", commit.timestamp),
        "origin": Variant("s", str(refspec)),
        "ref-has-new-commit": Variant("b", newest != base),
        "update-sha256": Variant("s", running.checksum),
    }
    version = text_value(commit, "version")
    values |= {"version": Variant("s", version)} if version is not None else {}
    values |= {"deployment": Variant("s", pending.id)} if pending else {}
    values |= _signing_values(sysroot, repo, running, newest)
    ends = (running.checksum, pending.checksum) if pending else (base, newest)
    values |= _package_values(repo, *ends, layered)
    return CachedUpdate(values | _advisory_values(commit))


def _base_of(repo: Repo, deployment: Deployment) -> str:
    return base_checksum(repo.load_commit(deployment.checksum), deployment.checksum)


def _signing_values(
    sysroot: Sysroot, repo: Repo, running: Deployment, newest: str
) -> dict[str, Variant]:
    refspec = running.origin.refspec
    signing = read_signing(sysroot, repo, running)
    if refspec is None or refspec.remote is None or signing is None:
        return {}
    if signing.error is not None:
        return {"remote-error": Variant("s", signing.error)}
    values = {"gpg-enabled": Variant("b", signing.gpg)}
    if signing.gpg:
        found = read_signatures(repo, newest, refspec.remote)
        tuples = [Variant(_SIGNATURE, tuple(signature.fields())) for signature in found]
        values["signatures"] = Variant("av", tuples)
    return values


def _package_values(
    repo: Repo, old: str, new: str, layered: Sequence[PackageChange]
) -> dict[str, Variant]:
    """The packages that change; unknown if neither commit nor tree can tell them."""
    if repo.is_partial(new) and read_pkglist(repo.load_commit(new)) is None:
        return {}
    changes = (
        diff_packages(read_packages(repo, old), read_packages(repo, new)) if old != new else ()
    )
    rows = [(Layer.BASE, change) for change in changes]
    return {"rpm-diff": diff_variant([*rows, *((Layer.LAYERED, c) for c in layered)])}


def _layered_changes(
    sysroot: Sysroot, repo: Repo, ground: Ground, base: str, cache_only: bool
) -> tuple[PackageChange, ...]:
    """What the repositories have in a newer version of the packages that were layered from them."""
    running = ground.merge
    if not running.origin.packages or running.checksum == base:
        return ()
    origin = running.origin
    fixed = (*origin.local_packages, *origin.local_fileoverrides, *origin.held)
    files = {p.nevra for p in fixed}
    own = set(read_packages(repo, running.checksum)) - set(read_packages(repo, base))
    layered = {p.name_arch: p for p in own if str(p) not in files}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        root.mkdir()
        goal = dnf.Goal(
            root=root,
            database="/usr/share/rpm",
            repos=enabled_repos(ground),
            names=tuple(sorted(layered)),
            releasever=settings.read_release(running.path),
            cache_only=cache_only,
        )
        found = dnf.find_newest(goal, ground.cache, Path(name))
    newer = [p for p in found if compare_evr(p, layered[p.name_arch]) > 0]
    return diff_packages((layered[p.name_arch] for p in newer), newer)


def _advisory_values(commit: Commit) -> dict[str, Variant]:
    found = commit.get("rpmostree.advisories")
    return {"advisories": found} if found is not None and found.type == advisory.TYPE else {}
