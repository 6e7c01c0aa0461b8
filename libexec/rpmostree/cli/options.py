"""Options that many verbs share, each declared once."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from rpmostree.base import events
from rpmostree.cli.progress import new_progress
from rpmostree.cli.usage import Context, UsageError
from rpmostree.cli.usage import Parameter as Option
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import sysroot as admin

_T = TypeVar("_T")

SysrootPath = Annotated[
    Path,
    typer.Option(
        "--sysroot",
        metavar="PATH",
        help="Use the system root PATH (default: /)",
        show_default=False,
    ),
]
Stateroot = Annotated[
    str | None,
    typer.Option("--stateroot", "--os", metavar="NAME", help="Operate on the provided stateroot"),
]
Reboot = Annotated[
    bool, typer.Option("--reboot", "-r", help="Initiate a reboot after the operation is complete")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Show what would be done, and change nothing")
]
CacheOnly = Annotated[
    bool, typer.Option("--cache-only", "-C", help="Use what was downloaded before; no network")
]
DownloadOnly = Annotated[
    bool, typer.Option("--download-only", help="Download what is needed, and deploy nothing")
]
Unchanged77 = Annotated[
    bool, typer.Option("--unchanged-exit-77", help="Exit with status 77 if nothing changed")
]
Idempotent = Annotated[bool, typer.Option("--idempotent", help="Do nothing if it is already so")]
AssumeYes = Annotated[bool, typer.Option("--assumeyes", "-y", help="Answer yes to all questions")]
_NAMES = "an index, booted, pending, rollback, a version or a checksum"
Named = Annotated[
    str | None,
    typer.Argument(metavar="DEPLOYMENT", help=_NAMES.capitalize()),
]
DeployIndex = Annotated[
    str | None,
    typer.Option(
        "--deploy-index",
        metavar="DEPLOYMENT",
        help=f"Which deployment: {_NAMES}",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout")]


def _show_schema(context: Context, value: bool) -> None:
    """Print what the documents of this verb look like, and end, whatever else was given."""
    if not value:
        return
    import json

    from rpmostree.cli.app import show
    from rpmostree.cli.schemas import read_schema

    words: list[str] = []
    here: Context | None = context
    while here is not None and here.parent is not None:
        words.insert(0, here.command.name or "")
        here = here.parent
    show(json.dumps(read_schema(words), indent=2))
    raise typer.Exit(0)


Schema = Annotated[
    bool,
    typer.Option(
        "--schema",
        is_eager=True,
        callback=_show_schema,
        help="Print the JSON Schema of what --json prints",
    ),
]


def _listen(context: Context, param: Option, value: _T) -> _T:
    """Let `--quiet`, `--verbose` and `--progress` take effect wherever they stand."""
    import sys

    given = {**context.params, str(param.name): value}
    quiet, verbose = bool(given.get("quiet")), bool(given.get("verbose"))
    how = str(given.get("progress", "auto"))
    try:
        events.listen(new_progress(sys.stderr, how, quiet=quiet, verbose=verbose))
    except ValueError as error:
        raise UsageError(f"Invalid value for --progress: {error}", context) from error
    return value


Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_listen, help="Report no progress")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", callback=_listen, help="Show each command that is run")
]
Progress = Annotated[
    str,
    typer.Option(
        "--progress",
        metavar="auto|plain|none|jsonl[:FD]",
        callback=_listen,
        help="How to report progress; as JSON to file descriptor FD, else to stderr",
        show_default=False,
    ),
]
Peer = Annotated[bool, typer.Option("--peer", hidden=True, help="Ignored: there is no daemon")]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        metavar="[SECONDS]",
        help="Wait for another transaction to end; for ever, unless SECONDS are given",
        show_default=False,
    ),
]


LockFinalization = Annotated[
    bool,
    typer.Option(
        "--lock-finalization",
        help="Keep the staged deployment from taking effect until finalize-deployment",
    ),
]
AlsoInstall = Annotated[
    list[str] | None,
    typer.Option("--install", metavar="PKG", help="Overlay an additional package as well"),
]
AlsoUninstall = Annotated[
    list[str] | None,
    typer.Option("--uninstall", metavar="PKG", help="Remove an overlaid package as well"),
]
_SLASH = Path("/")


@dataclass(frozen=True)
class Reading:
    """What every verb takes that looks at a sysroot."""

    sysroot: SysrootPath = _SLASH
    as_json: Json = False
    schema: Schema = False
    peer: Peer = False
    quiet: Quiet = False

    def open(self) -> Sysroot:
        """The sysroot, by a path given relative or not. Raises BadInput."""
        return admin.open_sysroot(self.sysroot.absolute())


@dataclass(frozen=True)
class Waiting(Reading):
    """What every verb takes that has work to do, one at a time."""

    wait: Wait = 0
    verbose: Verbose = False
    progress: Progress = "auto"

    @property
    def patience(self) -> float:
        """Seconds to wait for another transaction; negative means for ever."""
        return float("inf") if self.wait < 0 else self.wait


@dataclass(frozen=True)
class Changing(Waiting):
    """What every verb takes that changes a sysroot."""

    dry_run: DryRun = False


@dataclass(frozen=True)
class Deploying(Changing):
    """What every verb takes that makes a new deployment."""

    stateroot: Stateroot = None
    lock_finalization: LockFinalization = False
    unchanged_exit_77: Unchanged77 = False


def takes(shared: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb the fields of `shared` as options, and hand them over as its first argument."""
    hints = get_type_hints(shared, include_extras=True)
    common = [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
        for f in fields(shared)
    ]

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        own = [
            p.replace(kind=Parameter.KEYWORD_ONLY)
            for p in list(signature(verb).parameters.values())[1:]
        ]

        @wraps(verb)
        def run(**values: object) -> None:
            mine = {name: values.pop(name) for name in hints}
            verb(shared(**mine), **values)

        parameters = [*own, *common]
        run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return decorate
