"""Verbs of the system: status, upgrade, rollback, cleanup, kargs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.options import (
    CacheOnly,
    DownloadOnly,
    DryRun,
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
from rpmostree.cli.usage import UsageError
from rpmostree.model.sysroot import Sysroot
from rpmostree.tools import sysroot as admin

if TYPE_CHECKING:
    from rpmostree.model.plan import Outcome
    from rpmostree.model.update import CachedUpdate
    from rpmostree.ops.status import Status

_SLASH = Path("/")
_UNRELIABLE = (
    "Note: --check and --preview may be unreliable.  "
    "See https://github.com/coreos/rpm-ostree/issues/1579"
)


def status(
    sysroot: SysrootPath = _SLASH,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print all details; implies --advisories")
    ] = False,
    advisories: Annotated[
        bool, typer.Option("--advisories", "-a", help="List each advisory of an update")
    ] = False,
    as_json: Json = False,
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
    peer: Peer = False,
    quiet: Quiet = False,
) -> None:
    """Get the version of the booted system."""
    from rpmostree.ops import status as ops

    del pretty, peer, quiet
    if as_json and jsonpath is not None:
        raise UsageError("Cannot specify both --json and --jsonpath")
    root = open_sysroot(sysroot)
    found = ops.read_status(root)
    if as_json or jsonpath is not None:
        show(_status_document(found, jsonpath, booted_only=booted))
    else:
        from rpmostree.cli.render_status import View, status_text
        from rpmostree.cli.screen import new_screen
        from rpmostree.ops.services import read_services

        services = read_services(root, found) if found.booted else None
        view = View(verbose, advisories, booted, new_screen(sys.stdout))
        show(status_text(found, ops.diff_to_default(found), services, view))
    if pending_exit_77 and found.pending_exit:
        raise typer.Exit(render.UNCHANGED)


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


def upgrade(
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    reboot: Reboot = False,
    allow_downgrade: Annotated[
        bool, typer.Option("--allow-downgrade", help="Permit an older tree")
    ] = False,
    preview: Annotated[
        bool,
        typer.Option("--preview", "--check-diff", help="Only print the package differences"),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only see whether an upgrade is available")
    ] = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    unchanged_exit_77: Unchanged77 = False,
    automatic: Annotated[
        bool, typer.Option("--trigger-automatic-update-policy", hidden=True)
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Perform a system upgrade."""
    from rpmostree.model.plan import Options
    from rpmostree.ops import upgrade as ops

    del peer, quiet, verbose
    if reboot and (check or preview):
        raise UsageError("Cannot specify both --reboot and --check or --preview")
    root = open_sysroot(sysroot)
    if check or preview:
        from rpmostree.ops.updates import refresh_update

        events.message(_UNRELIABLE)
        found = refresh_update(root, stateroot=stateroot, cache_only=cache_only)
        raise typer.Exit(_show_available(found, expanded=preview, as_json=as_json))
    options = Options(dry_run=dry_run, cache_only=cache_only, download_only=download_only)
    how = ops.Upgrade(allow_downgrade=allow_downgrade, options=options)
    from rpmostree.ops.automatic import announce_policy, run_policy

    if automatic:
        done = run_policy(root, how, stateroot=stateroot, wait=seconds(wait))
        outcome, reboot = done.outcome, reboot or done.reboot
    else:
        announce_policy(root, stateroot)
        outcome = ops.upgrade(root, how, stateroot=stateroot, wait=seconds(wait))
    finish(
        root, outcome, render.RUN_REBOOT, as_json=as_json, reboot=reboot, exit_77=unchanged_exit_77
    )


def _show_available(found: "CachedUpdate | None", *, expanded: bool, as_json: bool) -> int:
    from rpmostree.cli.render_update import available_text
    from rpmostree.cli.screen import new_screen

    if as_json:
        document = found and {
            "checksum": found.checksum,
            "version": found.text("version"),
            "timestamp": found.timestamp,
            "pkgdiff": render.changes_json(found.changes),
        }
        show(json.dumps({"available-update": document}, indent=2))
    elif found is None:
        show("No updates available.")
    else:
        show(available_text(found, expanded=expanded, screen=new_screen(sys.stdout)))
    return 0 if found else render.UNCHANGED


def rollback(
    sysroot: SysrootPath = _SLASH,
    reboot: Reboot = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Revert to the previously booted tree."""
    from rpmostree.ops import rollback as ops

    del peer, quiet, verbose
    root = open_sysroot(sysroot)
    outcome = ops.rollback(root, dry_run=dry_run, wait=seconds(wait))
    finish(root, outcome, render.QUEUED, as_json=as_json, reboot=reboot)


def cleanup(
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    base: Annotated[bool, typer.Option("--base", "-b", help="Clear temporary files")] = False,
    pending: Annotated[
        bool, typer.Option("--pending", "-p", help="Remove the pending deployment")
    ] = False,
    rollback_: Annotated[
        bool, typer.Option("--rollback", "-r", help="Remove the rollback deployment")
    ] = False,
    repomd: Annotated[
        bool, typer.Option("--repomd", "-m", help="Delete cached rpm repo metadata")
    ] = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Clear cached or pending data."""
    from rpmostree.ops import cleanup as ops

    del peer, quiet, verbose
    root = open_sysroot(sysroot)
    what = ops.Cleanup(base=base, pending=pending, rollback=rollback_, repomd=repomd)
    outcome = ops.clean_up(root, what, stateroot=stateroot, wait=seconds(wait))
    finish(root, outcome, "", as_json=as_json)


def cancel(
    sysroot: SysrootPath = _SLASH, as_json: Json = False, peer: Peer = False, quiet: Quiet = False
) -> None:
    """Cancel an active transaction."""
    from rpmostree.ops import cancel as ops

    del peer, quiet
    root = open_sysroot(sysroot)
    finish(root, ops.cancel(root), "", as_json=as_json)


def kargs(
    sysroot: SysrootPath = _SLASH,
    stateroot: Stateroot = None,
    append: Annotated[
        list[str] | None, typer.Option("--append", metavar="KEY[=VALUE]", help="Append an argument")
    ] = None,
    delete: Annotated[
        list[str] | None, typer.Option("--delete", metavar="KEY[=VALUE]", help="Delete an argument")
    ] = None,
    replace: Annotated[
        list[str] | None,
        typer.Option("--replace", metavar="KEY=VALUE[=NEW]", help="Replace an argument"),
    ] = None,
    append_if_missing: Annotated[
        list[str] | None,
        typer.Option(
            "--append-if-missing", metavar="KEY[=VALUE]", help="Append unless it is there"
        ),
    ] = None,
    delete_if_present: Annotated[
        list[str] | None,
        typer.Option("--delete-if-present", metavar="KEY[=VALUE]", help="Delete if it is there"),
    ] = None,
    deploy_index: Annotated[
        int | None, typer.Option("--deploy-index", metavar="N", help="Start from deployment N")
    ] = None,
    import_proc_cmdline: Annotated[
        bool,
        typer.Option("--import-proc-cmdline", help="Start from the running kernel's arguments"),
    ] = False,
    reboot: Annotated[bool, typer.Option("--reboot", help="Reboot afterwards")] = False,
    unchanged_exit_77: Unchanged77 = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    wait: Wait = 0,
    peer: Peer = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Query or modify kernel arguments."""
    from rpmostree.model.kargs import KargsEdit, join_kargs
    from rpmostree.ops import kargs as ops

    del peer, quiet, verbose
    edit = KargsEdit(
        delete=delete or (),
        replace=replace or (),
        append=append or (),
        append_if_missing=append_if_missing or (),
        delete_if_present=delete_if_present or (),
    )
    _check_kargs(edit.delete, edit.replace, import_proc_cmdline, deploy_index, stateroot)
    root = open_sysroot(sysroot)
    if (not edit and not import_proc_cmdline) or (not edit and not reboot and not dry_run):
        if reboot:
            raise UsageError("Cannot reboot when not modifying the kernel arguments")
        found = ops.read_kargs(
            root, stateroot=stateroot, index=deploy_index, running=import_proc_cmdline
        )
        show(json.dumps({"kargs": list(found)}, indent=2) if as_json else join_kargs(found))
        return
    outcome = ops.change_kargs(
        root,
        edit,
        stateroot=stateroot,
        index=deploy_index,
        running=import_proc_cmdline,
        dry_run=dry_run,
        wait=seconds(wait),
    )
    finish(root, outcome, render.QUEUED, as_json=as_json, reboot=reboot, exit_77=unchanged_exit_77)


def _check_kargs(
    delete: object, replace: object, running: bool, index: int | None, stateroot: str | None
) -> None:
    if delete and replace:
        raise UsageError("Cannot specify both --delete and --replace")
    if running and index is not None:
        raise UsageError("Cannot specify both --import-proc-cmdline and --deploy-index")
    if running and stateroot is not None:
        raise UsageError("Cannot specify both --import-proc-cmdline and --stateroot")


def finish(
    root: Sysroot,
    outcome: "Outcome",
    hint: str,
    *,
    as_json: bool,
    reboot: bool = False,
    exit_77: bool = False,
) -> None:
    """Print what came of a change, reboot if that was asked for, and exit with its status."""
    booted = admin.is_booted(root)
    if as_json:
        show(json.dumps(render.outcome_json(outcome), indent=2))
        code = render.UNCHANGED if exit_77 and not outcome.changed else 0
    else:
        code = render.close(outcome, "" if reboot else hint, booted=booted, unchanged_77=exit_77)
    if reboot and outcome.changed and booted:
        from rpmostree.tools import systemctl

        systemctl.reboot()
    raise typer.Exit(code)
