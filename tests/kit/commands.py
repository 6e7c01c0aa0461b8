"""The commands of the program, as what is generated from them sees them."""

import sys
from pathlib import Path
from typing import Any

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
