"""From a tree as packages make it to one that ostree can deploy (its "OS layout").

Only /usr and /etc are the image's; everything else at the top is an empty mount point or a link
into /var. Sources: ostree's "Adapting existing mainstream distributions", and what the genuine
tool's composes look like.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.base.files import remove_tree
from rpmostree.model.treefile import Treefile

_MOUNTPOINTS = ("boot", "dev", "proc", "run", "sys", "sysroot", "var")
_LINKS = {
    "home": "var/home",
    "media": "run/media",
    "mnt": "var/mnt",
    "opt": "var/opt",
    "ostree": "sysroot/ostree",
    "root": "var/roothome",
    "srv": "var/srv",
}
_MERGED = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")
_INTEGRATION = "usr/lib/tmpfiles.d/rpm-ostree-0-integration.conf"
_TMPFILES = """\
# Made by rpm-ostree: what every image needs in /var and /run.
d /var/home 0755 root root -
d /var/lib 0755 root root -
d /var/log 0755 root root -
d /var/cache 0755 root root -
d /var/spool 0755 root root -
d /var/mnt 0755 root root -
d /var/opt 0755 root root -
d /var/roothome 0700 root root -
d /var/srv 0755 root root -
d /var/usrlocal 0755 root root -
d /var/usrlocal/bin 0755 root root -
d /var/usrlocal/etc 0755 root root -
d /var/usrlocal/games 0755 root root -
d /var/usrlocal/include 0755 root root -
d /var/usrlocal/lib 0755 root root -
d /var/usrlocal/man 0755 root root -
d /var/usrlocal/sbin 0755 root root -
d /var/usrlocal/share 0755 root root -
d /var/usrlocal/src 0755 root root -
d /run/media 0755 root root -
L /var/lib/rpm - - - - ../../usr/share/rpm
"""
_ETC_LITTER = (".pwd.lock", "group-", "gshadow-", "passwd-", "shadow-", "subgid-", "subuid-")


def write_defaults(root: Path, treefile: Treefile) -> None:
    """Default target, enabled units, machine-id: what the treefile says of /etc and systemd."""
    systemd = root / "usr/lib/systemd/system"
    if treefile.default_target:
        link = systemd / "default.target"
        link.unlink(missing_ok=True)
        link.symlink_to(treefile.default_target)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    for unit in treefile.units:
        if not (systemd / unit).exists():
            raise BadInput(f"units: there is no {unit} in the tree")
        wants.mkdir(parents=True, exist_ok=True)
        link = wants / unit
        link.unlink(missing_ok=True)
        link.symlink_to(f"/usr/lib/systemd/system/{unit}")
    machine_id = root / "etc/machine-id"
    machine_id.unlink(missing_ok=True)
    if treefile.machineid_compat:
        machine_id.touch(mode=0o444)


def add_files(root: Path, treefile: Treefile) -> None:
    """Copy the treefile's own files in. Raises BadInput for a place an image cannot carry."""
    for source, target in treefile.add_files:
        path = _inside(root, target, "add-files")
        if path.relative_to(root).parts[:1] not in (
            ("usr",),
            ("etc",),
            ("bin",),
            ("sbin",),
            ("lib",),
        ):
            raise BadInput(f"add-files: {target} is not below /usr or /etc")
        if not Path(source).exists():
            raise BadInput(f"add-files: there is no {source}")
        path.parent.mkdir(parents=True, exist_ok=True)
        if Path(source).is_dir():
            shutil.copytree(source, path, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(source, path)


def remove_files(root: Path, names: Sequence[str]) -> None:
    """Delete what the treefile does not want."""
    for name in names:
        remove_tree(_inside(root, name, "remove-files"))


def _inside(root: Path, name: str, key: str) -> Path:
    if ".." in name.split("/"):
        raise BadInput(f"{key}: {name} leaves the tree")
    return root / name.strip("/")


def mutate_os_release(root: Path, version: str | None, wanted: str | None) -> None:
    """Let os-release name the version of the image."""
    path = root / "usr/lib/os-release"
    if wanted is None or version is None or not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    for key in ("VERSION", "PRETTY_NAME"):
        pattern = rf'^({key}="?[^"\n]*?){re.escape(wanted)}'
        text = re.sub(pattern, rf"\g<1>{version}", text, flags=re.MULTILINE)
    path.unlink()
    path.write_text(f"{text.rstrip()}\nOSTREE_VERSION='{version}'\n", encoding="utf-8")


def check_merged_usr(root: Path) -> None:
    """Refuse a tree whose /bin and friends are directories. Raises BadInput."""
    for name in _MERGED:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            raise BadInput(f"/{name} is a directory, not a link into /usr")


def finish(root: Path, treefile: Treefile) -> None:
    """Give the tree its final shape; it cannot be used by packages afterwards."""
    for name in _ETC_LITTER:
        (root / "etc" / name).unlink(missing_ok=True)
    for path in sorted(root.iterdir()):
        if path.name not in ("usr", "etc", *_MERGED):
            remove_tree(path)
    for name in _MOUNTPOINTS:
        (root / name).mkdir(mode=0o755)
    for name, target in _LINKS.items():
        (root / name).symlink_to(target)
    _make_tmp(root, treefile)
    (root / "etc").rename(root / "usr/etc")
    remove_tree(root / "usr/local")
    (root / "usr/local").symlink_to("../var/usrlocal")
    integration = root / _INTEGRATION
    integration.parent.mkdir(parents=True, exist_ok=True)
    integration.write_text(_TMPFILES, encoding="utf-8")
    useradd = root / "usr/etc/default/useradd"
    if useradd.exists():
        text = re.sub(
            r"^HOME=.*$", "HOME=/var/home", useradd.read_text(encoding="utf-8"), flags=re.M
        )
        useradd.write_text(text, encoding="utf-8")


def _make_tmp(root: Path, treefile: Treefile) -> None:
    if treefile.tmp_is_dir:
        (root / "tmp").mkdir()
        (root / "tmp").chmod(0o1777)
    else:
        (root / "tmp").symlink_to("sysroot/tmp")


def settle_rpmdb(root: Path, database: str) -> None:
    """Let every path by which an rpm may look lead to the one database, and keep a copy of it.

    The copy tells tools what belonged to the base (`rpm-ostree-base-db`).
    """
    home = root / database.strip("/")
    for name in (".rpm.lock", ".dbenv.lock"):
        (home / name).unlink(missing_ok=True)
    sysimage = root / "usr/lib/sysimage"
    sysimage.mkdir(parents=True, exist_ok=True)
    if database == "/usr/share/rpm":
        remove_tree(sysimage / "rpm")
        (sysimage / "rpm").symlink_to("../../share/rpm")
    macros = root / "usr/lib/rpm/macros.d/macros.rpm-ostree"
    macros.parent.mkdir(parents=True, exist_ok=True)
    macros.write_text(f"%_dbpath {database}\n", encoding="utf-8")
    copy = sysimage / "rpm-ostree-base-db"
    remove_tree(copy)
    shutil.copytree(home, copy)
