"""Layered packages that are held at their version."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.integration.host import Host

pytestmark = pytest.mark.integration

FOO, BAR = "foo-1.0-1.noarch", "bar-1.0-1.noarch"


def versions(host: Host, name: str) -> list[str]:
    return [nvra for nvra in host.rpm_qa() if nvra.rsplit("-", 2)[0] == name]


@pytest.fixture
def held(host: Host) -> Host:
    """A machine that has foo 1.0 held, where 1.1 is to be had."""
    host.run("install", "foo", "noted")
    host.run("hold", "foo")
    host.add_repo("updates")
    return host


def test_held_package_stays(held: Host) -> None:
    held.publish(2)
    ran = held.run("upgrade")
    assert versions(held, "foo") == [FOO]
    assert versions(held, "noted") == ["noted-1.1-1.noarch"]
    assert held.parent(held.checksum()) == held.world.commits[1]
    assert "foo" not in ran.stdout
    assert "No upgrade available." in held.run("upgrade").stdout
    held.run("install", "glob-one")
    assert versions(held, "foo") == [FOO]
    held.check()
    held.run("unhold", "foo")
    assert versions(held, "foo") == [FOO]
    assert "foo 1.0-1 -> 1.1-1" in held.run("upgrade").stdout
    held.check()


def test_held_packages_that_nobody_offers_any_more(held: Host) -> None:
    held.run("hold", "bar")
    assert held.origin()["rpmostree.hold"].count(";") == 2
    held.write_etc("yum.repos.d/stable.repo", "")
    shutil.rmtree(next(held.sysroot.glob("ostree/deploy/*/var/cache/rpm-ostree")))
    held.run("uninstall", "noted")
    assert versions(held, "foo") == [FOO]
    held.run("cleanup", "-rpbm")
    held.publish(2)
    held.run("upgrade")
    assert versions(held, "foo") == [FOO]
    held.check()


def test_held_dependency_goes_with_its_request(host: Host) -> None:
    host.run("install", "foo", "glob-one")
    host.run("hold", "bar")
    assert host.origin()["rpmostree.hold"].endswith(f":{BAR};")
    host.run("uninstall", "foo")
    assert host.layered() == {"glob-one"}
    host.run("install", "foo")
    assert host.layered() == {"glob-one", "foo", "bar"}
    kept = host.repo / "extensions/rpmostree/local"
    assert len(list(kept.glob("*.rpm"))) == 1
    host.run("uninstall", "--all")
    assert "rpmostree.hold" not in host.origin()
    host.run("cleanup", "-r")
    assert not list(kept.glob("*.rpm"))
    host.check()


def test_hold_is_shown(host: Host) -> None:
    host.run("install", "foo")
    before = host.snapshot()
    assert f"Held: {FOO}" in host.run("hold", "foo", "--dry-run").stdout
    assert host.snapshot() == before
    document = json.loads(host.run("hold", FOO, "--json").stdout)
    assert document["changed"] is True
    assert document["plan"]["held-packages"] == [FOO]
    assert f"HeldPackages: {FOO}" in host.run("status").stdout
    first, second = json.loads(host.run("status", "--json").stdout)["deployments"]
    assert first["held-packages"] == [FOO]
    assert "held-packages" not in second
    assert host.checksum() == host.checksum(1)
    assert "already held" in host.refuse("hold", "foo")
    assert "No change" in host.run("hold", "foo", "--idempotent").stdout
    assert "is not held" in host.refuse("unhold", "bar")
    host.run("unhold", "bar", "--idempotent", "--unchanged-exit-77", ok=77)
    host.run("unhold", "foo")
    assert "HeldPackages" not in host.run("status").stdout.split("\n\n")[0]
    host.check()


def test_what_cannot_be_held(host: Host) -> None:
    host.run("install", "foo", host.world.rpm["local-two-1.0-1.noarch"])
    said = host.refuse("hold", "base-lib")
    assert "belongs to the base" in said
    assert "override replace base-lib-1.0-1.noarch --from repo=" in said
    assert "given as a file" in host.refuse("hold", "local-two")
    assert "'glob-one' is not layered" in host.refuse("hold", "glob-one")
    assert "At least one PACKAGE" in host.refuse("hold")


def test_held_package_that_does_not_fit_a_new_base(host: Host) -> None:
    host.write_etc("yum.repos.d/stable.repo", "")
    host.add_repo("lagging")
    host.run("install", "companion")
    host.run("hold", "companion")
    host.publish(2)
    ran = host.run("upgrade", ok=1)
    assert "companion-1.0-1.noarch needs base-lib = 1.0" in ran.stderr
    assert "rpm-ostree unhold companion" in ran.stderr
    host.check()
