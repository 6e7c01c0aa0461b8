"""Verbs of the one who makes images: compose."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rpmostree.base.errors import BadInput
from rpmostree.cli import render
from rpmostree.cli.app import new_group, show
from rpmostree.cli.options import CacheOnly, DryRun, Json, Progress, Quiet, Schema, Verbose
from rpmostree.cli.usage import UsageError

if TYPE_CHECKING:
    from rpmostree.ops import compose as ops

compose = new_group("compose", "Commands to compose a tree.")


@compose.command("tree")
def tree(
    treefile: Annotated[Path, typer.Argument(metavar="TREEFILE")],
    repo: Annotated[
        Path | None, typer.Option("--repo", "-r", metavar="REPO", help="Path to the repository")
    ] = None,
    cachedir: Annotated[
        Path | None, typer.Option("--cachedir", metavar="DIR", help="Keep downloads in DIR")
    ] = None,
    workdir: Annotated[
        Path | None, typer.Option("--workdir", metavar="DIR", help="Build below DIR")
    ] = None,
    force_nocache: Annotated[
        bool, typer.Option("--force-nocache", help="Compose even if nothing seems to have changed")
    ] = False,
    cache_only: CacheOnly = False,
    download_only: Annotated[
        bool, typer.Option("--download-only", help="Download the packages and stop")
    ] = False,
    dry_run: DryRun = False,
    parent: Annotated[
        str | None, typer.Option("--parent", metavar="REV", help="Commit with this parent")
    ] = None,
    no_parent: Annotated[bool, typer.Option("--no-parent", help="Commit without a parent")] = False,
    add_metadata_string: Annotated[
        list[str] | None,
        typer.Option("--add-metadata-string", metavar="KEY=VALUE", help="Add commit metadata"),
    ] = None,
    add_metadata_from_json: Annotated[
        list[Path] | None,
        typer.Option(
            "--add-metadata-from-json", metavar="FILE", help="Add the keys of a JSON object"
        ),
    ] = None,
    write_commitid_to: Annotated[
        Path | None, typer.Option("--write-commitid-to", metavar="FILE", help="Write the checksum")
    ] = None,
    write_composejson_to: Annotated[
        Path | None, typer.Option("--write-composejson-to", metavar="FILE", help="Write a summary")
    ] = None,
    touch_if_changed: Annotated[
        Path | None, typer.Option("--touch-if-changed", metavar="FILE", help="Touch it on a change")
    ] = None,
    previous_version: Annotated[
        str | None, typer.Option("--previous-version", metavar="VERSION", help="Count up from here")
    ] = None,
    disable_selinux: Annotated[
        bool, typer.Option("--disable-selinux", help="Do not label files")
    ] = False,
    print_only: Annotated[
        bool, typer.Option("--print-only", help="Print the treefile with all its includes")
    ] = False,
    unified_core: Annotated[
        bool, typer.Option("--unified-core", "--ex-unified-core", hidden=True)
    ] = False,
    as_json: Json = False,
    schema: Schema = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    progress: Progress = "auto",
) -> None:
    """Install packages as a treefile says, and commit them."""
    import platform

    from rpmostree.model.treefile_parse import load_treefile
    from rpmostree.ops import compose as ops

    del schema, unified_core, quiet, verbose, progress
    if print_only:
        loaded = load_treefile(ops.read_treefile, treefile.absolute(), platform.machine())
        show(json.dumps(loaded.raw, indent=2, default=str))
        return
    if repo is None:
        raise UsageError("--repo is required")
    request = ops.Compose(
        treefile=treefile,
        repo=repo.absolute(),
        cachedir=cachedir,
        workdir=workdir,
        force=force_nocache,
        cache_only=cache_only,
        dry_run=dry_run,
        download_only=download_only,
        parent=parent,
        no_parent=no_parent,
        metadata=_metadata(add_metadata_string or [], add_metadata_from_json or []),
        selinux=not disable_selinux,
        previous_version=previous_version,
    )
    result = ops.compose_tree(request)
    ops.write_outputs(result, write_commitid_to, write_composejson_to)
    if touch_if_changed is not None and result.checksum:
        touch_if_changed.touch()
    if as_json:
        show(json.dumps(_result_json(ops.summary(result), result), indent=2))
    else:
        _show(result, dry_run=dry_run)


def _show(result: "ops.Result", *, dry_run: bool) -> None:
    if dry_run:
        show("\n".join(f"  {p.nevra} ({p.repo})" for p in result.packages))
        show("Exiting because of '--dry-run' option")
        return
    show(f"Previous commit: {result.previous}" if result.previous else "No previous commit")
    show(f"Input state hash: {result.inputhash}")
    if result.checksum is None:
        show("No apparent changes since previous commit; use --force-nocache to override")
    else:
        show(render.diff_text(result.changes) if result.previous else "")
        show(
            f"{result.ref} => {result.checksum}"
            if result.ref
            else f"Wrote commit: {result.checksum}"
        )


def _result_json(summary: dict[str, object], result: "ops.Result") -> dict[str, object]:
    return {
        **summary,
        "changed": bool(result.checksum),
        "previous-commit": result.previous,
        "pkgdiff": render.changes_json(result.changes),
        "packages": [
            {"nevra": str(p.nevra), "repo": p.repo}
            for p in sorted(result.packages, key=lambda p: p.nevra)
        ],
    }


def _metadata(strings: list[str], files: list[Path]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in files:
        try:
            found |= json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError) as error:
            raise BadInput(f"cannot read metadata from {path}: {error}") from error
    for item in strings:
        key, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"Missing '=' in --add-metadata-string={item}")
        found[key] = value
    return found
