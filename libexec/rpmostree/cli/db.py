"""Verbs that ask for the packages of commits: db diff, db list, db version."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpmostree.cli import render, render_db
from rpmostree.cli.app import new_group, show
from rpmostree.cli.options import Json, Schema, SysrootPath
from rpmostree.cli.usage import UsageError
from rpmostree.tools import sysroot as admin

if TYPE_CHECKING:
    from rpmostree.model.sysroot import Sysroot
    from rpmostree.tools.repo import Repo

_SLASH = Path("/")
RepoPath = Annotated[
    Path | None, typer.Option("--repo", "-r", metavar="PATH", help="Path to an OSTree repository")
]
db = new_group("db", "Commands to query the RPM database.")


@db.command("diff")
def db_diff(
    context: typer.Context,
    revisions: Annotated[list[str] | None, typer.Argument(metavar="[FROM [TO]]")] = None,
    repo: RepoPath = None,
    sysroot: SysrootPath = _SLASH,
    output: Annotated[
        str, typer.Option("--format", "-F", metavar="block|diff|json", help="Output format")
    ] = "block",
    changelogs: Annotated[
        bool, typer.Option("--changelogs", "-c", help="Also print what changelogs say of it")
    ] = False,
    base: Annotated[
        bool, typer.Option("--base", help="Compare the bases of layered deployments")
    ] = False,
    advisories: Annotated[
        bool, typer.Option("--advisories", "-a", help="Also print new advisories")
    ] = False,
    as_json: Json = False,
    schema: Schema = False,
) -> None:
    """Show package changes between two commits."""
    from rpmostree.ops import db as ops

    del schema
    names = revisions or []
    wanted = "json" if as_json else output
    _check_diff(context, names, wanted, changelogs=changelogs, advisories=advisories)
    logs = changelogs and wanted == "block"
    found = ops.diff(*_open_repo(repo, sysroot), names, base=base, changelogs=logs)
    if wanted == "json":
        show(json.dumps(render_db.diff_json(found), indent=2))
    elif wanted == "diff":
        show(render_db.diff_header(found))
        show(render.diff_signs(found.changes))
    else:
        show(render_db.diff_block(found, advisories=advisories))


def _check_diff(
    context: typer.Context, names: list[str], wanted: str, *, changelogs: bool, advisories: bool
) -> None:
    """Refuse what does not go together."""
    if len(names) > 2:
        raise UsageError("At most two revisions can be compared", context)
    if wanted not in ("block", "diff", "json"):
        raise UsageError("Format argument is invalid, pick one of: diff, block, json", context)
    if wanted == "json" and changelogs:
        raise UsageError("json format and --changelogs not supported", context)
    if wanted == "diff" and advisories:
        raise UsageError("diff format and --advisories not supported", context)


@db.command("list")
def db_list(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="REV... [PATTERN...]")] = None,
    repo: RepoPath = None,
    sysroot: SysrootPath = _SLASH,
    advisories: Annotated[
        bool, typer.Option("--advisories", "-a", help="Also list advisories")
    ] = False,
    as_json: Json = False,
    schema: Schema = False,
) -> None:
    """List the packages within commits."""
    from rpmostree.ops import db as ops

    del schema
    if not words:
        raise UsageError("At least one REV must be specified", context)
    found = ops.list_packages(*_open_repo(repo, sysroot), words)
    if as_json:
        show(json.dumps([render_db.list_json(listed) for listed in found], indent=2))
    for listed in () if as_json else found:
        show(render_db.list_text(listed, advisories=advisories))


@db.command("version")
def db_version(
    context: typer.Context,
    commits: Annotated[list[str] | None, typer.Argument(metavar="COMMIT...")] = None,
    repo: RepoPath = None,
    sysroot: SysrootPath = _SLASH,
    as_json: Json = False,
    schema: Schema = False,
) -> None:
    """Show a digest over the packages within commits."""
    from rpmostree.ops import db as ops

    del schema
    if not commits:
        raise UsageError("At least one COMMIT must be specified", context)
    found = ops.read_versions(*_open_repo(repo, sysroot), commits)
    if as_json:
        show(json.dumps([render_db.version_json(version) for version in found], indent=2))
    for version in () if as_json else found:
        show(render_db.version_text(version))


def _open_repo(repo: Path | None, sysroot: Path) -> "tuple[Repo, Sysroot | None]":
    """The repository to look into, and the sysroot it belongs to, unless it was named itself."""
    from rpmostree.tools.repo import Repo

    root = None if repo else admin.open_sysroot(sysroot.absolute())
    path = repo if root is None else root.repo
    assert path is not None  # one of the two is given
    return Repo(path), root
