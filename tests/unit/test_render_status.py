"""The screen of `status`: each row where it belongs."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rpmostree.base.lock import Holder
from rpmostree.cli.render_status import View, status_text
from rpmostree.cli.render_update import available_text
from rpmostree.cli.screen import Screen
from rpmostree.cli.status_json import status_json
from rpmostree.model.advisory import TYPE as ADVISORIES
from rpmostree.model.deployment import Deployment
from rpmostree.model.diff import diff_packages
from rpmostree.model.gvariant import Variant, pack
from rpmostree.model.nevra import Nevra
from rpmostree.model.objects import Commit
from rpmostree.model.origin import LocalPackage, Origin
from rpmostree.model.refspec import Refspec
from rpmostree.model.signature import Signature
from rpmostree.model.update import CachedUpdate, Layer, diff_variant
from rpmostree.ops.driver import Driver
from rpmostree.ops.services import Services
from rpmostree.ops.signing import Signing
from rpmostree.ops.status import DeploymentStatus, Live, Status

BASE, LAYER, LIVE = "aa" * 32, "bb" * 32, "cc" * 32
SHA = "0f" * 32
REF = Refspec("os/stable", "vendor")
LESS = ("less-590-1.x86_64", "less", 0, "590", "1", "x86_64")
MORE = ("more-590-1.x86_64", "more", 0, "590", "1", "x86_64")
ZSH = ("zsh-1:5-1.x86_64", "zsh", 1, "5", "1", "x86_64")
ZSH_NEW = ("zsh-1:6-1.x86_64", "zsh", 1, "6", "1", "x86_64")


def package(row):
    return Variant("(sstsss)", row)


def commit(timestamp, **metadata):
    values = {key.replace("__", ".").replace("_", "-"): v for key, v in metadata.items()}
    data = pack("a{sv}", values, little=sys.byteorder == "little")
    return Commit(data, None, (), "", "", timestamp, SHA, SHA)


BASE_COMMIT = commit(0, version=Variant("s", "12"), ostree__endoflife=Variant("s", "soon"))
REPOS = [{"id": Variant("s", "stable"), "timestamp": Variant("t", 60)}]
FULL_COMMIT = commit(
    3600,
    version=Variant("s", "12"),
    rpmostree__clientlayer=Variant("b", True),
    rpmostree__packages=Variant("as", ["vim"]),
    rpmostree__rpmmd_repos=Variant("aa{sv}", REPOS),
    rpmostree__removed_base_packages=Variant("av", [package(LESS), package(MORE)]),
    rpmostree__replaced_base_packages=Variant("a(vv)", [(package(ZSH_NEW), package(ZSH))]),
    rpmostree__replaced_base_remote_packages=Variant(
        "a{sv}", {"repo=new": Variant("a(vv)", [(package(ZSH_NEW), package(LESS))])}
    ),
)
FULL_ORIGIN = Origin(
    refspec=REF,
    packages=("vim", "bash"),
    local_packages=(LocalPackage(SHA, "jq-1.6+1-1.x86_64"),),
    local_fileoverrides=(LocalPackage(SHA, "forced-1-1.noarch"),),
    removals=("less", "gone"),
    local_replacements=(LocalPackage(SHA, "zsh-1:6-1.x86_64"), LocalPackage(SHA, "old-1-1.noarch")),
    remote_replacements=(("repo=new", ("zsh", "other")),),
    regenerate_initramfs=True,
    initramfs_args=("-I", "/etc/a b"),
    initramfs_etc=("/etc/z", "/etc/a"),
    cliwrap=True,
)


def deployment(index=0, checksum=BASE, origin=None, **more):
    path = Path("/nowhere") / f"{checksum}.0"
    return Deployment(index, "os", checksum, 0, path, (), origin or Origin(refspec=REF), **more)


def plain(**more):
    return DeploymentStatus(deployment(**more), BASE_COMMIT, BASE, BASE_COMMIT, None, None)


def full(**more):
    made = deployment(checksum=LAYER, origin=FULL_ORIGIN, unlocked="hotfix", **more)
    return DeploymentStatus(made, FULL_COMMIT, BASE, BASE_COMMIT, None, None)


def text(status, diff=(), services=None, **view):
    return status_text(status, diff, services, View(**view))


def test_a_plain_system():
    said = text(Status((plain(booted=True),), None, True))
    assert said == (
        "State: idle\n"
        "Deployments:\n"
        "● ostree://vendor:os/stable\n"
        "                  Version: 12 (1970-01-01T00:00:00Z)\n"
        f"                   Commit: {BASE}\n"
        "                EndOfLife: soon"
    )


def test_every_row_in_its_order():
    said = text(Status((full(),), None, False), verbose=True)
    assert said.split("\n")[3:] == [
        "  ostree://vendor:os/stable (index: 0)",
        "                  Version: 12 (1970-01-01T00:00:00Z)",
        f"               BaseCommit: {BASE}",
        f"                   Commit: {LAYER}",
        "                           └─ stable (1970-01-01T00:01:00Z)",
        "                   Staged: no",
        "                StateRoot: os",
        "      RemovedBasePackages: less more 590-1",
        "     InactiveBaseRemovals: gone",
        "           LocalOverrides: zsh 1:5-1 -> 1:6-1",
        "   InactiveLocalOverrides: old-1-1.noarch",
        "          RemoteOverrides: repo=new",
        "                           └─ less-590-1.x86_64 -> zsh-1:6-1.x86_64",
        "  InactiveRemoteOverrides: repo=new",
        "                           └─ other",
        "         InactiveRequests: bash",
        "          LayeredPackages: vim",
        "            LocalPackages: 'jq-1.6+1-1.x86_64'",
        "      LocalForcedPackages: forced-1-1.noarch",
        "                Initramfs: -I '/etc/a b'",
        "             InitramfsEtc: /etc/a /etc/z",
        "                  Cliwrap: enabled",
        "                 Unlocked: hotfix",
        "                EndOfLife: soon",
    ]


def test_inactive_rows_are_for_the_verbose():
    said = text(Status((full(),), None, False))
    assert "Inactive" not in said
    assert "Staged" not in said
    assert f" Commit: {LAYER}" not in said


def test_only_the_booted_one_in_ascii():
    status = Status((full(), plain(booted=True, index=1)), None, True)
    said = text(status, booted_only=True, screen=Screen(unicode=False))
    assert said.startswith("State: idle\nBootedDeployment:\n* ostree://vendor:os/stable\n")
    assert LAYER not in said


def test_blank_lines_between_deployments():
    status = Status((full(), plain(booted=True, index=1)), None, True)
    assert text(status).count("\n\n") == 1


def test_staged_and_locked():
    status = Status((plain(staged=True, locked=True), plain(booted=True, index=1)), None, True)
    said = text(status, verbose=True)
    assert said.count("Staged:") == 1
    assert "Staged: yes (finalization locked)" in said


def test_busy():
    status = Status((plain(),), Holder("install x", 7, "root", 0), False)
    assert text(status).startswith(
        "State: busy\nTransaction: install x\n"
        "  Initiator: install x (pid 7, user root, since 1970-01-01T00:00:00Z)\nDeployments:\n"
    )


@pytest.mark.parametrize(
    ("status", "services", "verbose", "lines"),
    [
        ({}, None, False, []),
        ({}, None, True, ["AutomaticUpdates: disabled"]),
        ({"policy": "check"}, None, False, ["AutomaticUpdates: check"]),
        (
            {"policy": "stage"},
            Services(automatic="rpm-ostreed-automatic.timer: inactive"),
            False,
            ["AutomaticUpdates: stage; rpm-ostreed-automatic.timer: inactive"],
        ),
        (
            {"driver": Driver("Z", "z.service"), "policy": "stage"},
            Services(driver="active; waiting"),
            False,
            ["AutomaticUpdatesDriver: Z", "  DriverState: active; waiting"],
        ),
        (
            {"driver": Driver("Z", "z.service")},
            None,
            True,
            ["AutomaticUpdatesDriver: Z (z.service)"],
        ),
        (
            {},
            Services(failed=("error: No space left",)),
            False,
            [
                "Warning: failed to finalize previous deployment",
                "         error: No space left",
                "         check `journalctl -b -1 -u ostree-finalize-staged.service`",
            ],
        ),
    ],
)
def test_lines_before_the_deployments(status, services, verbose, lines):
    said = text(Status((plain(),), None, False, **status), services=services, verbose=verbose)
    assert said.split("\n")[1 : 2 + len(lines)] == [*lines, "Deployments:"]


def test_signatures_and_remotes():
    signed = replace(plain(), signing=Signing(gpg=True))
    assert " GPGSignature: (unsigned)\n" in text(Status((signed,), None, False))
    key = Signature("ABCD", valid=True, words=("Signature made", "Good signature"))
    signed = replace(signed, signatures=(key,))
    assert " GPGSignature: Valid signature by ABCD\n" in text(Status((signed,), None, False))
    said = text(Status((signed,), None, False), verbose=True).split("\n")
    at = next(i for i, line in enumerate(said) if "GPGSignature" in line)
    assert [line.strip() for line in said[at : at + 3]] == [
        "GPGSignature: 1 signature",
        "Signature made",
        "Good signature",
    ]
    lost = replace(plain(), signing=Signing(gpg=False, error='Remote "vendor" not found'))
    said = text(Status((lost,), None, False), screen=Screen(colour=True))
    assert '\x1b[31m\x1b[1m       OstreeRemoteStatus: Remote "vendor" not found' in said


def test_live_changes():
    change = diff_packages((), (Nevra("x", 0, "1", "1", "noarch"),))
    booted = replace(full(booted=True), live=Live(LIVE, BASE, change))
    said = text(Status((booted,), None, True))
    labels = [line.split(":")[0].strip() for line in said.split("\n")[3:]]
    assert labels[1:6] == [
        "BootedBaseCommit",
        "Commit",
        "InterruptedLiveCommit",
        "LiveCommit",
        "LiveDiff",
    ]
    (found,) = status_json(Status((booted,), None, True), booted_only=True)["deployments"]
    assert (found["live-replaced"], found["live-inprogress"]) == (LIVE, BASE)


HOLES = [("A-1", 1, 3, ["x-2-1.noarch"], {"cve_references": Variant("a(ss)", [("http://c", "C")])})]
CHANGES = diff_packages((Nevra("x", 0, "1", "1", "noarch"),), (Nevra("x", 0, "2", "1", "noarch"),))
UPDATE = CachedUpdate(
    {
        "checksum": Variant("s", LAYER),
        "update-sha256": Variant("s", BASE),
        "version": Variant("s", "13"),
        "timestamp": Variant("t", 60),
        "ref-has-new-commit": Variant("b", True),
        "rpm-diff": diff_variant((Layer.BASE, c) for c in CHANGES),
        "advisories": Variant(ADVISORIES, HOLES),
    }
)


def test_an_available_update():
    assert available_text(UPDATE, expanded=False, screen=Screen()) == (
        "AvailableUpdate:\n"
        "        Version: 13 (1970-01-01T00:01:00Z)\n"
        f"         Commit: {LAYER}\n"
        "  SecAdvisories: 1 important\n"
        "           Diff: 1 upgraded"
    )
    assert available_text(UPDATE, expanded=True, screen=Screen()).split("\n")[3:] == [
        "  SecAdvisories: A-1  Important  x-2-1.noarch",
        "                   C",
        "                   http://c",
        "       Upgraded: x 1-1 -> 2-1",
    ]


def test_an_update_of_layers_alone_has_no_commit():
    only = CachedUpdate({**UPDATE.values, "ref-has-new-commit": Variant("b", False)})
    said = available_text(only, expanded=False, screen=Screen())
    assert "Commit" not in said
    assert "Version" not in said
    assert "Diff: 1 upgraded" in said


def test_the_update_is_shown_where_updates_are_automatic():
    status = Status((plain(booted=True),), None, True, UPDATE, None, "check")
    assert text(status).endswith(f"\n\n{available_text(UPDATE, expanded=False, screen=Screen())}")
    assert text(status, advisories=True).endswith("Upgraded: x 1-1 -> 2-1")
    assert "AvailableUpdate" not in text(replace(status, policy="none"))
    document = status_json(status, booted_only=False)["cached-update"]
    assert document["version"] == "13"
    assert document["rpm-diff"]["upgraded"] == [[0, "x", ["1-1", "noarch"], ["2-1", "noarch"]]]
    cves = {"cve_references": [["http://c", "C"]]}
    assert document["advisories"] == [["A-1", 1, 3, ["x-2-1.noarch"], cves]]


def test_the_update_that_is_staged_is_shown_with_its_deployment():
    first = full(staged=True)
    for key, value in {
        "deployment": first.deployment.id,  # deployed when the update was found
        "checksum": first.base_checksum,  # found first, deployed then
    }.items():
        found = CachedUpdate({**UPDATE.values, key: Variant("s", value)})
        status = Status((first, plain(booted=True, index=1)), None, True, found, None, "stage")
        said = text(status, diff=CHANGES)
        assert "AvailableUpdate" not in said
        advisories = "            SecAdvisories: 1 important\n"
        assert f"{advisories}                     Diff: 1 upgraded" in said


def test_the_driver_in_the_document():
    status = Status((), None, False, driver=Driver("Z", "z.service"))
    assert status_json(status, booted_only=False)["update-driver"] == {
        "driver-name": "Z",
        "driver-sd-unit": "z.service",
    }
