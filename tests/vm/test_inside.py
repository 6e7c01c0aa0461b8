"""The life of one machine, all of it from within: layer, upgrade, go back, lose power, tidy up."""

import json
import time
from pathlib import Path

import pytest

from tests.vm.guest import LONG, Guest
from tests.vm.world import PROGRAM, World, check_disk

pytestmark = pytest.mark.vm

LAYERS = ["jq", "tcpdump"]
CUT_AT = "Writing OSTree commit"  # the moment at which the power goes


def test_the_life_of_a_machine(world: World, disk: Path) -> None:
    with Guest(world, disk) as guest:
        a_fresh_machine_knows_itself(guest, world)
        an_administrator_settles_in(guest)
        a_locked_deployment_waits(guest, world)
        the_running_system_is_pinned(guest)
        a_file_goes_into_early_boot(guest)
        packages_are_staged_beside_the_running_system(guest)
        it_is_known_who_did_what(guest)
        guest.reboot()
        the_layers_are_there(guest, world.first)
        early_boot_has_the_file(guest)
        the_upgrade_takes_the_layers_along(guest, world)
        guest.reboot(f"{PROGRAM} finalize-deployment {world.second} >/run/finalize.log 2>&1 &")
        the_new_base_has_the_layers(guest, world)
        the_rollback_is_prepared(guest)
        guest.reboot()
        the_old_base_is_back(guest, world)
        the_power_goes_during_an_install(guest)
    check_disk(disk)
    with Guest(world, disk) as guest:
        the_old_base_is_back(guest, world)
        the_same_install_works_now(guest)
        all_layers_go(guest, world)
        guest.reboot()
        the_base_is_pure(guest, world)
        nothing_but_the_base_stays(guest, world)
    check_disk(disk)


# ------------------------------------------------------------------ layering


def a_fresh_machine_knows_itself(guest: Guest, world: World) -> None:
    (only,) = guest.deployments()
    assert only["booted"] and not only["staged"]
    assert (only["checksum"], only["version"]) == (world.first, "12")
    assert only["requested-packages"] == []
    assert "Version: 12" in guest.rpm_ostree("status")
    assert guest.rpm_ostree("upgrade", "--check")  # there is one, on the drive


def an_administrator_settles_in(guest: Guest) -> None:
    """From here on /etc/passwd is the machine's own and follows no defaults."""
    guest("useradd --create-home anna")
    guest("echo first > /etc/written-on-first")
    guest("echo kept > /var/lib/kept")
    guest("echo 'Be nice.' > /etc/motd")


def a_locked_deployment_waits(guest: Guest, world: World) -> None:
    guest.rpm_ostree("kargs", "--append=waits=1", "--lock-finalization")
    staged = guest.deployments()[0]
    assert staged["staged"] and staged["finalization-locked"]
    refused = guest.try_rpm_ostree("finalize-deployment", "0" * 64)
    assert refused.status == 1
    assert f"Expected staged base checksum {'0' * 64}, but found {world.first}" in refused.output
    guest.rpm_ostree("cleanup", "--pending")
    (only,) = guest.deployments()
    assert only["booted"]


def the_running_system_is_pinned(guest: Guest) -> None:
    guest.rpm_ostree("pin", "booted")
    assert guest.booted()["pinned"]
    guest.rpm_ostree("unpin", "booted")
    assert not guest.booted()["pinned"]
    nothing_is_left_behind(guest)


def a_file_goes_into_early_boot(guest: Guest) -> None:
    guest.rpm_ostree("initramfs-etc", "--track=/etc/motd")
    staged = guest.deployments()[0]
    assert staged["staged"] and staged["initramfs-etc"] == ["/etc/motd"]


def early_boot_has_the_file(guest: Guest) -> None:
    """The machine has just come up with the second initrd that its boot entry names."""
    assert guest.booted()["initramfs-etc"] == ["/etc/motd"]
    (image,) = set(guest("sed -n 's/^initrd .*overlays/overlays/p' /boot/loader/entries/*").split())
    unpacked = guest(f"zcat /boot/ostree/initramfs-{image} | cpio -i --to-stdout etc/motd")
    assert unpacked.splitlines()[0] == "Be nice."


def it_is_known_who_did_what(guest: Guest) -> None:
    rows = json.loads(guest.rpm_ostree("history", "--json"))
    assert any(row["command"].startswith("install") for row in rows["history"])
    message = "MESSAGE_ID=9bddbda177cd44d891b1b561a8a0ce9e"
    assert guest(f"journalctl --no-pager --output=cat {message}")


def packages_are_staged_beside_the_running_system(guest: Guest) -> None:
    packages, mounts, etc = guest.packages(), guest.mounts(), guest("ls -lR --full-time /etc")
    said = guest.rpm_ostree("install", *LAYERS)
    assert "Changes queued for next boot" in said
    staged, booted = guest.deployments()
    assert staged["staged"] and not staged["booted"] and booted["booted"]
    assert staged["requested-packages"] == LAYERS
    assert "(staged)" in guest("ostree admin status")

    assert guest.packages() == packages
    assert not guest.succeeds("command -v tcpdump")
    assert guest("ls -lR --full-time /etc") == etc
    assert guest.mounts() == mounts
    nothing_is_left_behind(guest)


def nothing_is_left_behind(guest: Guest) -> None:
    assert guest.staging_area() == ""
    assert guest.status()["transaction"] is None
    assert not guest.succeeds("touch /usr/written")
    assert not guest.succeeds("touch /sysroot/written")


def the_layers_are_there(guest: Guest, base: str) -> None:
    booted = guest.booted()
    assert booted["base-checksum"] == base
    assert booted["requested-packages"] == LAYERS
    assert guest.names() >= set(LAYERS)
    assert "version" in guest("tcpdump --version 2>&1")
    assert guest("echo '[1, 2]' | jq --monochrome-output '.[1]'") == "2"
    everybody_is_there(guest)


def everybody_is_there(guest: Guest) -> None:
    """The layered user and the local one, and all that the administrator wrote."""
    assert guest("id -un tcpdump") == "tcpdump"
    assert guest("id -gn tcpdump") == "tcpdump"
    assert guest("stat -c %U /var/home/anna") == "anna"
    assert guest.read("/etc/motd") == "Be nice."
    assert guest.read("/etc/written-on-first") == "first"
    assert guest.read("/var/lib/kept") == "kept"


# ------------------------------------------------------- upgrade and rollback


def the_upgrade_takes_the_layers_along(guest: Guest, world: World) -> None:
    guest("sed -i s/enabled=0/enabled=1/ /etc/yum.repos.d/tiny-updates.repo")
    said = guest.rpm_ostree("upgrade", "--lock-finalization")
    assert "Upgraded:" in said
    staged, booted = guest.deployments()[:2]
    assert staged["staged"] and booted["booted"]
    assert staged["base-checksum"] == world.second
    assert staged["requested-packages"] == LAYERS
    nothing_is_left_behind(guest)


def the_new_base_has_the_layers(guest: Guest, world: World) -> None:
    the_layers_are_there(guest, world.second)
    installed, names = guest.packages(), guest.names()
    newer = {name: full for name, full in world.distribution.list_updates().items()}
    assert {"jq", "libc6", "systemd"} <= names & newer.keys()
    assert installed >= {full for name, full in newer.items() if name in names}
    guest("echo second > /etc/written-on-second")
    guest("echo second > /var/lib/written-on-second")


def the_rollback_is_prepared(guest: Guest) -> None:
    old = guest.deployments()[1]
    guest.rpm_ostree("rollback")
    first, second = guest.deployments()[:2]
    assert first["checksum"] == old["checksum"] and not first["booted"]
    assert second["booted"]
    nothing_is_left_behind(guest)


def the_old_base_is_back(guest: Guest, world: World) -> None:
    """With the /etc it had, and the /var that all share."""
    the_layers_are_there(guest, world.first)
    assert not guest.succeeds("test -e /etc/written-on-second")
    assert guest.read("/var/lib/written-on-second") == "second"
    installed = guest.packages()
    assert not installed & set(world.distribution.list_updates().values())


# ------------------------------------------------------------------ power cut


def the_power_goes_during_an_install(guest: Guest) -> None:
    guest(f"{PROGRAM} install strace >/run/install.log 2>&1 &")
    said, end = "", time.monotonic() + LONG
    while CUT_AT not in said:
        assert time.monotonic() < end, said
        time.sleep(0.2)
        said = guest.read("/run/install.log")
    guest.cut_power()
    assert "Changes queued" not in said


def the_same_install_works_now(guest: Guest) -> None:
    guest.rpm_ostree("install", "strace")
    nothing_is_left_behind(guest)
    staged = guest.deployments()[0]
    assert staged["staged"]
    assert staged["requested-packages"] == [*LAYERS, "strace"]


# -------------------------------------------------------------------- tidy up


def all_layers_go(guest: Guest, world: World) -> None:
    guest.rpm_ostree("uninstall", "--all")
    staged = guest.deployments()[0]
    assert staged["staged"]
    assert staged["checksum"] == world.first
    assert staged["requested-packages"] == []


def the_base_is_pure(guest: Guest, world: World) -> None:
    assert guest.booted()["checksum"] == world.first
    assert not guest.names() & {*LAYERS, "strace"}
    assert guest("stat -c %U /var/home/anna") == "anna"
    assert guest.read("/etc/motd") == "Be nice."


def nothing_but_the_base_stays(guest: Guest, world: World) -> None:
    guest.rpm_ostree("cleanup", "--rollback")
    (only,) = guest.deployments()
    assert only["booted"] and only["checksum"] == world.first
    assert guest("ls -d /sysroot/ostree/deploy/hybrid/deploy/*.0 | wc -l") == "1"
    assert guest("ostree refs --list rpmostree || :") == ""
    assert guest.rpm_ostree("cleanup", "--rollback") == "Deployments unchanged."
    nothing_is_left_behind(guest)
