"""Verbs of single deployments: pin, unpin, finalize-deployment, usroverlay."""

from typing import Annotated

import typer

from rpmostree.cli.app import new_group
from rpmostree.cli.change import finish
from rpmostree.cli.options import Changing, Named, Reading, Stateroot, Waiting, takes


@takes(Changing)
def pin(common: Changing, deployment: Named = None) -> None:
    """Keep a deployment from being dropped.

    Without a name it is the booted one, or the first.
    """
    _pin(common, deployment, pinned=True)


@takes(Changing)
def unpin(common: Changing, deployment: Named = None) -> None:
    """Let a deployment be dropped again."""
    _pin(common, deployment, pinned=False)


def _pin(common: Changing, deployment: str | None, *, pinned: bool) -> None:
    from rpmostree.ops import pin as ops

    outcome = ops.pin(
        common.open(), deployment, pinned=pinned, dry_run=common.dry_run, wait=common.patience
    )
    finish(common, outcome, "")


@takes(Waiting)
def finalize_deployment(
    common: Waiting,
    checksum: Annotated[
        str | None,
        typer.Argument(metavar="CHECKSUM", help="The base of the deployment that is meant"),
    ] = None,
    stateroot: Stateroot = None,
    allow_missing_checksum: Annotated[
        bool, typer.Option("--allow-missing-checksum", help="Do not demand a CHECKSUM")
    ] = False,
    allow_unlocked: Annotated[
        bool, typer.Option("--allow-unlocked", help="Reboot even if nothing was locked")
    ] = False,
) -> None:
    """Unlock the staged deployment and reboot into it."""
    from rpmostree.ops import finalize as ops

    outcome = ops.finalize(
        common.open(),
        checksum,
        stateroot=stateroot,
        allow_missing=allow_missing_checksum,
        allow_unlocked=allow_unlocked,
        wait=common.patience,
    )
    finish(common, outcome, "")


usroverlay = new_group()


@usroverlay.command("usroverlay", context_settings={"ignore_unknown_options": True})
@takes(Reading)
def _usroverlay(
    common: Reading,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARGUMENT", help="Options of `ostree admin unlock`"),
    ] = None,
) -> None:
    """Apply a transient overlayfs to /usr."""
    from rpmostree.ops import usroverlay as ops

    finish(common, ops.unlock(common.open(), arguments or ()), "")
