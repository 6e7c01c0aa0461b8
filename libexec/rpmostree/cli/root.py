"""The command tree."""

from typing import Annotated

import typer
from typer.main import get_command

from rpmostree.cli import compose, override, packages, system
from rpmostree.cli.app import new_group, show, version_text
from rpmostree.cli.usage import Command, UsageError


def build() -> Command:
    """The whole program as a click command."""
    app = new_group(help_text="Hybrid image and package system.")
    app.callback(invoke_without_command=True)(_globals)
    app.command("status")(system.status)
    app.command("upgrade")(system.upgrade)
    app.command("rollback")(system.rollback)
    app.command("install")(packages.install)
    app.command("uninstall")(packages.uninstall)
    app.command("cleanup")(system.cleanup)
    app.command("kargs")(system.kargs)
    app.add_typer(override.override)
    app.add_typer(packages.db)
    app.add_typer(compose.compose)
    return get_command(app)


def _globals(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print version information")] = False,
) -> None:
    if version:
        show(version_text())
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        raise UsageError("No command specified", context)
