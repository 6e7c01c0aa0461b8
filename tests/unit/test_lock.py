"""One holder at a time, who is named and whose lock dies with it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rpmostree.base.errors import Busy
from rpmostree.base.lock import Holder, hold, holder

LIB = Path(__file__).parents[2] / "libexec"
OTHER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from rpmostree.base.lock import hold
with hold(Path(sys.argv[2]), "upgrade") as lock:
    lock.tell("resolve")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


@pytest.fixture
def other(path):
    """Another process that holds the lock until its stdin is closed."""
    command = [sys.executable, "-c", OTHER, str(LIB), str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_whoever_comes_second_is_told_who_was_first(path, other):
    with pytest.raises(Busy) as caught, hold(path, "install"):
        pytest.fail("two holders")
    message = str(caught.value)
    assert message.startswith(f"Transaction in progress: upgrade (pid {other.pid}, user ")
    assert message.endswith(", in step resolve)")
    assert "--wait" in caught.value.hint


def test_anybody_may_ask_for_the_holder(path, other):
    found = holder(path)
    assert (found.verb, found.pid, found.phase) == ("upgrade", other.pid, "resolve")
    assert abs(found.since - time.time()) < 60


@pytest.mark.parametrize("end", ["kill", "regular"])
def test_the_lock_dies_with_its_process(path, other, end):
    if end == "kill":
        other.send_signal(signal.SIGKILL)
    else:
        other.stdin.close()
    other.wait()
    assert holder(path) is None
    with hold(path, "install"):
        assert holder(path).verb == "install"


def test_waiting_ends_when_the_lock_is_free(path, other):
    timer = threading.Timer(0.2, other.kill)
    timer.start()
    with hold(path, "install", wait=10):
        assert holder(path).pid == os.getpid()
    timer.join()


def test_waiting_ends_at_the_deadline(path, other):
    begin = time.monotonic()
    with pytest.raises(Busy, match="upgrade"), hold(path, "install", wait=0.25):
        pytest.fail("two holders")
    assert 0.25 <= time.monotonic() - begin < 2


def test_nobody_holds_a_lock_that_is_not_there_or_was_given_back(path):
    assert holder(path) is None
    with hold(path, "install") as lock:
        lock.tell("a long phase")
        lock.tell("b")
        assert holder(path).phase == "b"
    assert holder(path) is None
    assert path.read_bytes() == b""
    with pytest.raises(ZeroDivisionError), hold(path, "install"):
        _ = 1 / 0
    assert holder(path) is None


def test_whoever_only_looks_does_not_stop_a_transaction(path):
    path.touch()
    stop = threading.Event()

    def look():
        while not stop.is_set():
            holder(path)

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(200):
            with hold(path, "install"):
                pass
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"a": 1}', b"\xff\xfe", b"null"])
def test_a_holder_that_does_not_introduce_itself_is_unknown(path, text):
    with hold(path, "install"):
        path.write_bytes(text)
        assert holder(path).verb == "unknown"


def test_what_others_read_is_small_json_without_remains(path):
    with hold(path, "install") as lock:
        lock.tell("x" * 100)
        lock.tell("")
        assert json.loads(path.read_bytes())["pid"] == os.getpid()


def test_a_holder_in_words():
    who = Holder("install", 12, "alice", 1_700_000_000)
    assert str(who) == "install (pid 12, user alice, since 2023-11-14T22:13:20Z)"
    phased = Holder("install", 12, "alice", 1_700_000_000, "commit")
    assert str(phased) == "install (pid 12, user alice, since 2023-11-14T22:13:20Z, in step commit)"


@pytest.mark.parametrize(
    ("uid", "name"), [("0", "root"), ("", None), (None, None), ("4294967293", "4294967293")]
)
def test_the_user_is_the_one_behind_sudo(path, monkeypatch, uid, name):
    monkeypatch.delenv("SUDO_UID", raising=False)
    if uid is not None:
        monkeypatch.setenv("SUDO_UID", uid)
    with hold(path, "install"):
        import pwd

        assert holder(path).user == (name or pwd.getpwuid(os.getuid()).pw_name)
