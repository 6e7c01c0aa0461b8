"""Events as lines on stderr: `Task...done`, in the genuine tool's wording."""

from typing import TextIO


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
