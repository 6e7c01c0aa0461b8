"""The sysroot half of ostree: read what is deployed from its files, change it by `ostree admin`.

Reading starts no process: boot entries (Boot Loader Specification) give the order, the kernel
arguments and, through the `ostree=` links, the directories; origins lie beside those.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rpmostree.base.errors import BadInput
from rpmostree.base.files import read_text
from rpmostree.base.run import run
from rpmostree.model.deployment import Deployment
from rpmostree.model.gvariant import BadVariant, Variant, unpack
from rpmostree.model.kargs import Kargs, editable, split_kargs
from rpmostree.model.nevra import version_key
from rpmostree.model.origin import Origin, parse_origin
from rpmostree.model.sysroot import Sysroot

_CACHE = Path("/var/cache/rpm-ostree")
_STAGED = Path("run/ostree/staged-deployment")
_LOCKED = Path("run/ostree/staged-deployment-locked")


@dataclass(frozen=True)
class NewDeployment:
    """A commit to deploy, its complete kernel arguments and the origin it is recorded with."""

    stateroot: str
    checksum: str
    origin: Origin
    kargs: Kargs
    initrds: tuple[Path, ...] = ()


def open_sysroot(path: Path) -> Sysroot:
    """The sysroot at `path`. Raises BadInput if there is none."""
    sysroot = Sysroot(path)
    if not (sysroot.repo / "config").exists():
        if str(path) == "/":
            container = os.environ.get("container")  # noqa: SIM112 - systemd spells it so
            where = f" (container={container})" if container else ""
            raise BadInput(
                f"This system was not booted via libostree{where}: /ostree/repo does not exist",
                hint="name the sysroot to work on with --sysroot=PATH",
            )
        raise BadInput(f"{path} is not a sysroot: it has no ostree/repo")
    return sysroot


def is_booted(sysroot: Sysroot) -> bool:
    """Are we running from this sysroot? (Not so in a chroot or for another directory.)"""
    return str(sysroot.path) == "/" and Path("/run/ostree-booted").exists() and not _is_chroot()


def _is_chroot() -> bool:
    """Is / another directory than that of the first process? An installer may share its /run."""
    try:
        return not Path("/").samefile("/proc/1/root")
    except OSError:  # no installer, who may not look
        return False


def list_deployments(sysroot: Sysroot) -> tuple[Deployment, ...]:
    """All deployments, the one to be booted next first. Raises BadInput naming a damaged file."""
    booted = is_booted(sysroot)
    found = [_read_entry(sysroot, path) for path in _entries(sysroot)]
    if booted:
        here = _find_running(found)
        found = [replace(d, booted=d.path == here) for d in found]
        found = [*_read_staged(sysroot), *found]
    return tuple(replace(d, index=i) for i, d in enumerate(found))


def find_cache(sysroot: Sysroot, deployment: Deployment) -> Path:
    """The cache in a deployment's /var, which may be a disk of its own on a running system."""
    return _CACHE if deployment.booted else sysroot.cache(deployment.stateroot)


def list_stateroots(sysroot: Sysroot) -> tuple[str, ...]:
    """The names of all stateroots, sorted."""
    top = sysroot.ostree / "deploy"
    return tuple(sorted(p.name for p in top.iterdir() if p.is_dir())) if top.is_dir() else ()


def _entries(sysroot: Sysroot) -> list[Path]:
    """Boot entries of ours, in the order in which the boot loader offers them."""
    if not sysroot.loader_entries.is_dir():
        return []
    paths = sysroot.loader_entries.glob("ostree-*.conf")
    return sorted(paths, key=lambda p: version_key(_entry_keys(p).get("version", "")), reverse=True)


def _entry_keys(path: Path) -> dict[str, str]:
    """The keys of a boot entry; the values of one that is repeated (initrd) are joined."""
    keys: dict[str, str] = {}
    for line in (read_text(path) or "").splitlines():
        key, _, value = line.strip().partition(" ")
        if value:
            keys[key] = f"{keys[key]} {value.strip()}" if key in keys else value.strip()
    return keys


def _read_entry(sysroot: Sysroot, path: Path) -> Deployment:
    keys = _entry_keys(path)
    kargs = split_kargs(keys.get("options", ""))
    target = next((k.removeprefix("ostree=") for k in kargs if k.startswith("ostree=")), None)
    if target is None:
        raise BadInput(f"the boot entry {path} has no ostree= argument")
    link = sysroot.path / target.lstrip("/")
    try:
        # relative links all the way, but for the sysroot itself, which may be given as a link
        directory = Path(os.path.normpath(link.parent.resolve() / link.readlink()))
    except OSError as error:
        raise BadInput(f"the boot entry {path} points to nothing: {error}") from error
    initrds = tuple(keys.get("initrd", "").split()[1:])
    return replace(_read_directory(directory), kargs=kargs, initrds=initrds)


def _read_directory(directory: Path) -> Deployment:
    checksum, _, serial = directory.name.rpartition(".")
    if not checksum or not serial.isdigit():
        raise BadInput(f"{directory} is not the directory of a deployment")
    path = directory.with_name(f"{directory.name}.origin")
    text = read_text(path)
    try:
        origin = parse_origin(text) if text is not None else Origin()
    except ValueError as error:
        raise BadInput(
            f"damaged origin file {path}: {error}",
            hint="write back its refspec with `ostree admin set-origin`, or deploy again",
        ) from error
    return Deployment(
        index=0,
        stateroot=directory.parent.parent.name,
        checksum=checksum,
        serial=int(serial),
        path=directory,
        kargs=(),
        origin=origin,
        unlocked=_unlocked(directory.name, origin),
    )


def _unlocked(name: str, origin: Origin) -> str:
    state = Path("/run/ostree/deployment-state") / name
    for kind in ("development", "transient"):
        if (state / f"unlocked-{kind}").exists():
            return kind
    return origin.rest.text("origin", "unlocked") or "none"


def _find_running(found: Sequence[Deployment]) -> Path | None:
    """The deployment whose directory is the running root."""
    root = Path("/").stat()
    for deployment in found:
        here = deployment.path.stat()
        if (here.st_dev, here.st_ino) == (root.st_dev, root.st_ino):
            return deployment.path
    return _running_by_command_line(found)


def _running_by_command_line(found: Sequence[Deployment]) -> Path | None:
    """With composefs, / is an image and has another device: believe the kernel's own arguments."""
    running = split_kargs(read_text(Path("/proc/cmdline")) or "")
    target = [k for k in running if k.startswith("ostree=")]
    return next((d.path for d in found if target and target[0] in d.kargs), None)


def _read_staged(sysroot: Sysroot) -> list[Deployment]:
    path = sysroot.path / _STAGED
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    try:
        values = unpack("a{sv}", data, little=True)
        assert isinstance(values, dict)  # the type says so
        target, kargs = _value(values, "target"), _value(values, "kargs")
        assert isinstance(target, dict)
        name, stateroot = _value(target, "name"), _value(target, "osname")
    except (BadVariant, AssertionError, KeyError) as error:
        raise BadInput(f"cannot read {path}: {error}") from error
    directory = sysroot.stateroot(str(stateroot)) / "deploy" / str(name)
    arguments = tuple(map(str, kargs)) if isinstance(kargs, (list, tuple)) else ()
    locked = (sysroot.path / _LOCKED).exists()
    return [replace(_read_directory(directory), kargs=arguments, staged=True, locked=locked)]


def _value(values: dict[object, object], key: str) -> object:
    value = values.get(key)
    return value.value if isinstance(value, Variant) else value


def deploy(
    sysroot: Sysroot,
    new: NewDeployment,
    origin_file: Path,
    *,
    stage: bool,
    retain: bool = False,
) -> None:
    """Make the new deployment the default: now, or staged for the next shutdown.

    With `retain` all others stay; else ostree drops those that nobody can want any more.
    Atomic by ostree's own design: entries are written beside the old ones and swapped by a link.
    """
    words = [*_admin(sysroot, "deploy"), f"--os={new.stateroot}", f"--origin-file={origin_file}"]
    words += ["--stage"] if stage else []
    words += ["--retain"] if retain else []
    words += ["--karg-none", *(f"--karg-append={k}" for k in editable(new.kargs))]
    words += [f"--overlay-initrd={path}" for path in new.initrds]
    run([*words, new.checksum], what="cannot deploy")


def lock_finalization(sysroot: Sysroot) -> None:
    """Keep the staged deployment from becoming the default at shutdown until it is let go.

    The file is ostree's own mark; its `admin deploy` can set it only in newer versions.
    """
    (sysroot.path / _LOCKED).touch()


def unlock_finalization(sysroot: Sysroot) -> None:
    """Let the staged deployment become the default at shutdown."""
    (sysroot.path / _LOCKED).unlink(missing_ok=True)


def undeploy(sysroot: Sysroot, index: int) -> None:
    """Drop the deployment at `index`. ostree refuses for the booted one."""
    words = [*_admin(sysroot, "undeploy"), str(index)]
    run(words, what="cannot drop the deployment")


def pin(sysroot: Sysroot, index: int, *, pinned: bool) -> None:
    """Keep the deployment at `index` from being dropped, or no longer. Not for a staged one."""
    words = [*_admin(sysroot, "pin"), *([] if pinned else ["--unpin"]), str(index)]
    run(words, what="cannot pin the deployment" if pinned else "cannot unpin the deployment")


def unlock(arguments: Sequence[str]) -> str:
    """Make /usr of the running system writable; ostree's own report."""
    return run(["ostree", "admin", "unlock", *arguments], what="cannot unlock /usr").stdout


def set_default(sysroot: Sysroot, index: int) -> bool:
    """Put the deployment at `index` first; false where ostree (before 2023.8) cannot."""
    if "set-default" not in run(["ostree", "admin", "--help"], ok=range(256)).stdout:
        return False
    run([*_admin(sysroot, "set-default"), str(index)], what="cannot reorder the deployments")
    return True


def clean_up(sysroot: Sysroot) -> None:
    """Drop boot files and objects that nothing refers to."""
    run(_admin(sysroot, "cleanup"), what="cannot clean up")


def _admin(sysroot: Sysroot, verb: str) -> list[str]:
    return ["ostree", "admin", verb, f"--sysroot={sysroot.path}"]


def touch(sysroot: Sysroot) -> None:
    """Tell a daemon of the genuine tool, should one be running, that something has changed."""
    os.utime(sysroot.ostree / "deploy")
