#!/usr/bin/env python3
"""Write the pages of man/.

rpm-ostree.1 tells of the commands as they are, with a tail that is written by hand;
rpm-ostreed.conf.5 of the settings as they are.

gen_man.py          write the pages
gen_man.py -        print them
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields

from command_tree import PROGRAM, TOP, Option, Verb, common_options, read_program

WHERE = TOP / "man"
TAIL = WHERE / "rpm-ostree.tail.in"
SETTINGS = "rpm-ostreed.conf"
SETTINGS_ORIGIN = '.\\" Made by .ci/gen_man.py from tools/settings.py; edit that.'
ORIGIN = '.\\" Made by .ci/gen_man.py from the commands and rpm-ostree.tail.in; edit those.'


def main() -> None:
    """Write the pages, or print them."""
    for name, page in make_pages().items():
        if sys.argv[1:] == ["-"]:
            sys.stdout.write(page)
        else:
            (WHERE / name).write_text(page, encoding="utf-8")


def make_pages() -> dict[str, str]:
    """The text of each page, in the man macros, by its name."""
    program = read_program()
    lines = [ORIGIN, *head(program), *commands(program), *common_section(program)]
    main_page = "\n".join(lines) + "\n" + TAIL.read_text(encoding="utf-8")
    return {f"{PROGRAM}.1": main_page, f"{SETTINGS}.5": "\n".join(settings_page()) + "\n"}


def settings_page() -> Iterator[str]:
    from rpmostree.tools.settings import GROUP, Settings

    yield SETTINGS_ORIGIN
    yield from title(SETTINGS, 5, "File Formats", "what an administrator decided beforehand")
    yield ".SH SYNOPSIS"
    yield f"\\fI{escape(f'/etc/{SETTINGS}')}\\fR"
    yield ".SH DESCRIPTION"
    yield f"Settings for {bold(PROGRAM)}, each a line {variables('KEY=VALUE')}"
    yield f"in the group {bold(f'[{GROUP}]')}."
    yield "The file need not exist, nor any key in it; other keys are ignored."
    yield "It is read anew by each command, from the deployment that a change is based on."
    yield ".SH KEYS"
    for key in fields(Settings):
        switch = isinstance(key.default, bool)
        usual = str(key.default).lower() if switch else str(key.default)
        yield ".TP"
        yield f"{bold(key.metadata['key'])}={variables('BOOLEAN' if switch else 'WORD')}"
        yield escape(key.metadata["meaning"])
        yield f"The default is {bold(usual)}."
    yield ".PP"
    yield f"{bold('false')}, {bold('no')} and {bold('0')} turn off what may be turned on;"
    yield "everything else turns it on."
    yield ".SH EXAMPLE"
    yield ".nf"
    yield f"[{GROUP}]"
    yield "Recommends=false"
    yield ".fi"
    yield '.SH "SEE ALSO"'
    yield f".BR {escape(PROGRAM)} (1)"


def title(name: str, section: int, group: str, summary: str) -> Iterator[str]:
    yield f'.TH {escape(name.upper())} {section} "" {escape(PROGRAM)} "{group}"'
    yield ".SH NAME"
    yield f"{escape(name)} \\- {escape(summary)}"


def head(program: Verb) -> Iterator[str]:
    summary = program.help.rstrip(".")
    yield from title(PROGRAM, 1, "User Commands", summary[0].lower() + summary[1:])
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
