"""status: every key and row on a real sysroot; updates that were found; drivers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.ground import Ground
from rpmostree.ops.updates import remember_update
from rpmostree.tools import sysroot as admin
from tests.integration.host import Host
from tests.integration.world import BRANCH, OS, REMOTE
from tests.kit.rpms import make_key, running_agent
from tests.kit.sh import sh

pytestmark = pytest.mark.integration

CACHE = f"ostree/deploy/{OS}/var/cache/rpm-ostree/cached-update.gv"
DRIVER = {"driver-name": "Zincati", "driver-sd-unit": "no-such-thing.service"}
UPDATE: dict[str, type] = {
    "osname": str,
    "checksum": str,
    "version": str,
    "timestamp": int,
    "origin": str,
    "gpg-enabled": bool,
    "ref-has-new-commit": bool,
    "rpm-diff": dict,
    "update-sha256": str,
}


def read_json(host: Host, *args: str) -> Any:
    ran = host.run("status", *args)
    assert ran.stderr == ""
    return json.loads(ran.stdout)


def settings(host: Host, policy: str) -> None:
    host.write_etc("rpm-ostreed.conf", f"[Daemon]\nAutomaticUpdatePolicy={policy}\n")


# ------------------------------------------------------------------------- jsonpath


def test_jsonpath(host: Host) -> None:
    checksum = host.checksum()
    assert read_json(host, "--jsonpath", "$.deployments[0].checksum") == [checksum]
    assert read_json(host, "-J$.deployments[*].booted") == [False]
    assert read_json(host, "--jsonpath=$.cached-update") == [None]
    assert read_json(host, "--jsonpath=$.nothing") == []


def test_jsonpath_that_is_none(host: Host) -> None:
    assert "While compiling jsonpath: " in host.refuse("status", "--jsonpath", "$.x[")
    both = host.run("status", "--json", "--jsonpath", "$", ok=1)
    assert "Cannot specify both --json and --jsonpath" in both.stderr


# ------------------------------------------------------------------ available updates


def test_check_remembers_the_update(host: Host) -> None:
    one, two = host.world.commits
    host.publish(2)
    ran = host.run("upgrade", "--check")
    assert "may be unreliable" in ran.stderr
    assert ran.stdout.startswith("AvailableUpdate:\n        Version: 2 (")
    assert f"\n         Commit: {two}\n" in ran.stdout
    assert ran.stdout.endswith("\n           Diff: 1 upgraded, 1 removed, 1 added\n")
    found = read_json(host, "--json")["cached-update"]
    for key, kind in UPDATE.items():
        assert type(found[key]) is kind, key
    assert set(UPDATE) == set(found)
    assert found["osname"] == OS
    assert (found["checksum"], found["update-sha256"]) == (two, one)
    assert found["origin"] == f"{REMOTE}:{BRANCH}"
    assert found["rpm-diff"] == {
        "upgraded": [[0, "base-lib", ["1.0-1", "noarch"], ["2.0-1", "noarch"]]],
        "downgraded": [],
        "removed": [[0, "retired", "1.0-1", "noarch"]],
        "added": [[0, "adopted", "1.0-1", "noarch"]],
    }
    host.check_quiet()


def test_preview_lists_the_packages(host: Host) -> None:
    host.publish(2)
    said = host.run("upgrade", "--preview").stdout
    assert "\n       Upgraded: base-lib 1.0-1 -> 2.0-1\n" in said
    assert "\n        Removed: retired-1.0-1.noarch\n" in said
    assert said.endswith("\n          Added: adopted-1.0-1.noarch\n")


def test_check_without_an_update(host: Host) -> None:
    ran = host.run("upgrade", "--check", ok=77)
    assert ran.stdout == "No updates available.\n"
    assert read_json(host, "--json")["cached-update"] is None
    assert not (host.sysroot / CACHE).exists()


def test_an_update_goes_stale(host: Host) -> None:
    host.publish(2)
    host.run("upgrade", "--check")
    assert (host.sysroot / CACHE).exists()
    host.run("install", "glob-one")
    assert read_json(host, "--json")["cached-update"] is None
    host.run("upgrade", "--check")
    assert read_json(host, "--json")["cached-update"]["update-sha256"] == host.checksum()
    host.run("upgrade")
    assert read_json(host, "--json")["cached-update"] is None
    host.run("upgrade", "--check", ok=77)
    assert not (host.sysroot / CACHE).exists()


def test_an_update_of_layers_alone(host: Host) -> None:
    host.run("install", "foo", host.world.rpm["local-two-1.0-1.noarch"])
    assert host.run("upgrade", "--check", ok=77).stdout == "No updates available.\n"
    host.add_repo("updates")
    said = host.run("upgrade", "--preview").stdout
    assert said == "AvailableUpdate:\n       Upgraded: foo 1.0-1 -> 1.1-1\n"
    found = read_json(host, "--json")["cached-update"]
    assert found["ref-has-new-commit"] is False
    assert found["checksum"] == host.world.commits[0]
    assert found["rpm-diff"]["upgraded"] == [[1, "foo", ["1.0-1", "noarch"], ["1.1-1", "noarch"]]]
    host.publish(2)
    said = host.run("upgrade", "--check").stdout
    assert said.endswith("\n           Diff: 2 upgraded, 1 removed, 1 added\n")
    assert read_json(host, "--json")["cached-update"]["ref-has-new-commit"] is True
    host.check_quiet()


def test_an_update_that_is_deployed_already(host: Host) -> None:
    """As on a running system, where the old deployment is booted and the new one comes next."""
    host.run("install", "foo")
    host.publish(2)
    host.run("upgrade")
    sysroot = Sysroot(host.sysroot)
    new, old = admin.list_deployments(sysroot)
    found = remember_update(sysroot, Ground(OS, new, old, (new, old), sysroot.cache(OS)))
    assert found is not None
    assert found.text("deployment") == new.id
    assert (found.checksum, found.based_on) == (host.world.commits[1], old.checksum)
    names = {change.name for change in found.changes}
    assert names == {"base-lib", "retired", "adopted"}


def test_damaged_cache_is_ignored(host: Host) -> None:
    path = host.sysroot / CACHE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x07" * 20)
    ran = host.run("status", "--json")
    assert f"warning: {path} cannot be read" in ran.stderr
    assert json.loads(ran.stdout)["cached-update"] is None


def test_advisories_of_the_new_base(host: Host) -> None:
    theirs = host.sysroot.parent / "upstream"
    sh("cp", "-a", host.world.upstream(1), theirs)
    pkglist = "[('base-lib', '0', '3.0', '1', 'noarch')]"
    holes = (
        "[('V-2026-1', uint32 1, uint32 4, ['base-lib-3.0-1.noarch'], "
        "{'cve_references': <[('https://example.invalid/CVE', 'CVE-2026-1 base-lib')]>})]"
    )
    sh(
        *("ostree", "commit", f"--repo={theirs}", f"--branch={BRANCH}", f"--tree=ref={BRANCH}"),
        *("--add-metadata-string=version=3", "--bootable"),
        f"--add-metadata=rpmostree.rpmdb.pkglist={pkglist}",
        f"--add-metadata=rpmostree.advisories=@a(suuasa{{sv}}) {holes}",
    )
    sh(
        "ostree",
        "config",
        f"--repo={host.repo}",
        "set",
        f'remote "{REMOTE}".url',
        f"file://{theirs}",
    )
    assert "\n  SecAdvisories: 1 critical\n" in host.run("upgrade", "--check").stdout
    said = host.run("upgrade", "--preview").stdout
    assert "\n  SecAdvisories: V-2026-1  Critical   base-lib-3.0-1.noarch\n" in said
    assert "\n                   CVE-2026-1 base-lib\n" in said
    (advisory,) = read_json(host, "--json")["cached-update"]["advisories"]
    cves = {"cve_references": [["https://example.invalid/CVE", "CVE-2026-1 base-lib"]]}
    assert advisory == ["V-2026-1", 1, 4, ["base-lib-3.0-1.noarch"], cves]
    settings(host, "check")
    assert "CVE-2026-1" in host.run("status", "-a").stdout
    assert "SecAdvisories: 1 critical" in host.run("status").stdout


# -------------------------------------------------------------------- automatic updates


def trigger(host: Host) -> str:
    return host.run("upgrade", "--trigger-automatic-update-policy").stdout


def test_no_policy(host: Host) -> None:
    host.publish(2)
    before = host.snapshot()
    assert trigger(host) == "Automatic updates are not enabled; exiting...\n"
    settings(host, "off")
    assert trigger(host) == "Automatic updates are not enabled; exiting...\n"
    assert host.snapshot() == before
    assert "AutomaticUpdates" not in host.run("status").stdout
    assert "\nAutomaticUpdates: disabled\n" in host.run("status", "-v").stdout


def test_policy_check(host: Host) -> None:
    settings(host, "check")
    host.publish(2)
    before = host.deployments()
    trigger(host)
    assert host.deployments() == before
    said = host.run("status").stdout
    assert "\nAutomaticUpdates: check\n" in said
    assert "\n\nAvailableUpdate:\n        Version: 2 (" in said
    assert said.endswith("\n           Diff: 1 upgraded, 1 removed, 1 added\n")
    assert "       Upgraded: base-lib 1.0-1 -> 2.0-1\n" in host.run("status", "-v").stdout
    host.check_quiet()


@pytest.mark.parametrize("policy", ["stage", "ex-stage", "apply"])
def test_policies_that_deploy(host: Host, policy: str) -> None:
    settings(host, policy)
    host.publish(2)
    trigger(host)
    assert host.checksum() == host.world.commits[1]
    host.check()


def test_upgrade_by_hand_tells_of_the_policy(host: Host) -> None:
    settings(host, "stage")
    assert "note: automatic updates (stage) are enabled" in host.run("upgrade").stderr


def test_policy_that_is_none(host: Host) -> None:
    settings(host, "sometimes")
    said = host.refuse("upgrade", "--trigger-automatic-update-policy")
    assert "AutomaticUpdatePolicy=sometimes" in said


# ---------------------------------------------------------------------------- drivers


def test_driver(host: Host, tmp_path: Path) -> None:
    assert read_json(host, "--json")["update-driver"] is None
    record = host.sysroot / "run/rpm-ostree/update-driver.gv"
    record.parent.mkdir(parents=True)
    record.write_bytes(serialise(tmp_path / "repo", DRIVER))
    assert read_json(host, "--json")["update-driver"] == DRIVER
    assert "\nAutomaticUpdatesDriver: Zincati\n" in host.run("status").stdout
    verbose = host.run("status", "-v").stdout
    assert "\nAutomaticUpdatesDriver: Zincati (no-such-thing.service)\n" in verbose


def serialise(repo: Path, values: dict[str, str]) -> bytes:
    """A dictionary as GLib itself writes it, which is how ostree keeps detached metadata."""
    tree = repo.with_name("tree")
    tree.mkdir()
    sh("ostree", "init", f"--repo={repo}", "--mode=bare-user")
    words = [f"--add-detached-metadata-string={key}={value}" for key, value in values.items()]
    sh("ostree", "commit", f"--repo={repo}", "--orphan", *words, tree)
    (path,) = (repo / "objects").glob("*/*.commitmeta")
    return path.read_bytes()


# ------------------------------------------------------------------------- signatures


def test_signatures(host: Host) -> None:
    sh("ostree", "config", f"--repo={host.repo}", "set", f'remote "{REMOTE}".gpg-verify', "true")
    (deployment,) = read_json(host, "--json")["deployments"]
    assert deployment["gpg-enabled"] is True
    assert deployment["signatures"] == []
    assert re.search(r"^ +GPGSignature: \(unsigned\)$", host.run("status").stdout, re.M)
    key = make_key(host.sysroot.parent / "gpg", "Signer <s@example.invalid>")
    sh("ostree", "remote", f"--repo={host.repo}", "gpg-import", f"--keyring={key.public}", REMOTE)
    with running_agent(key.home):
        home = f"--gpg-homedir={key.home}"
        sh("ostree", "gpg-sign", f"--repo={host.repo}", home, host.checksum(), key.fingerprint)
    (deployment,) = read_json(host, "--json")["deployments"]
    (signature,) = deployment["signatures"]
    assert signature[:5] == [True, False, False, False, False]
    assert signature[10:12] == ["Signer", "s@example.invalid"]
    assert len(signature) == 15
    fingerprint = signature[5]
    said = host.run("status").stdout
    assert f" GPGSignature: Valid signature by {fingerprint}\n" in said
    assert " GPGSignature: 1 signature\n" in host.run("status", "-v").stdout
