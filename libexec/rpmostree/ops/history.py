"""history: what was done to a sysroot, by whom; noted by the last step of every change."""

import os
import time
from collections.abc import Sequence

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
from rpmostree.model.layered import base_checksum, text_value
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.db import read_packages
from rpmostree.tools import journal
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

NEW_DEPLOYMENT = "9bddbda177cd44d891b1b561a8a0ce9e"


def read_history(sysroot: Sysroot) -> tuple[Entry, ...]:
    """All entries, oldest first."""
    return parse_history(read_text(sysroot.history) or "")


def note(sysroot: Sysroot, title: str, before: Sequence[Deployment]) -> None:
    """Note what has become of the deployments `before`; a failure is only worth a warning."""
    try:
        after = admin.list_deployments(sysroot)
        if after and _outline(after) != _outline(before):
            _append(sysroot, _describe(sysroot, title, before, after))
            _tell_journal(sysroot, title, before, after)
    except (OSError, ValueError, RpmOstreeError) as error:
        events.warning(f"the change is made, but cannot be noted in the history: {error}")


def _outline(deployments: Sequence[Deployment]) -> list[tuple[str, bool]]:
    return [(d.id, d.pinned) for d in deployments]


def _describe(
    sysroot: Sysroot, title: str, before: Sequence[Deployment], after: Sequence[Deployment]
) -> Entry:
    repo, new = Repo(sysroot.repo), after[0]
    old = next((d for d in before if d.stateroot == new.stateroot), None)
    return Entry(
        id=next_id(read_history(sysroot)),
        time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        user=user_name(),
        command=title,
        stateroot=new.stateroot,
        old=None if old is None else _state(repo, old),
        new=_state(repo, new),
        packages=_packages(repo, old, new),
    )


def _state(repo: Repo, deployment: Deployment) -> State:
    commit = repo.load_commit(deployment.checksum)
    return State(
        deployment.checksum,
        text_value(commit, "version"),
        base_checksum(commit, deployment.checksum),
        str(deployment.origin.without_transient()),
        editable(deployment.kargs),
    )


def _packages(repo: Repo, old: Deployment | None, new: Deployment) -> tuple[PackageStep, ...]:
    if old is None or old.checksum == new.checksum:
        return ()
    changes = diff_packages(read_packages(repo, old.checksum), read_packages(repo, new.checksum))
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


def _tell_journal(
    sysroot: Sysroot, title: str, before: Sequence[Deployment], after: Sequence[Deployment]
) -> None:
    """Tell the journal of a new deployment, as the genuine tool does."""
    new = after[0]
    if not admin.is_booted(sysroot) or new.id in [d.id for d in before]:
        return
    place = new.path.stat()
    version = text_value(Repo(sysroot.repo).load_commit(new.checksum), "version")
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
