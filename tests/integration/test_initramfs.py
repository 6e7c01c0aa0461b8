"""What goes into early boot, made by the real dracut on a machine with a real kernel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.host import Host
from tests.integration.installed import (
    LEFT_OUT,
    QUICK,
    boot_entry,
    booted_initrds,
    publish_bare,
    rebuild_kernel,
    unpack_initramfs,
    unpack_overlay,
)

pytestmark = pytest.mark.vm  # the real distribution; no machine is booted

TAKE = ("--arg=-I", "--arg=/etc/marked")


def kernels(machine: Host) -> list[str]:
    """What is in the place of the kernels, in the default deployment."""
    return sorted(path.name for path in (machine.root() / "usr/lib/modules").iterdir())


def modules(initramfs: Path) -> set[str]:
    """The kernel modules in an unpacked initramfs, below `kernel`."""
    top = initramfs / "usr/lib/modules"
    return {str(p.relative_to(top)).partition("/")[2] for p in top.glob("*/kernel/**/*.ko*")}


def unpack(machine: Host, place: Path) -> Path:
    """The one initramfs that the default deployment boots with, which is that of its tree."""
    (image,) = booted_initrds(machine)
    (release,) = kernels(machine)
    tree = machine.root() / "usr/lib/modules" / release / "initramfs.img"
    assert image.name == f"initramfs-{release}.img"
    assert image.read_bytes() == tree.read_bytes()
    unpacked = unpack_initramfs(image, place)
    assert (unpacked / "usr/lib/ostree/ostree-prepare-root").exists()
    return unpacked


# ------------------------------------------------------------------ initramfs


def test_an_initramfs_of_the_machines_own(machine: Host, place: Path) -> None:
    base = unpack(machine, place / "base")
    machine.write_etc("marked", "mine\n")
    machine.write_etc("dracut.conf.d/host.conf", "hostonly=yes\n")
    machine.run("initramfs", "--enable", *TAKE)
    first = unpack(machine, place / "first")
    assert (first / "etc/marked").read_text() == "mine\n"
    assert modules(first) == modules(base)  # the arguments of the image still count
    assert machine.parent(machine.checksum()) == machine.world.commit
    assert json.loads(machine.run("initramfs", "--json").stdout) == {
        "regenerate": True, "args": ["-I", "/etc/marked"], "etc": [],
    }  # fmt: skip
    assert "already enabled" in machine.refuse("initramfs", "--enable", *TAKE)

    machine.run("initramfs", "--enable", "--arg=--omit-drivers", "--arg=overlay")
    second = unpack(machine, place / "second")
    assert modules(second) == modules(base) - {LEFT_OUT}
    assert not (second / "etc/marked").exists()
    machine.run("initramfs", "--disable")
    assert machine.checksum() == machine.world.commit
    assert "already disabled" in machine.refuse("initramfs", "--disable")
    machine.check()


def test_it_is_made_anew_for_each_image(machine: Host, place: Path) -> None:
    base = unpack(machine, place / "base")
    machine.write_etc("marked", "first\n")
    machine.write_etc("dracut.conf.d/host.conf", "hostonly=yes\n")
    machine.run("initramfs", "--enable", *TAKE, *(f"--arg={word}" for word in QUICK))
    machine.write_etc("marked", "second\n")
    commit = publish_bare(machine, place)
    machine.run("upgrade")
    assert machine.parent(machine.checksum()) == commit
    assert (machine.root() / "usr/share/second").exists()
    upgraded = unpack(machine, place / "upgraded")
    assert (upgraded / "etc/marked").read_text() == "second\n"
    assert modules(upgraded) == modules(base)  # it fits any machine, though nobody said so
    machine.run("initramfs", "--disable")
    assert machine.checksum() == commit
    machine.check()


# -------------------------------------------------------------- initramfs-etc


def test_files_of_etc_in_early_boot(machine: Host, place: Path) -> None:
    base = machine.checksum()
    machine.write_etc("marked", "mine\n")
    (machine.root() / "etc/marked").chmod(0o640)
    machine.run("initramfs-etc", "--track=/etc/marked")
    assert machine.checksum() == base
    own, extra = booted_initrds(machine)
    unpacked = unpack_overlay(extra, place / "first")
    assert [str(p.relative_to(unpacked)) for p in sorted(unpacked.rglob("*"))] == [
        "etc", "etc/marked",
    ]  # fmt: skip
    assert (unpacked / "etc/marked").read_text() == "mine\n"
    assert (unpacked / "etc/marked").stat().st_mode & 0o7777 == 0o640
    assert "exclude each other" in machine.refuse("initramfs", "--enable")

    machine.run("kargs", "--append=quiet")
    assert booted_initrds(machine)[1] == extra
    machine.run("install", "tree")
    assert booted_initrds(machine)[1] == extra
    machine.run("rollback")
    assert booted_initrds(machine) == [own, extra]
    machine.check()


def test_tracked_files_change(machine: Host, place: Path) -> None:
    machine.write_etc("marked", "one\n")
    machine.write_etc("tracked.d/file", "in a directory\n")
    machine.run("initramfs-etc", "--track=/etc/marked", "--track=/etc/tracked.d")
    before = machine.snapshot()
    assert "No changes." in machine.run("initramfs-etc", "--track=/etc/marked").stdout
    assert machine.snapshot() == before
    assert "Path outside /etc forbidden" in machine.refuse("initramfs-etc", "--track=/usr/bin/sh")
    assert "not tracked" in machine.refuse("initramfs-etc", "--untrack=/etc/hosts")
    assert "does not exist" in machine.refuse("initramfs-etc", "--track=/etc/missing")

    machine.write_etc("marked", "two\n")
    machine.run("initramfs-etc", "--force-sync")
    unpacked = unpack_overlay(booted_initrds(machine)[1], place / "synced")
    assert (unpacked / "etc/marked").read_text() == "two\n"
    assert (unpacked / "etc/tracked.d/file").read_text() == "in a directory\n"
    machine.run("initramfs-etc", "--untrack=/etc/marked")
    unpacked = unpack_overlay(booted_initrds(machine)[1], place / "untracked")
    assert not (unpacked / "etc/marked").exists()
    shown = machine.run("initramfs-etc").stdout
    assert shown == "Tracked files:\n  /etc/tracked.d\n"
    machine.run("initramfs-etc", "--untrack-all")
    assert len(booted_initrds(machine)) == 1
    assert machine.run("initramfs-etc").stdout == "No tracked files.\n"
    machine.check()


# --------------------------------------------------------------------- kernel


def test_another_kernel(machine: Host, place: Path) -> None:
    """One of another release, then a later build of the old release."""
    (old,) = kernels(machine)
    before = unpack(machine, place / "base")
    (package,) = (machine.world.depot / "rpms/base").glob("linux-image-6*.rpm")
    new = "6.1.0-5-other"
    machine.run("override", "replace", rebuild_kernel(package, place / "other", new))
    assert kernels(machine) == [new]
    entry = boot_entry(machine, machine.deployments()[0])
    assert entry["linux"][0].endswith(f"/vmlinuz-{new}")
    after = unpack(machine, place / "new")
    assert {path.name for path in (after / "usr/lib/modules").iterdir()} == {new}
    assert modules(after) == modules(before) - {LEFT_OUT}
    machine.check()

    machine.run("override", "replace", rebuild_kernel(package, place / "same", old))
    assert kernels(machine) == [old]
    assert modules(unpack(machine, place / "later")) == modules(before) - {LEFT_OUT}
    machine.run("override", "reset", "--all")
    assert machine.checksum() == machine.world.commit
    machine.check()
