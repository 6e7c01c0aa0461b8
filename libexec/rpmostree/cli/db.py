"""Queries of packages: db."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import new_group, show
from rpmostree.cli.options import Json, SysrootPath
from rpmostree.cli.usage import UsageError
from rpmostree.tools import sysroot as admin

_SLASH = Path("/")
db = new_group("db", "Commands to query the RPM database.")
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
    root = None if repo else admin.open_sysroot(sysroot.absolute())
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
    found = ops.list_packages(Repo(repo or admin.open_sysroot(sysroot.absolute()).repo), words)
    if as_json:
        rows = {p.revision.checksum: [str(n) for n in p.packages] for p in found}
        show(json.dumps(rows, indent=2))
    else:
        show("\n".join(render.list_text(listed) for listed in found))
