"""Events on stderr: `Task...done` in the genuine tool's wording, or a live line on a terminal."""

import os
import time
from typing import TYPE_CHECKING, TextIO

from rpmostree.base.events import Sink

if TYPE_CHECKING:
    from rich.status import Status


def new_progress(out: TextIO, *, quiet: bool = False, verbose: bool = False) -> Sink:
    """What fits `out`: live for a person at a terminal, plain lines for everything else."""
    if out.isatty() and os.environ.get("TERM") != "dumb" and not quiet and not verbose:
        return LiveProgress(out)
    return PlainProgress(out, quiet=quiet, verbose=verbose)


class PlainProgress:
    """For pipes, logs and terminals alike: a task is a line, finished when it is done."""

    def __init__(self, out: TextIO, *, quiet: bool = False, verbose: bool = False) -> None:
        self._out = out
        self._quiet = quiet
        self._verbose = verbose
        self._open = False

    def begin(self, title: str) -> None:
        self._write(f"{title}...", newline=False)
        self._open = True

    def end(self, suffix: str) -> None:
        if self._open:
            self._open = False
            self._write(suffix)
        else:
            self._write(f"...{suffix}")

    def fail(self) -> None:
        if self._open:
            self._open = False
            self._write("failed")

    def message(self, text: str) -> None:
        self._break()
        self._write(text)

    def warning(self, text: str) -> None:
        self._break()
        self._out.write(f"warning: {text}\n")
        self._out.flush()

    def detail(self, text: str) -> None:
        if self._verbose and text:
            self._break()
            self._out.write(f"{text}\n")
            self._out.flush()

    def _break(self) -> None:
        """A line that comes while a task is open stands on its own."""
        if self._open:
            self._open = False
            self._write("")

    def _write(self, text: str, *, newline: bool = True) -> None:
        if not self._quiet:
            self._out.write(f"{text}\n" if newline else text)
            self._out.flush()


class LiveProgress:
    """For a terminal: the running task turns, a finished one stays with the time it took."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._title = ""
        self._since = 0.0
        self._status: Status | None = None

    def begin(self, title: str) -> None:
        from rich.console import Console

        self._title, self._since = title, time.monotonic()
        self._status = Console(file=self._out, highlight=False).status(f"{title}...")
        self._status.start()

    def end(self, suffix: str) -> None:
        self._stop()
        seconds = time.monotonic() - self._since
        self._out.write(f"{self._title}...{suffix} ({seconds:.1f} s)\n")

    def fail(self) -> None:
        self._stop()
        self._out.write(f"{self._title}...failed\n")

    def message(self, text: str) -> None:
        self._say(text)

    def warning(self, text: str) -> None:
        self._say(f"warning: {text}")

    def detail(self, text: str) -> None:
        """Those who ask for detail get plain lines instead."""

    def _say(self, text: str) -> None:
        """A line above the live one."""
        if self._status is not None:
            self._status.console.print(text, markup=False, soft_wrap=True)
        else:
            self._out.write(f"{text}\n")
            self._out.flush()

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
