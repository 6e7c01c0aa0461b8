"""Verbs that change the base: override."""

from pathlib import Path
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import new_group
from rpmostree.cli.options import (
    CacheOnly,
    DryRun,
    Json,
    Peer,
    Progress,
    Quiet,
    Reboot,
    Stateroot,
    SysrootPath,
    Verbose,
    Wait,
    open_sysroot,
    seconds,
)
from rpmostree.cli.system import finish
from rpmostree.cli.usage import UsageError
from rpmostree.model.plan import Options

_SLASH = Path("/")
Packages = Annotated[
    list[str] | None, typer.Argument(metavar="PACKAGE", help="Names or NEVRAs", show_default=False)
]
override = new_group("override", "Manage base package overrides.")


@override.command("remove")
def remove(
    context: typer.Context,
    packages: Packages = None,
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    reboot: Reboot = False,
    dry_run: DryRun = False,
    cache_only: CacheOnly = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    progress: Progress = "auto",
) -> None:
    """Remove packages from the base layer."""
    from rpmostree.ops import override as ops

    del peer, quiet, verbose, progress
    if not packages:
        raise UsageError("At least one PACKAGE must be specified", context)
    root = open_sysroot(sysroot)
    options = Options(dry_run=dry_run, cache_only=cache_only)
    outcome = ops.remove(root, packages, options, stateroot=stateroot, wait=seconds(wait))
    finish(root, outcome, render.RUN_REBOOT, as_json=as_json, reboot=reboot)


@override.command("reset")
def reset(
    context: typer.Context,
    packages: Packages = None,
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Reset all overrides")] = False,
    reboot: Reboot = False,
    dry_run: DryRun = False,
    cache_only: CacheOnly = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    progress: Progress = "auto",
) -> None:
    """Let packages be as the base has them again."""
    from rpmostree.ops import override as ops

    del peer, quiet, verbose, progress
    if bool(packages) == all_:
        raise UsageError("Specify either packages or --all", context)
    root = open_sysroot(sysroot)
    options = Options(dry_run=dry_run, cache_only=cache_only)
    outcome = ops.reset(
        root,
        packages or [],
        options,
        everything=all_,
        stateroot=stateroot,
        wait=seconds(wait),
    )
    finish(root, outcome, render.RUN_REBOOT, as_json=as_json, reboot=reboot)
