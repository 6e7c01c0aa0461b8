"""Verbs of packages: install, uninstall."""

from pathlib import Path
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.options import (
    AssumeYes,
    CacheOnly,
    DownloadOnly,
    DryRun,
    Idempotent,
    Json,
    Peer,
    Quiet,
    Reboot,
    Stateroot,
    SysrootPath,
    Unchanged77,
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
    list[str] | None,
    typer.Argument(
        metavar="PACKAGE", help="Names, capabilities, paths or files", show_default=False
    ),
]


def install(
    context: typer.Context,
    packages: Packages = None,
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    uninstall_: Annotated[
        list[str] | None,
        typer.Option("--uninstall", metavar="PKG", help="Remove an overlaid package as well"),
    ] = None,
    reboot: Reboot = False,
    dry_run: DryRun = False,
    assumeyes: AssumeYes = False,
    allow_inactive: Annotated[
        bool, typer.Option("--allow-inactive", help="Allow requests that the base satisfies")
    ] = False,
    idempotent: Idempotent = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    unchanged_exit_77: Unchanged77 = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Overlay additional packages: names, capabilities, paths or .rpm files."""
    from rpmostree.ops import layer

    del peer, quiet, verbose, assumeyes
    if not packages and not uninstall_:
        raise UsageError("At least one PACKAGE must be specified", context)
    change = layer.LayerChange(
        install=tuple(packages or ()), uninstall=tuple(uninstall_ or ()), idempotent=idempotent
    )
    options = Options(
        dry_run=dry_run,
        cache_only=cache_only,
        download_only=download_only,
        allow_inactive=allow_inactive,
    )
    root = open_sysroot(sysroot)
    outcome = layer.change_layers(
        root,
        change,
        options,
        title=f"install {' '.join(packages or ())}",
        stateroot=stateroot,
        wait=seconds(wait),
    )
    finish(root, outcome, render.QUEUED, as_json=as_json, reboot=reboot, exit_77=unchanged_exit_77)


def uninstall(
    context: typer.Context,
    packages: Packages = None,
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    install_: Annotated[
        list[str] | None,
        typer.Option("--install", metavar="PKG", help="Overlay another package as well"),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Remove all overlaid packages")] = False,
    reboot: Reboot = False,
    dry_run: DryRun = False,
    assumeyes: AssumeYes = False,
    idempotent: Idempotent = False,
    cache_only: CacheOnly = False,
    unchanged_exit_77: Unchanged77 = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Remove overlaid additional packages."""
    from rpmostree.ops import layer

    del peer, quiet, verbose, assumeyes
    if not packages and not all_ and not install_:
        raise UsageError("At least one PACKAGE must be specified", context)
    change = layer.LayerChange(
        install=tuple(install_ or ()),
        uninstall=tuple(packages or ()),
        uninstall_all=all_,
        idempotent=idempotent,
    )
    options = Options(dry_run=dry_run, cache_only=cache_only)
    root = open_sysroot(sysroot)
    outcome = layer.change_layers(
        root,
        change,
        options,
        title=f"uninstall {' '.join(packages or ['--all'])}",
        stateroot=stateroot,
        wait=seconds(wait),
    )
    finish(root, outcome, render.QUEUED, as_json=as_json, reboot=reboot, exit_77=unchanged_exit_77)
