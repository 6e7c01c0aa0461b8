"""Verbs of the system as a whole: cleanup, reload, cancel."""

import json
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.change import finish
from rpmostree.cli.options import Changing, Reading, Stateroot, takes
from rpmostree.model.plan import Outcome


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
    keep: Annotated[
        int | None,
        typer.Option(
            "--keep", metavar="N", min=0, help="Remove all but the first N removable deployments"
        ),
    ] = None,
    deployment: Annotated[
        str | None,
        typer.Option("--deployment", metavar="DEPLOYMENT", help="Remove just this deployment"),
    ] = None,
) -> None:
    """Clear cached data, and drop deployments.

    The booted one and pinned ones stay.
    """
    from rpmostree.ops import cleanup as ops

    what = ops.Cleanup(base, pending, rollback_, repomd, keep, deployment)
    found = ops.clean_up(
        common.open(), what, stateroot=stateroot, dry_run=common.dry_run, wait=common.patience
    )
    if common.as_json:
        show(json.dumps(render.cleaned_json(found), indent=2))
    else:
        show(render.cleaned_text(found))


@takes(Reading)
def reload(common: Reading, stateroot: Stateroot = None) -> None:
    """Reload configuration: tell whether it can be read."""
    from rpmostree.ops import reload as ops

    ops.reload(common.open(), stateroot=stateroot)
    finish(common, Outcome(""), "")


@takes(Reading)
def cancel(common: Reading) -> None:
    """Cancel an active transaction."""
    from rpmostree.ops import cancel as ops

    finish(common, ops.cancel(common.open()), "")
