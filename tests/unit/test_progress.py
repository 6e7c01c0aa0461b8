"""Events as lines, as JSON, and as a bar on a real terminal."""

import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from rpmostree.cli.bar import count_text, share_out, size_text
from rpmostree.cli.progress import JsonLines, Plain, new_progress

LIB = Path(__file__).parents[2] / "libexec"
RICH = str(Path(pytest.__file__).parents[1])


def work(sink):
    """A change of two steps."""
    sink.message("hello")
    sink.begin("prepare", None)
    sink.end()
    sink.begin("fetch", "Importing packages")
    sink.progress(3, 17, "packages")
    sink.progress(1_234_567, None, "bytes")
    sink.end()
    sink.begin("deploy", "Writing deployment")
    sink.warning("odd")
    sink.detail("fine print")
    sink.end()
    sink.close()


# ---------------------------------------------------------------------------------------- lines


PHASES = "Importing packages...done\nWriting deployment...\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, f"hello\n{PHASES}warning: odd\n...done\n"),
        ({"how": "plain"}, f"hello\n{PHASES}warning: odd\n...done\n"),
        ({"how": "none"}, "hello\nwarning: odd\n"),
        ({"quiet": True}, "warning: odd\n"),
        ({"verbose": True}, f"hello\n{PHASES}warning: odd\nfine print\n...done\n"),
        ({"quiet": True, "verbose": True}, "warning: odd\nfine print\n"),
    ],
)
def test_lines(options, said):
    out = io.StringIO()
    work(new_progress(out, **options))
    assert out.getvalue() == said


@pytest.mark.parametrize("options", [{}, {"how": "none"}, {"quiet": True}])
def test_errors_are_always_said(options):
    out = io.StringIO()
    sink = new_progress(out, **options)
    sink.error("no such thing", "try another")
    assert out.getvalue() == "error: no such thing\n(try another)\n"


def test_a_failed_step_and_an_error_have_lines_of_their_own():
    out = io.StringIO()
    sink = Plain(out)
    sink.begin("x", "Working")
    sink.fail()
    sink.error("broken", None)
    assert out.getvalue() == "Working...failed\nerror: broken\n"


def test_a_reader_that_leaves_stops_nothing():
    read, write = os.pipe()
    os.close(read)
    out = os.fdopen(write, "w")
    work(Plain(out))
    work(JsonLines(write, None))
    with suppress(BrokenPipeError):
        out.close()


# ----------------------------------------------------------------------------------------- JSON


def objects(**options):
    """What `work` gives, and what was said on stderr besides."""
    read, write = os.pipe()
    out = io.StringIO()
    work(new_progress(out, f"jsonl:{write}", **options))
    os.close(write)
    with os.fdopen(read) as lines:
        return [json.loads(line) for line in lines], out.getvalue()


def test_json_lines():
    before = time.time()
    found, said = objects()
    assert [event["event"] for event in found] == (
        "message begin end begin progress progress end begin warning end progress".split()
    )
    assert all(list(event)[:4] == ["time", "event", "phase", "percent"] for event in found)
    percents = [event["percent"] for event in found]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (0, 100)
    assert all(before - 1 <= event["time"] <= time.time() + 1 for event in found)
    packages, size = found[4:6]
    assert (packages["done"], packages["total"], packages["unit"]) == (3, 17, "packages")
    assert (size["done"], size["total"], size["unit"]) == (1_234_567, None, "bytes")
    assert packages["phase"] == "fetch"
    assert found[1]["title"] is None
    assert found[3]["title"] == "Importing packages"
    assert found[6]["result"] == "done"
    assert found[8]["text"] == "odd"
    assert found[-1]["phase"] is None
    assert said == "warning: odd\n"


def test_json_lines_with_detail_and_quietly():
    found, said = objects(verbose=True, quiet=True)
    assert {"message", "detail"} <= {event["event"] for event in found}
    assert said == "warning: odd\nfine print\n"


def test_a_failure_in_json():
    read, write = os.pipe()
    sink = JsonLines(write, None)
    sink.begin("fetch", "Importing packages")
    sink.fail()
    sink.error("broken", None)
    os.close(write)
    with os.fdopen(read) as lines:
        _, end, error = map(json.loads, lines)
    assert (end["event"], end["result"]) == ("end", "failed")
    assert (error["event"], error["text"], error["hint"]) == ("error", "broken", None)
    assert error["percent"] < 100


@pytest.mark.parametrize(
    "how", ["", "loud", "jsonl:", "jsonl:x", "jsonl:-1", "json", "jsonl:987654", "plain:3", "JSONL"]
)
def test_other_words_are_refused(how):
    with pytest.raises(ValueError, match=re.escape(f"'{how}'") if how[-3:] != "654" else "987654"):
        new_progress(io.StringIO(), how)


def test_a_descriptor_that_can_only_be_read_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with (tmp_path / "file").open() as file, pytest.raises(ValueError, match="cannot write"):
        new_progress(io.StringIO(), f"jsonl:{file.fileno()}")


# ------------------------------------------------------------------------------------------ bar


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (5 * 10**15, "5000.0 TB"),
    ],
)
def test_sizes_are_short(size, text):
    assert size_text(size) == text


def test_counts():
    assert count_text(3, 17, "packages") == "3/17"
    assert count_text(3, None, "packages") == "3"
    assert count_text(1_000, 2_000_000, "bytes") == "1.0 kB/2.0 MB"


@pytest.mark.parametrize("width", range(1, 200))
def test_the_line_is_never_too_long(width):
    text, bar = share_out(width, 40, 9)
    assert text >= 0 <= bar
    assert text + (1 + bar if bar else 0) + 1 + 9 <= max(width - 1, 10)
    assert width < 100 or (text, bar) == (40, 30)


PROGRAM = """
import sys, time
sys.path[:0] = sys.argv[1:3]
from rpmostree.base import events
from rpmostree.base.run import run
from rpmostree.cli import app
class Command:
    def main(self, *words, **more):
        with events.step("prepare"):
            events.message("hello [bold]you[/bold] :smile:")
        with events.step("fetch", "Importing packages" + " and more" * int(sys.argv[4])):
            events.progress(3, 17, "packages")
            events.progress(1234567, None, "bytes")
            events.warning("w" * 300)
            run(["sleep", sys.argv[3]])
        with events.step("deploy", "Writing deployment"):
            pass
        app.show("the result")
        return 0
sys.exit(app.run(Command(), []))
"""


class Terminal:
    """A program on a terminal of its own, and all that it wrote there."""

    def __init__(self, sleep="0.3", more=0, columns=80, **env):
        self.master, slave = pty.openpty()
        self.resize(columns)
        usual = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(LIB), RICH, sleep, str(more)],
            stdin=slave, stdout=slave, stderr=slave, env={**usual, **env}, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        self.said = b""

    def resize(self, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read_until(self, words):
        while words not in self.said:
            self.said += os.read(self.master, 65536)

    def finish(self):
        """All that was written until the end, and the status."""
        while True:
            try:
                chunk = os.read(self.master, 65536)
            except OSError:  # the other end is closed
                chunk = b""
            if not chunk:
                break
            self.said += chunk
        os.close(self.master)
        return self.process.wait(10), self.said.decode()


def screen(said):
    """The lines that stay: as a terminal of endless width shows them."""
    lines = [""]
    for part in re.findall(
        r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", said.replace("\r\n", "\n")
    ):
        if part == "\n":
            lines.append("")
        elif part in ("\r", "\x1b[2K"):
            lines[-1] = ""
        elif part == "\x1b[1A":
            lines.pop()
        elif not part.startswith("\x1b"):
            lines[-1] += part
    return lines


def drawn(said):
    """Every state of the bar's line."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)
    return [part for part in re.split(r"[\r\n]+", plain) if re.search(r"\d% \d+:\d\d", part)]


END = ["Importing packages...done", "Writing deployment...done", "the result", ""]


def test_a_bar_on_a_terminal():
    code, said = Terminal(sleep="1.2").finish()
    assert code == 0
    assert screen(said) == ["hello [bold]you[/bold] :smile:", f"warning: {'w' * 300}", *END]
    bars = drawn(said)
    assert any("Importing packages 3/17 1.2 MB ━" in bar for bar in bars), bars
    assert any("0:01" in bar for bar in bars)
    numbers = [int(re.search(r"(\d+)%", bar)[1]) for bar in bars]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 1
    assert "\x1b[?25l" not in said  # the cursor is never hidden
    assert re.search(r"\x1b\[[\d;]+m", said)


@pytest.mark.parametrize(
    "env", [{"NO_COLOR": "1"}, {"NO_COLOR": ""}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}]
)
def test_no_colour_where_none_is_wanted(env):
    code, said = Terminal(**env).finish()
    assert code == 0
    assert screen(said)[-4:] == END
    assert "━" in said
    assert not re.search(r"\x1b\[[\d;]*m", said)


def test_a_dumb_terminal_gets_lines():
    code, said = Terminal(TERM="dumb").finish()
    assert code == 0
    assert "\x1b" not in said
    assert "Importing packages...\r\nwarning: " in said
    assert said.endswith("...done\r\nWriting deployment...done\r\nthe result\r\n")


def test_plain_characters_where_others_are_not_understood():
    code, said = Terminal(PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C").finish()
    assert code == 0
    assert said.isascii()
    assert "\\u" not in said
    assert screen(said)[-4:] == END
    assert any(re.search("1.2 MB [ -]-{20}", bar) for bar in drawn(said))


@pytest.mark.parametrize("columns", [1, 10, 25, 40, 80])
def test_a_long_title_is_cut(columns):
    code, said = Terminal(more=30, columns=columns).finish()
    assert code == 0
    assert all(len(bar.rstrip()) <= max(columns - 1, 1) for bar in drawn(said))
    assert screen(said)[-4:][1:] == END[1:]


def test_the_window_may_be_made_smaller_and_larger():
    terminal = Terminal(sleep="1.5", more=30, columns=120)
    terminal.read_until(b"w" * 300)
    time.sleep(0.3)
    terminal.resize(30)
    time.sleep(0.5)
    terminal.resize(60)
    code, said = terminal.finish()
    assert code == 0
    lengths = [len(bar.rstrip()) for bar in drawn(said)]
    assert max(lengths) > 100
    assert 29 in lengths
    assert lengths[-1] < 60
    assert screen(said)[-3:] == END[1:]


@pytest.mark.parametrize("env", [{}, {"TERM": "dumb"}])
def test_ctrl_c_leaves_a_clean_terminal(env):
    terminal = Terminal(sleep="60", **env)
    terminal.read_until(b"w" * 300)
    time.sleep(0.3)
    os.write(terminal.master, b"\x03")
    code, said = terminal.finish()
    assert code == 130
    assert "Traceback" not in said
    assert said.endswith("\n")
    assert "\x1b[?25l" not in said
    last = "error: Caught SIGINT; cancelled, nothing was changed"
    assert screen(said)[-2].removeprefix("^C") == last
    assert env or screen(said)[-3] == "Importing packages...failed"
    assert terminal.process.poll() == 130


def test_death_leaves_the_cursor():
    terminal = Terminal(sleep="60")
    terminal.read_until(b"w" * 300)
    terminal.process.send_signal(signal.SIGTERM)
    code, said = terminal.finish()
    assert code == -signal.SIGTERM
    assert "\x1b[?25l" not in said
