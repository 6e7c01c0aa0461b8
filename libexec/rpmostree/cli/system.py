"""Verbs of the system as a whole: status, cleanup, cancel."""

import json
import sys
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.change import finish
from rpmostree.cli.options import Changing, Reading, Stateroot, takes


@takes(Reading)
def status(
    common: Reading,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print all details")] = False,
    booted: Annotated[
        bool, typer.Option("--booted", "-b", help="Only print the booted deployment")
    ] = False,
    pending_exit_77: Annotated[
        bool, typer.Option("--pending-exit-77", help="Exit 77 if a deployment is pending")
    ] = False,
) -> None:
    """Get the version of the booted system."""
    from rpmostree.cli import render_status
    from rpmostree.ops import status as ops

    root = common.open()
    found = ops.read_status(root)
    if common.as_json:
        show(json.dumps(render_status.status_json(found, booted_only=booted), indent=2))
    else:
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        diff = ops.diff_to_default(found)
        text = render_status.status_text(
            found,
            diff,
            verbose=verbose,
            booted_only=booted,
            unicode=unicode,
            signature=lambda deployment: ops.read_signature(root, deployment),
        )
        show(text)
    if pending_exit_77 and found.pending_exit:
        raise typer.Exit(render.UNCHANGED)


@takes(Changing)
def cleanup(
    common: Changing,
    stateroot: Stateroot = None,
    base: Annotated[bool, typer.Option("--base", "-b", help="Clear temporary files")] = False,
    pending: Annotated[
        bool, typer.Option("--pending", "-p", help="Remove the pending deployment")
    ] = False,
    rollback_: Annotated[
        bool, typer.Option("--rollback", "-r", help="Remove the rollback deployment")
    ] = False,
    repomd: Annotated[
        bool, typer.Option("--repomd", "-m", help="Delete cached rpm repo metadata")
    ] = False,
) -> None:
    """Clear cached or pending data."""
    from rpmostree.ops import cleanup as ops

    what = ops.Cleanup(base=base, pending=pending, rollback=rollback_, repomd=repomd)
    outcome = ops.clean_up(common.open(), what, stateroot=stateroot, wait=common.patience)
    finish(common, outcome, "")


@takes(Reading)
def cancel(common: Reading) -> None:
    """Cancel an active transaction."""
    from rpmostree.ops import cancel as ops

    finish(common, ops.cancel(common.open()), "")
