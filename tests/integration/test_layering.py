"""Layered packages: what arrives, what stays out, and who is told why."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.host import DATABASE, Deployed, Host, digest_tree, walk
from tests.integration.world import BRANCH, KARGS, REMOTE
from tests.kit.rpms import truncate_copy
from tests.kit.sh import text

pytestmark = pytest.mark.integration

TMPFILES = "usr/lib/tmpfiles.d/rpm-ostree-autovar.conf"


def accounts(path: Path) -> dict[str, list[str]]:
    """The lines of a passwd or group file by name."""
    rows = (line.split(":") for line in path.read_text().splitlines())
    return {row[0]: row for row in rows}


def tmpfiles(root: Path) -> list[str]:
    """The lines of tmpfiles.d that the program wrote, in a deployment."""
    return [line for line in (root / TMPFILES).read_text().splitlines() if line[:1] != "#"]


def sysusers(root: Path) -> str:
    """All sysusers.d lines of a deployment."""
    return "\n".join(p.read_text() for p in sorted((root / "usr/lib/sysusers.d").glob("*.conf")))


# -------------------------------------------------------------- what to install


def test_name_with_dependency(host: Host) -> None:
    base = host.deployments()[0]
    ran = host.run("install", "foo")
    assert (host.root() / "usr/bin/foo").read_text() == "#!/bin/sh\necho foo 1.0\n"
    assert (host.root() / "usr/bin/foo").stat().st_mode & 0o7777 == 0o755
    assert host.layered() == {"foo", "bar"}
    assert "foo-1.0-1.noarch" in ran.stdout
    assert host.deployments()[1] == base
    assert host.layered(1) == set()
    assert host.deployments()[0].kargs == KARGS
    assert host.origin()["packages.requested"] == "foo;"
    assert host.origin()["origin.baserefspec"] == f"{REMOTE}:{BRANCH}"
    assert "origin.refspec" not in host.origin()
    host.check()


@pytest.mark.parametrize(
    ("request_", "layered"),
    [
        ("bar-api", {"bar"}),
        ("bar-api >= 1", {"bar"}),
        ("/usr/bin/foo", {"foo", "bar"}),
        ("/usr/lib/bar/file", {"bar"}),
        ("glob-*", {"glob-one", "glob-two"}),
        ("foo-1.0", {"foo", "bar"}),
        ("foo-1.0-1.noarch", {"foo", "bar"}),
        ("foo.noarch", {"foo", "bar"}),
        ("epochal-3:1.0", {"epochal"}),
    ],
)
def test_ways_to_ask(host: Host, request_: str, layered: set[str]) -> None:
    host.run("install", request_)
    assert host.layered() == layered
    assert host.origin()["packages.requested"] == f"{request_};"
    host.check()
    host.run("uninstall", request_)
    assert host.layered() == set()


def test_several_and_again(host: Host) -> None:
    host.run("install", "bar", "glob-one")
    host.run("install", "glob-two", "--uninstall", "bar")
    assert host.layered() == {"glob-one", "glob-two"}
    assert host.origin()["packages.requested"] == "glob-one;glob-two;"
    assert "already requested" in host.refuse("install", "glob-one")
    assert "not currently requested" in host.refuse("uninstall", "bar")
    before = host.snapshot()
    assert "No change" in host.run("install", "glob-one", "--idempotent").stdout
    host.run("install", "glob-one", "--idempotent", "--unchanged-exit-77", ok=77)
    assert host.snapshot() == before


def test_dry_run_changes_nothing(host: Host) -> None:
    before = host.snapshot()
    ran = host.run("install", "foo", "--dry-run")
    assert ran.stdout.startswith("Installing 2 packages:\n  bar-1.0-1.noarch (stable) ")
    assert "\n  foo-1.0-1.noarch (stable) " in ran.stdout
    assert re.search(r"^Will download: 2 packages \(\d+\.\d kB\)$", ran.stdout, re.MULTILINE)
    assert ran.stdout.endswith("\nExiting because of '--dry-run' option\n")
    assert host.snapshot() == before
    again = host.run("kargs", "--append=x", "--dry-run").stdout
    assert again.startswith("Empty transaction\n")
    host.run("install", "bar")
    back = host.run("uninstall", "bar", "--dry-run").stdout
    assert back.startswith("Removed:\n  bar-1.0-1.noarch\n")
    host.check()


def test_local_files(host: Host) -> None:
    one = host.world.rpm["local-one"]
    two = host.world.rpm["local-two-1.0-1.noarch"]
    host.run("install", one, two)
    assert host.layered() == {"local-one", "local-two", "bar"}
    requested = host.origin()["packages.requested-local"]
    assert re.fullmatch(
        r"[0-9a-f]{64}:local-one-1\.0-1\.noarch;[0-9a-f]{64}:local-two-1\.0-1\.noarch;", requested
    )
    assert "packages.requested" not in host.origin()
    host.check()
    host.run("install", host.world.rpm["local-two-2.0-1.noarch"])
    assert "echo local-two 2" in (host.root() / "usr/bin/local-two").read_text()
    host.run("uninstall", "local-two-2.0-1.noarch")
    assert host.layered() == {"local-one", "bar"}
    host.check()


def test_local_file_outlives_its_source(host: Host, tmp_path: Path) -> None:
    """The file is kept: a later change works when the original is gone."""
    mine = tmp_path / "-a local package.rpm"
    mine.write_bytes(host.world.rpm["local-two-1.0-1.noarch"].read_bytes())
    host.run("install", f"./{mine.name}", cwd=tmp_path)
    mine.unlink()
    host.publish(2)
    host.run("upgrade")
    assert (host.root() / "usr/bin/local-two").exists()
    assert host.parent(host.checksum()) == host.world.commits[1]
    host.check()


def test_uninstall_is_exactly_the_base(host: Host) -> None:
    base, shape = host.checksum(), host.shape()
    host.run("install", "foo", "glob-one", host.world.rpm["local-two-1.0-1.noarch"])
    host.run("uninstall", "foo")
    assert host.layered() == {"glob-one", "local-two"}
    host.run("uninstall", "--all")
    assert host.checksum() == base
    assert host.origin() == {"origin.refspec": f"{REMOTE}:{BRANCH}"}
    assert host.shape()[0] == shape[0]
    host.run("cleanup", "-r")
    assert not [ref for ref in host.refs() if ref.startswith("rpmostree/base")]
    host.check()


# ------------------------------------------------------------------ what arrives


def test_owners_modes_capabilities(host: Host) -> None:
    host.run("install", "attributes")
    root = host.root()
    assert (root / "usr/bin/attr-setuid").stat().st_mode & 0o7777 == 0o4755
    setgid = (root / "usr/bin/attr-setgid").stat()
    assert (setgid.st_mode & 0o7777, setgid.st_gid) == (0o2711, 42)
    assert text("getcap", "-n", root / "usr/bin/attr-caps").endswith("cap_net_raw=ep")
    private = (root / "usr/share/attributes/private").stat()
    assert (private.st_uid, private.st_gid, private.st_mode & 0o7777) == (1, 42, 0o640)
    assert (root / "usr/share/attributes/link").readlink() == Path("private")
    for etc in (root / "usr/etc", root / "etc"):
        assert (etc / "attributes.conf").read_text() == "x = 1\n"
        assert (etc / "attributes.conf").stat().st_mode & 0o7777 == 0o600
    host.check()


def test_etc_is_merged(host: Host) -> None:
    host.write_etc("hostname", "renamed\n")
    host.write_etc("hosts", "127.0.0.1 mine\n")
    host.run("install", "bar")
    assert (host.root() / "etc/hostname").read_text() == "renamed\n"
    assert (host.root() / "etc/hosts").read_text() == "127.0.0.1 mine\n"
    assert (host.root() / "usr/etc/hosts").read_text() == "127.0.0.1 localhost\n"
    assert not (host.root() / "usr/etc/hostname").exists()
    host.write_etc("bar.conf", "bar = changed by hand\n")
    host.publish(2)
    host.run("upgrade")
    assert (host.root() / "etc/bar.conf").read_text() == "bar = changed by hand\n"
    assert (host.root() / "usr/etc/bar.conf").read_text() == "bar = 1\n"
    assert not list((host.root() / "etc").rglob("*.rpm*"))


def test_opt(host: Host) -> None:
    host.run("install", "optional")
    root = host.root()
    assert (root / "usr/lib/opt/vendor/bin/tool").stat().st_mode & 0o777 == 0o755
    assert (root / "opt").readlink() == Path("var/opt")
    assert "L /opt/vendor - - - - ../../usr/lib/opt/vendor" in tmpfiles(root)
    host.check()


def test_var_and_run(host: Host) -> None:
    ran = host.run("install", "variable")
    lines = tmpfiles(host.root())
    assert "d /var/lib/variable 2750 bin bin - -" in lines
    assert 'd "/var/lib/variable/sub dir" 0755 root root - -' in lines
    assert "d /run/variable 0711 root root - -" in lines
    assert "L /var/lib/variable-link - - - - variable" in lines
    assert not [line for line in lines if "seed" in line or "variable.log" in line]
    assert re.search(r"warning: .*variable.*/var/lib/variable/seed", ran.stderr)
    assert "variable.log" not in ran.stderr
    assert not (host.root() / "var/lib").exists()
    assert not (host.root() / "run/variable").exists()
    # systemd itself takes the file without a word
    said = text(
        "systemd-tmpfiles",
        "--create",
        "--dry-run" if _has_dry_run() else "--cat-config",
        TMPFILES,
        cwd=host.root(),
    )
    assert "Unknown" not in said
    host.check()


def _has_dry_run() -> bool:
    return "--dry-run" in text("systemd-tmpfiles", "--help")


def test_odd_names(host: Host) -> None:
    host.run("install", "odd")
    odd = host.root() / "usr/share/odd"
    assert {p.name for p in odd.iterdir()} == {
        "with space", "-dash", "ümläut 100%", "back\\slash", "two\nlines", "a\ttab",
    }  # fmt: skip
    assert (odd / "back\\slash").read_text() == "backslash\n"
    assert 'd "/var/lib/odd/with space" 0755 root root - -' in tmpfiles(host.root())
    host.run("uninstall", "odd")
    assert not (host.root() / "usr/share/odd").exists()
    host.check()


# ------------------------------------------------------------- users and groups


def test_user_by_scriptlet(host: Host) -> None:
    before = accounts(host.root() / "usr/etc/passwd")
    host.run("install", "svca")
    root = host.root()
    passwd, group = accounts(root / "etc/passwd"), accounts(root / "etc/group")
    data = (root / "usr/share/svca/data").stat()
    assert data.st_uid == int(passwd["svca"][2]) > 0
    assert data.st_gid == int(group["svca"][2]) == int(passwd["svca"][3]) > 0
    assert passwd["svca"][6] == "/usr/sbin/nologin"
    for name, row in before.items():
        assert accounts(root / "usr/etc/passwd")[name] == row
    assert "d /var/lib/svca 0750 svca svca - -" in tmpfiles(root)
    for litter in ("passwd-", "group-", "shadow-", "gshadow-", ".pwd.lock", "subuid-"):
        assert not (root / "usr/etc" / litter).exists()
    assert (root / "usr/etc/shadow").stat().st_mode & 0o777 == 0o600
    host.check()


def test_user_by_sysusers(host: Host) -> None:
    host.run("install", "svcsys")
    root = host.root()
    passwd, group = accounts(root / "etc/passwd"), accounts(root / "etc/group")
    data = (root / "usr/share/svcsys/data").stat()
    assert data.st_uid == int(passwd["svcsys"][2]) > 0
    assert data.st_gid == int(group["svcgrp"][2]) == 812
    assert passwd["svcsys"][5] == "/run"
    host.check()


def test_user_keeps_its_number(host: Host) -> None:
    """With another layer gone and on another base, where it would get another one by itself."""
    host.run("install", "svca", "svcb")
    numbers = {n: r[2:4] for n, r in accounts(host.root() / "etc/passwd").items()}
    assert numbers["svca"] != numbers["svcb"]
    host.publish(2)
    host.run("upgrade")
    host.run("uninstall", "svca")
    root = host.root()
    passwd = accounts(root / "etc/passwd")
    assert passwd["svcb"][2:4] == numbers["svcb"]
    data = (root / "usr/share/svcb/data").stat()
    assert [str(data.st_uid), str(data.st_gid)] == numbers["svcb"]
    assert passwd["daemons"][2] == "990"
    assert passwd["latecomer"][2] == "981"
    assert "svca" not in passwd
    host.check()


def test_user_beside_a_local_user(host: Host) -> None:
    """A changed /etc/passwd does not follow its defaults: sysusers.d has to declare the user."""
    passwd = host.root() / "etc/passwd"
    host.write_etc("passwd", passwd.read_text() + "me:x:1000:1000::/home/me:/bin/sh\n")
    host.write_etc("group", (host.root() / "etc/group").read_text() + "me:x:1000:\n")
    host.run("install", "svca", "svcsys")
    root = host.root()
    default = accounts(root / "usr/etc/passwd")
    assert "me" in accounts(root / "etc/passwd")
    assert "me" not in default
    declared = sysusers(root)
    uid = (root / "usr/share/svca/data").stat().st_uid
    gid = (root / "usr/share/svca/data").stat().st_gid
    assert re.search(rf"^u!? svca {uid}(:{gid}|:svca)? ", declared, re.MULTILINE)
    assert re.search(rf"^g svca {gid}\b", declared, re.MULTILINE)
    assert "me " not in re.sub(r'"[^"]*"', "", declared)
    # What the service does at boot
    scratch = host.sysroot / "scratch"
    (scratch / "etc").mkdir(parents=True)
    for name in ("passwd", "group"):
        (scratch / "etc" / name).write_text((root / "etc" / name).read_text())
    fragments = sorted((root / "usr/lib/sysusers.d").glob("*.conf"))
    text("systemd-sysusers", f"--root={scratch}", *fragments)
    booted = accounts(scratch / "etc/passwd")
    assert booted["svca"][2:4] == [str(uid), str(gid)]
    assert int(booted["svcsys"][2]) == (root / "usr/share/svcsys/data").stat().st_uid
    assert booted["me"][2] == "1000"
    host.check()


def test_local_user_takes_a_number_first(host: Host) -> None:
    """A number that the machine has given out already is not given to a layered user."""
    passwd = (host.root() / "etc/passwd").read_text()
    group = (host.root() / "etc/group").read_text()
    taken = "".join(
        f"mine{n}:x:{n}:{n}::/:/bin/sh\n" for n in range(960, 1000) if n not in (990, 981)
    )
    host.write_etc("passwd", passwd + taken)
    host.write_etc(
        "group", group + "".join(f"mine{n}:x:{n}:\n" for n in range(960, 1000) if n != 990)
    )
    host.run("install", "svca")
    uid = (host.root() / "usr/share/svca/data").stat().st_uid
    assert uid not in {int(r[2]) for n, r in accounts(host.root(1) / "etc/passwd").items()}
    assert "mine970" not in accounts(host.root() / "usr/etc/passwd")
    host.check()


# -------------------------------------------------------------------- scriptlets


def test_lua(host: Host) -> None:
    host.run("install", "luapost")
    assert (host.root() / "usr/share/luapost/made").read_text() == "by lua\n"
    host.check()


def test_triggers(host: Host) -> None:
    host.run("install", "trigger", "watched", "bar")
    made = host.root() / "usr/share/trigger"
    assert (made / "package").read_text() == "bar\n"
    assert "/usr/share/watched/file\n" in (made / "files").read_text()
    assert (made / "posttrans").read_text() == "posttrans\n"
    host.check()


def test_scriptlets_are_shut_in(host: Host) -> None:
    secret = "from-the-callers-environment"
    host.run("install", "nosy", env={"SECRET": secret})
    report = (host.root() / "usr/share/nosy/report").read_text()
    said = dict(line.split("=", 1) for line in report.splitlines() if "=" in line)
    assert "the-machine" not in report
    assert said["hostname"] == ""  # the image has none; that of the host and of the machine do
    assert said["interfaces"].split() == ["lo"]
    assert "systemd" not in said["init"]
    assert len(said["processes"].split()) < 12
    assert "a file of the host" not in report
    assert secret not in report
    assert said["tmp"] == ""
    assert host.world.host_file.read_text() == "a file of the host\n"
    for place in ("/tmp", "/run", "/var", "/dev", host.root(), host.root() / "var"):
        assert not (Path(place) / "escaped-from-a-scriptlet").exists()
    assert not list(host.sysroot.glob("ostree/deploy/*/var/escaped-from-a-scriptlet"))
    host.check()


@pytest.mark.parametrize("kind", ["pre", "post", "posttrans"])
def test_failing_scriptlet(host: Host, kind: str) -> None:
    said = host.refuse("install", f"fail-{kind}", "bar")
    assert f"%{kind} scriptlet of fail-{kind}-1.0-1.noarch failed" in said
    assert "before the fall" in said
    assert "no-such-program" in said
    assert "line 3: no-such-program --with words" in said or "exit 7" in said
    host.check()
    host.run("install", "bar")


def test_scriptlet_deletes(host: Host) -> None:
    host.run("install", "deleter")
    new, old = host.root(), host.root(1)
    assert not (new / "usr/share/base-tool/a").exists()
    assert not (new / "usr/share/base-tool/dir").exists()
    assert (new / "usr/share/base-tool/b").read_text() == "b\n"
    assert (old / "usr/share/base-tool/a").read_text() == "a\n"
    assert (old / "usr/share/base-tool/dir/one").exists()
    host.check()
    host.run("uninstall", "deleter")
    assert (host.root() / "usr/share/base-tool/dir/two").exists()


def test_scriptlet_replaces_a_directory(host: Host) -> None:
    host.run("install", "replacer")
    names = sorted(p.name for p in (host.root() / "usr/share/base-tool/dir").iterdir())
    assert names == ["three"]
    old = sorted(p.name for p in (host.root(1) / "usr/share/base-tool/dir").iterdir())
    assert old == ["one", "two"]
    host.check()


def test_scriptlet_changes_base_files(host: Host) -> None:
    before = digest_tree(host.root() / "usr")
    host.run("install", "writer")
    tool = host.root() / "usr/share/base-tool"
    assert (tool / "a").read_text() == "a\nmore\n"
    assert (tool / "b").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in (tool / "dir").iterdir()) == ["two", "uno"]
    assert (host.root() / "etc/base-tool.conf").read_text() == "from = base\nlocal\n"
    assert digest_tree(host.root(1) / "usr") == before
    host.check()


# --------------------------------------------------------------------- refusals


def test_unsigned_package(host: Host) -> None:
    host.add_repo("unsigned")
    said = host.refuse("install", "unsigned")
    assert "unsigned" in said
    assert "repo unsigned is GPG enabled" in said
    content = (host.root() / "etc/yum.repos.d/unsigned.repo").read_text()
    host.write_etc("yum.repos.d/unsigned.repo", content.replace("gpgcheck=1", "gpgcheck=0"))
    host.run("install", "unsigned")
    assert host.layered() == {"unsigned"}
    host.check()


def test_package_signed_by_somebody_else(host: Host) -> None:
    host.add_repo("foreign")
    said = host.refuse("install", "foreign")
    assert "foreign-1.0-1.noarch" in said
    content = (host.root() / "etc/yum.repos.d/foreign.repo").read_text()
    host.write_etc("yum.repos.d/foreign.repo", content.replace("gpgcheck=1", "gpgcheck=0"))
    host.run("install", "foreign")
    assert host.layered() == {"foreign"}


def test_keys_that_are_none(host: Host) -> None:
    declared = "yum.repos.d/stable.repo"
    content = (host.root() / "etc" / declared).read_text()
    for line, words in {
        "": "repo stable is GPG enabled but names no gpgkey",
        "gpgkey=/etc/pki/nokey": "there is no key /etc/pki/nokey, which repo stable names",
        "gpgkey=/etc/hostname": "cannot import the key",
    }.items():
        host.write_etc("hostname", "no key\n")
        host.write_etc(declared, re.sub("^gpgkey=.*$", line, content, flags=re.MULTILINE))
        assert words in host.refuse("install", "bar")
    host.write_etc(declared, content)
    host.run("install", "bar")


def test_changed_package(host: Host, tmp_path: Path) -> None:
    """A package that is not the one that was signed never gets in, cached or not."""
    host.run("install", "bar", "--download-only")
    cached = list(host.sysroot.glob("ostree/deploy/*/var/cache/rpm-ostree/packages/bar-*.rpm"))
    assert cached
    for path in cached:
        content = bytearray(path.read_bytes())
        content[-20] ^= 0xFF
        path.write_bytes(content)
    before = host.snapshot()
    ran = host.run("install", "bar", ok=None)
    assert (ran.code == 0) == (host.snapshot() != before)
    if ran.code == 0:  # it was fetched anew
        assert (host.root() / "usr/lib/bar/file").read_text() == "bar\n"


def test_keys_do_not_get_into_the_image(host: Host) -> None:
    host.run("install", "bar")
    assert not [nvra for nvra in host.rpm_qa() if nvra.startswith("gpg-pubkey")]


def test_truncated_local_file(host: Host, tmp_path: Path) -> None:
    broken = tmp_path / "broken.rpm"
    truncate_copy(host.world.rpm["local-one"], broken)
    assert "broken.rpm" in host.refuse("install", broken)
    broken.write_bytes(b"")
    assert "broken.rpm" in host.refuse("install", broken)
    broken.write_bytes(b"no package at all\n" * 100)
    assert "broken.rpm" in host.refuse("install", broken)
    broken.unlink()
    assert "no such file" in host.refuse("install", broken)


def test_packages_not_found(host: Host) -> None:
    said = host.refuse("install", "bar", "missing-one", "missing-two", "/no/such/path")
    for name in ("missing-one", "missing-two", "/no/such/path"):
        assert name in said
    assert not re.search(r"\bbar\b", said)


@pytest.mark.parametrize("name", ["", " ", "-x", "a\nb", "a;b"])
def test_names_that_are_none(host: Host, name: str) -> None:
    host.refuse("install", "--", name)


def test_missing_dependency(host: Host) -> None:
    assert "nobody-has-this" in host.refuse("install", "wants-nothing")


@pytest.mark.parametrize("name", ["wants-newer", "hates-base", "replaces-base"])
def test_the_base_is_locked(host: Host, name: str) -> None:
    said = host.refuse("install", name)
    assert "base-lib" in said
    assert "Traceback" not in said


def test_what_the_new_base_permits(host: Host) -> None:
    host.publish(2)
    host.run("upgrade")
    host.run("install", "wants-newer")
    assert host.layered() == {"wants-newer", "adopted"}
    assert "base-lib-2.0-1.noarch" in host.rpm_qa()


def test_file_conflict_with_the_base(host: Host) -> None:
    said = host.refuse("install", "same-file")
    assert "/usr/lib/base-lib/version" in said
    assert "same-file" in said
    assert "base-lib" in said


def test_no_repositories(host: Host) -> None:
    (host.root() / "etc/yum.repos.d/stable.repo").unlink()
    host.refuse("install", "foo")
    host.run("install", host.world.rpm["local-two-1.0-1.noarch"])
    assert host.layered() == {"local-two"}


def test_repository_out_of_reach(host: Host) -> None:
    content = (host.root() / "etc/yum.repos.d/stable.repo").read_text()
    away = re.sub("baseurl=.*", "baseurl=file:///no/such/repository", content)
    host.write_etc("yum.repos.d/stable.repo", away)
    assert "stable" in host.refuse("install", "foo")
    host.write_etc("yum.repos.d/stable.repo", content)
    host.write_etc("yum.repos.d/broken.repo", "this is not\na repo file\n")
    assert "broken.repo" in host.refuse("install", "foo")


def test_layering_can_be_locked(host: Host) -> None:
    host.write_etc("rpm-ostreed.conf", "[Daemon]\nLockLayering=true\n")
    assert "LockLayering" in host.refuse("install", "foo")


# --------------------------------------------------------------------- upgrades


def test_upgrade_carries_layers(host: Host) -> None:
    host.run("install", "foo")
    host.publish(2)
    ran = host.run("upgrade")
    assert host.parent(host.checksum()) == host.world.commits[1]
    assert host.parent(host.checksum(1)) == host.world.commits[0]
    assert host.layered() == {"foo", "bar", "adopted"}
    assert (host.root() / "usr/lib/base-lib/version").read_text() == "2.0\n"
    assert (host.root(1) / "usr/lib/base-lib/version").read_text() == "1.0\n"
    assert (host.root() / "etc/hosts").read_text() == "127.0.0.1 localhost second\n"
    assert not (host.root() / "usr/bin/retired").exists()
    assert host.deployments()[0].kargs == KARGS
    assert "base-lib 1.0-1 -> 2.0-1" in ran.stdout
    bases = {c for r, c in host.refs().items() if r.startswith("rpmostree/base/")}
    assert bases == set(host.world.commits)
    before = host.snapshot()
    assert "No upgrade available." in host.run("upgrade").stdout
    host.run("upgrade", "--unchanged-exit-77", ok=77)
    assert host.snapshot() == before
    host.check()


def test_upgrade_without_layers(host: Host) -> None:
    assert "No upgrade available." in host.run("upgrade").stdout
    host.run("upgrade", "--check", ok=77)
    host.publish(2)
    ran = host.run("upgrade", "--check")
    assert host.world.commits[1] in ran.stdout
    assert len(host.deployments()) == 1
    host.run("upgrade")
    assert [d.checksum for d in host.deployments()] == list(reversed(host.world.commits))
    assert "No upgrade available." in host.run("upgrade").stdout
    host.publish(1)
    assert host.run("upgrade", ok=None).code in (0, 1)
    assert host.checksum() == host.world.commits[1]
    host.check()


def test_upgrade_of_a_layer_alone(host: Host) -> None:
    host.run("install", "foo")
    assert "No upgrade available." in host.run("upgrade").stdout
    host.add_repo("updates")
    ran = host.run("upgrade")
    assert "foo 1.0-1 -> 1.1-1" in ran.stdout
    assert "foo-1.1-1.noarch" in host.rpm_qa()
    assert host.parent(host.checksum()) == host.world.commits[0]
    assert "No upgrade available." in host.run("upgrade").stdout
    host.check()


def test_request_that_the_base_satisfies(host: Host) -> None:
    said = host.refuse("install", "retired")
    assert "already provided by" in said
    assert "--allow-inactive" in said
    assert "already provided by" in host.refuse("install", "tool-api")
    host.run("install", "retired", "--allow-inactive")
    assert host.origin()["packages.requested"] == "retired;"
    assert host.rpm_qa() == host.rpm_qa(1)
    host.check()
    host.publish(2)
    host.run("upgrade")
    assert host.origin()["packages.requested"] == "retired;"
    assert (host.root() / "usr/bin/retired").exists()
    assert "retired-1.0-1.noarch" in host.rpm_qa()
    host.check()


def test_request_that_a_new_base_satisfies(host: Host) -> None:
    host.run("install", "adopted", "bar")
    host.publish(2)
    host.run("upgrade")
    assert host.rpm_qa().count("adopted-1.0-1.noarch") == 1
    assert set(host.origin()["packages.requested"].strip(";").split(";")) == {"adopted", "bar"}
    raw = host.raw(host.checksum())
    assert re.search(r"'rpmostree.packages': <\['bar'\]>", raw)
    assert "No upgrade available." in host.run("upgrade").stdout
    host.check()


# ------------------------------------------------------------- the state of things


def test_layered_commit(host: Host) -> None:
    host.run("install", "foo", "bar-api")
    checksum, base = host.checksum(), host.world.commits[0]
    raw = host.raw(checksum)
    assert host.parent(checksum) == base
    assert "'rpmostree.clientlayer': <true>" in raw
    key = "--print-metadata-key=rpmostree.clientlayer_version"  # -B: in the host's byte order
    assert text("ostree", "show", f"--repo={host.repo}", "-B", key, checksum) == "uint32 6"
    assert "'version': <'1'>" in raw
    assert "'ostree.bootable': <true>" in raw
    assert "'ostree.linux': <'6.1.0-test'>" in raw
    assert re.search(r"'rpmostree.packages': <\['foo', 'bar-api'\]>", raw)
    assert re.search(r"'rpmostree.state-sha512': <'[0-9a-f]{128}'>", raw)
    listed = re.search(r"'rpmostree.rpmdb.pkglist': <\[(.*?)\]>", raw, re.DOTALL)
    assert listed
    rows = re.findall(r"\('(.*?)', '(.*?)', '(.*?)', '(.*?)', '(.*?)'\)", listed[1])
    assert sorted(f"{n}-{v}-{r}.{a}" for n, _, v, r, a in rows) == host.rpm_qa()
    assert rows == sorted(rows)
    assert host.refs()["rpmostree/base/0"] == base
    assert host.refs()[f"{REMOTE}:{BRANCH}"] == base
    shown = text("ostree", "show", f"--repo={host.repo}", "--print-metadata-key=version", checksum)
    assert shown == "'1'"
    # ostree's own tool understands all of it
    listing = text("ostree", "admin", "status", f"--sysroot={host.sysroot}")
    assert checksum in listing


def test_commit_holds_what_the_deployment_has(host: Host) -> None:
    """What ostree reads back from the repository is what was deployed."""
    host.run("install", "foo", "attributes")
    files = text(
        "ostree", "ls", f"--repo={host.repo}", "-R", "--nul-filenames-only", host.checksum()
    )
    committed = {name for name in files.split("\0") if name.startswith("/usr/")}
    root = host.root()
    deployed = {f"/{path.relative_to(root)}" for path in walk(root / "usr")}
    assert committed == deployed
    xattrs = {n for p in walk(root / "usr") for n in os.listxattr(p, follow_symlinks=False)}
    assert not {n for n in xattrs if "overlay" in n}
    devices = [p for p in walk(root / "usr") if stat.S_ISCHR(p.lstat().st_mode)]
    assert not devices


def test_database_is_readable_on_a_read_only_usr(host: Host) -> None:
    host.run("install", "foo")
    found = sorted(p.name for p in (host.root() / DATABASE).iterdir())
    assert "rpmdb.sqlite" in found
    assert {"rpmdb.sqlite-shm", "rpmdb.sqlite-wal"} <= set(found)
    assert ".rpm.lock" not in found


def test_a_dozen_changes_leave_the_base_alone(host: Host) -> None:
    base: Deployed = host.deployments()[0]
    pin = text("ostree", "admin", "pin", f"--sysroot={host.sysroot}", "0")
    assert "pinned" in pin
    before = digest_tree(base.path / "usr")
    for words in (
        ("install", "foo"),
        ("install", "writer"),
        ("install", "deleter"),
        ("install", "svca", "attributes"),
        ("uninstall", "writer"),
        ("install", "replacer", "--uninstall", "deleter"),
        ("install", "optional", "variable"),
        ("upgrade",),
        ("uninstall", "foo"),
        ("install", "trigger", "watched"),
        ("uninstall", "replacer", "svca"),
        ("rollback",),
        ("kargs", "--append=x=y"),
    ):
        if words == ("upgrade",):
            host.publish(2)
        host.run(*words)
    host.check()
    assert digest_tree(base.path / "usr") == before
    assert base.checksum in {d.checksum for d in host.deployments()}
    host.run("uninstall", "--all")
    assert host.checksum() == host.world.commits[1]
    host.check()


def test_rollback(host: Host, clones: Callable[[Host], Host]) -> None:
    host.write_etc("mine", "before\n")
    host.run("install", "foo")
    host.write_etc("mine", "after\n")
    first, second = host.shape()
    host.run("rollback")
    assert host.shape() == [second, first]
    assert (host.root() / "etc/mine").read_text() == "before\n"
    host.check()
    host.run("rollback")
    assert host.shape() == [first, second]
    other = clones(host)
    other.run("cleanup", "-r")
    assert other.shape() == [first]
    assert "No rollback" in other.refuse("rollback")
    other.check()


def test_cleanup_drops_what_nobody_needs(host: Host) -> None:
    host.run("install", host.world.rpm["local-one"], "foo")
    kept = host.repo / "extensions/rpmostree/local"
    assert len(list(kept.iterdir())) == 1
    layered = host.checksum()
    host.run("uninstall", "--all")
    host.run("cleanup", "-r", "-b", "-m")
    assert [d.checksum for d in host.deployments()] == [host.world.commits[0]]
    assert not list(kept.iterdir())
    assert not list(host.repo.glob(f"objects/{layered[:2]}/{layered[2:]}.commit"))
    assert not list(host.sysroot.glob("ostree/deploy/*/var/cache/rpm-ostree/repomd/*"))
    host.check()


def test_a_strict_umask_does_not_reach_the_image(host: Host) -> None:
    before = os.umask(0o077)
    try:
        host.run("install", "optional")
    finally:
        os.umask(before)
    opt = host.root() / "usr/lib/opt"
    assert stat.S_IMODE(opt.stat().st_mode) == 0o755


def test_a_package_of_the_base_is_taken_out_and_comes_back(host: Host) -> None:
    base = host.deployments()[0].checksum
    old = host.root()
    host.run("override", "remove", "base-tool")
    assert "base-tool" not in {name.rpartition("-")[0].rpartition("-")[0] for name in host.rpm_qa()}
    assert not (host.root() / "usr/bin/base-tool").exists()
    assert not (host.root() / "usr/share/base-tool/dir").exists()
    assert (old / "usr/bin/base-tool").exists()
    assert host.origin()["overrides.remove"] == "base-tool;"
    host.check()
    assert "already exists" in host.refuse("override", "remove", "base-tool")
    host.run("override", "reset", "base-tool")
    assert host.deployments()[0].checksum == base
    host.check()


def test_a_package_that_others_need_stays(host: Host) -> None:
    said = host.refuse("override", "remove", "base-lib")
    assert "is needed by (installed) base-tool" in said
    assert "not found" in host.refuse("override", "remove", "nosuch")
