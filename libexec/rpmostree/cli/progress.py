"""Events as people and scripts see them; `new_progress` chooses how."""

import json
import os
import re
import time
from contextlib import suppress
from typing import TextIO

from rpmostree.base.events import Sink, Unit
from rpmostree.cli.screen import error_text, is_terminal
from rpmostree.cli.steps import Course

_JSONL = re.compile(r"jsonl(?::(\d{1,9}))?")
_STDERR = 2


def new_progress(
    out: TextIO, how: str = "auto", *, quiet: bool = False, verbose: bool = False
) -> Sink:
    """What was asked for: `auto`, `plain`, `none`, `jsonl` or `jsonl:FD`.

    `auto` is a bar for a person at a terminal, and plain lines for everything else. Raises
    ValueError, with a sentence, for another word or a file descriptor that cannot be written to.
    """
    if match := _JSONL.fullmatch(how):
        fd = int(match[1] or _STDERR)
        _check_writable(fd)
        apart = fd != _STDERR
        person = Plain(out, phases=False, messages=False, details=verbose) if apart else None
        return JsonLines(fd, person, details=verbose)
    if how not in ("auto", "plain", "none"):
        raise ValueError(f"'{how}' is not one of auto, plain, none, jsonl[:FD]")
    if how == "auto" and not quiet and is_terminal(out):
        from rpmostree.cli.bar import Bar

        return Bar(out, details=verbose)
    phases = how != "none" and not quiet
    return Plain(out, phases=phases, messages=not quiet, details=verbose)


def _check_writable(fd: int) -> None:
    try:
        os.write(fd, b"")
    except OSError as error:
        raise ValueError(f"cannot write to file descriptor {fd}: {error.strerror}") from error


class Plain:
    """For pipes and logs: a titled step is a line, finished when it is done.

    Warnings and errors are always written. Nobody reading any more is no reason to stop.
    """

    def __init__(
        self, out: TextIO, *, phases: bool = True, messages: bool = True, details: bool = False
    ) -> None:
        self._out = out
        self._phases = phases
        self._messages = messages
        self._details = details
        self._title: str | None = None
        self._open = False  # is there a line without an end?

    def begin(self, name: str, title: str | None) -> None:
        del name
        self._title = title if self._phases else None
        if self._title:
            self._write(f"{title}...")
            self._open = True

    def progress(self, done: int, total: int | None, unit: Unit) -> None:
        """A line that is not written anew has no room for this."""

    def end(self) -> None:
        if self._title:
            self._write("done\n" if self._open else "...done\n")
        self._open = False

    def fail(self) -> None:
        if self._open:
            self._write("failed\n")
        self._open = False

    def message(self, text: str) -> None:
        if self._messages:
            self._line(text)

    def warning(self, text: str) -> None:
        self._line(f"warning: {text}")

    def detail(self, text: str) -> None:
        if self._details and text:
            self._line(text)

    def error(self, text: str, hint: str | None) -> None:
        self._line(error_text(self._out, text, hint))

    def close(self) -> None:
        """Nothing is left to be said."""

    def _line(self, text: str) -> None:
        """A line that comes while a step runs stands on its own."""
        self._write(f"\n{text}\n" if self._open else f"{text}\n")
        self._open = False

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._out.write(text)
            self._out.flush()


class JsonLines:
    """For programs: each event is a JSON object on a line of its own, written at once.

    Each has these keys:

        time      when it was, in seconds of the epoch
        event     what it is, see below
        phase     the name of the running step, or null between steps
        percent   how far all of the change is: never less than before, and 100 when it succeeded

    The events, with the keys that they have besides:

        begin     `title`: a step begins; what people see of it, or null
        progress  `done`, `total`, `unit`: so many "packages" or "bytes" of the step, of `total` or
                  of null. The last event of a success is one without these keys, its percent 100
        end       `result`: a step ends; "done" or "failed"
        message   `text`
        warning   `text`
        detail    `text`; with --verbose only
        error     `text`, `hint` or null: the last event of a failure

    Programs have to ignore keys and events that they do not know. If the objects go anywhere but
    stderr, warnings and errors go there as well, as text. What is wrong with the command line
    itself is always said there as text.
    """

    def __init__(self, fd: int, person: Sink | None, *, details: bool = False) -> None:
        self._fd = fd
        self._person = person
        self._details = details
        self._course = Course()
        self._phase: str | None = None

    def begin(self, name: str, title: str | None) -> None:
        self._phase = name
        self._course.begin(name)
        self._write("begin", title=title)

    def progress(self, done: int, total: int | None, unit: Unit) -> None:
        if total:
            self._course.part(done / total)
        self._write("progress", done=done, total=total, unit=unit)

    def end(self) -> None:
        self._course.end()
        self._write("end", result="done")
        self._phase = None

    def fail(self) -> None:
        self._write("end", result="failed")
        self._phase = None

    def message(self, text: str) -> None:
        self._write("message", text=text)

    def warning(self, text: str) -> None:
        self._write("warning", text=text)
        if self._person:
            self._person.warning(text)

    def detail(self, text: str) -> None:
        if self._details and text:
            self._write("detail", text=text)
            if self._person:
                self._person.detail(text)

    def error(self, text: str, hint: str | None) -> None:
        self._write("error", text=text, hint=hint)
        if self._person:
            self._person.error(text, hint)

    def close(self) -> None:
        self._course.finish()
        self._write("progress")

    def _write(self, event: str, **more: object) -> None:
        percent = round(self._course.percent, 1)
        known = {"time": round(time.time(), 3), "event": event, "phase": self._phase}
        line = json.dumps({**known, "percent": percent, **more}) + "\n"
        with suppress(OSError):  # a reader that has left is no reason to stop
            os.write(self._fd, line.encode())
