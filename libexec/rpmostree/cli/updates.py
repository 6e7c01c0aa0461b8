"""Verbs that choose the base: upgrade, deploy, rebase, reset, rollback."""

import json
import sys
from dataclasses import replace
from typing import Annotated

import typer

from rpmostree.base import events
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
    Named,
    Reboot,
    takes,
)
from rpmostree.cli.usage import UsageError
from rpmostree.model.plan import Outcome

_UNRELIABLE = (
    "Note: --check and --preview may be unreliable.  "
    "See https://github.com/coreos/rpm-ostree/issues/1579"
)

BypassDriver = Annotated[
    bool, typer.Option("--bypass-driver", help="Ignore a registered driver of updates")
]
DisallowDowngrade = Annotated[
    bool, typer.Option("--disallow-downgrade", help="Refuse an older tree")
]
Preview = Annotated[bool, typer.Option("--preview", help="Only print the package differences")]


@takes(Deploying)
def upgrade(
    common: Deploying,
    reboot: Reboot = False,
    allow_downgrade: Annotated[
        bool, typer.Option("--allow-downgrade", help="Permit an older tree")
    ] = False,
    preview: Preview = False,
    check_diff: Annotated[bool, typer.Option("--check-diff", hidden=True, help="--preview")] = (
        False
    ),
    old_spelling: Annotated[
        bool,
        typer.Option("--upgrade-unchanged-exit-77", hidden=True, help="--unchanged-exit-77"),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only see whether an upgrade is available")
    ] = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    bypass_driver: BypassDriver = False,
    automatic: Annotated[
        bool, typer.Option("--trigger-automatic-update-policy", hidden=True)
    ] = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
) -> None:
    """Perform a system upgrade."""
    from rpmostree.ops import upgrade as ops
    from rpmostree.ops.driver import check_driver

    preview = preview or check_diff
    if old_spelling:
        common = replace(common, unchanged_exit_77=True)
    if reboot and (check or preview):
        raise UsageError("Cannot specify both --reboot and --check or --preview")
    if preview and (install_ or uninstall_):
        raise UsageError("Cannot specify both --preview and --install or --uninstall")
    if check or preview:
        raise typer.Exit(_show_available(common, expanded=preview, cache_only=cache_only))
    check_driver(common.open(), bypass=bypass_driver)
    if _consult_policy(common, automatic=automatic, cache_only=cache_only):
        reboot = True
    change = also(common, ops.newest(allow_downgrade=allow_downgrade), install_, uninstall_)
    carry_out(
        common,
        change,
        render.RUN_REBOOT,
        reboot=reboot,
        cache_only=cache_only,
        download_only=download_only,
    )


def _consult_policy(common: Deploying, *, automatic: bool, cache_only: bool) -> bool:
    """Does the policy want a reboot afterwards? Exits if it wants no upgrade at all."""
    from rpmostree.ops.automatic import announce_policy, read_policy

    if not automatic:
        announce_policy(common.open(), common.stateroot)
        return False
    policy = read_policy(common.open(), common.stateroot)
    if policy == "none":
        finish(common, Outcome("Automatic updates are not enabled; exiting..."), "")
    if policy == "check":
        from rpmostree.ops.updates import refresh_update

        found = refresh_update(common.open(), stateroot=common.stateroot, cache_only=cache_only)
        words = "An update is available." if found else "No updates available."
        finish(common, Outcome(words), "")
    return policy == "apply"


def _show_available(common: Deploying, *, expanded: bool, cache_only: bool) -> int:
    from rpmostree.cli.render_update import available_text
    from rpmostree.cli.screen import new_screen
    from rpmostree.ops.updates import refresh_update

    events.message(_UNRELIABLE)
    found = refresh_update(common.open(), stateroot=common.stateroot, cache_only=cache_only)
    if common.as_json:
        from rpmostree.cli.render_update import available_json

        show(json.dumps({"available-update": found and available_json(found)}, indent=2))
    elif found is None:
        show("No updates available.")
    else:
        show(available_text(found, expanded=expanded, screen=new_screen(sys.stdout)))
    return 0 if found else render.UNCHANGED


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
    register_driver: Annotated[
        str | None,
        typer.Option("--register-driver", metavar="NAME", help="Be the driver of updates"),
    ] = None,
    bypass_driver: BypassDriver = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
) -> None:
    """Deploy a specific commit of the present branch."""
    from rpmostree.ops import deploy as ops
    from rpmostree.ops.driver import check_driver, register

    if revision is None and register_driver is None:
        raise UsageError("REVISION must be specified", context)
    if not preview:
        check_driver(common.open(), bypass=bypass_driver)
    if register_driver is not None and not common.dry_run:
        register(common.open(), register_driver)
    if not revision:
        words = "Empty string revision found; registering driver only"
        finish(common, Outcome(words if revision == "" else "Registered the driver."), "")
        return
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
    from rpmostree.ops.driver import check_driver

    del experimental
    check_driver(common.open(), bypass=bypass_driver)
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
    """Remove all layers, overrides and initramfs settings."""
    from rpmostree.ops import reset as ops

    change = ops.reset(overlays=overlays, overrides=overrides, initramfs=initramfs)
    carry_out(common, also(common, change, install_, uninstall_), render.QUEUED, reboot=reboot)


@takes(Changing)
def rollback(common: Changing, deployment: Named = None, reboot: Reboot = False) -> None:
    """Revert to the previously booted tree, or to another."""
    from rpmostree.ops import rollback as ops

    outcome = ops.rollback(common.open(), deployment, dry_run=common.dry_run, wait=common.patience)
    finish(common, outcome, render.QUEUED, reboot=reboot)
