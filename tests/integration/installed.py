"""A machine as an installer leaves it: the real distribution on a disk, and nothing of it booted.

The image is composed once by the program as it is now, from RPMs that are kept between runs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.integration.host import Deployed, Host, Ran
from tests.integration.world import OS
from tests.kit import rpms
from tests.kit.sh import sh, text
from tests.vm.world import (
    BRANCH,
    KEY,
    TOP,
    build_distribution,
    build_program,
    compose,
    describe_repository,
)

REMOTE = "tiny"
KARGS = ("root=LABEL=root", "rw")
QUICK = ("--compress", "zstd -1 -T0")  # for dracut, which spends its time on compression
INITRAMFS_ARGS = f"initramfs-args: {json.dumps(['--no-hostonly', *QUICK])}\n"
# What a script of the installer has; the program lies in the machine's own /usr/local/bin.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "TERM": "linux",
    "LC_ALL": "C",
}

# A system of its own, as far as mounts and processes go; its first process is the installer.
ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--")

# The installer's mounts, as Anaconda makes them: the disk at /mnt/sysimage; at /mnt/sysroot the
# deployment, in it the disk, /boot, the /var of the stateroot, a /usr that cannot be written to,
# and the kernel's own file systems. All vanish with the namespace they are made in.
INSTALLER = """\
set -eu
disk=$1 deployment=$2 stateroot=$3 program=$4
shift 4
mount -t tmpfs tmpfs /mnt
mkdir /mnt/sysimage /mnt/sysroot /mnt/bin
cp "$program" /mnt/bin/
root=/mnt/sysroot
mount --bind "$disk" /mnt/sysimage
mount --bind "$deployment" $root
mount --make-rshared $root
mount --bind $root/usr $root/usr
mount -o bind,remount,ro $root/usr
mount --bind "$disk" $root/sysroot
mount --bind "$disk/boot" $root/boot
mount --bind "$stateroot/var" $root/var
mount -t proc proc $root/proc
mount --rbind /sys $root/sys
mount --rbind /dev $root/dev
mount -t tmpfs tmpfs $root/run
cp /proc/self/mountinfo /mnt/before
status=0
"$@" || status=$?
diff /mnt/before /proc/self/mountinfo >&2 || exit 99
exit $status
"""


@dataclass(frozen=True)
class Distribution:
    """What all machines of this kind share. `url` is where the RPM repositories are served."""

    program: Path
    depot: Path
    url: str
    commit: str
    template: Path

    @property
    def remote(self) -> Path:
        """The repository that the machines follow."""
        return self.depot / "ostree"


@contextmanager
def make_distribution(work: Path) -> Iterator[Distribution]:
    """All of it, in a new directory; the RPMs are served as long as the block lasts."""
    depot = work / "depot"
    repos = build_distribution(TOP / "build/distro").path
    shutil.copytree(repos / "base", depot / "rpms/base")
    shutil.copy(repos / "RPM-GPG-KEY", depot)
    sh("ostree", "init", f"--repo={depot / 'ostree'}", "--mode=bare")
    program = build_program(work)
    commit = compose(
        program, depot / "ostree", work / "compose", depot, ["base"], more=INITRAMFS_ARGS
    )
    with served(depot) as url:
        made = Distribution(program, depot, url, commit, work / "template")
        install(made, made.template)
        yield made


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The URL under which a directory can be read meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(directory)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def install(made: Distribution, disk: Path) -> None:
    """Do what `ostreesetup` does, and furnish the machine with repositories and the program."""
    disk.mkdir()
    sh("ostree", "admin", "init-fs", "--modern", disk)
    sh("ostree", "admin", "os-init", f"--sysroot={disk}", OS)
    repo = f"--repo={disk}/ostree/repo"
    sh("ostree", "config", repo, "set", "sysroot.bootloader", "none")
    sh("ostree", "remote", "add", repo, "--no-gpg-verify", REMOTE, f"file://{made.remote}")
    sh("ostree", "pull-local", repo, f"--remote={REMOTE}", made.remote, BRANCH)
    sh(
        "ostree", "admin", "deploy", f"--sysroot={disk}", f"--os={OS}",
        *(f"--karg={karg}" for karg in KARGS), f"{REMOTE}:{BRANCH}",
    )  # fmt: skip
    (etc,) = (disk / f"ostree/deploy/{OS}/deploy").glob("*/etc")
    key = etc / KEY.removeprefix("/etc/")
    key.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made.depot / "RPM-GPG-KEY", key)
    described = describe_repository("base", depot="", key=KEY).replace(
        "file:///", f"{made.url}/", 1
    )
    (etc / "yum.repos.d").mkdir(exist_ok=True)
    (etc / "yum.repos.d/tiny.repo").write_text(described)
    binaries = disk / f"ostree/deploy/{OS}/var/usrlocal/bin"
    binaries.mkdir(parents=True)
    shutil.copy(made.program, binaries / "rpm-ostree")


def enter(host: Host, script: str, *, ok: int | None = 0) -> Ran:
    """Run a shell script as %post does, in the chroot of the machine's last deployment.

    AssertionError if it ends with another status, or leaves anything mounted.
    """
    env = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    return _in_installer(host, ["chroot", "/mnt/sysroot", "/usr/bin/env", "-i", *env], script, ok)


def beside(host: Host, script: str, *, ok: int | None = 0) -> Ran:
    """Run a shell script as %post --nochroot does: outside of the machine, in the installer."""
    path = f"PATH=/mnt/bin:{os.environ['PATH']}"
    return _in_installer(host, ["/usr/bin/env", path], script, ok)


def _in_installer(host: Host, prefix: list[str], script: str, ok: int | None) -> Ran:
    deployment = host.deployments()[-1].path
    where = [host.sysroot, deployment, deployment.parent.parent, host.world.program]
    done = subprocess.run(
        [*ALONE, "/bin/sh", "-c", INSTALLER, "installer", *where, *prefix,
         "/bin/sh", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    said = f"{script}\nended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, said
    assert ok is None or done.returncode == ok, said
    return Ran(done.stdout, done.stderr, done.returncode)


def copy_disk(made: Distribution, disk: Path) -> Path:
    """A machine of one test. Only /etc is copied; all else is never changed in place."""
    sh("cp", "-a", "--link", made.template, disk)
    for etc in made.template.glob("ostree/deploy/*/deploy/*/etc"):
        copy = disk / etc.relative_to(made.template)
        shutil.rmtree(copy)
        sh("cp", "-a", etc, copy)
    return disk


def publish_bare(host: Host, place: Path) -> str:
    """Let the machine's remote have a next image, of which nothing is told but its version.

    It has one file more, and no record of how its initramfs was made. Returns the commit.
    """
    (place / "added/usr/share").mkdir(parents=True)
    (place / "added/usr/share/second").write_text("second\n")
    remote = f"--repo={place / 'remote'}"
    sh("ostree", "init", remote, "--mode=bare")
    sh("ostree", "pull-local", remote, host.world.remote, BRANCH)
    commit = text(
        "ostree", "commit", remote, f"--branch={BRANCH}", f"--tree=ref={BRANCH}",
        f"--tree=dir={place / 'added'}", f"--parent={host.world.commit}", "--bootable",
        "--add-metadata-string=version=12.1", "--owner-uid=0", "--owner-gid=0",
    )  # fmt: skip
    url = f"file://{place / 'remote'}"
    sh("ostree", "config", f"--repo={host.repo}", "set", f'remote "{REMOTE}".url', url)
    return commit


# ------------------------------------------------------------------- looking


def names(host: Host, index: int = 0) -> set[str]:
    """The names of all packages of a deployment."""
    return {nvra.rsplit("-", 2)[0] for nvra in host.rpm_qa(index)}


def boot_entry(host: Host, deployed: Deployed) -> dict[str, list[str]]:
    """The keys of a deployment's boot entry, with all values of each."""
    for content in host.entries().values():
        found: dict[str, list[str]] = {}
        for line in content.decode().splitlines():
            key, _, value = line.partition(" ")
            found.setdefault(key, []).append(value)
        link = found["options"][0].partition("ostree=")[2].split()[0]
        if (host.sysroot / link.lstrip("/")).resolve() == deployed.path:
            return found
    raise AssertionError(f"no boot entry for {deployed}")


def booted_initrds(host: Host, index: int = 0) -> list[Path]:
    """The initrds that the boot loader would load for a deployment."""
    entry = boot_entry(host, host.deployments()[index])
    return [host.sysroot / "boot" / name.lstrip("/") for name in entry["initrd"]]


def unpack_initramfs(image: Path, place: Path) -> Path:
    """A new directory with all that an initramfs of dracut holds."""
    place.mkdir()
    sh("lsinitrd", "--unpack", image, cwd=place)
    return place


def unpack_overlay(image: Path, place: Path) -> Path:
    """A new directory with what an extra initrd holds, unpacked as the kernel would."""
    place.mkdir()
    sh("cpio", "-id", "--quiet", cwd=place, stdin=sh("gzip", "-dc", image))
    return place


# ------------------------------------------------------------- another kernel


LEFT_OUT = "kernel/fs/overlayfs/overlay.ko"


def rebuild_kernel(kernel: Path, out: Path, release: str) -> Path:
    """A later build of a kernel package, for the kernel release given.

    It has one module less, and stands in for the build that it replaces.
    """
    query = "%{NAME} %{VERSION} %{RELEASE} %{ARCH}"
    name, version, old, arch = text("rpm", "-qp", "--nosignature", "--qf", query, kernel).split()
    with tempfile.TemporaryDirectory(prefix="kernel-") as scratch:
        work, root = Path(scratch), Path(scratch) / "root"
        root.mkdir()
        sh("cpio", "-id", "--quiet", cwd=root, stdin=sh("rpm2cpio", kernel))
        (modules,) = (root / "usr/lib/modules").iterdir()
        modules = modules.rename(modules.with_name(release))
        (modules / LEFT_OUT).unlink()
        spec = rpms.Spec(
            name,
            version=version,
            release=f"{old}.test",
            arch=arch,
            provides=(
                "installonlypkg(kernel)",
                f"kernel-uname-r({release})",
                f"{name} = {version}-{old}",
            ),
        )
        lines = [f"/usr/lib/modules/{release}"]
        written = rpms.write_spec(spec, lines, payload="w0.ufdio")
        rpms.run_rpmbuild(written, root, work, out, arch, rpms.EPOCH)
    return out / f"{spec.nvra}.rpm"
