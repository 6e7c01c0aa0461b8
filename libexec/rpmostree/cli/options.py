"""Options that many verbs share, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

from rpmostree.base import events
from rpmostree.cli.progress import new_progress
from rpmostree.cli.usage import Context, Parameter
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import sysroot as admin

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


def _listen(context: Context, _param: Parameter, value: bool) -> bool:
    """Let `--quiet` and `--verbose` take effect wherever they stand."""
    import sys

    found = context.params
    quiet, verbose = bool(found.get("quiet")), bool(found.get("verbose"))
    if value:
        quiet, verbose = quiet or _param.name == "quiet", verbose or _param.name == "verbose"
    events.listen(new_progress(sys.stderr, quiet=quiet, verbose=verbose))
    return value


Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_listen, help="Report no progress")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", callback=_listen, help="Show each command that is run")
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
