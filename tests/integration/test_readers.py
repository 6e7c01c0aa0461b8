"""Commands that change nothing: status, db, kargs; and words that are no command at all."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host import Host
from tests.integration.world import BRANCH, KARGS, OS, REMOTE
from tests.kit.sh import sh

pytestmark = pytest.mark.integration

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")

ALWAYS: dict[str, type] = {
    "id": str,
    "osname": str,
    "checksum": str,
    "serial": int,
    "booted": bool,
    "staged": bool,
    "pinned": bool,
    "unlocked": str,
    "requested-packages": list,
    "requested-local-packages": list,
    "requested-local-fileoverride-packages": list,
    "requested-base-removals": list,
    "requested-base-local-replacements": list,
    "regenerate-initramfs": bool,
    "base-commit-meta": dict,
    "timestamp": int,
    "packages": list,
    "base-removals": list,
    "base-local-replacements": list,
    "base-remote-replacements": dict,
}
LAYERED: dict[str, type] = {
    "base-checksum": str,
    "base-version": str,
    "base-timestamp": int,
    "layered-commit-meta": dict,
}


def read_json(host: Host, verb: str, *args: str, prefix: tuple[str, ...] = ()) -> Any:
    """The one JSON document that stdout must be."""
    ran = host.run(verb, *args, prefix=prefix)
    assert ran.stderr == ""
    return json.loads(ran.stdout)


# ------------------------------------------------------------------------ status


def test_status_json(host: Host) -> None:
    host.run("install", "foo", host.world.rpm["local-two-1.0-1.noarch"])
    document = read_json(host, "status", "--json")
    assert set(document) >= {"deployments", "transaction", "cached-update", "update-driver"}
    assert document["transaction"] is None
    new, old = document["deployments"]
    for deployment in (new, old):
        for key, kind in ALWAYS.items():
            assert type(deployment[key]) is kind, key
        assert deployment["osname"] == OS
        assert deployment["id"] == f"{OS}-{deployment['checksum']}.{deployment['serial']}"
        assert deployment["origin"] == f"{REMOTE}:{BRANCH}"
        assert deployment["version"] == "1"
        assert deployment["gpg-enabled"] is False
        assert deployment["booted"] is deployment["staged"] is deployment["pinned"] is False
        assert deployment["unlocked"] == "none"
        assert not [k for k in deployment["base-commit-meta"] if "pkglist" in k]
    for key, kind in LAYERED.items():
        assert type(new[key]) is kind, key
        assert key not in old
    assert new["checksum"] == host.checksum()
    assert new["base-checksum"] == old["checksum"] == host.world.commits[0]
    assert new["requested-packages"] == new["packages"] == ["foo"]
    assert new["requested-local-packages"] == ["local-two-1.0-1.noarch"]
    assert new["layered-commit-meta"]["rpmostree.clientlayer"] is True
    assert new["layered-commit-meta"]["rpmostree.clientlayer_version"] == 6
    assert new["base-commit-meta"]["version"] == "1"
    assert not {"initramfs-args", "cliwrap", "pending-base-checksum"} & set(new)


def test_status_json_of_a_pending_base(host: Host) -> None:
    host.publish(2)
    sh("ostree", "pull", f"--repo={host.repo}", REMOTE, BRANCH)
    (deployment,) = read_json(host, "status", "--json")["deployments"]
    assert deployment["pending-base-checksum"] == host.world.commits[1]
    assert deployment["pending-base-version"] == "2"
    assert type(deployment["pending-base-timestamp"]) is int


def test_status_json_of_a_pinned_deployment(host: Host) -> None:
    sh("ostree", "admin", "pin", f"--sysroot={host.sysroot}", "0")
    assert read_json(host, "status", "--json")["deployments"][0]["pinned"] is True


def test_status_text(host: Host) -> None:
    host.run("install", "foo", "bar", host.world.rpm["local-two-1.0-1.noarch"])
    ran = host.run("status")
    assert ran.stderr == ""
    assert ran.stdout.startswith("State: idle\n")
    assert f"{REMOTE}:{BRANCH}" in ran.stdout
    assert re.search(r"^ +Version: 1 \(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)$", ran.stdout, re.M)
    assert re.search(rf"^ +BaseCommit: {host.world.commits[0]}$", ran.stdout, re.M)
    assert re.search(r"^ +LayeredPackages: bar foo$", ran.stdout, re.M)
    assert re.search(r"^ +LocalPackages: local-two-1\.0-1\.noarch$", ran.stdout, re.M)
    assert host.run("status", "-v").stdout.count("\n") > ran.stdout.count("\n")


def test_status_writes_nothing(host: Host) -> None:
    before = host.snapshot()
    host.run("status")
    host.run("status", "--json")
    assert host.snapshot() == before
    assert not host.lock.exists()


def test_status_of_an_empty_sysroot(tmp_path: Path, host: Host) -> None:
    empty = Host(tmp_path / "empty", host.world)
    empty.sysroot.mkdir()
    sh("ostree", "admin", "init-fs", empty.sysroot)
    assert read_json(empty, "status", "--json")["deployments"] == []
    assert "State: idle" in empty.run("status").stdout
    assert "error: " in empty.run("install", "foo", ok=1).stderr


# -------------------------------------------------------------------- db and kargs


def test_db_diff(host: Host) -> None:
    host.run("install", "foo")
    host.publish(2)
    host.run("upgrade")
    one, two = host.checksum(1), host.checksum(0)
    block = host.run("db", "diff", one, two).stdout
    assert f"ostree diff commit from: {one}" in block
    assert f"ostree diff commit to:   {two}" in block
    assert "Upgraded:\n  base-lib 1.0-1 -> 2.0-1\n" in block
    assert "Removed:\n  retired-1.0-1.noarch\n" in block
    assert "Added:\n  adopted-1.0-1.noarch\n" in block
    signs = host.run("db", "diff", "--format=diff", one, two).stdout.splitlines()
    for line in ("!base-lib-1.0-1.noarch", "=base-lib-2.0-1.noarch", "-retired-1.0-1.noarch"):
        assert line in signs
    assert "+adopted-1.0-1.noarch" in signs
    document = json.loads(host.run("db", "diff", "--format=json", one, two).stdout)
    assert document["ostree-commit-from"] == one
    assert document["ostree-commit-to"] == two
    order = [(row[1], row[0]) for row in document["pkgdiff"]]
    assert order == sorted(order)
    changed = {row[0]: row for row in document["pkgdiff"]}
    assert set(changed) == {"base-lib", "retired", "adopted"}
    assert host.run("db", "diff").stdout.count("base-lib") == 1
    between = host.run("db", "diff", *host.world.commits).stdout
    assert "Upgraded:\n  base-lib 1.0-1 -> 2.0-1\n" in between
    assert "Upgraded" not in host.run("db", "diff", one, one).stdout


def test_db_list(host: Host) -> None:
    host.run("install", "foo")
    listed = host.run("db", "list", host.checksum()).stdout
    assert f"ostree commit: {host.checksum()}" in listed
    assert [line.strip() for line in listed.splitlines()[1:] if line] == host.rpm_qa()
    some = host.run("db", "list", host.checksum(), "base-*").stdout
    assert [line.strip() for line in some.splitlines()[1:] if line] == [
        nvra for nvra in host.rpm_qa() if nvra.startswith("base-")
    ]
    assert "base-lib-1.0-1.noarch" in host.run("db", "list", f"{REMOTE}:{BRANCH}").stdout
    assert "not found" in host.run("db", "list", "no/such/ref", ok=1).stderr


def test_kargs_query(host: Host) -> None:
    ran = host.run("kargs")
    assert (ran.stdout.split()[: len(KARGS)], ran.stderr) == (list(KARGS), "")
    host.run("kargs", "--append=a=b c", "--append=quiet2", "--delete=quiet")
    assert "quiet2" in host.deployments()[0].kargs
    assert "quiet" not in host.deployments()[0].kargs
    assert "quiet" in host.run("kargs", "--deploy-index=1").stdout.split()
    assert host.run("kargs", "--deploy-index=7", ok=1).stderr.startswith("error: ")
    words = read_json(host, "kargs", "--json")["kargs"]
    assert words[0] == KARGS[0]
    assert "quiet2" in words
    assert "error: " in host.refuse("kargs", "--delete=not-there")
    before = host.snapshot()
    host.run("kargs", "--append-if-missing=quiet2", "--unchanged-exit-77", ok=77)
    assert host.snapshot() == before


# ----------------------------------------------------------------- without rights


@pytest.fixture
def open_path(host: Host) -> Host:
    """The same machine, where everybody may get to; pytest's own directories are closed."""
    for parent in (host.sysroot, *host.sysroot.parents):
        if not parent.stat().st_mode & 0o001 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return host


def test_anybody_may_look(open_path: Host) -> None:
    host = open_path
    host.run("install", "foo")
    assert len(read_json(host, "status", "--json", prefix=NOBODY)["deployments"]) == 2
    assert host.run("status", prefix=NOBODY).stdout == host.run("status").stdout
    one, two = host.checksum(1), host.checksum(0)
    assert "foo-1.0-1.noarch" in host.run("db", "diff", one, two, prefix=NOBODY).stdout
    assert "foo-1.0-1.noarch" in host.run("db", "list", two, prefix=NOBODY).stdout
    assert host.run("kargs", prefix=NOBODY).stdout == host.run("kargs").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("install", "foo"),
        ("uninstall", "foo"),
        ("upgrade",),
        ("rollback",),
        ("cleanup", "-b"),
        ("kargs", "--append=a"),
    ],
    ids=lambda words: words[0],
)
def test_changes_are_for_root(open_path: Host, words: tuple[str, ...]) -> None:
    before = open_path.snapshot()
    ran = open_path.run(*words, prefix=NOBODY, ok=1)
    assert "root" in ran.stderr
    assert open_path.snapshot() == before


# ------------------------------------------------------------------ what is broken


def test_damaged_origin(host: Host) -> None:
    path = host.root()
    origin = path.with_name(f"{path.name}.origin")
    for content in ("not a key file\n", "[origin]\n", "[packages]\nrequested=foo;\n"):
        origin.write_text(content)
        for words in (("status",), ("install", "foo"), ("upgrade",)):
            said = host.run(*words, ok=1).stderr
            assert str(origin) in said
            assert "damaged origin" in said
    assert origin.read_text() == "[packages]\nrequested=foo;\n"


def test_damaged_boot_entry(host: Host) -> None:
    (entry,) = (host.sysroot / "boot/loader/entries").glob("*.conf")
    entry.write_text(entry.read_text().replace("ostree=/ostree", "ostree=/nowhere"))
    assert str(entry.name) in host.run("status", ok=1).stderr


def test_missing_commit(host: Host) -> None:
    checksum = host.checksum()
    (host.repo / f"objects/{checksum[:2]}/{checksum[2:]}.commit").unlink()
    assert checksum in host.run("status", ok=1).stderr


def test_not_a_sysroot(host: Host, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "missing"):
        other = Host(place, host.world)
        for words in (("status",), ("install", "foo"), ("kargs",), ("db", "diff")):
            said = other.run(*words, ok=1).stderr
            assert str(place) in said
            assert "not a sysroot" in said
    assert list(tmp_path.iterdir()) == []


def test_unknown_stateroot(host: Host) -> None:
    for words in (("install", "foo"), ("upgrade",), ("kargs",), ("cleanup", "-p")):
        said = host.run(*words, "--os=elsewhere", ok=1).stderr
        assert "elsewhere" in said
        assert OS in said
    sh("ostree", "admin", "os-init", "second", f"--sysroot={host.sysroot}")
    assert "--stateroot" in host.refuse("install", "foo")
    host.run("install", "bar", f"--stateroot={OS}")
    assert host.layered() == {"bar"}


@pytest.mark.parametrize(
    ("program", "package", "words"),
    [
        ("bwrap", "bubblewrap", ("install", "foo")),
        ("ostree", "ostree", ("install", "foo")),
        ("rpm", "rpm", ("install", "foo")),
        ("dnf", "dnf", ("install", "foo")),
    ],
)
def test_missing_program(host: Host, program: str, package: str, words: tuple[str, ...]) -> None:
    before = host.snapshot()
    ran = host.run(*words, prefix=without(program), ok=1)
    assert f"{program} is not installed" in ran.stderr
    assert f"install the package {package}" in ran.stderr
    assert host.snapshot() == before
    host.check_quiet()


def without(program: str) -> tuple[str, ...]:
    """A prefix for a command that does not find a program; its other names count as well."""
    names = [program, *(("dnf5", "dnf-3") if program == "dnf" else ())]
    places = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin", "/usr/local/sbin")
    found = {
        path.resolve()
        for place in places
        for name in names
        if (path := Path(place) / name).exists()
    }
    hide = "".join(f"mount --bind /dev/null {shlex.quote(str(path))} && " for path in sorted(found))
    return ("unshare", "--mount", "sh", "-c", f'{hide}exec "$@"', "sh")


# ------------------------------------------------------------------- wrong words


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-verb",),
        ("install",),
        ("uninstall",),
        ("cleanup",),
        ("install", "--no-such-option", "foo"),
        ("kargs", "--delete=a", "--replace=b=c"),
        ("kargs", "--deploy-index=many"),
        ("upgrade", "--check", "--reboot"),
        ("db",),
        ("db", "list"),
        ("db", "diff", "a", "b", "c"),
        ("db", "diff", "--format=xml"),
        ("status", "surplus"),
    ],
    ids=" ".join,
)
def test_usage_errors(host: Host, words: tuple[str, ...]) -> None:
    before = host.snapshot()
    ran = host.run(*words, ok=1)
    assert re.search(r"^error: ", ran.stderr, re.M)
    assert ran.stdout == ""
    assert host.snapshot() == before


def test_json_of_changes(host: Host) -> None:
    """Progress goes to stderr, the document to stdout, whatever happens."""
    for words in (
        ("install", "foo", "--dry-run"),
        ("install", "foo"),
        ("upgrade",),
        ("upgrade", "--check"),
        ("rollback",),
        ("kargs", "--append=a"),
        ("cleanup", "-r"),
        ("uninstall", "--all"),
    ):
        ran = host.run(*words, "--json", ok=None)
        assert ran.code in (0, 77) or words[0] == "uninstall", ran.stderr
        if ran.code != 1:
            assert isinstance(json.loads(ran.stdout), dict), words
    ran = host.run("install", "missing", "--json", ok=1)
    assert ran.stdout == "" or isinstance(json.loads(ran.stdout), dict)
    assert "missing" in ran.stderr
