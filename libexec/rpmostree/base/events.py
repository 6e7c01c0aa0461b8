"""What happens, told to whoever listens.

Lower layers call these functions and never print. The command line sets `sink` once; without it
everything is silent, so that a library call or a test stays quiet.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol


class Sink(Protocol):
    """A listener. Implementations must not raise."""

    def begin(self, title: str) -> None:
        """A task starts; nothing else is reported until it ends."""

    def end(self, suffix: str) -> None:
        """The running task ended well."""

    def fail(self) -> None:
        """The running task did not reach its end."""

    def message(self, text: str) -> None:
        """A line worth showing to the person who waits."""

    def warning(self, text: str) -> None:
        """Something odd that did not stop the work."""

    def detail(self, text: str) -> None:
        """A line for those who asked for detail."""


class Silent:
    """Hears everything and says nothing."""

    def begin(self, title: str) -> None: ...
    def end(self, suffix: str) -> None: ...
    def fail(self) -> None: ...
    def message(self, text: str) -> None: ...
    def warning(self, text: str) -> None: ...
    def detail(self, text: str) -> None: ...


_sink: Sink = Silent()


def listen(sink: Sink) -> None:
    """Send all further events to `sink`."""
    global _sink
    _sink = sink


@contextmanager
def task(title: str) -> Iterator[None]:
    """Report `title...done` round the work inside."""
    _sink.begin(title)
    try:
        yield
    except BaseException:
        _sink.fail()
        raise
    _sink.end("done")


def message(text: str) -> None:
    _sink.message(text)


def warning(text: str) -> None:
    _sink.warning(text)


def detail(text: str) -> None:
    _sink.detail(text)


def command(argv: Sequence[str]) -> None:
    """A program is started; shown as a line that can be pasted."""
    from shlex import join

    _sink.detail("+ " + join(argv))
