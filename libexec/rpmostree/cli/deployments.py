"""Verbs of single deployments: pin, unpin."""

from rpmostree.cli.change import finish
from rpmostree.cli.options import Changing, Named, takes


@takes(Changing)
def pin(common: Changing, deployment: Named = None) -> None:
    """Keep a deployment from being dropped; the booted one, or the first, if none is named."""
    _pin(common, deployment, pinned=True)


@takes(Changing)
def unpin(common: Changing, deployment: Named = None) -> None:
    """Let a deployment be dropped again."""
    _pin(common, deployment, pinned=False)


def _pin(common: Changing, deployment: str | None, *, pinned: bool) -> None:
    from rpmostree.ops import pin as ops

    outcome = ops.pin(
        common.open(), deployment, pinned=pinned, dry_run=common.dry_run, wait=common.patience
    )
    finish(common, outcome, "")
