"""Verbs that ask what there is and why: search, refresh-md, why."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rpmostree.cli import render_query
from rpmostree.cli.app import show
from rpmostree.cli.options import (
    CacheOnly,
    Json,
    Peer,
    Quiet,
    Stateroot,
    SysrootPath,
    Verbose,
    Wait,
    open_sysroot,
    seconds,
)
from rpmostree.cli.usage import UsageError

_SLASH = Path("/")


def search(
    context: typer.Context,
    terms: Annotated[list[str] | None, typer.Argument(metavar="TERM")] = None,
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    cache_only: CacheOnly = False,
    as_json: Json = False,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Search for packages by words of their names and summaries."""
    from rpmostree.ops import metadata as ops

    del peer, quiet, verbose
    if not terms:
        raise UsageError("At least one TERM must be specified", context)
    root = open_sysroot(sysroot)
    found = ops.search(root, terms, stateroot=stateroot, cache_only=cache_only)
    if as_json:
        show(json.dumps(render_query.search_json(found), indent=2))
    else:
        show(render_query.search_text(found))


def refresh_md(
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Ask for what has not expired as well")
    ] = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fetch the metadata of rpm repositories."""
    from rpmostree.ops import metadata as ops

    del peer, quiet, verbose
    root = open_sysroot(sysroot)
    found = ops.refresh(root, force=force, stateroot=stateroot, wait=seconds(wait))
    if as_json:
        show(json.dumps(render_query.repos_json(found), indent=2))
    else:
        show(render_query.repos_text(found))


def why(
    package: Annotated[str, typer.Argument(metavar="PACKAGE")],
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    deploy_index: Annotated[
        int | None, typer.Option("--deploy-index", metavar="N", help="Look at deployment N")
    ] = None,
    as_json: Json = False,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Tell why a package is there: by the base, or by which request."""
    from rpmostree.ops import why as ops

    del peer, quiet, verbose
    root = open_sysroot(sysroot)
    found = ops.explain(root, package, stateroot=stateroot, index=deploy_index)
    if as_json:
        show(json.dumps([render_query.reason_json(reason) for reason in found], indent=2))
    else:
        show("\n".join(render_query.reason_text(reason) for reason in found))
