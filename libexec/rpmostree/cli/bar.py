"""The progress bar, for a person at a terminal."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from rpmostree.base.events import Unit
from rpmostree.cli.screen import error_text, is_coloured
from rpmostree.cli.steps import Course

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

_BAR = 30  # columns of the bar itself, if there are as many
_PER_SECOND = 8
_UNITS = ("B", "kB", "MB", "GB", "TB")


class Bar:
    """One line for the whole change, which stays below all others and goes when a step ends.

    The line is drawn by a thread, so that its clock goes on while a program runs. The cursor is
    never hidden: whatever ends us, the terminal is as it was.
    """

    def __init__(self, out: TextIO, *, details: bool = False) -> None:
        self._out = out
        self._details = details
        self._course = Course()
        self._since: float | None = None
        self._shown = ""
        self._title: str | None = None
        self._counts: dict[Unit, str] = {}
        self._live: Live | None = None

    def begin(self, name: str, title: str | None) -> None:
        self._since = self._since or time.monotonic()
        self._course.begin(name)
        self._shown, self._counts = title or name, {}
        self._title = title
        self._draw()

    def progress(self, done: int, total: int | None, unit: Unit) -> None:
        if total:
            self._course.part(done / total)
        # A new one, since the thread that draws may be reading the old one.
        self._counts = {**self._counts, unit: count_text(done, total, unit)}

    def end(self) -> None:
        self._course.end()
        self._clear("done")

    def fail(self) -> None:
        self._clear("failed")

    def message(self, text: str) -> None:
        self._line(text)

    def warning(self, text: str) -> None:
        self._line(f"warning: {text}")

    def detail(self, text: str) -> None:
        if self._details and text:
            self._line(text)

    def error(self, text: str, hint: str | None) -> None:
        self._clear("failed")
        self._write(error_text(self._out, text, hint) + "\n")

    def close(self) -> None:
        """The line is gone already: no step runs any more."""

    def _draw(self) -> None:
        from rich.live import Live

        console = _new_console(self._out)
        self._live = Live(
            console=console,
            get_renderable=lambda: self._render(console.width),
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start(refresh=True)

    def _clear(self, result: str) -> None:
        """Let a line that says how the step ended, if it has a title, take the bar's place."""
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._write(f"{self._title}...{result}\n" if self._title else "")

    def _line(self, text: str) -> None:
        """A line above the bar."""
        if self._live is not None:
            self._live.console.print(text, markup=False, emoji=False, soft_wrap=True)
        else:
            self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        with suppress(OSError):  # a terminal that has gone is no reason to stop
            self._out.write(text)
            self._out.flush()

    def _render(self, width: int) -> "RenderableType":
        from rich.cells import set_cell_size
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        seconds = time.monotonic() - (self._since or time.monotonic())
        clock = f"{int(self._course.percent):3}% {int(seconds) // 60}:{int(seconds) % 60:02}"
        text = " ".join([self._shown, *self._counts.values()])
        room, bar = share_out(width, len(text), len(clock))
        line = Table.grid()
        cells: list[RenderableType] = [set_cell_size(text, room)]
        if bar:
            drawn = ProgressBar(
                completed=self._course.percent,
                width=bar,
                style="bright_black",
                complete_style="green",
            )
            cells += [" ", drawn]
        line.add_row(*cells, f" {clock}")
        return line


def _new_console(out: TextIO) -> "Console":
    from rich.console import Console

    class NeverHidden(Console):
        def show_cursor(self, show: bool = True) -> bool:
            return show

    return NeverHidden(
        file=out, force_terminal=True, highlight=False, no_color=not is_coloured(out)
    )


def share_out(width: int, text: int, clock: int) -> tuple[int, int]:
    """The columns for the text and for the bar (0: none), with a space before bar and clock.

    The last column stays free: what ends there may make a terminal begin a new line.
    """
    free = max(width - 1 - clock - 1, 0)
    bar = min(_BAR, free - text - 1)
    if bar < _BAR // 3:  # the text is worth more than a stump of a bar
        bar = 0
    return min(text, free), bar


def count_text(done: int, total: int | None, unit: Unit) -> str:
    """`3/17` packages, `1.2 MB`, or `1.2 MB/8.0 MB`."""
    show = size_text if unit == "bytes" else str
    return show(done) if total is None else f"{show(done)}/{show(total)}"


def size_text(size: int) -> str:
    """A number of bytes in a unit that leaves it short."""
    number, unit = float(size), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{size} B"
