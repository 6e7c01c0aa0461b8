"""Verbs of layered packages: install, uninstall, hold, unhold."""

from typing import Annotated

import typer

from rpmostree.base.errors import BadInput
from rpmostree.cli import render
from rpmostree.cli.change import carry_out
from rpmostree.cli.options import (
    AlsoInstall,
    AlsoUninstall,
    AssumeYes,
    CacheOnly,
    Deploying,
    DownloadOnly,
    Idempotent,
    Reboot,
    takes,
)
from rpmostree.cli.usage import UsageError

Packages = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PACKAGE", help="Names, capabilities, paths, files or URLs", show_default=False
    ),
]
_Enable = Annotated[
    list[str] | None, typer.Option("--enablerepo", metavar="REPO", hidden=True, help="Refused")
]
_Disable = Annotated[
    list[str] | None, typer.Option("--disablerepo", metavar="REPO", hidden=True, help="Refused")
]
_Releasever = Annotated[
    str | None, typer.Option("--releasever", metavar="VERSION", hidden=True, help="Refused")
]


@takes(Deploying)
def install(
    common: Deploying,
    context: typer.Context,
    packages: Packages = None,
    uninstall_: AlsoUninstall = None,
    reboot: Reboot = False,
    assumeyes: AssumeYes = False,
    allow_inactive: Annotated[
        bool, typer.Option("--allow-inactive", help="Allow requests that the base satisfies")
    ] = False,
    force_replacefiles: Annotated[
        bool,
        typer.Option("--force-replacefiles", help="Let package files overwrite files of the base"),
    ] = False,
    idempotent: Idempotent = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    enablerepo: _Enable = None,
    disablerepo: _Disable = None,
    releasever: _Releasever = None,
) -> None:
    """Overlay additional packages."""
    from rpmostree.ops import layer

    del assumeyes
    _refuse_container_options(enablerepo=enablerepo, disablerepo=disablerepo, releasever=releasever)
    if not packages and not uninstall_:
        raise UsageError("At least one PACKAGE must be specified", context)
    change = layer.install(
        common.open(),
        packages or (),
        stateroot=common.stateroot,
        idempotent=idempotent,
        allow_inactive=allow_inactive,
        force_replacefiles=force_replacefiles,
    )
    if uninstall_:
        change += layer.uninstall(uninstall_, idempotent=idempotent)
    carry_out(
        common,
        change,
        render.QUEUED,
        reboot=reboot,
        cache_only=cache_only,
        download_only=download_only,
    )


@takes(Deploying)
def uninstall(
    common: Deploying,
    context: typer.Context,
    packages: Packages = None,
    install_: AlsoInstall = None,
    all_: Annotated[bool, typer.Option("--all", help="Remove all overlaid packages")] = False,
    reboot: Reboot = False,
    assumeyes: AssumeYes = False,
    idempotent: Idempotent = False,
    cache_only: CacheOnly = False,
    download_only: DownloadOnly = False,
    enablerepo: _Enable = None,
    disablerepo: _Disable = None,
    releasever: _Releasever = None,
) -> None:
    """Remove overlaid additional packages."""
    from rpmostree.ops import layer

    del assumeyes
    _refuse_container_options(enablerepo=enablerepo, disablerepo=disablerepo, releasever=releasever)
    if not packages and not all_ and not install_:
        raise UsageError("At least one PACKAGE must be specified", context)
    change = layer.uninstall(packages or (), everything=all_, idempotent=idempotent)
    if install_:
        change += layer.install(
            common.open(), install_, stateroot=common.stateroot, idempotent=idempotent
        )
    carry_out(
        common,
        change,
        render.QUEUED,
        reboot=reboot,
        cache_only=cache_only,
        download_only=download_only,
    )


HeldPackages = Annotated[
    list[str] | None, typer.Argument(metavar="PACKAGE", help="Names or NEVRAs", show_default=False)
]


@takes(Deploying)
def hold(
    common: Deploying,
    context: typer.Context,
    packages: HeldPackages = None,
    idempotent: Idempotent = False,
) -> None:
    """Keep layered packages at their version in upgrades."""
    from rpmostree.ops import hold as ops

    if not packages:
        raise UsageError("At least one PACKAGE must be specified", context)
    change = ops.hold(common.open(), packages, idempotent=idempotent)
    carry_out(common, change, render.QUEUED)


@takes(Deploying)
def unhold(
    common: Deploying,
    context: typer.Context,
    packages: HeldPackages = None,
    idempotent: Idempotent = False,
) -> None:
    """Let held packages move again with the next upgrade."""
    from rpmostree.ops import hold as ops

    if not packages:
        raise UsageError("At least one PACKAGE must be specified", context)
    carry_out(common, ops.unhold(packages, idempotent=idempotent), render.QUEUED)


def _refuse_container_options(**given: object) -> None:
    """What a later upgrade would not know of any more; only a container build has no later."""
    name = next((name for name, value in given.items() if value), None)
    if name is not None:
        raise BadInput(
            f"{name} currently only works in a container build",
            hint="upgrades need the repository, too: set enabled=1 in /etc/yum.repos.d",
        )
