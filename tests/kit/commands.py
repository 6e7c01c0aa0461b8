"""The commands of the program: as their generators see them, and with all that is hidden."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rpmostree.cli.root import build
from rpmostree.cli.usage import Command, Context

_CI = str(Path(__file__).resolve().parents[2] / ".ci")


def read_program() -> Any:
    """The tree of `.ci/command_tree.py`; `walk()` yields each command."""
    sys.path.insert(0, _CI)
    try:
        import command_tree
    finally:
        sys.path.remove(_CI)
    return command_tree.read_program()


def option_names(verb: Any) -> set[str]:
    """All names of all options that the help of a verb shows."""
    return {name for option in verb.options for name in option.names}


def find_command(words: str) -> Command | None:
    """What the words stand for, hidden spellings included; None if the program knows none."""
    here: Any = build()
    for word in words.split():
        here = here.get_command(Context(here), word) if hasattr(here, "get_command") else None
        if here is None:
            return None
    return here


def all_options(words: str) -> set[str]:
    """All names of all options of a command, hidden ones included, but for those of help."""
    command = find_command(words)
    assert command is not None, words
    options = [p for p in command.params if p.param_type_name == "option"]
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


def list_verbs() -> list[str]:
    """All commands but groups."""
    return list(_below(build(), ()))


def _below(command: Any, words: tuple[str, ...]) -> Iterator[str]:
    if not hasattr(command, "list_commands"):
        yield " ".join(words)
        return
    context = Context(command)
    for name in command.list_commands(context):
        yield from _below(command.get_command(context, name), (*words, name))
