"""What a person and a script see while a real change is made."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.integration.host import Host

pytestmark = pytest.mark.integration

Event = dict[str, Any]


def run_with_events(
    host: Host, *words: str
) -> tuple[subprocess.CompletedProcess[str], list[Event]]:
    """Run the program with file descriptor 3 open, as a shell's `3>FILE` does."""
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "events"
        done = subprocess.run(
            ["sh", "-c", 'log=$1; shift; exec "$@" 3>"$log"', "sh", log, *host.command(*words)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done, [json.loads(line) for line in log.read_text().splitlines()]


def phases(events: list[Event], event: str) -> list[str]:
    return [e["phase"] for e in events if e["event"] == event]


def test_events_of_an_install(host: Host) -> None:
    done, events = run_with_events(host, "install", "foo", "--progress=jsonl:3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "foo-1.0-1.noarch" in done.stdout
    percents = [e["percent"] for e in events]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0, 100)
    assert [p for p in percents if p == 100] == [100]
    assert max(b - a for a, b in pairwise(percents)) < 50
    assert [e["time"] for e in events] == sorted(e["time"] for e in events)
    begun = phases(events, "begin")
    assert begun == phases(events, "end")
    wanted = ["checkout", "resolve", "fetch", "packages", "commit", "deploy"]
    assert [name for name in begun if name in wanted] == wanted
    for phase in ("fetch", "packages"):
        counts = [
            (e["done"], e["total"])
            for e in events
            if (e["phase"], e.get("unit")) == (phase, "packages")
        ]
        assert counts == [(1, 2), (2, 2)], phase
    sizes = [e["done"] for e in events if (e["phase"], e.get("unit")) == ("fetch", "bytes")]
    assert sizes[-1] == sum(host.world.rpm[n].stat().st_size for n in ("foo-1.0-1.noarch", "bar"))
    assert any("Enabled rpm-md" in e["text"] for e in events if e["event"] == "message")
    host.check()


def test_events_of_a_small_change(host: Host) -> None:
    done, events = run_with_events(host, "kargs", "--append=x", "--progress", "jsonl:3", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert phases(events, "end")[-1] == "deploy"
    assert "resolve" not in phases(events, "begin")
    percents = [e["percent"] for e in events]
    assert (percents[0], percents[-1]) == (0, 100)
    assert max(b - a for a, b in pairwise(percents)) > 80  # what is not done has no share


def test_events_of_a_failure(host: Host) -> None:
    before = host.snapshot()
    done, events = run_with_events(host, "install", "fail-post", "--progress=jsonl:3")
    assert done.returncode == 1
    assert re.match(r"error: .*%post.* failed", done.stderr)
    last = events[-1]
    assert last["event"] == "error"
    assert last["text"] in done.stderr
    assert last["hint"] in done.stderr
    assert [e["phase"] for e in events if e.get("result") == "failed"] == ["packages"]
    assert last["percent"] < 100
    assert host.snapshot() == before


def test_events_on_stderr_leave_the_result_alone(host: Host) -> None:
    ran = host.run("install", "foo", "--progress=jsonl", "--json")
    assert json.loads(ran.stdout)["changed"]
    events = [json.loads(line) for line in ran.stderr.splitlines()]
    assert events[-1]["percent"] == 100
    said = host.run("install", "nobody-has-this", "--progress=jsonl", ok=1).stderr
    assert json.loads(said.splitlines()[-1])["event"] == "error"


@pytest.mark.parametrize("how", ["loud", "jsonl:x", "jsonl:77", "jsonl:-1", ""])
def test_what_cannot_be_is_a_usage_error(host: Host, how: str) -> None:
    said = host.refuse("install", "foo", f"--progress={how}")
    assert "error: usage error: Invalid value for --progress: " in said


def test_a_usage_error_is_text(host: Host) -> None:
    said = host.refuse("install", "--progress=jsonl")
    assert said.endswith("error: usage error: At least one PACKAGE must be specified\n")


def test_ctrl_c_leaves_a_clean_terminal(host: Host) -> None:
    master, slave = pty.openpty()
    before = host.snapshot()
    words = ["setsid", "--ctty", "--wait", *host.command("install", "sleeper")]
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    child = subprocess.Popen(words, env=env, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    said = b""
    while b"Checking out packages" not in said:
        said += _read(master)
    os.write(master, b"\x03")
    while chunk := _read(master):
        said += chunk
    os.close(master)
    assert child.wait() == 130
    assert b"Checking out packages...failed\r\n" in said
    assert said.endswith(b"error: \x1b[0mCaught SIGINT; cancelled, nothing was changed\r\n")
    assert b"\x1b[?25l" not in said
    assert host.snapshot() == before
    host.check_quiet()


def test_lines_in_a_pipe(host: Host) -> None:
    """Scripts look for these."""
    lines = host.run("install", "foo").stderr.splitlines()
    for title in ("Resolving dependencies", "Importing packages", "Checking out packages",
                  "Writing rpmdb", "Writing OSTree commit", "Writing deployment"):  # fmt: skip
        assert f"{title}...done" in lines
    assert not [line for line in lines if "\x1b" in line or "%" in line]


@pytest.mark.parametrize("words", [("-q", "install", "variable"), ("install", "variable", "-q")])
def test_quiet_leaves_warnings_only(host: Host, words: tuple[str, ...]) -> None:
    lines = host.run(words[0], *words[1:]).stderr.splitlines()
    assert lines
    assert all(line.startswith("warning: ") for line in lines)


@pytest.mark.parametrize("words", [("--verbose", "install", "foo"), ("install", "-v", "foo")])
def test_verbose_shows_commands_that_can_be_pasted(host: Host, words: tuple[str, ...]) -> None:
    lines = host.run(words[0], *words[1:]).stderr.splitlines()
    commands = [
        line for line in lines if re.match(r"([A-Z_]+=\S* )*(dnf5?|rpm|ostree|bwrap) ", line)
    ]
    assert any(" install " in line and "dnf" in line for line in commands)
    assert any("ostree admin deploy" in line for line in commands)
    assert len([line for line in lines if re.fullmatch(r"# took \d+\.\d{3} s", line)]) >= len(
        commands
    )
    query = next(line for line in commands if " -qp " in line)
    pasted = subprocess.run(["bash", "-c", query], capture_output=True, text=True, check=False)
    assert "foo" in pasted.stdout


def test_a_bar_on_a_terminal(host: Host) -> None:
    master, slave = pty.openpty()
    child = subprocess.Popen(
        host.command("install", "foo"),
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    said = b""
    while chunk := _read(master):
        said += chunk
    os.close(master)
    assert child.wait() == 0
    text = said.decode()
    assert "Importing packages 2/2" in text
    for title in ("Resolving dependencies", "Importing packages", "Writing deployment"):
        assert f"{title}...done\r\n" in text
    assert "foo-1.0-1.noarch\r\n" in text
    numbers = [int(n) for n in re.findall(r"(\d+)% \d+:\d\d", text)]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 95


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # the other end is closed
        return b""
