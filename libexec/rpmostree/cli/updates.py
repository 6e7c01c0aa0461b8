"""Verbs that choose the base: upgrade, deploy, rebase, reset, rollback."""

import json
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.change import also, carry_out, finish
from rpmostree.cli.options import (
    AlsoInstall,
    AlsoUninstall,
    CacheOnly,
    Changing,
    Deploying,
    DownloadOnly,
    Reboot,
    takes,
)
from rpmostree.cli.usage import UsageError

BypassDriver = Annotated[
    bool, typer.Option("--bypass-driver", help="Ignore a registered driver of updates")
]
DisallowDowngrade = Annotated[
    bool, typer.Option("--disallow-downgrade", help="Refuse an older tree")
]
Preview = Annotated[
    bool, typer.Option("--preview", "--check-diff", help="Only print the package differences")
]


@takes(Deploying)
def upgrade(
    common: Deploying,
    reboot: Reboot = False,
    allow_downgrade: Annotated[
        bool, typer.Option("--allow-downgrade", help="Permit an older tree")
    ] = False,
    preview: Preview = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only see whether an upgrade is available")
    ] = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    bypass_driver: BypassDriver = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
) -> None:
    """Perform a system upgrade."""
    from rpmostree.ops import upgrade as ops

    del bypass_driver
    if reboot and (check or preview):
        raise UsageError("Cannot specify both --reboot and --check or --preview")
    if preview and (install_ or uninstall_):
        raise UsageError("Cannot specify both --preview and --install or --uninstall")
    if check or preview:
        raise typer.Exit(_show_available(common, expanded=preview))
    change = also(common, ops.newest(allow_downgrade=allow_downgrade), install_, uninstall_)
    carry_out(
        common,
        change,
        render.RUN_REBOOT,
        reboot=reboot,
        cache_only=cache_only,
        download_only=download_only,
    )


def _show_available(common: Deploying, *, expanded: bool) -> int:
    from rpmostree.cli.render_status import clock
    from rpmostree.ops import upgrade as ops

    found = ops.check(common.open(), stateroot=common.stateroot)
    if common.as_json:
        document = found and {
            "checksum": found.checksum,
            "version": found.version,
            "timestamp": found.timestamp,
            "pkgdiff": render.changes_json(found.diff),
        }
        show(json.dumps({"available-update": document}, indent=2))
        return 0 if found else render.UNCHANGED
    if found is None:
        show("No updates available.")
        return render.UNCHANGED
    stamp = clock(found.timestamp)
    rows = [("Version", f"{found.version} ({stamp})") if found.version else ("Timestamp", stamp)]
    rows.append(("Commit", found.checksum))
    show("AvailableUpdate:")
    show("\n".join(f"{label:>15}: {value}" for label, value in rows))
    show(render.diff_text(found.diff) if expanded else f"{'Diff':>15}: {render.counts(found.diff)}")
    return 0


@takes(Deploying)
def deploy(
    common: Deploying,
    context: typer.Context,
    revision: Annotated[
        str | None,
        typer.Argument(metavar="REVISION", help="[version=]VERSION or [revision=]CHECKSUM"),
    ] = None,
    reboot: Reboot = False,
    preview: Preview = False,
    skip_branch_check: Annotated[
        bool,
        typer.Option("--skip-branch-check", help="Accept a checksum that is not on the branch"),
    ] = False,
    disallow_downgrade: DisallowDowngrade = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    bypass_driver: BypassDriver = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
) -> None:
    """Deploy a specific commit of the present branch."""
    from rpmostree.ops import deploy as ops

    del bypass_driver
    if not revision:
        raise UsageError("REVISION must be specified", context)
    if preview:
        diff = ops.preview(
            common.open(),
            revision,
            stateroot=common.stateroot,
            branch_check=not skip_branch_check,
        )
        as_json = json.dumps({"pkgdiff": render.changes_json(diff)}, indent=2)
        show(as_json if common.as_json else render.diff_signs(diff, arch_joint="-"))
        return
    change = ops.to_revision(
        revision, branch_check=not skip_branch_check, allow_downgrade=not disallow_downgrade
    )
    carry_out(
        common,
        also(common, change, install_, uninstall_),
        render.RUN_REBOOT,
        reboot=reboot,
        cache_only=cache_only,
        download_only=download_only,
    )


@takes(Deploying)
def rebase(
    common: Deploying,
    refspec: Annotated[
        str | None,
        typer.Argument(metavar="REFSPEC", help="REMOTE:BRANCH or part of it, CHECKSUM, /REPO:REF"),
    ] = None,
    revision: Annotated[
        str | None, typer.Argument(metavar="REVISION", help="A version or checksum of it")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", "-b", metavar="BRANCH", help="Only change the branch")
    ] = None,
    remote: Annotated[
        str | None, typer.Option("--remote", "-m", metavar="REMOTE", help="Only change the remote")
    ] = None,
    reboot: Reboot = False,
    skip_purge: Annotated[
        bool, typer.Option("--skip-purge", help="Keep the previous branch in the repository")
    ] = False,
    custom_origin_url: Annotated[
        str | None,
        typer.Option("--custom-origin-url", metavar="URL", help="Where a pinned commit is from"),
    ] = None,
    custom_origin_description: Annotated[
        str | None,
        typer.Option("--custom-origin-description", metavar="TEXT", help="What status calls it"),
    ] = None,
    experimental: Annotated[
        bool, typer.Option("--experimental", hidden=True, help="Ignored")
    ] = False,
    disallow_downgrade: DisallowDowngrade = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    bypass_driver: BypassDriver = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
) -> None:
    """Switch to a different tree."""
    from rpmostree.ops import rebase as ops

    del experimental, bypass_driver
    target = ops.Target(
        refspec, revision, branch, remote, custom_origin_url, custom_origin_description
    )
    change = ops.rebase(target, skip_purge=skip_purge, allow_downgrade=not disallow_downgrade)
    carry_out(
        common,
        also(common, change, install_, uninstall_),
        render.QUEUED,
        reboot=reboot,
        cache_only=cache_only,
        download_only=download_only,
    )


@takes(Deploying)
def reset(
    common: Deploying,
    overlays: Annotated[
        bool, typer.Option("--overlays", "-l", help="Remove all layered packages")
    ] = False,
    overrides: Annotated[
        bool, typer.Option("--overrides", "-o", help="Remove all overrides")
    ] = False,
    initramfs: Annotated[
        bool, typer.Option("--initramfs", "-i", help="Use the initramfs of the base, untouched")
    ] = False,
    reboot: Reboot = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
) -> None:
    """Remove all mutations: layers, overrides, initramfs settings."""
    from rpmostree.ops import reset as ops

    change = ops.reset(overlays=overlays, overrides=overrides, initramfs=initramfs)
    carry_out(common, also(common, change, install_, uninstall_), render.QUEUED, reboot=reboot)


@takes(Changing)
def rollback(common: Changing, reboot: Reboot = False) -> None:
    """Revert to the previously booted tree."""
    from rpmostree.ops import rollback as ops

    outcome = ops.rollback(common.open(), dry_run=common.dry_run, wait=common.patience)
    finish(common, outcome, render.QUEUED, reboot=reboot)
