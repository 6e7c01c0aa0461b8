"""Labels: each new or changed file carries what the base's own policy says of it.

Labels are put on before the commit, on just what changed; letting ostree do it at commit time
means a visit to every file of the base. usr/etc/x is labelled as /etc/x, where it will be seen.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text
from rpmostree.base.run import find
from rpmostree.tools import setfiles


def find_contexts(etc: Path) -> Path | None:
    """The file contexts of the policy that an /etc configures; None if it has no policy."""
    settings = dict(
        line.split("=", 1)
        for line in (read_text(etc / "selinux/config") or "").splitlines()
        if "=" in line and not line.startswith("#")
    )
    policy = settings.get("SELINUXTYPE", "").strip()
    contexts = etc / "selinux" / policy / "contexts/files/file_contexts"
    return contexts if policy and contexts.exists() else None


def label_changes(
    root: Path, changed: Iterable[str], machine_etc: Path | None, staging: Path
) -> None:
    """Label the changed paths (relative to the root). Nothing to do without a policy."""
    contexts = find_contexts(root / "usr/etc")
    if contexts is None:
        return
    if find("setfiles") is None:
        events.warning("setfiles is not installed: new files carry no SELinux labels")
        return
    local = _with_local_changes(contexts, machine_etc, staging)
    setfiles.label(root, local, (_as_seen(path) for path in changed))


def settle_store(root: Path) -> None:
    """Keep the store of policy modules in /etc, which is merged, and not in /var, which is empty.

    ostree rebuilds a changed policy from there when it deploys.
    """
    store, etc = root / "var/lib/selinux", root / "etc/selinux"
    for policy in sorted(store.iterdir()) if store.is_dir() else ():
        if policy.is_dir():
            shutil.copytree(policy, etc / policy.name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(policy)
    settings = etc / "semanage.conf"
    text = read_text(settings)
    if text is not None and "store-root" not in text:
        settings.write_text(f"{text.rstrip()}\nstore-root=/etc/selinux\n", encoding="utf-8")


def label_tree(root: Path, contexts: Path) -> None:
    """Label a whole tree in its final layout; what is below usr/etc as it will be seen in /etc."""
    if find("setfiles") is None:
        raise BadInput("the tree has an SELinux policy, but setfiles is not installed")
    setfiles.label_all(root, contexts)
    etc = (str(path.relative_to(root / "usr")) for path in sorted((root / "usr/etc").rglob("*")))
    with_etc = root / "etc"
    with_etc.symlink_to("usr/etc")
    setfiles.label(root, contexts, (f"/{name}" for name in ("etc", *etc) if name != "etc"))
    with_etc.unlink()


def _as_seen(path: str) -> str:
    return "/" + path.removeprefix("usr/") if path.startswith("usr/etc") else f"/{path}"


def _with_local_changes(contexts: Path, machine_etc: Path | None, staging: Path) -> Path:
    """The base's contexts, with the administrator's own (`semanage fcontext`) beside them."""
    mine = find_contexts(machine_etc) if machine_etc else None
    local = mine.with_name("file_contexts.local") if mine else None
    if local is None or not local.exists():
        return contexts
    copy = staging / "contexts"
    shutil.copytree(contexts.parent, copy)
    shutil.copy(local, copy / local.name)
    return copy / contexts.name
