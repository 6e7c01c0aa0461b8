"""Verbs of what was done before: history, undo."""

import json
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.change import carry_out
from rpmostree.cli.options import CacheOnly, Deploying, Reading, Reboot, takes


@takes(Reading)
def history(
    common: Reading,
    lines: Annotated[
        int | None,
        typer.Option("--lines", "-n", metavar="N", min=1, help="Show the last N changes only"),
    ] = None,
) -> None:
    """Show what was changed, when and by whom.

    The last change comes first.
    """
    from rpmostree.cli.render_history import history_json, history_text
    from rpmostree.ops import history as ops

    entries = tuple(reversed(ops.read_history(common.open())))[:lines]
    if common.as_json:
        show(json.dumps(history_json(entries), indent=2))
    else:
        show(history_text(entries))


@takes(Deploying)
def undo(
    common: Deploying,
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="Which change, if not the last one")
    ] = None,
    reboot: Reboot = False,
    cache_only: CacheOnly = False,
) -> None:
    """Deploy what was there before a change.

    Its base, layers, overrides and kernel arguments come back.
    """
    from rpmostree.ops import undo as ops

    change = ops.undo(common.open(), number, stateroot=common.stateroot)
    carry_out(common, change, render.QUEUED, reboot=reboot, cache_only=cache_only)
