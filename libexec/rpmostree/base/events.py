"""What happens, told to whoever listens.

Lower layers call these functions and never print. The command line sets the listener once; without
it everything is silent, so that a library call or a test stays quiet.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

Unit = Literal["packages", "bytes"]


class Sink(Protocol):
    """A listener. Implementations must not raise.

    Steps do not nest. Whatever happens in between, `close` or `error` comes last.
    """

    def begin(self, name: str, title: str | None) -> None:
        """A step starts: its name for programs, and its title for people if they are to see it."""

    def progress(self, done: int, total: int | None, unit: Unit) -> None:
        """So much of the running step is done; `total` is None while nobody knows it."""

    def end(self) -> None:
        """The running step ended well."""

    def fail(self) -> None:
        """The running step did not reach its end."""

    def message(self, text: str) -> None:
        """A line worth showing to the person who waits."""

    def warning(self, text: str) -> None:
        """Something odd that did not stop the work."""

    def detail(self, text: str) -> None:
        """A line for those who asked for detail."""

    def error(self, text: str, hint: str | None) -> None:
        """What stopped the work, and what to do about it."""

    def close(self) -> None:
        """All went well."""


class Silent:
    """Hears everything and says nothing."""

    def begin(self, name: str, title: str | None) -> None: ...
    def progress(self, done: int, total: int | None, unit: Unit) -> None: ...
    def end(self) -> None: ...
    def fail(self) -> None: ...
    def message(self, text: str) -> None: ...
    def warning(self, text: str) -> None: ...
    def detail(self, text: str) -> None: ...
    def error(self, text: str, hint: str | None) -> None: ...
    def close(self) -> None: ...


_sink: Sink = Silent()


def listen(sink: Sink) -> None:
    """Send all further events to `sink`."""
    global _sink
    _sink = sink


@contextmanager
def step(name: str, title: str | None = None) -> Iterator[None]:
    """Report a step round the work inside; as `title...done`, if it has one."""
    try:
        _sink.begin(name, title)
        yield
    except BaseException:
        _sink.fail()
        raise
    _sink.end()


def progress(done: int, total: int | None, unit: Unit) -> None:
    """Say how far the running step is. May be told of several units, and at any rate."""
    _sink.progress(done, total, unit)


def message(text: str) -> None:
    _sink.message(text)


def warning(text: str) -> None:
    _sink.warning(text)


def detail(text: str) -> None:
    _sink.detail(text)


def error(text: str, hint: str | None = None) -> None:
    _sink.error(text, hint)


def close() -> None:
    _sink.close()


@contextmanager
def command(
    argv: Sequence[str],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    streams: tuple[Path, Path] | None = None,
) -> Iterator[None]:
    """Show a program that runs inside as a line for the shell, and then how long it took."""
    since = time.monotonic()
    _sink.detail(command_line(argv, env or {}, cwd, streams))
    try:
        yield
    finally:
        _sink.detail(f"# took {time.monotonic() - since:.3f} s")


def command_line(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path | None = None,
    streams: tuple[Path, Path] | None = None,
) -> str:
    """One line for bash, whatever is in the words; where it runs, if that is not here."""
    words = [f"{name}={quote(value)}" for name, value in env.items()]
    words += map(quote, argv)
    if streams:
        words += ["<", quote(str(streams[0])), ">", quote(str(streams[1]))]
    there = cwd is not None and cwd.absolute() != Path.cwd()
    where = ["cd", quote(str(cwd)), "&&"] if there else []
    return " ".join([*where, *words])


def quote(word: str) -> str:
    """A word for bash; one with control characters gets bash's own quotes, to stay on its line."""
    from shlex import quote as simply

    if word.isprintable():
        return simply(word)
    escaped = "".join(_escape(os.fsencode(char)) for char in word)
    return f"$'{escaped}'"


def _escape(char: bytes) -> str:
    if char in (b"\\", b"'"):
        return f"\\{char.decode()}"
    known = {b"\n": "\\n", b"\t": "\\t"}
    if char.isascii() and char.decode().isprintable():
        return char.decode()
    return known.get(char) or "".join(f"\\x{byte:02x}" for byte in char)
