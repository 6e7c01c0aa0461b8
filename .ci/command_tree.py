"""The commands of the program as plain values, for all that is generated from them.

Only what every version of typer has is looked at: names, metavars, help texts. So the metavar
tells what a value is, see `Value`; hidden commands and options are left out.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "libexec"))

PROGRAM = "rpm-ostree"
HELP = "Show this message and exit."
# An option of so many verbs is explained once for all of them.
COMMON = 5
# Metavars that stand for a path; with these options the path is that of a directory.
FILES = frozenset({"FILE", "PATH", "TREEFILE", "RPM"})
DIRECTORIES = frozenset({"DIR", "REPO"})
DIRECTORY_OPTIONS = frozenset({"--sysroot", "--repo"})
# Values that only a system knows, by what takes them: the option and its metavar, or the arguments
# of a verb, or any with that metavar. What each stands for is in gen_completions.py.
LIVE_OPTIONS = {
    ("--delete", "KEY[=VALUE]"): "kargs",
    ("--delete-if-present", "KEY[=VALUE]"): "kargs",
    ("--replace", "KEY=VALUE[=NEW]"): "kargs",
    ("--uninstall", "PKG"): "layered",
}
LIVE_VERBS = {
    ("uninstall",): "layered",
    ("override", "reset"): "overridden",
    ("db", "diff"): "revisions",
    ("db", "list"): "revisions",
}
LIVE_METAVARS = {"REVISION": "revisions", "DEPLOYMENT": "indices"}
# These take packages by the path of their file as well.
FILE_VERBS = frozenset({("install",), ("override", "replace")})


@dataclass(frozen=True)
class Value:
    """What an option takes, by its metavar: `a|b` is a choice, `[A]` may be left out.

    `live` names values that only a system knows.
    """

    metavar: str
    optional: bool = False
    directory: bool = False
    live: str | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        words = re.sub(r"\[.*?\]", "", self.metavar)
        return tuple(words.split("|")) if re.fullmatch(r"[\w-]+(\|[\w-]+)+", words) else ()

    @property
    def kind(self) -> str:
        """`choice`, `directory`, `file`, `word`, or what is `live`."""
        if self.choices:
            return "choice"
        if self.live:
            return self.live
        if self.directory or self.metavar in DIRECTORIES:
            return "directory"
        return "file" if self.metavar in FILES else "word"


@dataclass(frozen=True)
class Option:
    """`names` with the long ones first; without a `value` it is a flag."""

    names: tuple[str, ...]
    help: str
    value: Value | None = None
    repeatable: bool = False


@dataclass(frozen=True)
class Verb:
    """A command: `words` is how it is called. `arguments` are metavars as they are written."""

    words: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    arguments: tuple[str, ...]
    verbs: tuple["Verb", ...]

    @cached_property
    def live(self) -> str | None:
        """Which values the arguments take that only a system knows."""
        metavars = re.findall(r"[A-Z]+", " ".join(self.arguments))
        known = map(LIVE_METAVARS.get, metavars)
        return LIVE_VERBS.get(self.words) or next(filter(None, known), None)

    @cached_property
    def takes_files(self) -> bool:
        return self.words in FILE_VERBS or any(word in FILES for word in self.arguments)

    def walk(self) -> Iterator["Verb"]:
        """This one and all below it."""
        yield self
        for verb in self.verbs:
            yield from verb.walk()


def read_program() -> Verb:
    """The whole program. Raises ValueError for an option whose value has no metavar."""
    from rpmostree.cli.root import build

    return _read(build(), ())


def common_options(program: Verb) -> tuple[Option, ...]:
    """Options that are the same in many verbs, in the order of their names."""
    count: dict[Option, int] = {}
    for verb in program.walk():
        for option in verb.options:
            count[option] = count.get(option, 0) + 1
    return tuple(sorted((o for o, n in count.items() if n >= COMMON), key=lambda o: o.names))


# Any: which module has the classes depends on the version of typer.
def _read(command: Any, words: tuple[str, ...]) -> Verb:  # noqa: ANN401
    shown = [p for p in command.params if not getattr(p, "hidden", False)]
    options = [_option(p) for p in shown if p.param_type_name == "option"]
    below = list(_below(command))
    return Verb(
        words=words,
        help=_sentences(command.help),
        options=(*options, Option(("--help", "-h"), HELP)),
        arguments=tuple(_argument(p) for p in shown if p.param_type_name == "argument"),
        verbs=tuple(_read(c, (*words, name)) for name, c in below if not c.hidden),
    )


def _below(command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """The commands of a group, in the order in which its help lists them."""
    from rpmostree.cli.usage import Context

    if hasattr(command, "list_commands"):
        context = Context(command)
        for name in command.list_commands(context):
            yield name, command.get_command(context, name)


def _argument(param: Any) -> str:  # noqa: ANN401
    name: str = param.metavar or param.name.upper()
    return f"{name}..." if param.nargs == -1 and name.isupper() and name.isalpha() else name


def _option(param: Any) -> Option:  # noqa: ANN401
    names = tuple(
        sorted((*param.opts, *param.secondary_opts), key=lambda n: not n.startswith("--"))
    )
    if param.is_flag:
        return Option(names, _sentences(param.help))
    if not param.metavar:
        raise ValueError(f"{names[0]} takes a value, but has no metavar to tell which")
    metavar = param.metavar.strip("[]") if param.metavar.startswith("[") else param.metavar
    directory = bool(DIRECTORY_OPTIONS.intersection(names))
    by_name = (LIVE_OPTIONS.get((name, metavar)) for name in names)
    live = next(filter(None, by_name), LIVE_METAVARS.get(metavar))
    value = Value(metavar, metavar != param.metavar, directory, live)
    return Option(names, _sentences(param.help), value, repeatable=param.multiple)


def _sentences(text: str | None) -> str:
    """A help text without its line breaks."""
    return " ".join((text or "").split())
