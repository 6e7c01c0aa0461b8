"""Programs: how they start, what they see, how they end, and that they end with us."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rpmostree.base import events
from rpmostree.base.errors import ToolFailed, ToolMissing
from rpmostree.base.run import SEARCH_PATH, environment, find, pipe, run, search_path

LIB = Path(__file__).parents[2] / "libexec"


def sh(script, **options):
    return run(["sh", "-c", script], **options)


def is_running(pid):
    """A zombie is nobody any more, whoever should have waited for it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_until(condition, patience=5):
    deadline = time.monotonic() + patience
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_words_and_status():
    done = sh("echo out; echo err >&2")
    assert (done.status, done.stdout, done.stderr) == (0, "out\n", "err\n")


def test_merged_streams_keep_their_order():
    done = sh("echo 1; echo 2 >&2; echo 3", merge=True)
    assert (done.stdout, done.stderr) == ("1\n2\n3\n", "")


def test_stdin_is_empty_unless_given():
    assert run(["cat"]).stdout == ""
    assert run(["cat"], stdin="é\n").stdout == "é\n"


def test_a_program_that_does_not_read_its_stdin_is_no_error():
    assert run(["true"], stdin="x" * 200_000).status == 0


def test_words_that_are_no_utf8_are_escaped():
    assert sh(r"printf '\377a\n'").stdout == "\\xffa\n"


def test_the_working_directory(tmp_path):
    assert run(["pwd"], cwd=tmp_path).stdout.strip() == str(tmp_path.resolve())


@pytest.mark.parametrize(
    ("status", "ok", "good"),
    [
        (0, (0,), True),
        (1, (0,), False),
        (1, (0, 1), True),
        (0, (1,), False),
        (77, range(256), True),
    ],
)
def test_only_the_listed_statuses_are_no_error(status, ok, good):
    if good:
        assert sh(f"exit {status}", ok=ok).status == status
    else:
        with pytest.raises(ToolFailed, match=f"sh failed with status {status}"):
            sh(f"exit {status}", ok=ok)


def test_a_failure_tells_the_program_s_last_words():
    with pytest.raises(ToolFailed) as caught:
        sh("echo noise; echo the reason >&2; exit 3", what="cannot do it")
    assert str(caught.value) == "cannot do it: the reason"
    assert caught.value.output == "the reason"
    with pytest.raises(ToolFailed, match="status 1: only stdout"):
        sh("echo only stdout; exit 1")


def test_a_failure_after_many_words_tells_the_last():
    with pytest.raises(ToolFailed) as caught:
        sh("yes noise | head -n 100000 >&2; echo END >&2; exit 1")
    assert str(caught.value).endswith("END")
    assert len(str(caught.value)) < 5000


@pytest.mark.parametrize("name", ["KILL", "SEGV", "TERM"])
def test_a_signal_is_a_failure_and_named(name):
    with pytest.raises(ToolFailed, match=f"was killed by SIG{name}"):
        sh(f"kill -{name} $$", ok=range(256))


def test_a_signal_without_a_name_is_told_by_its_number():
    number = signal.SIGRTMIN + 3
    with pytest.raises(ToolFailed, match=f"was killed by signal {number}"):
        sh(f"kill -{number} $$")


@pytest.mark.parametrize(
    ("program", "package"), [("bwrap", "bubblewrap"), ("no-such-tool", "no-such-tool")]
)
def test_a_missing_program_is_named_with_its_package(program, package, monkeypatch):
    monkeypatch.setattr("rpmostree.base.run.SEARCH_PATH", "/nonexistent")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ToolMissing, match=f"^{program} is not installed") as caught:
        run([program, "--version"])
    assert package in caught.value.hint


def test_a_file_that_is_not_executable_is_no_program(tmp_path):
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    with pytest.raises(ToolMissing):
        run([tmp_path / "tool"])


def test_the_environment_is_an_allow_list(monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("PYTHONPATH", "/x")
    monkeypatch.setenv("https_proxy", "http://proxy.invalid")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    lines = run(["env"], env={"EXTRA": "1", "LC_ALL": "C"}).stdout.splitlines()
    seen = dict(line.split("=", 1) for line in lines)
    assert seen["https_proxy"] == "http://proxy.invalid"
    assert (seen["SOURCE_DATE_EPOCH"], seen["EXTRA"], seen["LC_ALL"]) == ("1", "1", "C")
    assert not {"SECRET", "LD_PRELOAD", "LANG", "PYTHONPATH"} & seen.keys()
    assert environment()["LC_ALL"] == "C.UTF-8"


@pytest.mark.parametrize("path", ["", None])
def test_without_a_path_the_system_s_directories_are_searched(path, monkeypatch):
    monkeypatch.delenv("PATH")
    if path is not None:
        monkeypatch.setenv("PATH", path)
    assert search_path() == SEARCH_PATH
    assert find("sh") in {f"{directory}/sh" for directory in SEARCH_PATH.split(":")}
    assert sh("echo $PATH").stdout.strip() == SEARCH_PATH


def test_the_caller_s_path_comes_first(tmp_path, monkeypatch):
    tool = tmp_path / "cat"
    tool.write_text("#!/bin/sh\necho mine\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["cat"]).stdout == "mine\n"


def test_each_command_is_told_as_a_line_to_paste(mocker):
    sink = mocker.Mock(spec=events.Silent)
    mocker.patch.object(events, "_sink", sink)
    run(["echo", "a b"])
    (line,), (took,) = (call.args for call in sink.detail.call_args_list)
    assert line == "echo 'a b'"
    assert re.fullmatch(r"# took \d+\.\d{3} s", took)


def test_the_duration_is_told_of_a_failure_as_well(mocker):
    sink = mocker.Mock(spec=events.Silent)
    mocker.patch.object(events, "_sink", sink)
    with pytest.raises(ToolFailed):
        sh("sleep 0.1; exit 1")
    assert float(sink.detail.call_args.args[0].split()[2]) >= 0.1


@pytest.mark.parametrize(
    "words",
    [
        ["printf", "%s|", "a b", "$HOME", "", "*", "it's"],
        ["printf", "%s|", "two\nlines", "tab\tand 'quotes' \\", "\x1b[31mred", "\n é"],
    ],
)
def test_the_line_does_the_same_in_a_shell(words):
    line = events.command_line(words, {})
    assert line.isprintable()
    pasted = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert pasted.stdout == run(words).stdout


def test_the_line_has_the_environment_and_the_directory_that_differ(mocker, tmp_path):
    sink = mocker.Mock(spec=events.Silent)
    mocker.patch.object(events, "_sink", sink)
    (tmp_path / "a b").mkdir()
    done = sh("pwd; echo $LANGUAGE", env={"LANGUAGE": "x y", "LC_ALL": "C.UTF-8"}, cwd=tmp_path)
    line = sink.detail.call_args_list[0].args[0]
    assert line.startswith(f"cd {tmp_path} && LANGUAGE='x y' sh ")
    assert (
        subprocess.run(["bash", "-c", line], capture_output=True, text=True).stdout == done.stdout
    )
    run(["true"], cwd=Path.cwd())
    assert sink.detail.call_args_list[2].args[0] == "true"
    pipe(["cat"], Path("/dev/null"), tmp_path / "a b/c", what="x")
    assert sink.detail.call_args_list[4].args[0] == f"cat < /dev/null > '{tmp_path}/a b/c'"


def test_lines_are_heard_as_they_come():
    heard = []

    def hear(line):
        heard.append((line, time.monotonic()))

    done = sh("echo 1; sleep 0.3; echo 2 >&2; printf 3", merge=True, hear=hear)
    assert done.stdout == "".join(line for line, _ in heard) == "1\n2\n3"
    assert heard[1][1] - heard[0][1] > 0.2


def test_a_pipe_from_file_to_file(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"\xff\0" * 70_000)
    pipe(["cat"], source, target, what="cannot copy")
    assert target.read_bytes() == source.read_bytes()
    pipe(["sh", "-c", "cut -d' ' -f5 /proc/$$/stat; echo $$"], source, target, what="cannot look")
    group, process = target.read_text().split()
    assert group == process
    with pytest.raises(ToolFailed, match="cannot sort: the reason"):
        pipe(["sh", "-c", "echo the reason >&2; exit 2"], source, target, what="cannot sort")
    with pytest.raises(ToolMissing):
        pipe(["no-such-tool"], source, target, what="x")


CALLER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored in `&`
sys.path.insert(0, sys.argv[1])
from rpmostree.base import run as module
module._PATIENCE = {patience}
from rpmostree.base.run import run
script = "echo $$ >&2; {trap} echo $$ > pid.new; mv pid.new pid; sleep 60 & wait; sleep 60"
try:
    run(["sh", "-c", script])
except KeyboardInterrupt:
    sys.exit(42)
"""


@pytest.fixture
def started(tmp_path):
    """Starts a Python that runs a program which sleeps; returns both processes."""
    callers = []

    def start(trap="", patience="5"):
        script = CALLER.replace("{trap}", trap).replace("{patience}", patience)
        command = [sys.executable, "-W", "error", "-c", script, str(LIB)]
        caller = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        callers.append(caller)
        assert wait_until((tmp_path / "pid").exists)
        return caller, int((tmp_path / "pid").read_text())

    yield start
    for caller in callers:
        caller.kill()
        caller.communicate()


def test_the_child_has_a_process_group_of_its_own(started):
    caller, child = started()
    assert os.getpgid(child) == child != os.getpgid(caller.pid)


def test_keyboard_interrupt_ends_the_child(started):
    caller, child = started()
    caller.send_signal(signal.SIGINT)
    _, complaints = caller.communicate(timeout=5)
    assert caller.returncode == 42
    assert not is_running(child)
    assert complaints == "", "nothing is left open"


def test_the_child_dies_with_us(started):
    caller, child = started()
    caller.kill()
    caller.wait()
    assert wait_until(lambda: not is_running(child))


def test_a_child_that_does_not_listen_is_killed(started):
    caller, child = started(trap="trap : TERM;", patience="0.3")
    caller.send_signal(signal.SIGINT)
    caller.communicate(timeout=5)
    assert caller.returncode == 42
    assert not is_running(child)
