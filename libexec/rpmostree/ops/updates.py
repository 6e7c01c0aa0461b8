"""What the next upgrade would bring: found out without fetching it, and remembered."""

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import diff_packages
from rpmostree.model.gvariant import Variant
from rpmostree.model.layered import base_checksum, read_pkglist, text_value
from rpmostree.model.objects import Commit
from rpmostree.model.sysroot import Sysroot
from rpmostree.model.update import ADVISORIES, CachedUpdate, Layer, diff_variant
from rpmostree.ops.db import read_packages
from rpmostree.ops.ground import Ground, find_ground
from rpmostree.ops.signing import read_signatures, read_signing
from rpmostree.ops.transaction import require_root
from rpmostree.ops.update_cache import write_update
from rpmostree.tools import ostree
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
    return remember_update(sysroot, ground)


def remember_update(sysroot: Sysroot, ground: Ground) -> CachedUpdate | None:
    """Compare what runs with the branch as it was pulled last, and remember the difference."""
    repo = Repo(sysroot.repo)
    found = _find_update(sysroot, repo, ground)
    write_update(sysroot, ground.merge, found)
    return found


def _find_update(sysroot: Sysroot, repo: Repo, ground: Ground) -> CachedUpdate | None:
    running, refspec = ground.merge, ground.merge.origin.refspec
    newest = repo.read_ref(refspec) if refspec and not refspec.pinned else None
    base = base_checksum(repo.load_commit(running.checksum), running.checksum)
    if refspec is None or newest is None or newest == base:
        return None
    pending = ground.default if ground.default is not running else None
    if pending and base_checksum(repo.load_commit(pending.checksum), pending.checksum) != newest:
        pending = None
    commit = repo.load_commit(newest)
    values = {
        "osname": Variant("s", running.stateroot),
        "checksum": Variant("s", newest),
        "timestamp": Variant("t", commit.timestamp),
        "origin": Variant("s", str(refspec)),
        "ref-has-new-commit": Variant("b", True),
        "update-sha256": Variant("s", running.checksum),
    }
    version = text_value(commit, "version")
    values |= {"version": Variant("s", version)} if version is not None else {}
    values |= {"deployment": Variant("s", pending.id)} if pending else {}
    values |= _signing_values(sysroot, repo, running, newest)
    values |= _package_values(repo, running, pending, base, newest)
    return CachedUpdate(values | _advisory_values(commit))


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
    repo: Repo, running: Deployment, pending: Deployment | None, base: str, newest: str
) -> dict[str, Variant]:
    """The packages that change; unknown if neither commit nor tree can tell them."""
    old, new = (running.checksum, pending.checksum) if pending else (base, newest)
    if repo.is_partial(new) and read_pkglist(repo.load_commit(new)) is None:
        return {}
    changes = diff_packages(read_packages(repo, old), read_packages(repo, new))
    return {"rpm-diff": diff_variant((Layer.BASE, change) for change in changes)}


def _advisory_values(commit: Commit) -> dict[str, Variant]:
    found = commit.get("rpmostree.advisories")
    return {"advisories": found} if found is not None and found.type == ADVISORIES else {}
