"""Deployments: by their names, pinned, dropped, finalized; what was done to them, and undone."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host import Host
from tests.integration.world import BRANCH, KARGS, OS, REMOTE
from tests.kit.sh import sh

pytestmark = pytest.mark.integration


def read_json(host: Host, verb: str, *args: str) -> Any:
    """The one JSON document that stdout must be."""
    return json.loads(host.run(verb, *args, "--json").stdout)


def pinned(host: Host) -> list[bool]:
    return [d["pinned"] for d in read_json(host, "status")["deployments"]]


def stack(host: Host) -> list[str]:
    """Three deployments: with bar, with glob-one, and the base, which is pinned; their commits."""
    host.run("pin")
    host.run("install", "glob-one")
    host.run("install", "bar", "--uninstall=glob-one")
    return [d.checksum for d in host.deployments()]


def checksums(host: Host) -> list[str]:
    return [d.checksum for d in host.deployments()]


# -------------------------------------------------------------------------- names


def test_names_where_an_index_was_meant(host: Host) -> None:
    host.run("kargs", "--append=first=1")
    host.run("install", "bar")
    base, mine = host.checksum(1), host.checksum(0)
    for name in ("rollback", "1", base[:8], f"{base}.1", f"{base[:4]}.1"):
        assert "in the base" in host.run("why", "base-lib", f"--deploy-index={name}").stdout
        assert 'Package "bar" not found' in host.refuse("why", "bar", f"--deploy-index={name}")
    for name in ("pending", "0", mine[:8]):
        assert "layered" in host.run("why", "bar", f"--deploy-index={name}").stdout
    assert "first=1" in host.run("kargs", "--deploy-index=rollback").stdout
    host.run("kargs", "--append=second=2", "--deploy-index=rollback")
    assert host.checksum() == base
    assert host.deployments()[0].kargs == (*KARGS, "first=1", "second=2")
    host.check()


def test_names_that_mean_nothing_or_too_much(host: Host) -> None:
    host.run("install", "bar")
    said = host.refuse("kargs", "--deploy-index=7")
    assert "error: Out of range deployment index 7, expected < 2" in said
    said = host.refuse("kargs", "--deploy-index=booted", "--append=x")
    assert "There is no booted deployment" in said
    assert f"0 = {host.checksum()[:10]}.0 (version 1)" in said
    assert "No deployment is called 'many'" in host.refuse("kargs", "--deploy-index=many")
    host.publish(2)
    host.run("upgrade")
    host.run("kargs", "--append=x")
    both = host.refuse("rollback", host.checksum()[:6])
    assert "means more than one deployment" in both
    assert "0 = " in both
    assert "1 = " in both


def test_revisions_may_be_deployments(host: Host) -> None:
    host.run("install", "bar")
    mine, base = checksums(host)
    lines = host.run("db", "diff", "rollback", "pending").stdout.splitlines()
    assert lines == [
        f"ostree diff commit from: rollback ({base})",
        f"ostree diff commit to:   pending ({mine})",
        "Added:",
        "  bar-1.0-1.noarch",
    ]
    assert host.run("db", "diff", "1", "0").stdout.splitlines()[2:] == lines[2:]
    listed = host.run("db", "list", "pending", "rollback", "bar").stdout.splitlines()
    assert listed == [
        f"ostree commit: pending ({mine})",
        " bar-1.0-1.noarch",
        f"ostree commit: rollback ({base})",
    ]
    assert f"rollback ({base})" in host.run("db", "version", "rollback").stdout
    assert "There is no booted deployment" in host.refuse("db", "diff", "booted", "0")
    assert "Refspec 'nothing' not found" in host.refuse("db", "list", "nothing")
    assert "Refspec 'pending' not found" in host.refuse(
        "db", "version", "pending", f"--repo={host.repo}"
    )


# --------------------------------------------------------------------- stateroots


def test_two_stateroots(host: Host) -> None:
    """Each is changed by itself, and neither loses a deployment to the other."""
    ours = host.root()
    sh("ostree", "admin", "os-init", f"--sysroot={host.sysroot}", "second")
    words = ("--os=second", "--karg=second", f"{REMOTE}:{BRANCH}")
    sh("ostree", "admin", "deploy", f"--sysroot={host.sysroot}", *words)
    shutil.copytree(ours / "etc", host.root() / "etc", symlinks=True, dirs_exist_ok=True)
    said = host.refuse("install", "bar")
    assert "more than one OS" in said
    assert f"name one of second, {OS}" in said

    host.run("install", "bar", "--stateroot=second")
    host.run("kargs", "--append=mine", f"--os={OS}")
    assert [(owner(d.path), d.kargs[-1]) for d in host.deployments()] == [
        (OS, "mine"),
        ("second", "second"),
        ("second", "second"),
        (OS, KARGS[-1]),
    ]
    assert [host.layered(at) for at in range(4)] == [set(), {"bar"}, set(), set()]
    assert "mine" not in host.run("kargs", "--os=second").stdout
    assert re.findall(r"Stateroot: (\w+)", host.run("history").stdout) == [OS, "second"]
    host.run("cleanup", "-r", f"--os={OS}")
    assert [owner(d.path) for d in host.deployments()] == [OS, "second", "second"]
    stateroots = [d["osname"] for d in read_json(host, "status")["deployments"]]
    assert stateroots == [OS, "second", "second"]
    host.run("uninstall", "bar", "--os=second")
    assert [owner(d.path) for d in host.deployments()] == ["second", OS, "second"]
    host.check()


def owner(deployment: Path) -> str:
    """The stateroot that a deployment is in."""
    return deployment.parent.parent.name


# ------------------------------------------------------------------------ pinning


def test_pin_and_unpin(host: Host) -> None:
    host.run("install", "bar")
    said = host.run("pin").stdout
    assert said == f"Deployment 0 ({host.root().name}) is now pinned\n"
    assert pinned(host) == [True, False]
    assert host.run("pin", "pending").stdout.endswith(" is already pinned\n")
    document = read_json(host, "pin", "rollback")
    assert document["changed"] is True
    assert pinned(host) == [True, True]
    assert host.run("cleanup", "-r").stdout == "Deployments unchanged.\n"
    assert read_json(host, "pin", "1")["changed"] is False
    assert "would no longer be pinned" in host.run("unpin", "1", "--dry-run").stdout
    assert pinned(host) == [True, True]
    assert host.run("unpin", host.checksum(1)[:6]).stdout.endswith(" is no longer pinned\n")
    assert pinned(host) == [True, False]
    assert host.run("unpin", "1").stdout.endswith(" is not pinned\n")
    assert "Out of range deployment index 2" in host.refuse("pin", "2")
    host.check()


# ----------------------------------------------------------------- another one first


def test_rollback_to_a_name(host: Host) -> None:
    host.write_etc("mine", "of the base\n")
    bar, glob, base = stack(host)
    base_name = host.root(2).name
    said = host.run("rollback", "2", "--dry-run").stdout
    assert f"Moving '{base_name}' to be first deployment\n" in said
    assert checksums(host) == [bar, glob, base]
    host.run("rollback", base[:7])
    assert checksums(host)[:3] == [base, bar, glob]
    assert host.layered() == set()
    assert (host.root() / "etc/mine").read_text() == "of the base\n"
    host.check()
    host.run("rollback", glob)
    assert host.layered() == {"glob-one"}
    assert checksums(host).count(glob) == 1
    assert bar in checksums(host)
    host.check()
    before = host.snapshot()
    assert host.run("rollback", "0").stdout.endswith(" is the first deployment already\n")
    assert read_json(host, "rollback", glob[:9])["changed"] is False
    assert host.snapshot() == before
    assert "There is no booted deployment" in host.refuse("rollback", "booted")


# ----------------------------------------------------------------------- cleaning up


def test_cleanup_of_one(host: Host) -> None:
    bar, glob, base = stack(host)
    before = host.snapshot()
    plan = read_json(host, "cleanup", "--deployment=1", "--dry-run")
    assert plan["changed"] is False
    assert [d.split("-")[1].split(".")[0] for d in plan["deployments"]["dropped"]] == [glob]
    assert len(plan["deployments"]["kept"]) == 2
    said = host.run("cleanup", f"--deployment={glob[:8]}", "--dry-run").stdout
    assert f"Deployment dropped: {host.root(1).name}" in said.replace(f"{OS}-", "")
    assert host.snapshot() == before
    document = read_json(host, "cleanup", "--deployment=rollback")
    assert document["changed"] is True
    assert document["freed"] == pytest.approx(plan["freed"], rel=0.05)
    assert document["freed"] > 0
    assert checksums(host) == [bar, base]
    assert host.layered() == {"bar"}
    host.check()
    assert f"({host.root(1).name}) is pinned" in host.refuse("cleanup", "--deployment=1")
    host.run("unpin", "1")
    assert host.run("cleanup", "--deployment=pending").stderr == ""
    assert checksums(host) == [base]
    last = read_json(host, "history")["history"][0]
    assert (last["old"]["checksum"], last["new"]["checksum"]) == (bar, base)
    assert last["packages"] == [{"name": "bar", "old": "bar-1.0-1.noarch", "new": None}]
    assert "is the only one" in host.refuse("cleanup", "--deployment=0")
    host.check()


def test_cleanup_keeps_the_newest(host: Host) -> None:
    bar, glob, base = stack(host)
    assert host.run("cleanup", "--keep=1").stdout == "Deployments unchanged.\n"
    assert checksums(host) == [bar, glob, base]
    said = host.run("cleanup", "--keep=0").stdout
    assert re.fullmatch(r"Freed: \d+\.\d kB \(pkgcache branches: 0\)\n", said)
    assert checksums(host) == [bar, base]
    host.check()
    assert "--keep" in host.refuse("cleanup", "--keep=-1")


def test_what_somebody_is_in_stays(host: Host, tmp_path: Path) -> None:
    """An installer's chroot shows a deployment that is not booted."""
    _, glob, _ = stack(host)
    inhabited = host.root(1)
    chroot = tmp_path / "chroot"
    chroot.mkdir()
    sh("mount", "--bind", inhabited, chroot)
    try:
        assert host.run("cleanup", "-r").stdout == "Deployments unchanged.\n"
        assert "is mounted elsewhere" in host.refuse("cleanup", "--deployment=1")
        host.run("rollback", glob)
        assert checksums(host)[0] == glob
        assert inhabited in (d.path for d in host.deployments())
        assert (chroot / "usr/share/rpm").is_dir()
    finally:
        sh("umount", chroot)
    host.check()


def test_cleanup_counts_packages_of_the_cache(host: Host) -> None:
    host.run("install", host.world.rpm["local-one"])
    host.run("uninstall", "--all")
    plan = read_json(host, "cleanup", "-r", "-n")
    assert plan["pkgcache-branches"] == 1
    assert "(pkgcache branches: 1)" in host.run("cleanup", "-r").stdout
    host.check()


# ---------------------------------------------------------------- the running system


def test_nothing_is_staged_here(host: Host) -> None:
    """Where nothing is booted, changes take effect at once."""
    host.run("install", "bar", "--lock-finalization")
    for words in ((host.checksum(),), ("--allow-missing-checksum", "--allow-unlocked")):
        said = host.refuse("finalize-deployment", *words)
        assert "error: No pending staged deployment found" in said


@pytest.mark.parametrize("words", [("usroverlay",), ("unlock", "--hotfix"), ("usroverlay", "-h")])
def test_only_the_running_system_can_be_unlocked(host: Host, words: tuple[str, ...]) -> None:
    if words[-1] == "-h":
        assert "ostree admin unlock" in host.run(*words).stdout
    else:
        assert "Only the running system can be unlocked" in host.refuse(*words)


def test_reload(host: Host) -> None:
    ran = host.run("reload")
    assert (ran.stdout, ran.stderr) == ("", "")
    assert isinstance(read_json(host, "reload"), dict)
    host.write_etc("yum.repos.d/broken.repo", "no group\n")
    assert "broken.repo" in host.refuse("reload")
    host.write_etc("yum.repos.d/broken.repo", "")
    host.write_etc("rpm-ostreed.conf", "[Daemon\n")
    assert "rpm-ostreed.conf" in host.refuse("reload")


# ------------------------------------------------------------------ history and undo


def commands(host: Host) -> list[str]:
    """What was done, the last first."""
    return [entry["command"] for entry in read_json(host, "history")["history"]]


def test_history_has_every_change(host: Host) -> None:
    assert host.run("history").stdout == "No changes were noted.\n"
    base = host.checksum()
    host.run("install", "bar")
    bar = host.checksum()
    host.run("install", "glob-one", "--dry-run")
    host.run("install", "bar", "--idempotent")
    host.refuse("install", "missing")
    host.run("kargs", "--append=a=1")
    host.run("pin")
    host.run("rollback")
    host.run("unpin", "1")
    host.run("cleanup", "-r")
    host.run("cleanup", "-r")
    assert commands(host) == [
        "cleanup --rollback",
        "unpin 1",
        "rollback",
        "pin",
        "kargs --append=a=1",
        "install bar",
    ]
    entries = read_json(host, "history")["history"]
    assert [e["id"] for e in entries] == [6, 5, 4, 3, 2, 1]
    first = entries[-1]
    assert first["old"]["checksum"] == first["old"]["base"] == first["new"]["base"] == base
    assert first["new"]["checksum"] == bar
    assert first["old"]["version"] == first["new"]["version"] == "1"
    assert first["packages"] == [{"name": "bar", "old": None, "new": "bar-1.0-1.noarch"}]
    assert first["old"]["kargs"] == list(KARGS)
    assert f"refspec={REMOTE}:{BRANCH}" in first["old"]["origin"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["time"])
    assert first["user"]
    shown = host.run("history", "-n", "2").stdout
    assert shown.count("\n\n") == 1
    assert "  unpin 1\n" in shown
    assert "Added: bar-1.0-1.noarch" in host.run("history").stdout
    host.check()


def test_history_that_cannot_be_written(host: Host) -> None:
    host.run("install", "bar")
    path = host.repo / "extensions/rpmostree/history.jsonl"
    path.unlink()
    path.mkdir()
    ran = host.run("install", "glob-one")
    assert "cannot be noted in the history" in ran.stderr
    assert host.layered() == {"bar", "glob-one"}
    path.rmdir()
    path.write_text("torn {")
    host.run("uninstall", "bar")
    assert commands(host) == ["uninstall bar"]


def test_undo_deploys_the_same_commit_again(host: Host) -> None:
    host.run("kargs", "--append=a=1")
    host.run("install", "bar")
    bar, base = host.shape()
    host.run("undo", "--dry-run")
    assert host.shape() == [bar, base]
    plan = read_json(host, "undo", "--dry-run")["plan"]
    assert plan["remove"] == []
    assert [change[0] for change in plan["pkgdiff"]] == ["bar"]
    said = host.run("undo").stdout
    assert "Undone: 2 (install bar)\n" in said
    assert "Removed:\n  bar-1.0-1.noarch\n" in said
    assert host.shape() == [base, bar]
    host.check()
    host.run("undo")
    assert host.shape() == [bar, base]
    assert host.origin()["packages.requested"] == "bar;"
    assert commands(host)[:2] == ["undo 3", "undo 2"]
    host.check()


def test_undo_of_kernel_arguments_and_a_rollback(host: Host) -> None:
    host.run("install", "bar")
    bar = host.checksum()
    host.run("kargs", "--append=a=1", "--append=b=2")
    host.run("undo")
    assert host.checksum() == bar
    assert host.deployments()[0].kargs == KARGS
    host.run("install", "glob-one")
    new, old = host.shape()
    host.run("rollback")
    host.run("undo")
    assert host.shape() == [new, old]
    assert read_json(host, "undo", "5")["changed"] is False
    host.check()


def test_undo_of_what_was_long_ago(host: Host) -> None:
    """The commit is gone, so packages are layered anew, on the base of then."""
    host.run("install", "bar")
    host.publish(2)
    host.run("upgrade")
    host.run("kargs", "--append=a=1")
    host.run("cleanup", "-r")
    host.run("install", "glob-one")
    host.run("undo", "2")
    assert host.layered() == {"bar"}
    assert host.parent(host.checksum()) == host.world.commits[0]
    assert host.deployments()[0].kargs == KARGS
    host.check()


def test_undo_that_is_refused(host: Host) -> None:
    assert "There is nothing to undo" in host.refuse("undo")
    host.publish(2)
    host.run("upgrade")
    host.run("pin")
    assert "left the default deployment as it was" in host.refuse("undo", "2")
    assert "No change 7 is in the history (there are 1 to 2)" in host.refuse("undo", "7").replace(
        "\n", " "
    )
    host.run("cleanup", "-r")
    gone = f"The base {host.world.commits[0]} of before change 1 is not here any more"
    assert gone in host.refuse("undo", "1", "--cache-only")
    url = f"file://{host.sysroot.parent}/nowhere"
    sh("ostree", "config", f"--repo={host.repo}", "set", f'remote "{REMOTE}".url', url)
    assert gone in host.refuse("undo", "1")
    host.publish(2)
    host.run("undo", "1")
    assert host.checksum() == host.world.commits[0]
    host.check()
