"""Verbs of the boot: kargs, initramfs, initramfs-etc."""

import json
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import show
from rpmostree.cli.change import carry_out
from rpmostree.cli.options import DeployIndex, Deploying, Reboot, takes
from rpmostree.cli.usage import UsageError


@takes(Deploying)
def kargs(
    common: Deploying,
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
    editor: Annotated[
        bool, typer.Option("--editor", help="Edit them in $VISUAL or $EDITOR")
    ] = False,
    deploy_index: DeployIndex = None,
    import_proc_cmdline: Annotated[
        bool,
        typer.Option("--import-proc-cmdline", help="Start from the running kernel's arguments"),
    ] = False,
    reboot: Annotated[bool, typer.Option("--reboot", help="Reboot afterwards")] = False,
) -> None:
    """Query or modify kernel arguments."""
    from rpmostree.model.kargs import KargsEdit, join_kargs
    from rpmostree.ops import kargs as ops

    edit = KargsEdit(
        delete=delete or (),
        replace=replace or (),
        append=append or (),
        append_if_missing=append_if_missing or (),
        delete_if_present=delete_if_present or (),
    )
    _check_kargs(edit, import_proc_cmdline, deploy_index, common.stateroot, editor=editor)
    modifies = bool(edit) or editor or (import_proc_cmdline and (reboot or common.dry_run))
    if not modifies and reboot:
        raise UsageError("Cannot reboot when not modifying the kernel arguments")
    if modifies and not editor:
        change = ops.change_kargs(edit, start=deploy_index, running=import_proc_cmdline)
        return carry_out(common, change, render.QUEUED, reboot=reboot)
    found = ops.read_kargs(
        common.open(),
        stateroot=common.stateroot,
        start=deploy_index,
        running=import_proc_cmdline,
    )
    if not editor:
        return show(
            json.dumps({"kargs": list(found)}, indent=2) if common.as_json else join_kargs(found)
        )
    from rpmostree.cli.editor import edit_arguments

    change = ops.replace_kargs(found, edit_arguments(found), start=deploy_index)
    return carry_out(common, change, render.QUEUED, reboot=reboot)


def _check_kargs(
    edit: object, running: bool, start: str | None, stateroot: str | None, *, editor: bool
) -> None:
    from rpmostree.model.kargs import KargsEdit

    assert isinstance(edit, KargsEdit)
    if editor and (edit or running):
        raise UsageError("Cannot specify --editor together with another modification")
    if edit.delete and edit.replace:
        raise UsageError("Cannot specify both --delete and --replace")
    if running and start is not None:
        raise UsageError("Cannot specify both --import-proc-cmdline and --deploy-index")
    if running and stateroot is not None:
        raise UsageError("Cannot specify both --import-proc-cmdline and --stateroot")


@takes(Deploying)
def initramfs(
    common: Deploying,
    enable: Annotated[
        bool, typer.Option("--enable", help="Make the initramfs anew on this machine")
    ] = False,
    disable: Annotated[
        bool, typer.Option("--disable", help="Use the initramfs of the base")
    ] = False,
    arg: Annotated[
        list[str] | None, typer.Option("--arg", metavar="ARG", help="Append an argument of dracut")
    ] = None,
    reboot: Reboot = False,
) -> None:
    """Enable or disable local initramfs regeneration."""
    from rpmostree.ops import initramfs as ops

    if enable and disable:
        raise UsageError("Cannot simultaneously specify --enable and --disable")
    if arg and not enable:
        raise UsageError("Cannot specify --arg without --enable")
    if not (enable or disable):
        if reboot:
            raise UsageError("Cannot reboot when not modifying the initramfs")
        return _show_initramfs(common)
    change = ops.regenerate(arg or ()) if enable else ops.use_default()
    return carry_out(common, change, render.QUEUED, reboot=reboot)


def _show_initramfs(common: Deploying) -> None:
    from rpmostree.ops import initramfs as ops

    found = ops.read_initramfs(common.open(), stateroot=common.stateroot)
    if common.as_json:
        return show(
            json.dumps(
                {"regenerate": found.regenerate, "args": found.arguments, "etc": found.etc},
                indent=2,
            )
        )
    show(f"Initramfs regeneration: {'enabled' if found.regenerate else 'disabled'}")
    if found.arguments:
        show("Initramfs args: " + "".join(f"{argument} " for argument in found.arguments))
    return None


@takes(Deploying)
def initramfs_etc(
    common: Deploying,
    track: Annotated[
        list[str] | None,
        typer.Option("--track", metavar="FILE", help="Copy a file of /etc into early boot"),
    ] = None,
    untrack: Annotated[
        list[str] | None, typer.Option("--untrack", metavar="FILE", help="Stop copying a file")
    ] = None,
    untrack_all: Annotated[
        bool, typer.Option("--untrack-all", help="Stop copying any file")
    ] = False,
    force_sync: Annotated[
        bool, typer.Option("--force-sync", help="Make a new deployment in any case")
    ] = False,
    reboot: Reboot = False,
) -> None:
    """Track files of /etc to be copied into the initramfs."""
    from rpmostree.ops import initramfs as ops

    if not (track or untrack or untrack_all or force_sync):
        if reboot:
            raise UsageError("Cannot reboot when not modifying the tracked files")
        found = ops.read_initramfs(common.open(), stateroot=common.stateroot).etc
        if common.as_json:
            return show(json.dumps({"etc": found}, indent=2))
        lines = ["Tracked files:", *(f"  {path}" for path in found)]
        return show("\n".join(lines) if found else "No tracked files.")
    change = ops.track(track or (), untrack or (), drop_all=untrack_all, force_sync=force_sync)
    return carry_out(common, change, render.RUN_REBOOT, reboot=reboot)
