"""The boot is old or new: whatever is killed, interrupted, in the way, or full."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.host import Host, Ran, clone, discard, mounted_disk, wait_for
from tests.integration.world import World

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Change:
    """A verb to be killed, and what has to happen before."""

    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    publish: bool = False
    local: str | None = None

    def prepare(self, host: Host) -> None:
        for words in self.before:
            host.run(*words)
        host.write_etc("mine", "of the newest deployment\n")
        if self.publish:
            host.publish(2)

    def command(self, host: Host) -> tuple[str, ...]:
        verb, *rest = self.words
        return (verb, *rest, *([str(host.world.rpm[self.local])] if self.local else []))


INSTALLED = (("install", "foo"),)
CHANGES = {
    "install": Change(("install", "svca")),
    "install-local": Change(("install",), local="local-one"),
    "uninstall": Change(("uninstall", "foo"), INSTALLED),
    "upgrade": Change(("upgrade",), INSTALLED, publish=True),
    "rollback": Change(("rollback",), INSTALLED),
    "rollback-to": Change(("rollback", "1"), INSTALLED),
    "undo": Change(("undo", "1"), INSTALLED),
    "kargs": Change(("kargs", "--append-if-missing=x=y"), INSTALLED),
    "override": Change(("override", "remove", "base-tool"), INSTALLED),
    "replace": Change(("override", "replace"), INSTALLED, local="base-tool-9.9-1.noarch"),
    "deploy": Change(("deploy", "2"), INSTALLED, publish=True),
    "track": Change(("initramfs-etc", "--track=/etc/hostname"), INSTALLED),
    "cleanup": Change(("cleanup", "-r"), INSTALLED),
}


@dataclass(frozen=True)
class Stage:
    """A machine before a change, and what it is before and after."""

    host: Host
    change: Change
    old: list[object]
    new: list[object]
    steps: tuple[str, ...]
    seconds: float


# What these have ostree and dnf do, the others have them do as well.
ALIKE = {"install-local", "uninstall", "kargs", "override", "replace", "track", "undo", "cleanup"}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.once) if name in ALIKE else name for name in CHANGES
    ]
)
def stage(
    request: pytest.FixtureRequest, host: Host, clones: Callable[[Host], Host], tmp_path: Path
) -> Stage:
    """One of the changes, carried out once on a copy to learn its steps and its result."""
    change = CHANGES[request.param]
    change.prepare(host)
    trace = tmp_path / "trace"
    other = clones(host)
    start = time.monotonic()
    other.run(*change.command(other), env={"RPMOSTREE_FAULT": f"trace@{trace}"})
    seconds = time.monotonic() - start
    other.check()
    steps = tuple(trace.read_text().split())
    old, new = host.shape(), other.shape()
    assert old != new
    return Stage(host, change, old, new, steps, seconds)


def finish(stage: Stage, host: Host, where: str) -> str:
    """After a kill: all is as it was or as it should be, and the command works; says which."""
    assert wait_for(lambda: not host.strangers(), 5), (where, host.strangers())
    assert not host.mounts(), where
    host.fsck()
    found = host.shape()
    assert found in (stage.old, stage.new), where
    done = found == stage.new
    again: Ran = host.run(*stage.change.command(host), ok=None)
    if not done:
        assert again.code == 0, (where, again.stderr)
        assert host.shape() == stage.new, where
    elif stage.change.words[0] != "rollback":  # which means something else now
        assert again.code == 0 or "already" in again.stderr or "not currently" in again.stderr
        assert host.shape() == stage.new, where
        host.run("cleanup", "-b")  # a command that had nothing to do has swept nothing
        assert host.shape() == stage.new, where
    host.check()
    return "new" if done else "old"


def test_killed_at_each_step(stage: Stage, clones: Callable[[Host], Host]) -> None:
    assert len(stage.steps) >= 3, stage.steps
    outcomes = []
    for number, name in enumerate(stage.steps, 1):
        host = clones(stage.host)
        fault = {"RPMOSTREE_FAULT": f"kill@#{number}"}
        host.run(*stage.change.command(host), env=fault, ok=-signal.SIGKILL)
        outcomes.append(finish(stage, host, f"killed at step {number}, {name}"))
        discard(host.sysroot.parent)
    assert outcomes[0] == "old"
    assert outcomes == sorted(outcomes, reverse=True)  # what became visible stays so


AFTER_OSTREE = """\
#!/bin/sh
PATH={path}
ostree "$@"
status=$?
case "$*" in
    "admin deploy "* | "admin undeploy "* | "admin set-default "*) kill -KILL $PPID ;;
esac
exit $status
"""


def test_killed_when_ostree_has_done_its_part(
    stage: Stage, clones: Callable[[Host], Host], tmp_path: Path
) -> None:
    """The boot entries are new by then, and whatever was to follow does not follow."""
    path = os.environ["PATH"]
    wrapper = tmp_path / "bin/ostree"
    wrapper.parent.mkdir()
    wrapper.write_text(AFTER_OSTREE.format(path=path))
    wrapper.chmod(0o755)
    host = clones(stage.host)
    env = {"PATH": f"{wrapper.parent}:{path}"}
    host.run(*stage.change.command(host), env=env, ok=-signal.SIGKILL)
    assert finish(stage, host, "killed when ostree was done") == "new"


def descendants(pid: int) -> list[int]:
    """A process and all that it started, as far as they still descend from it."""
    parents: dict[int, list[int]] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            fields = (directory / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(directory.name))
    found = [pid]
    for process in found:
        found += parents.get(process, [])
    return found


def kill_all(child: subprocess.Popen[str]) -> None:
    """As a power cut: nobody gets to say a last word. Returns when all of them are gone."""
    for signum in (signal.SIGSTOP, signal.SIGKILL):
        killed = descendants(child.pid)
        for process in killed:
            try:
                os.kill(process, signum)
            except ProcessLookupError:
                continue
    child.communicate()
    assert wait_for(lambda: not any(Path(f"/proc/{process}").exists() for process in killed), 20)


def end_freeze(host: Host) -> None:
    """A reboot ends it when ostree was killed while it held the file system still (FIFREEZE)."""
    subprocess.run(["fsfreeze", "--unfreeze", host.sysroot], check=False, capture_output=True)


@pytest.mark.parametrize("stage", ["install", "upgrade", "rollback", "kargs"], indirect=True)
def test_killed_with_its_children_at_any_time(stage: Stage, clones: Callable[[Host], Host]) -> None:
    """Between the steps too, where other programs do the work."""
    dice = random.Random(20)
    for _ in range(4):
        host = clones(stage.host)
        seconds = dice.uniform(0.2, 1.0) * stage.seconds
        child = host.start(*stage.change.command(host))
        time.sleep(seconds)
        kill_all(child)
        end_freeze(host)
        finish(stage, host, f"killed after {seconds:.3f} of {stage.seconds:.3f} s")
        discard(host.sysroot.parent)


# --------------------------------------------------------------- being interrupted


def in_phase(host: Host, phase: str) -> bool:
    """Does the holder of the lock say that it is in this phase?"""
    try:
        return bool(json.loads(host.lock.read_text()).get("phase") == phase)
    except (OSError, ValueError):
        return False


def in_scriptlet(host: Host) -> bool:
    """Has the %post of the package that sleeps been reached?"""
    return any(re.search(r": sleep 3 ?$", line) for line in _commands())


def _commands() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found.append(f"{path.parent.name}: {words}")
    return found


def test_interrupt(host: Host) -> None:
    before = host.snapshot()
    child = host.start("install", "sleeper")
    assert wait_for(lambda: in_phase(host, "packages") and in_scriptlet(host), 20)
    child.send_signal(signal.SIGINT)
    start = time.monotonic()
    said = child.communicate(timeout=20)[1]
    assert time.monotonic() - start < 2.5  # it did not wait for the scriptlet
    assert child.returncode == 130, said
    assert "nothing was changed" in said
    assert "Traceback" not in said
    assert host.snapshot() == before
    host.check()
    assert not in_scriptlet(host)
    host.run("install", "bar")
    host.check()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals(host: Host, signum: signal.Signals) -> None:
    before = host.shape()
    child = host.start("install", "sleeper")
    assert wait_for(lambda: in_phase(host, "packages") and in_scriptlet(host), 20)
    child.send_signal(signum)
    child.communicate(timeout=20)
    assert child.returncode != 0
    assert host.shape() == before
    assert wait_for(lambda: not host.strangers(), 5), host.strangers()
    host.run("install", "bar")
    host.check()


# ------------------------------------------------------------------ two at a time


def test_second_command_is_told_who_works(host: Host) -> None:
    first = host.start("install", "sleeper")
    assert wait_for(lambda: in_phase(host, "packages"), 20)
    second = host.run("install", "bar", ok=1)
    assert "Transaction in progress" in second.stderr
    for word in ("install sleeper", f"pid {first.pid}", "user root", "packages"):
        assert word in second.stderr
    busy = json.loads(host.run("status", "--json").stdout)["transaction"]
    assert "install" in busy[0]
    third = host.run("install", "bar", "--wait=30")
    said = first.communicate()[1]
    assert first.returncode == 0, said
    assert third.code == 0
    assert host.layered() == {"sleeper", "bar"}
    assert host.origin()["packages.requested"] == "sleeper;bar;"
    assert json.loads(host.run("status", "--json").stdout)["transaction"] is None
    host.check()


def test_waiting_has_an_end(host: Host) -> None:
    first = host.start("install", "sleeper")
    assert wait_for(lambda: in_phase(host, "packages"), 20)
    start = time.monotonic()
    assert "Transaction in progress" in host.run("kargs", "--append=a", "--wait=0.3", ok=1).stderr
    assert 0.3 <= time.monotonic() - start < 2.5
    assert first.wait() == 0
    first.communicate()


# -------------------------------------------------------------------- a full disk


@pytest.mark.parametrize("free", [0, 200, 2_000, 6_000], ids="{}k".format)
def test_full_disk(world: World, place: Path, free: int) -> None:
    with mounted_disk(place / "image", place / "small", "120M") as disk:
        host = clone(Host(world.template, world), disk / "sysroot")
        host.run("install", "bar")
        before = host.snapshot()
        fill = disk / "fill"
        room = os.statvfs(disk)
        with fill.open("wb") as out:
            os.posix_fallocate(out.fileno(), 0, room.f_bavail * room.f_frsize - 512 * 1024)
            if free < 512:
                _write_until_full(disk / "more", free)
        if free >= 512:
            os.truncate(fill, fill.stat().st_size - (free - 512) * 1024)
        ran = host.run("install", "attributes", ok=None)
        if ran.code:
            assert ran.code == 1
            assert re.search(
                r"[Nn]o space left|disk is full|min-free-space|not enough space", ran.stderr
            ), ran.stderr
            now = host.snapshot()
            assert {k: now[k] for k in ("entries", "deployments", "origins")} == {
                k: before[k] for k in ("entries", "deployments", "origins")
            }
            host.fsck()
            host.check_quiet(swept=False)
            host.run("status")
        else:
            assert free >= 2_000
        fill.unlink()
        (disk / "more").unlink(missing_ok=True)
        host.run("install", "attributes", "--idempotent")
        assert host.layered() == {"bar", "attributes"}
        host.check()
        discard(host.sysroot)


def _write_until_full(path: Path, leave: int) -> None:
    """Take every block there is, then give `leave` KiB back."""
    with path.open("wb", buffering=0) as out:
        for size in (4096, 1024):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                continue
        os.ftruncate(out.fileno(), max(0, out.tell() - leave * 1024))
        os.fsync(out.fileno())


def test_cancel(host: Host) -> None:
    """What the message of a busy sysroot recommends."""
    before = host.snapshot()
    child = host.start("install", "sleeper")
    assert wait_for(lambda: in_scriptlet(host), 60)
    assert host.run("cancel").stdout == "Cancelled.\n"
    child.communicate()
    assert child.returncode == 130
    assert host.snapshot() == before
    assert host.run("cancel").stdout == "No active transaction.\n"
    host.check()
