"""`status --json`: the document, key for key and type for type as the genuine tool's."""

from collections.abc import Sequence

from rpmostree.model import gvariant
from rpmostree.model.gvariant_json import to_json
from rpmostree.model.layered import text_value, texts_value
from rpmostree.model.objects import Commit, metadata_order
from rpmostree.ops.status import DeploymentStatus, Status

MANIFEST_DIGEST = "ostree.manifest-digest"
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


def status_json(status: Status, *, booted_only: bool) -> dict[str, object]:
    """The document that `status --json` prints."""
    shown = [s for s in status.deployments if s.deployment.booted or not booted_only]
    busy = status.busy
    return {
        "deployments": [_deployment_json(s) for s in shown],
        "transaction": [busy.verb, f"pid {busy.pid}", "/"] if busy else None,
        "cached-update": _update_json(status),
        "update-driver": _driver_json(status),
    }


def _update_json(status: Status) -> dict[str, object] | None:
    found = status.update
    return None if found is None else {key: to_json(v) for key, v in found.values.items()}


def _driver_json(status: Status) -> dict[str, str] | None:
    driver = status.driver
    if driver is None:
        return None
    return {"driver-name": driver.name, "driver-sd-unit": driver.unit}


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
        "packages": list(layered_packages(s)),
        **({"held-packages": [p.nevra for p in origin.held]} if origin.held else {}),
        "base-removals": variants(s.commit, "rpmostree.removed-base-packages", []),
        "base-local-replacements": variants(s.commit, "rpmostree.replaced-base-packages", []),
        "base-remote-replacements": variants(
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
        digest = text_value(s.base, MANIFEST_DIGEST)
        values |= {"container-image-reference-digest": digest} if digest else {}
    if origin.custom_url:
        values["custom-origin"] = [origin.custom_url, origin.custom_description or ""]
    end = text_value(s.base, "ostree.endoflife")
    if end is not None:
        values["endoflife"] = end
    return values | _base_json(s) | _pending_json(s) | _signing_json(s) | _live_json(s)


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
    return {"gpg-enabled": s.signing.gpg} | (
        {"signatures": [signature.fields() for signature in s.signatures]} if s.signing.gpg else {}
    )


def _live_json(s: DeploymentStatus) -> dict[str, object]:
    if s.live is None:
        return {}
    values = {"live-replaced": s.live.checksum, "live-inprogress": s.live.interrupted}
    return {key: value for key, value in values.items() if value is not None}


def _metadata_json(commit: Commit) -> dict[str, object]:
    names = (n for n in gvariant.keys(commit.metadata) if n not in _HIDDEN)
    return {name: variants(commit, name, None) for name in names}


def variants(commit: Commit, key: str, default: object) -> object:
    little = metadata_order(commit) == "little"
    found = gvariant.lookup(commit.metadata, key, little=little)
    return default if found is None else to_json(found)


def layered_packages(s: DeploymentStatus) -> Sequence[str]:
    """The requests that are active."""
    return texts_value(s.commit, "rpmostree.packages") if s.layered else ()
