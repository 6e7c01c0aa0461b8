"""Bootable disk images with an ostree sysroot, and read-only images to share files.

An image has a master boot record, GRUB in the gap behind it, and one ext4
partition.  GRUB reads what ostree's syslinux backend writes, so every deployment
made later, inside or outside, is in the menu without anything being run for it.
Neither partition nodes nor grub-install are needed.
"""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.kit.sh import CommandError, run, sh, text

OFFSET = 1 << 20  # of the partition
BOOT_RECORD = Path("/usr/lib/grub/i386-pc/boot.img")
CONSOLE_KARGS = ("console=ttyS0", "systemd.debug_shell=ttyS1")

GRUB_MODULES = """
    biosdisk part_msdos ext2 normal configfile search search_label linux linux16 echo test
    sleep serial terminal ls cat loadenv syslinuxcfg regexp gzio zstd minicmd halt reboot
    true eval read
""".split()

# this one is no script: the core image runs it line by line
GRUB_EARLY = """\
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
search --no-floppy --label root --set root
set prefix=($root)/boot/grub
normal ($root)/boot/grub/grub.cfg
"""
GRUB_MENU = """\
set timeout=1
serial --unit=0 --speed=115200
syslinux_configfile -s ($root)/boot/loader/syslinux.cfg
"""


class MountError(RuntimeError):
    """An image could not be mounted or is still in use."""


def parse_size(written: str) -> int:
    """``2500M`` or ``4G`` in bytes."""
    found = re.fullmatch(r"(\d+)([KMGT]?)", written)
    if not found:
        raise ValueError(f"no size: {written}")
    return int(found[1]) << (10 * " KMGT".index(found[2] or " "))


@contextmanager
def mount_image(image: Path, offset: int, *options: str) -> Iterator[Path]:
    """Mount a file system in a file; it is unmounted, with all below it, at the end."""
    with tempfile.TemporaryDirectory(prefix="image-") as name:
        where = Path(name)
        flags = ",".join(("loop", f"offset={offset}", *options))
        try:
            sh("mount", "-t", "ext4", "-o", flags, image, where)
        except CommandError as error:
            raise MountError(str(error)) from error
        try:
            yield where
        finally:
            if run("umount", "--recursive", where).returncode:
                run("umount", "--recursive", "--lazy", where)


@contextmanager
def open_image(image: Path) -> Iterator[Path]:
    """The sysroot in an image of ``make_image``, mounted for writing.

    For ``--sysroot``; no machine may run from the image meanwhile.
    """
    with mount_image(image, OFFSET) as sysroot:
        yield sysroot


def format_image(image: Path, size: int) -> str:
    """Make a sparse file with a partition table and an empty file system; returns its UUID."""
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(size)
    sh("sfdisk", "-q", image, stdin=b"label: dos\nstart=2048, type=83, bootable\n")
    identity = str(uuid.uuid4())
    blocks = (size - OFFSET) // 4096
    sh(
        "mkfs.ext4", "-q", "-b", "4096", "-L", "root", "-U", identity,
        "-E", f"offset={OFFSET},lazy_itable_init=1,nodiscard", image, str(blocks),
    )  # fmt: skip
    return identity


def install_grub(image: Path) -> None:
    """Write GRUB into the first sectors of an image."""
    with tempfile.TemporaryDirectory(prefix="grub-") as name:
        early, core = Path(name) / "early.cfg", Path(name) / "core.img"
        early.write_text(GRUB_EARLY)
        sh(
            "grub-mkimage", "-O", "i386-pc", "-p", "/boot/grub", "-c", early, "-o", core,
            *GRUB_MODULES,
        )  # fmt: skip
        content = core.read_bytes()
    if len(content) > OFFSET - 512:
        raise ValueError("GRUB does not fit before the partition")
    with image.open("r+b") as file:
        file.write(BOOT_RECORD.read_bytes()[:440])  # behind it is the partition table
        file.seek(512)
        file.write(content)


def init_sysroot(sysroot: Path, stateroot: str) -> None:
    """Make an empty file system a sysroot whose boot entries GRUB finds."""
    sh("ostree", "admin", "init-fs", "--modern", sysroot)
    sh("ostree", "admin", "os-init", f"--sysroot={sysroot}", stateroot)
    boot = sysroot / "boot"
    for name in ("grub", "syslinux", "loader.0"):
        (boot / name).mkdir(parents=True, exist_ok=True)
    # ostree takes a backend when its file is there, and looks for it behind this link;
    # without the TIMEOUT, which ostree keeps, GRUB makes no menu of the file
    (boot / "loader").symlink_to("loader.0")
    (boot / "loader/syslinux.cfg").write_text("TIMEOUT 10\n")
    (boot / "syslinux/syslinux.cfg").symlink_to("../loader/syslinux.cfg")
    (boot / "grub/grub.cfg").write_text(GRUB_MENU)
    sh("ostree", "config", f"--repo={sysroot}/ostree/repo", "set", "sysroot.readonly", "true")


def make_image(
    repo: Path,
    ref: str,
    image: Path,
    *,
    stateroot: str = "hybrid",
    size: str = "4G",
    kargs: Sequence[str] = (),
    backend: str = "syslinux",
    remote: str = "hybrid",
    remote_url: str = "",
    commit: str = "",
    sysroot_hook: Callable[[Path], None] | None = None,
) -> Path:
    """Make a disk image that boots ``ref`` of an ostree repository; returns its path.

    The deployment's origin is ``remote:ref``; with ``remote_url`` the remote is
    configured (without signatures).  ``commit`` takes a certain commit instead of the
    newest of ``ref``.  ``kargs`` come after the ones for the root and
    the two serial consoles.  ``sysroot_hook`` is called with the mounted sysroot
    when the deployment is there.  The file is sparse.
    """
    if backend != "syslinux":
        raise ValueError(f"no such backend: {backend}")
    identity = format_image(image, parse_size(size))
    install_grub(image)
    every = (f"root=UUID={identity}", "rw", *CONSOLE_KARGS, *kargs)
    with open_image(image) as sysroot:
        init_sysroot(sysroot, stateroot)
        inside = f"--repo={sysroot}/ostree/repo"
        if remote_url:
            sh("ostree", "remote", "add", inside, "--no-gpg-verify", remote, remote_url)
        sh("ostree", "pull-local", inside, f"--remote={remote}", repo.resolve(), commit or ref)
        if commit:
            sh("ostree", "refs", inside, f"--create={remote}:{ref}", commit)
        sh(
            "ostree", "admin", "deploy", f"--sysroot={sysroot}", f"--os={stateroot}",
            *(f"--karg={karg}" for karg in every), f"{remote}:{ref}",
        )  # fmt: skip
        if sysroot_hook:
            sysroot_hook(sysroot)
    return image


def pack_tree(tree: Path, image: Path, label: str = "data") -> Path:
    """Put a directory into a file system image, for a VM's read-only drive."""
    used = int(text("du", "-s", "--block-size=1", tree).split()[0])
    with image.open("wb") as file:
        file.truncate(used + used // 4 + (16 << 20))
    sh("mkfs.ext4", "-q", "-L", label, "-O", "^has_journal", "-d", tree, image)
    return image
