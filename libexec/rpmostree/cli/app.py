"""The program: global options, the command tree, and what becomes of an error.

Usage errors exit 1, as the genuine tool's do, not 2; options may stand anywhere; hidden aliases are
served but not shown. Nothing below this layer prints or exits.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import partial

import typer
from typer.core import TyperGroup

import rpmostree
from rpmostree.base import events
from rpmostree.base.errors import Cancelled, RpmOstreeError
from rpmostree.cli.progress import new_progress
from rpmostree.cli.usage import ClickException, Command, Context, NoSuchOption, UsageError

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
FEATURES = ("python", "compose")


class UnknownCommand(UsageError):
    """There is no such verb; `hint` names those that are spelled much like it."""

    def __init__(self, message: str, ctx: Context, given: str, known: Sequence[str]) -> None:
        super().__init__(message, ctx)
        self.hint = _meant(get_close_matches(given, known))


class Commands(TyperGroup):
    """A group of commands, with the genuine tool's words for a wrong one."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            inside = ctx.parent is not None
            words = (
                f'"{ctx.info_name}" subcommand "{args[0]}"' if inside else f"command '{args[0]}'"
            )
            raise UnknownCommand(f"Unknown {words}", ctx, args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """The first word without a dash is the command, wherever it stands."""
        if not args and ctx.parent is not None:
            raise UsageError(f'No "{ctx.info_name}" subcommand specified', ctx)
        at = next((i for i, word in enumerate(args) if not word.startswith("-")), 0)
        if at and not set(args[:at]) & {"--version", "--help", "-h", "--"}:
            args = [args[at], *args[:at], *args[at + 1 :]]
        return super().parse_args(ctx, args)


def new_group(
    name: str | None = None, help_text: str = "", cls: type[Commands] = Commands
) -> typer.Typer:
    """A group whose commands take options and arguments in any order."""
    group = typer.Typer(
        name=name,
        help=help_text,
        cls=cls,
        add_completion=False,
        no_args_is_help=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if name is not None:
        group.callback(help=help_text)(_stay_a_group)
    return group


def _stay_a_group() -> None:
    """Without a callback, typer would make a command of a group that has only one."""


def version_text() -> str:
    """What `--version` prints: YAML, which fleet tools parse."""
    features = "".join(f"  - {name}\n" for name in FEATURES)
    return f"rpm-ostree:\n Version: '{rpmostree.__version__}'\n Features:\n{features}"


def run(command: Command, argv: Sequence[str]) -> int:
    """Run the program and return its exit status; every error is one sentence on stderr.

    Both streams have been flushed by then, or could not be.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # the caller closed it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    try:
        return _run(command, argv)
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream.flush()


def _run(command: Command, argv: Sequence[str]) -> int:
    events.listen(new_progress(sys.stderr))
    fail = partial(_fail, as_json=_wants_json(argv))
    try:
        status = command.main(_complete_wait(argv), prog_name="rpm-ostree", standalone_mode=False)
        sys.stdout.flush()
        return _end_with(status if isinstance(status, int) else 0, fail)
    except typer.Exit as stop:
        return _end_with(stop.exit_code, fail)
    except UsageError as error:
        return _explain_usage(error, fail)
    except ClickException as error:
        return fail(error.format_message())
    except (KeyboardInterrupt, typer.Abort):
        return _end_with(Cancelled.exit_code, fail)
    except RpmOstreeError as error:
        return fail(str(error), error.hint, status=error.exit_code, details=error.details)
    except BrokenPipeError:  # the reader has seen enough
        return 1
    except OSError as error:
        return fail(_os_error(error), _os_hint(error))


def _end_with(status: int, fail: Callable[..., int]) -> int:
    """Newer typers turn Ctrl-C into a bare status, older ones raise; all else is no failure."""
    if status == Cancelled.exit_code:
        return fail("Caught SIGINT; cancelled, nothing was changed", status=status)
    events.close()
    return status


def _complete_wait(argv: Sequence[str]) -> list[str]:
    """Give a bare `--wait` its value: for ever, unless a number follows."""
    words = list(argv)
    for at, word in enumerate(words):
        if word == "--wait" and not (at + 1 < len(words) and _NUMBER.fullmatch(words[at + 1])):
            words[at] = "--wait=-1"
    return words


def _wants_json(argv: Sequence[str]) -> bool:
    words = list(argv)
    return "--json" in words[: words.index("--") if "--" in words else len(words)]


def _fail(
    message: str,
    hint: str | None = None,
    *,
    as_json: bool,
    status: int = 1,
    details: Mapping[str, object] | None = None,
) -> int:
    """Say what went wrong, as JSON on stdout too if so asked; the returned status is ours."""
    events.error(message, hint)
    if as_json:
        import json

        document = {"error": {"message": message, "hint": hint, **(details or {})}}
        with suppress(OSError):  # the reader may have left
            show(json.dumps(document, indent=2))
    return status


def _explain_usage(error: UsageError, fail: Callable[..., int]) -> int:
    events.listen(new_progress(sys.stderr))  # whatever was asked for, this is for a person
    if isinstance(error, NoSuchOption):
        return fail(f"Unknown option {error.option_name}", _meant(error.possibilities))
    if error.ctx is not None:
        sys.stderr.write(f"{error.ctx.get_help()}\n\n")
    message = error.format_message()
    known = message.startswith(("Unknown command", "No command", 'No "', 'Unknown "'))
    hint = error.hint if isinstance(error, UnknownCommand) else None
    return fail(message if known else f"usage error: {message}", hint)


def _meant(names: Sequence[str] | None) -> str | None:
    return f"did you mean {' or '.join(names)}?" if names else None


def _os_error(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _os_hint(error: OSError) -> str | None:
    import errno

    if error.errno == errno.ENOSPC:
        return "`rpm-ostree cleanup -rb` may free a deployment"
    return None


def show(text: str) -> None:
    """A result, on stdout."""
    if text:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
