"""What a screen can show, and rows of `label: value` that fit it."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

_NARROWEST = 64  # the length of a checksum: no screen that shows one is worth less


@dataclass(frozen=True)
class Screen:
    """What the output can show; `columns` is None where lines are never wrapped."""

    unicode: bool = True
    columns: int | None = None
    colour: bool = False

    def red(self, text: str) -> str:
        """What must not be overlooked."""
        return f"\033[31m\033[1m{text}\033[22m\033[0m" if self.colour else text

    def glyph(self, text: str) -> str:
        """The bullet and the branches of trees, in ASCII if need be."""
        if self.unicode:
            return text
        return text.replace("●", "*").replace("└─", "`-").replace("├─", "|-")


@dataclass(frozen=True)
class Row:
    """A label and the lines of its value; `red` where it is a warning."""

    label: str
    lines: tuple[str, ...]
    red: bool = False


def is_terminal(out: TextIO) -> bool:
    """Can a line of `out` be written anew?"""
    return out.isatty() and os.environ.get("TERM") != "dumb"


def is_coloured(out: TextIO) -> bool:
    """Is colour wanted and understood?"""
    return is_terminal(out) and "NO_COLOR" not in os.environ


def new_screen(out: TextIO) -> Screen:
    """The screen that `out` is; pipes and files have no end on the right."""
    unicode = "utf" in (out.encoding or "").lower()
    if not out.isatty():
        return Screen(unicode)
    try:
        columns = os.get_terminal_size(out.fileno()).columns
    except OSError:
        columns = 80
    return Screen(unicode, columns or 80, is_coloured(out))


def error_text(out: TextIO, text: str, hint: str | None) -> str:
    """`error: TEXT`, red at the front if `out` has colours, and the hint in brackets below."""
    red, plain = ("\033[31m", "\033[0m") if is_coloured(out) else ("", "")
    return f"{red}error: {plain}{text}" + (f"\n({hint})" if hint else "")


def row(label: str, value: str, *, red: bool = False) -> Row:
    """A row of one line."""
    return Row(label, (value,), red)


def lay_out(rows: Iterable[Row], width: int, screen: Screen) -> Iterator[str]:
    """The lines of rows, whose labels end in a column: `width` letters after two blanks."""
    for each in rows:
        for number, line in enumerate(each.lines):
            label = "" if number else f"{each.label}: "
            text = f"{label:>{width + 4}}{screen.glyph(line)}"
            yield screen.red(text) if each.red else text


def list_row(label: str, names: Iterable[str], width: int, screen: Screen) -> Iterator[Row]:
    """The names, sorted without regard to case and quoted for a shell; no row for none."""
    words = [shell_word(name) for name in sorted(names, key=str.lower)]
    if words:
        yield Row(label, tuple(_wrap(words, _room(width, screen))))


def _room(width: int, screen: Screen) -> int | None:
    indent = width + 4
    if screen.columns is None or indent >= screen.columns:
        return None
    return max(_NARROWEST, screen.columns - indent)


def _wrap(words: Sequence[str], room: int | None) -> Iterator[str]:
    line = words[0]
    for word in words[1:]:
        if room is not None and len(line) + 1 + len(word) > room:
            yield line
            line = word
        else:
            line += f" {word}"
    yield line


def shell_word(name: str) -> str:
    """In quotes if it holds anything but letters, digits, dashes, dots, slashes and underscores."""
    if name and all(c.isalnum() or c in "-_./" for c in name):
        return name
    return "'" + name.replace("'", "'\\''") + "'"


def clock(seconds: int) -> str:
    """Seconds of the epoch as people write them, in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
