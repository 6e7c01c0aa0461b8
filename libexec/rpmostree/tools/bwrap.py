"""Sandboxes: prefixes of an argv that put a program where the host is out of its reach.

No network, no processes of the host, none of its /etc, /run, /var and /tmp; it dies with us. The
capabilities kept are those with which a package may set owners, modes and file capabilities.
"""

from collections.abc import Mapping
from pathlib import Path

CAPABILITIES = (
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
# A scriptlet's systemctl only edits links, its kernel-install and dracut wait for our own steps.
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
    "SYSTEMD_OFFLINE": "1",
    "KERNEL_INSTALL_BYPASS": "1",
}
TARGET = Path("/target")
_MERGED = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")


def host_tools_on(
    root: Path, binds: Mapping[str, Path], readable: Mapping[str, Path]
) -> tuple[str, ...]:
    """Run a tool of the host, which sees only its own /usr, on `root`, mounted at TARGET.

    `binds` are writable directories laid over places in the root, `readable` read-only paths
    outside of it.
    """
    words = ["bwrap", *_isolation(), "--tmpfs", "/", "--ro-bind", "/usr", "/usr"]
    for name in _MERGED:
        words += _like_host(Path("/") / name)
    for inside, outside in readable.items():
        words += ["--ro-bind", str(outside), inside]
    words += ["--dev", "/dev", "--proc", "/proc", "--dir", "/tmp", "--dir", "/var/tmp"]
    words += ["--bind", str(root), str(TARGET), *_places(root, str(TARGET), binds)]
    return (*words, "--chdir", "/", *_environment(), "--")


def inside(root: Path, binds: Mapping[str, Path], readable: Mapping[str, Path]) -> tuple[str, ...]:
    """Run a program of `root` with `root` as its /; `binds` and `readable` as above."""
    words = ["bwrap", *_isolation(), "--bind", str(root), "/", *_places(root, "", binds)]
    for inside_path, outside in readable.items():
        words += ["--ro-bind", str(outside), inside_path]
    return (*words, "--chdir", "/", *_environment(), "--")


def _isolation() -> list[str]:
    words = ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for name in CAPABILITIES:
        words += ["--cap-add", f"CAP_{name}"]
    namespaces = ("pid", "net", "ipc", "uts", "cgroup-try")
    return [*words, *(f"--unshare-{name}" for name in namespaces)]


def _places(root: Path, prefix: str, binds: Mapping[str, Path]) -> list[str]:
    words = ["--dev", f"{prefix}/dev", "--proc", f"{prefix}/proc"]
    if (root / "sysroot").is_dir():  # where /tmp may point to
        words += [
            "--tmpfs",
            f"{prefix}/sysroot",
            "--perms",
            "1777",
            "--dir",
            f"{prefix}/sysroot/tmp",
        ]
    if (root / "tmp").is_dir() and not (root / "tmp").is_symlink():
        words += ["--perms", "1777", "--tmpfs", f"{prefix}/tmp"]
    for place, outside in binds.items():
        words += ["--bind", str(outside), f"{prefix}{place}"]
    return words


def _like_host(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.is_dir() else []


def _environment() -> list[str]:
    words = ["--clearenv"]
    for name, value in ENVIRONMENT.items():
        words += ["--setenv", name, value]
    return words
