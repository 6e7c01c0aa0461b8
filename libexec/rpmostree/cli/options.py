"""Options that many verbs share, each declared once."""

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from rpmostree.base import events
from rpmostree.cli.progress import new_progress
from rpmostree.cli.usage import Context, Parameter, UsageError
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
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout")]


def _listen(context: Context, param: Parameter, value: _T) -> _T:
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


def open_sysroot(path: Path) -> Sysroot:
    """The sysroot at a path as given, relative or not. Raises BadInput."""
    return admin.open_sysroot(path.absolute())


def seconds(wait: float) -> float:
    """Negative means for ever."""
    return float("inf") if wait < 0 else wait
