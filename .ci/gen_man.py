#!/usr/bin/env python3
"""Write man/rpm-ostree.1: the commands as they are, and the tail that is written by hand.

gen_man.py          write the page
gen_man.py -        print it
"""

import re
import sys
from collections.abc import Iterable, Iterator

from command_tree import PROGRAM, TOP, Option, Verb, common_options, read_program

PAGE = TOP / "man" / "rpm-ostree.1"
TAIL = TOP / "man" / "rpm-ostree.tail.in"
ORIGIN = '.\\" Made by .ci/gen_man.py from the commands and rpm-ostree.tail.in; edit those.'


def main() -> None:
    """Write the page, or print it."""
    page = make_page()
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(page)
    else:
        PAGE.write_text(page, encoding="utf-8")


def make_page() -> str:
    """The whole page in the man macros."""
    program = read_program()
    lines = [ORIGIN, *head(program), *commands(program), *common_section(program)]
    return "\n".join(lines) + "\n" + TAIL.read_text(encoding="utf-8")


def head(program: Verb) -> Iterator[str]:
    summary = program.help.rstrip(".")
    yield f'.TH {escape(PROGRAM.upper())} 1 "" {escape(PROGRAM)} "User Commands"'
    yield ".SH NAME"
    yield f"{escape(PROGRAM)} \\- {escape(summary[0].lower() + summary[1:])}"
    yield ".SH SYNOPSIS"
    yield from synopsis(program, "COMMAND", "[OPTION]...", "[ARGUMENT]...")


def commands(program: Verb) -> Iterator[str]:
    """A part for each command that does something itself; groups only lend their name."""
    common = common_options(program)
    yield ".SH COMMANDS"
    yield "Options and arguments may stand in any order after the command."
    for verb in list(program.walk())[1:]:
        if not verb.verbs:
            yield from describe(verb, common)


def describe(verb: Verb, common: Iterable[Option]) -> Iterator[str]:
    yield f".SS {escape(' '.join(verb.words))}"
    yield from synopsis(verb, "[OPTION]...", *verb.arguments)
    yield ".PP"
    yield escape(full_stop(verb.help))
    for option in verb.options:
        if option not in common:
            yield from explain(option)
    also = [bold(option.names[0]) for option in verb.options if option in common]
    if also:
        yield ".PP"
        yield "Common options: " + ", ".join(also) + "."


def common_section(program: Verb) -> Iterator[str]:
    yield '.SH "COMMON OPTIONS"'
    yield "Each command says which of these it has."
    for option in common_options(program):
        yield from explain(option)
    rest = [option for option in program.options if option not in common_options(program)]
    if rest:
        yield ".PP"
        yield "Without a command:"
        for option in rest:
            yield from explain(option)


def synopsis(verb: Verb, *words: str) -> Iterator[str]:
    yield ".nf"
    yield " ".join([bold(" ".join([PROGRAM, *verb.words])), *map(variables, words)])
    yield ".fi"


def explain(option: Option) -> Iterator[str]:
    names = [bold(name) for name in option.names]
    if option.value:
        value = f"={variables(option.value.metavar)}"
        names[0] += f"[{value}]" if option.value.optional else value
    yield ".TP"
    yield ", ".join(names)
    again = " May be given several times." if option.repeatable else ""
    yield escape(full_stop(option.help)) + again


def variables(text: str) -> str:
    """Words in capitals stand for something else and are slanted."""
    return re.sub(r"[A-Z]{2,}|\b[A-Z]\b", r"\\fI\g<0>\\fR", escape(text))


def bold(text: str) -> str:
    return f"\\fB{escape(text)}\\fR"


def full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def escape(text: str) -> str:
    """Text that roff takes literally, wherever on a line it stands."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    main()
