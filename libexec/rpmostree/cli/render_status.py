"""`status`: the JSON document and the screen, key for key and row for row as the genuine tool's."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from rpmostree.cli.render import change_text
from rpmostree.model import gvariant
from rpmostree.model.diff import Change, PackageChange
from rpmostree.model.gvariant_json import to_json
from rpmostree.model.layered import text_value, texts_value
from rpmostree.model.objects import Commit, metadata_order
from rpmostree.ops.status import DeploymentStatus, Status

_HIDDEN = frozenset(
    {
        "rpmostree.advisories",
        "rpmostree.modules",
        "rpmostree.packages",
        "rpmostree.removed-base-packages",
        "rpmostree.replaced-base-packages",
        "rpmostree.replaced-base-remote-packages",
        "rpmostree.rpmdb.pkglist",
        "rpmostree.spec",
    }
)
_LABEL_WIDTH = 26


def status_json(status: Status, *, booted_only: bool) -> dict[str, object]:
    """The document that `status --json` prints."""
    shown = [s for s in status.deployments if s.deployment.booted or not booted_only]
    busy = status.busy
    return {
        "deployments": [_deployment_json(s) for s in shown],
        "transaction": [busy.verb, f"pid {busy.pid}", "/"] if busy else None,
        "cached-update": None,
        "update-driver": None,
    }


def _deployment_json(s: DeploymentStatus) -> dict[str, object]:
    d, origin = s.deployment, s.deployment.origin
    values: dict[str, object] = {
        "id": d.id,
        "osname": d.stateroot,
        "checksum": d.checksum,
        "serial": d.serial,
        "booted": d.booted,
        "staged": d.staged,
        "pinned": d.pinned,
        "unlocked": d.unlocked,
        "timestamp": s.commit.timestamp,
        "requested-packages": list(origin.packages),
        "requested-local-packages": [p.nevra for p in origin.local_packages],
        "requested-local-fileoverride-packages": [p.nevra for p in origin.local_fileoverrides],
        "requested-base-removals": list(origin.removals),
        "requested-base-local-replacements": [p.nevra for p in origin.local_replacements],
        "regenerate-initramfs": origin.regenerate_initramfs,
        "packages": list(_layered_packages(s)),
        "base-removals": _variants(s.commit, "rpmostree.removed-base-packages", []),
        "base-local-replacements": _variants(s.commit, "rpmostree.replaced-base-packages", []),
        "base-remote-replacements": _variants(
            s.commit, "rpmostree.replaced-base-remote-packages", {}
        ),
        "base-commit-meta": _metadata_json(s.base),
    }
    return values | _optional_json(s)


def _optional_json(s: DeploymentStatus) -> dict[str, object]:
    d, origin, version = s.deployment, s.deployment.origin, text_value(s.commit, "version")
    values: dict[str, object] = {}
    if d.locked:
        values["finalization-locked"] = True
    if version is not None:
        values["version"] = version
    if origin.remote_replacements:
        values["requested-base-remote-replacements"] = [
            [source, list(names)] for source, names in origin.remote_replacements
        ]
    if origin.regenerate_initramfs or origin.initramfs_args or origin.initramfs_etc:
        values["initramfs-args"] = list(origin.initramfs_args)
        values["initramfs-etc"] = list(origin.initramfs_etc)
    if origin.cliwrap:
        values["cliwrap"] = True
    if origin.refspec is not None:
        values["origin"] = str(origin.refspec)
    if origin.container is not None:
        values["container-image-reference"] = origin.container
    if origin.custom_url:
        values["custom-origin"] = [origin.custom_url, origin.custom_description or ""]
    end = text_value(s.base, "ostree.endoflife")
    if end is not None:
        values["endoflife"] = end
    return values | _base_json(s) | _pending_json(s) | _signing_json(s)


def _base_json(s: DeploymentStatus) -> dict[str, object]:
    if not s.layered:
        return {}
    values: dict[str, object] = {
        "base-checksum": s.base_checksum,
        "base-timestamp": s.base.timestamp,
        "layered-commit-meta": _metadata_json(s.commit),
    }
    version = text_value(s.base, "version")
    return values if version is None else values | {"base-version": version}


def _pending_json(s: DeploymentStatus) -> dict[str, object]:
    if s.pending is None:
        return {}
    values: dict[str, object] = {
        "pending-base-checksum": s.pending.checksum,
        "pending-base-timestamp": s.pending.commit.timestamp,
    }
    version = text_value(s.pending.commit, "version")
    return values if version is None else values | {"pending-base-version": version}


def _signing_json(s: DeploymentStatus) -> dict[str, object]:
    if s.signing is None:
        return {}
    if s.signing.error is not None:
        return {"remote-error": s.signing.error}
    return {"gpg-enabled": s.signing.gpg} | ({"signatures": []} if s.signing.gpg else {})


def _metadata_json(commit: Commit) -> dict[str, object]:
    names = (n for n in gvariant.keys(commit.metadata) if n not in _HIDDEN)
    return {name: _variants(commit, name, None) for name in names}


def _variants(commit: Commit, key: str, default: object) -> object:
    little = metadata_order(commit) == "little"
    found = gvariant.lookup(commit.metadata, key, little=little)
    return default if found is None else to_json(found)


def _layered_packages(s: DeploymentStatus) -> Sequence[str]:
    return texts_value(s.commit, "rpmostree.packages") if s.layered else ()


def status_text(
    status: Status,
    diff: Sequence[PackageChange],
    *,
    verbose: bool,
    booted_only: bool,
    unicode: bool,
    signature: Callable[[DeploymentStatus], str],
) -> str:
    """The screen that `status` prints; `signature` is asked where commits are to be signed."""
    lines = [f"State: {'busy' if status.busy else 'idle'}"]
    if status.busy:
        lines += [f"Transaction: {status.busy.verb}", f"  Initiator: {status.busy}"]
    if verbose:
        lines.append("AutomaticUpdates: disabled")
    lines.append("BootedDeployment:" if booted_only else "Deployments:")
    shown = [s for s in status.deployments if s.deployment.booted or not booted_only]
    stateroots = {s.deployment.stateroot for s in status.deployments}
    rows = partial(_rows, signature=signature, verbose=verbose, many=len(stateroots) > 1)
    blocks = []
    for s in shown:
        first = _first_line(s, verbose=verbose, bullet="●" if unicode else "*")
        changes = diff if s.deployment.index == 0 else ()
        blocks.append("\n".join([first, *_lay_out(rows(s, changes), unicode=unicode)]))
    return "\n".join(lines) + "\n" + "\n\n".join(blocks)


def _first_line(s: DeploymentStatus, *, verbose: bool, bullet: str) -> str:
    origin = s.deployment.origin
    name = origin.container or (f"ostree://{origin.refspec}" if origin.refspec else None)
    if origin.refspec and origin.refspec.pinned:
        name = origin.custom_url or str(origin.refspec)
    index = f" (index: {s.deployment.index})" if verbose else ""
    return f"{bullet if s.deployment.booted else ' '} {name or s.deployment.checksum}{index}"


Row = tuple[str, str]


def _lay_out(rows: Iterator[Row], *, unicode: bool) -> Iterator[str]:
    for label, value in rows:
        if label:
            yield f"{label:>{_LABEL_WIDTH}}: {value}"
        else:
            yield " " * (_LABEL_WIDTH + 2) + (value if unicode else value.replace("└─", "`-"))


def _rows(
    s: DeploymentStatus,
    diff: Sequence[PackageChange],
    *,
    signature: Callable[[DeploymentStatus], str],
    verbose: bool,
    many: bool,
) -> Iterator[Row]:
    d, origin = s.deployment, s.deployment.origin
    if origin.custom_description:
        yield "CustomOrigin", origin.custom_description
    if s.signing is not None and s.signing.error:
        yield "OstreeRemoteStatus", s.signing.error
    version, stamp = text_value(s.commit, "version"), clock(s.base.timestamp)
    yield ("Version", f"{version} ({stamp})") if version else ("Timestamp", stamp)
    yield from _commit_rows(s, verbose=verbose)
    if verbose and (d.staged or d.booted):
        yield "Staged", "yes" if d.staged else "no"
    if verbose or many:
        yield "StateRoot", d.stateroot
    if s.signing is not None and s.signing.gpg:
        yield "GPGSignature", signature(s)
    yield from _diff_rows(diff, verbose=verbose)
    yield from _request_rows(s, verbose=verbose)
    if d.pinned:
        yield "Pinned", "yes"
    if d.unlocked != "none":
        yield "Unlocked", d.unlocked
    end = text_value(s.base, "ostree.endoflife")
    if end:
        yield "EndOfLife", end


def _commit_rows(s: DeploymentStatus, *, verbose: bool) -> Iterator[Row]:
    if s.layered:
        yield "BaseCommit", s.base_checksum
        yield from _repo_rows(s.base) if verbose else ()
    if verbose or not s.layered:
        yield "Commit", s.deployment.checksum
        yield from _repo_rows(s.commit) if verbose else ()


def _repo_rows(commit: Commit) -> Iterator[Row]:
    repos = _variants(commit, "rpmostree.rpmmd-repos", [])
    rows = [r for r in repos if isinstance(r, dict)] if isinstance(repos, list) else []
    for number, repo in enumerate(rows, 1):
        branch = "└─" if number == len(rows) else "├─"
        yield "", f"{branch} {repo.get('id')} ({clock(int(repo.get('timestamp', 0)))})"


def _diff_rows(diff: Sequence[PackageChange], *, verbose: bool) -> Iterator[Row]:
    kinds = {
        "Upgraded": Change.UPGRADED,
        "Downgraded": Change.DOWNGRADED,
        "Removed": Change.REMOVED,
        "Added": Change.ADDED,
    }
    groups = {title: [c for c in diff if c.kind is kind] for title, kind in kinds.items()}
    if not verbose:
        counts = ", ".join(f"{len(g)} {t.lower()}" for t, g in groups.items() if g)
        if counts:
            yield "Diff", counts
        return
    for title, group in groups.items():
        for number, change in enumerate(group):
            yield ("" if number else title), change_text(change)


def _request_rows(s: DeploymentStatus, *, verbose: bool) -> Iterator[Row]:
    origin, active = s.deployment.origin, _layered_packages(s)
    removed = _variants(s.commit, "rpmostree.removed-base-packages", [])
    if isinstance(removed, list) and removed:
        names = (f"{r[1]} {str(r[0]).removeprefix(f'{r[1]}-').rpartition('.')[0]}" for r in removed)
        yield "RemovedBasePackages", ", ".join(names)
    inactive = [p for p in origin.packages if p not in active]
    if inactive and verbose:
        yield "InactiveRequests", _listing(inactive)
    if active:
        yield "LayeredPackages", _listing(active)
    if origin.local_packages:
        yield "LocalPackages", _listing([p.nevra for p in origin.local_packages])
    if origin.regenerate_initramfs:
        yield "Initramfs", " ".join(origin.initramfs_args) or "regenerate"
    if origin.initramfs_etc:
        yield "InitramfsEtc", _listing(origin.initramfs_etc)


def _listing(names: Sequence[str]) -> str:
    return " ".join(_shell_word(name) for name in sorted(names, key=str.lower))


def _shell_word(name: str) -> str:
    """In quotes if it holds anything but the plainest characters, as the genuine tool has it."""
    from shlex import quote

    plain = name.replace("-", "").replace("_", "").replace(".", "").replace("/", "")
    return name if plain.isalnum() else f"'{quote(name).strip(chr(39))}'"


def clock(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
