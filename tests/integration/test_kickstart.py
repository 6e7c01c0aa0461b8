"""A machine that an installer has just written, changed before it boots for the first time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.host import Host
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

pytestmark = pytest.mark.integration

SAMPLE = (TOP / "docs/sample.ks").read_text()
INSIDE, BESIDE = re.findall(r"^%post[^\n]*\n(.*?)^%end$", SAMPLE, re.MULTILINE | re.DOTALL)
FILE = "etc/sysctl.d/50-machine.conf"


def test_the_sample_works_as_it_is_written(machine: Host, tmp_path: Path) -> None:
    first = machine.deployments()[0]
    enter(machine, INSIDE)
    the_machine_is_as_the_script_says(machine)
    the_initramfs_is_our_own(machine, tmp_path / "inside")
    the_system_that_the_script_ran_in_is_whole(machine, first.checksum)
    status = machine.sysroot / f"ostree/deploy/{OS}/var/log/kickstart-status.json"
    told = json.loads(status.read_text())["deployments"]
    assert [d["checksum"] for d in told] == [d.checksum for d in machine.deployments()]
    assert not any(d["booted"] or d["staged"] for d in told)

    beside(machine, BESIDE)
    assert machine.deployments()[0].kargs[-1] == "machine.installed=kickstart"
    assert names(machine) >= {"htop", "strace", "tree"}
    the_initramfs_is_our_own(machine, tmp_path / "beside")
    machine.check()


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


def the_system_that_the_script_ran_in_is_whole(machine: Host, checksum: str) -> None:
    new, old = machine.deployments()
    assert old.checksum == checksum and new.checksum != checksum
    assert (old.path / "usr/bin/less").exists()
