"""Carry a change out and tell what came of it: the common end of all verbs that deploy."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.options import Deploying, Reading
from rpmostree.model.plan import Options, Outcome
from rpmostree.tools import sysroot as admin

if TYPE_CHECKING:  # loaded only where a change is made
    from rpmostree.ops.change import Change


def carry_out(
    common: Deploying,
    change: "Change",
    hint: str,
    *,
    reboot: bool = False,
    cache_only: bool = False,
    download_only: bool = False,
) -> None:
    """Apply a change as the common options say, print the outcome and exit."""
    from rpmostree.ops import derive

    options = Options(
        dry_run=common.dry_run,
        cache_only=cache_only,
        download_only=download_only,
        lock_finalization=common.lock_finalization,
    )
    outcome = derive.apply(
        common.open(), change, options, stateroot=common.stateroot, wait=common.patience
    )
    finish(common, outcome, hint, reboot=reboot, exit_77=common.unchanged_exit_77)


def finish(
    common: Reading, outcome: Outcome, hint: str, *, reboot: bool = False, exit_77: bool = False
) -> None:
    """Reboot if that was asked for, print what came of a change, and exit with its status."""
    booted = admin.is_booted(common.open())
    if reboot and outcome.changed and booted:
        reboot_now()
    if common.as_json:
        show(json.dumps(render.outcome_json(outcome), indent=2))
        code = render.UNCHANGED if exit_77 and not outcome.changed else 0
    else:
        code = render.close(outcome, "" if reboot else hint, booted=booted, unchanged_77=exit_77)
    raise typer.Exit(code)


def reboot_now() -> None:
    """Ask systemd to reboot, which refuses while an inhibitor forbids it."""
    from rpmostree.tools import systemctl

    systemctl.reboot()


def also(
    common: Deploying,
    change: "Change",
    install: Sequence[str] | None,
    uninstall: Sequence[str] | None,
) -> "Change":
    """The change, together with the layers that --install and --uninstall name."""
    from rpmostree.ops import layer

    if install:
        change += layer.install(common.open(), install, stateroot=common.stateroot)
    if uninstall:
        change += layer.uninstall(uninstall)
    return change
