"""status: what is deployed, what comes next, and who is changing it."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rpmostree.base.errors import BadInput
from rpmostree.cli.app import show
from rpmostree.cli.options import Reading, takes
from rpmostree.cli.render import UNCHANGED
from rpmostree.cli.usage import UsageError

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
        raise typer.Exit(UNCHANGED)


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
