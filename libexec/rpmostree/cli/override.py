"""Verbs that change packages of the base: override."""

from typing import Annotated

import typer

from rpmostree.cli import render
from rpmostree.cli.app import new_group
from rpmostree.cli.change import also, carry_out
from rpmostree.cli.options import (
    AlsoInstall,
    AlsoUninstall,
    CacheOnly,
    Deploying,
    Reboot,
    takes,
)
from rpmostree.cli.usage import UsageError

Packages = Annotated[
    list[str] | None, typer.Argument(metavar="PACKAGE", help="Names or NEVRAs", show_default=False)
]
override = new_group("override", "Manage base package overrides.")
_RESET = 'Use "rpm-ostree override reset" to undo overrides'
_HINT = f"{_RESET}\n{render.RUN_REBOOT}"


@override.command("replace")
@takes(Deploying)
def replace(
    common: Deploying,
    context: typer.Context,
    packages: Annotated[
        list[str] | None,
        typer.Argument(metavar="PACKAGE", help=".rpm files, URLs, or names with --from"),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="repo=ID", help="Follow what this repository has"),
    ] = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="With --from: stay at what it has now")
    ] = False,
    remove_: Annotated[
        list[str] | None,
        typer.Option("--remove", metavar="PKG", help="Remove a package of the base as well"),
    ] = None,
    experimental: Annotated[bool, typer.Option("--experimental", hidden=True, help="Ignored")] = (
        False
    ),
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
    reboot: Reboot = False,
    cache_only: CacheOnly = False,
) -> None:
    """Replace packages in the base layer."""
    from rpmostree.ops import override as ops

    del experimental
    if not packages:
        raise UsageError("At least one PACKAGE must be specified", context)
    if freeze and from_ is None:
        raise UsageError("--freeze can only be used together with --from")
    if from_ is None:
        change = ops.replace_with_files(common.open(), packages, stateroot=common.stateroot)
    else:
        frozen = [p for p in packages if freeze or ops.is_nevra(p)]
        names = [p for p in packages if p not in frozen]
        parts = [ops.replace_from(from_, names)] if names else []
        parts += [ops.replace_frozen(common.open(), from_, frozen)] if frozen else []
        change = parts[0] if len(parts) == 1 else parts[0] + parts[1]
    if remove_:
        change += ops.remove(remove_)
    change = also(common, change, install_, uninstall_)
    carry_out(common, change, _HINT, reboot=reboot, cache_only=cache_only)


@override.command("remove")
@takes(Deploying)
def remove(
    common: Deploying,
    context: typer.Context,
    packages: Packages = None,
    replace_: Annotated[
        list[str] | None,
        typer.Option("--replace", metavar="RPM", help="Replace a package of the base as well"),
    ] = None,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
    reboot: Reboot = False,
    cache_only: CacheOnly = False,
) -> None:
    """Remove packages from the base layer."""
    from rpmostree.ops import override as ops

    if not packages:
        raise UsageError("At least one PACKAGE must be specified", context)
    change = ops.remove(packages)
    if replace_:
        change += ops.replace_with_files(common.open(), replace_, stateroot=common.stateroot)
    change = also(common, change, install_, uninstall_)
    carry_out(common, change, _HINT, reboot=reboot, cache_only=cache_only)


@override.command("reset")
@takes(Deploying)
def reset(
    common: Deploying,
    context: typer.Context,
    packages: Packages = None,
    all_: Annotated[bool, typer.Option("--all", "-a", help="Reset all overrides")] = False,
    install_: AlsoInstall = None,
    uninstall_: AlsoUninstall = None,
    reboot: Reboot = False,
    cache_only: CacheOnly = False,
) -> None:
    """Let packages be as the base has them again."""
    from rpmostree.ops import override as ops

    if bool(packages) == all_:
        raise UsageError("Specify either packages or --all", context)
    change = also(common, ops.reset(packages or (), everything=all_), install_, uninstall_)
    carry_out(common, change, render.RUN_REBOOT, reboot=reboot, cache_only=cache_only)
