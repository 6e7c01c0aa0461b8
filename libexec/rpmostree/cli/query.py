"""Verbs that ask what there is and why: search, refresh-md, why."""

import json
from typing import Annotated

import typer

from rpmostree.cli import render_query
from rpmostree.cli.app import show
from rpmostree.cli.options import (
    CacheOnly,
    DeployIndex,
    Reading,
    Stateroot,
    Waiting,
    takes,
)
from rpmostree.cli.usage import UsageError


@takes(Reading)
def search(
    common: Reading,
    context: typer.Context,
    terms: Annotated[list[str] | None, typer.Argument(metavar="TERM")] = None,
    stateroot: Stateroot = None,
    cache_only: CacheOnly = False,
) -> None:
    """Search for packages by their names and summaries."""
    from rpmostree.ops import metadata as ops

    if not terms:
        raise UsageError("At least one TERM must be specified", context)
    found = ops.search(common.open(), terms, stateroot=stateroot, cache_only=cache_only)
    if common.as_json:
        show(json.dumps(render_query.search_json(found), indent=2))
    else:
        show(render_query.search_text(found))


@takes(Waiting)
def refresh_md(
    common: Waiting,
    stateroot: Stateroot = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Ask for what has not expired as well")
    ] = False,
) -> None:
    """Fetch the metadata of rpm repositories."""
    from rpmostree.ops import metadata as ops

    found = ops.refresh(common.open(), force=force, stateroot=stateroot, wait=common.patience)
    if common.as_json:
        show(json.dumps(render_query.repos_json(found), indent=2))
    else:
        show(render_query.repos_text(found))


@takes(Reading)
def why(
    common: Reading,
    package: Annotated[str, typer.Argument(metavar="PACKAGE")],
    stateroot: Stateroot = None,
    deploy_index: DeployIndex = None,
) -> None:
    """Tell why a package is there, and by which request."""
    from rpmostree.ops import why as ops

    found = ops.explain(common.open(), package, stateroot=stateroot, start=deploy_index)
    if common.as_json:
        show(json.dumps([render_query.reason_json(reason) for reason in found], indent=2))
    else:
        show("\n".join(render_query.reason_text(reason) for reason in found))
