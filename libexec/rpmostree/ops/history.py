"""history: what was done to a sysroot, by whom; noted by the last step of every change."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from rpmostree.base import events
from rpmostree.base.errors import RpmOstreeError
from rpmostree.base.files import read_text, sync_directory, write_atomically
from rpmostree.base.person import user_name
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import diff_packages
from rpmostree.model.history import (
    LONGEST,
    Entry,
    PackageStep,
    State,
    append_entry,
    next_id,
    parse_history,
    write_entry,
)
from rpmostree.model.kargs import editable
from rpmostree.model.layered import base_checksum, read_pkglist, text_value
from rpmostree.model.objects import Commit
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.db import read_packages
from rpmostree.tools import journal
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

NEW_DEPLOYMENT = "9bddbda177cd44d891b1b561a8a0ce9e"


def read_history(sysroot: Sysroot) -> tuple[Entry, ...]:
    """All entries, oldest first."""
    return parse_history(read_text(sysroot.history) or "")


@dataclass(frozen=True)
class Snapshot:
    """All deployments at one time, with their commits, which may be gone soon after."""

    deployments: tuple[Deployment, ...]
    commits: Mapping[str, Commit]


def take_snapshot(sysroot: Sysroot) -> Snapshot:
    """Look at what is deployed. Raises RpmOstreeError if that is damaged."""
    repo, deployments = Repo(sysroot.repo), admin.list_deployments(sysroot)
    return Snapshot(deployments, {d.checksum: repo.load_commit(d.checksum) for d in deployments})


def note(sysroot: Sysroot, title: str, before: Snapshot) -> None:
    """Note what has become of the deployments since; a failure is only worth a warning."""
    try:
        after = take_snapshot(sysroot)
        if after.deployments and _outline(after) != _outline(before):
            _append(sysroot, _describe(sysroot, title, before, after))
            _tell_journal(sysroot, title, before, after)
    except (OSError, ValueError, RpmOstreeError) as error:
        events.warning(f"the change is made, but cannot be noted in the history: {error}")


def _outline(snapshot: Snapshot) -> list[tuple[str, bool]]:
    return [(d.id, d.pinned) for d in snapshot.deployments]


def _describe(sysroot: Sysroot, title: str, before: Snapshot, after: Snapshot) -> Entry:
    new = after.deployments[0]
    old = next((d for d in before.deployments if d.stateroot == new.stateroot), None)
    return Entry(
        id=next_id(read_history(sysroot)),
        time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        user=user_name(),
        command=title,
        stateroot=new.stateroot,
        old=None if old is None else _state(before, old),
        new=_state(after, new),
        packages=()
        if old is None
        else _packages(
            Repo(sysroot.repo), (old.checksum, before.commits[old.checksum]), new.checksum
        ),
    )


def _state(snapshot: Snapshot, deployment: Deployment) -> State:
    commit = snapshot.commits[deployment.checksum]
    return State(
        deployment.checksum,
        text_value(commit, "version"),
        base_checksum(commit, deployment.checksum),
        str(deployment.origin.without_transient()),
        editable(deployment.kargs),
    )


def _packages(repo: Repo, old: tuple[str, Commit], new: str) -> tuple[PackageStep, ...]:
    """What changed; nothing if the old commit is pruned by now and did not list its packages."""
    checksum, commit = old
    before = read_pkglist(commit)
    if checksum == new or (before is None and not repo.has_commit(checksum)):
        return ()
    changes = diff_packages(before or read_packages(repo, checksum), read_packages(repo, new))
    return tuple(
        PackageStep(c.name, str(c.old) if c.old else None, str(c.new) if c.new else None)
        for c in changes
    )


def _append(sysroot: Sysroot, entry: Entry) -> None:
    """Durably, and without rewriting what is there, unless it has become too long."""
    path = sysroot.history
    text = read_text(path) or ""
    if text.count("\n") >= LONGEST or not text.endswith("\n"):
        return write_atomically(path, append_entry(text, entry))
    with path.open("a", encoding="utf-8") as out:
        out.write(write_entry(entry))
        out.flush()
        os.fsync(out.fileno())
    return sync_directory(path.parent)


def _tell_journal(sysroot: Sysroot, title: str, before: Snapshot, after: Snapshot) -> None:
    """Tell the journal of a new deployment, as the genuine tool does."""
    new = after.deployments[0]
    if not admin.is_booted(sysroot) or new.id in [d.id for d in before.deployments]:
        return
    place = new.path.stat()
    version = text_value(after.commits[new.checksum], "version")
    path = f"/ostree/deploy/{new.stateroot}/deploy/{new.name}"
    fields = {
        "MESSAGE": f"Created new deployment {path}",
        "MESSAGE_ID": NEW_DEPLOYMENT,
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "rpm-ostree",
        "DEPLOYMENT_PATH": path,
        "DEPLOYMENT_TIMESTAMP": str(int(place.st_ctime)),
        "DEPLOYMENT_DEVICE": str(place.st_dev),
        "DEPLOYMENT_INODE": str(place.st_ino),
        "DEPLOYMENT_CHECKSUM": new.checksum,
        "DEPLOYMENT_REFSPEC": str(new.origin.refspec or new.origin.container or ""),
        "DEPLOYMENT_VERSION": version or "",
        "COMMAND_LINE": title,
        "AGENT": os.environ.get("RPMOSTREE_CLIENT_ID", "cli"),
    }
    journal.send({key: value for key, value in fields.items() if value})
