"""The command tree. A verb's module is loaded when the verb is asked for, not before."""

from functools import cache
from importlib import import_module
from typing import Annotated

import typer
from typer.main import get_command

from rpmostree.cli.app import Commands, new_group, show, version_text
from rpmostree.cli.usage import Command, Context, UsageError

# Which module of this package holds the verb, a function or a group by the verb's own name
# (with an underscore for a dash).
VERBS = {
    "status": "status",
    "upgrade": "updates",
    "deploy": "updates",
    "rebase": "updates",
    "rollback": "updates",
    "reset": "updates",
    "pin": "deployments",
    "unpin": "deployments",
    "install": "packages",
    "uninstall": "packages",
    "hold": "packages",
    "unhold": "packages",
    "override": "override",
    "kargs": "boot",
    "initramfs": "boot",
    "initramfs-etc": "boot",
    "cleanup": "system",
    "finalize-deployment": "deployments",
    "reload": "system",
    "usroverlay": "deployments",
    "db": "db",
    "history": "history",
    "undo": "history",
    "search": "query",
    "refresh-md": "query",
    "why": "query",
    "cancel": "system",
    "compose": "compose",
}
ALIASES = {
    "update": "upgrade",
    "pkg-add": "install",
    "pkg-remove": "uninstall",
    "remove": "uninstall",
    "rpm": "db",
    "makecache": "refresh-md",
    "unlock": "usroverlay",
}


class Program(Commands):
    """The top of the tree."""

    def list_commands(self, ctx: Context) -> list[str]:
        del ctx
        return list(VERBS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        del ctx
        name = ALIASES.get(cmd_name, cmd_name)
        return _load(name) if name in VERBS else None


@cache
def _load(name: str) -> Command:
    module = import_module(f"rpmostree.cli.{VERBS[name]}")
    verb = getattr(module, name.replace("-", "_"))
    if isinstance(verb, typer.Typer):
        return get_command(verb)
    single = new_group()
    single.command(name)(verb)
    return get_command(single)


def build() -> Command:
    """The whole program as a click command."""
    app = new_group(help_text="Hybrid image and package system.", cls=Program)
    app.callback(invoke_without_command=True)(_globals)
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
