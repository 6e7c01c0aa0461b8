"""Verbs of the system as a whole: status, cleanup, reload, cancel."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rpmostree.base.errors import BadInput
from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.change import finish
from rpmostree.cli.options import Changing, Reading, Stateroot, takes
from rpmostree.cli.usage import UsageError
from rpmostree.model.plan import Outcome

if TYPE_CHECKING:
    from rpmostree.ops.status import Status


@takes(Reading)
def status(
    common: Reading,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print all details; implies --advisories")
    ] = False,
    advisories: Annotated[
        bool, typer.Option("--advisories", "-a", help="List each advisory of an update")
    ] = False,
    jsonpath: Annotated[
        str | None,
        typer.Option("--jsonpath", "-J", metavar="EXPR", help="Print what EXPR picks of the JSON"),
    ] = None,
    booted: Annotated[
        bool, typer.Option("--booted", "-b", help="Only print the booted deployment")
    ] = False,
    pending_exit_77: Annotated[
        bool, typer.Option("--pending-exit-77", help="Exit 77 if a deployment is pending")
    ] = False,
    pretty: Annotated[bool, typer.Option("--pretty", "-p", hidden=True)] = False,
) -> None:
    """Get the version of the booted system."""
    from rpmostree.ops import status as ops

    del pretty
    if common.as_json and jsonpath is not None:
        raise UsageError("Cannot specify both --json and --jsonpath")
    root = common.open()
    found = ops.read_status(root)
    if common.as_json or jsonpath is not None:
        show(_status_document(found, jsonpath, booted_only=booted))
    else:
        from rpmostree.cli.render_status import View, status_text
        from rpmostree.cli.screen import new_screen
        from rpmostree.ops.services import read_services

        services = read_services(root, found) if found.booted else None
        view = View(verbose, advisories, booted, new_screen(sys.stdout))
        show(status_text(found, ops.diff_to_default(found), services, view))
    if pending_exit_77 and found.pending_exit:
        raise typer.Exit(render.UNCHANGED)


def _status_document(found: "Status", jsonpath: str | None, *, booted_only: bool) -> str:
    from rpmostree.cli.status_json import status_json

    document: object = status_json(found, booted_only=booted_only)
    if jsonpath is not None:
        from rpmostree.model.jsonpath import select

        try:
            document = select(document, jsonpath)
        except ValueError as error:
            raise BadInput(f"While compiling jsonpath: {error}") from error
    return json.dumps(document, indent=2)


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
