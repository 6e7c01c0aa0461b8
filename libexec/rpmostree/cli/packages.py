"""Verbs of packages: install, uninstall, db."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import new_group, show
from rpmostree.cli.options import (
    AssumeYes,
    CacheOnly,
    DownloadOnly,
    DryRun,
    Idempotent,
    Json,
    Peer,
    Progress,
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
db = new_group("db", "Commands to query the RPM database.")


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
    progress: Progress = "auto",
) -> None:
    """Overlay additional packages: names, capabilities, paths or .rpm files."""
    from rpmostree.ops import layer

    del peer, quiet, verbose, progress, assumeyes
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
    progress: Progress = "auto",
) -> None:
    """Remove overlaid additional packages."""
    from rpmostree.ops import layer

    del peer, quiet, verbose, progress, assumeyes
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


RepoPath = Annotated[
    Path | None, typer.Option("--repo", "-r", metavar="PATH", help="Path to an OSTree repository")
]


@db.command("diff")
def db_diff(
    revisions: Annotated[list[str] | None, typer.Argument(metavar="[FROM [TO]]")] = None,
    repo: RepoPath = None,
    sysroot: SysrootPath = _SLASH,
    output: Annotated[
        str, typer.Option("--format", "-F", metavar="block|diff|json", help="Output format")
    ] = "block",
    base: Annotated[
        bool, typer.Option("--base", help="Compare the bases of layered deployments")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show package changes between two commits."""
    from rpmostree.ops import db as ops
    from rpmostree.tools.repo import Repo

    names = revisions or []
    if len(names) > 2:
        raise UsageError("At most two revisions can be compared")
    wanted = "json" if as_json else output
    if wanted not in ("block", "diff", "json"):
        raise UsageError(f"Invalid format argument: {wanted}")
    root = None if repo else open_sysroot(sysroot)
    path = repo if root is None else root.repo
    assert path is not None  # one of the two is given
    found = ops.diff(Repo(path), root, names, base=base)
    if wanted == "json":
        show(json.dumps(render.diff_json(found), indent=2))
        return
    show(render.diff_header(found))
    show(render.diff_text(found.changes) if wanted == "block" else render.diff_signs(found.changes))


@db.command("list")
def db_list(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="REV... [PATTERN...]")] = None,
    repo: RepoPath = None,
    sysroot: SysrootPath = _SLASH,
    as_json: Json = False,
) -> None:
    """List the packages within commits."""
    from rpmostree.ops import db as ops
    from rpmostree.tools.repo import Repo

    if not words:
        raise UsageError("At least one REV must be specified", context)
    found = ops.list_packages(Repo(repo or open_sysroot(sysroot).repo), words)
    if as_json:
        rows = {p.revision.checksum: [str(n) for n in p.packages] for p in found}
        show(json.dumps(rows, indent=2))
    else:
        show("\n".join(render.list_text(listed) for listed in found))
