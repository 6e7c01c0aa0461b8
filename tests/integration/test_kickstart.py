"""A machine that an installer has just written, changed before it boots for the first time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host import Deployed, Host
from tests.integration.installed import (
    KARGS,
    TOP,
    beside,
    booted_initrds,
    enter,
    names,
    unpack_initramfs,
)
from tests.integration.world import OS

pytestmark = pytest.mark.vm  # the real distribution; no machine is booted

SAMPLE = (TOP / "docs/sample.ks").read_text()
INSIDE, BESIDE = re.findall(r"^%post[^\n]*\n(.*?)^%end$", SAMPLE, re.MULTILINE | re.DOTALL)
FILE = "etc/sysctl.d/50-machine.conf"


def test_the_sample_works_as_it_is_written(machine: Host, tmp_path: Path) -> None:
    first = machine.deployments()[0]
    enter(machine, INSIDE)
    the_machine_is_as_the_script_says(machine)
    the_initramfs_is_our_own(machine, tmp_path / "inside")
    the_system_that_the_script_ran_in_is_whole(machine, first)
    told = machine.sysroot / f"ostree/deploy/{OS}/var/log/kickstart-status.json"
    assert json.loads(told.read_text())["deployments"] == status(machine)
    assert not any(d["booted"] or d["staged"] for d in status(machine))

    beside(machine, BESIDE)
    assert machine.deployments()[0].kargs[-1] == "machine.installed=kickstart"
    assert names(machine) >= {"htop", "strace", "tree"}
    the_initramfs_is_our_own(machine, tmp_path / "beside")
    the_system_that_the_script_ran_in_is_whole(machine, first)
    machine.check()


def test_an_installer_that_was_booted_from_an_image_itself(machine: Host) -> None:
    """It lends its /run to the chroot, which is not what was booted for all that."""
    enter(machine, "touch /run/ostree-booted && rpm-ostree install tree")
    assert "tree" in names(machine)
    assert not any(d["booted"] or d["staged"] for d in status(machine))
    machine.check()


NO_MOUNT = """\
cd /mnt/sysimage/ostree/deploy/*/deploy/*.0
mount --bind /mnt/sysimage sysroot
mount --bind /mnt/sysimage/boot boot
cp /mnt/bin/rpm-ostree var/
status=0
chroot . /usr/bin/python3 -I /var/rpm-ostree kargs --append=quiet || status=$?
rm var/rpm-ostree
umount sysroot boot
exit $status
"""


def test_a_chroot_that_is_no_mount(machine: Host) -> None:
    """Nothing can be mounted in private there, and the program says what to do."""
    before = machine.snapshot()
    ran = beside(machine, NO_MOUNT, ok=1)
    assert "the root of a chroot has to be a mount point" in ran.stderr
    assert machine.snapshot() == before
    machine.check()


def status(machine: Host) -> list[dict[str, Any]]:
    """The deployments as the program tells of them from outside."""
    found: list[dict[str, Any]] = json.loads(machine.run("status", "--json").stdout)["deployments"]
    return found


def the_machine_is_as_the_script_says(machine: Host) -> None:
    new = machine.deployments()[0]
    assert {"htop", "strace"} <= names(machine) and "less" not in names(machine)
    assert (new.path / "usr/bin/strace").exists()
    assert new.kargs == (*KARGS, "mitigations=auto", "quiet")
    assert (new.path / FILE).read_text() == "vm.swappiness = 10\n"
    machine.check()


def the_initramfs_is_our_own(machine: Host, place: Path) -> None:
    (image,) = booted_initrds(machine)
    unpacked = unpack_initramfs(image, place)
    assert (unpacked / "usr/lib/ostree/ostree-prepare-root").exists()
    assert (unpacked / FILE).read_text() == "vm.swappiness = 10\n"


def the_system_that_the_script_ran_in_is_whole(machine: Host, first: Deployed) -> None:
    """It is the last one, after the newest and what that came from."""
    new, _, last = machine.deployments()
    assert new.checksum != first.checksum
    assert last == first
    assert (last.path / "usr/bin/less").exists()
