"""A disk that is changed while nothing runs from it, as an installer would, and then booted."""

from pathlib import Path

import pytest

from tests.kit.image import open_image
from tests.kit.sh import sh
from tests.vm.guest import Guest
from tests.vm.world import BRANCH, STATEROOT, World, check_disk, point_at_depot

pytestmark = pytest.mark.vm

LAYERS = ["openssh-server", "strace", "sudo"]


def test_layers_and_kernel_arguments_from_outside(world: World, disk: Path) -> None:
    with open_image(disk) as sysroot:
        point_at_depot(sysroot, str(world.depot))
        sh(world.program, "install", f"--sysroot={sysroot}", *LAYERS)
        sh(world.program, "kargs", f"--sysroot={sysroot}", "--append=tiny.marker=outside")
        nothing_is_left_behind(sysroot)
    check_disk(disk)

    with Guest(world, disk) as guest:
        the_layers_work(guest)
        the_status_is_true(guest, world)
        assert "tiny.marker=outside" in guest.read("/proc/cmdline").split()


def nothing_is_left_behind(sysroot: Path) -> None:
    mounts = Path("/proc/self/mounts").read_text().split()
    assert [mount for mount in mounts if mount.startswith(f"{sysroot}/")] == []
    assert list((sysroot / "ostree/repo/extensions/rpmostree/private").iterdir()) == []


def the_layers_work(guest: Guest) -> None:
    assert guest.names() >= set(LAYERS)
    assert guest("getent passwd sshd").startswith("sshd:")
    assert guest("systemctl is-active ssh.service") == "active"
    assert guest("bash -c 'head -c 7 </dev/tcp/127.0.0.1/22'") == "SSH-2.0"
    assert guest("stat -c '%a %U:%G' /usr/bin/sudo") == "4755 root:root"
    assert guest("sudo -u nobody id -un") == "nobody"
    assert "execve(" in guest("strace true")
    assert not guest.succeeds("touch /usr/written")


def the_status_is_true(guest: Guest, world: World) -> None:
    booted = guest.booted()
    assert booted == guest.deployments()[0]
    assert booted["requested-packages"] == LAYERS
    assert booted["base-checksum"] == world.first
    assert booted["base-version"] == "12"
    assert booted["origin"] == f"{STATEROOT}:{BRANCH}"
    assert f"* {STATEROOT} {booted['checksum']}." in guest("ostree admin status")
    text = guest.rpm_ostree("status")
    assert f"LayeredPackages: {' '.join(LAYERS)}" in text
