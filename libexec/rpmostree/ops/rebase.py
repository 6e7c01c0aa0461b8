"""rebase: another branch, remote or commit as the base; layers and overrides stay."""

from dataclasses import dataclass, replace
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput, ToolFailed
from rpmostree.model.plan import Options, Wish
from rpmostree.model.refspec import Refspec, is_checksum, parse_refspec
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground
from rpmostree.ops.revision import fetch_commit, find_revision
from rpmostree.ops.transaction import Transaction
from rpmostree.ops.upgrade import complete, may_have_news, refuse_older
from rpmostree.tools import ostree
from rpmostree.tools import sysroot as admin
from rpmostree.tools.repo import Repo

_CONTAINERS = (
    "ostree-image-signed:",
    "ostree-remote-image:",
    "ostree-remote-registry:",
    "ostree-unverified-image:",
    "ostree-unverified-registry:",
    "docker://",
)


@dataclass(frozen=True)
class Target:
    """Where to go: a refspec in any of its forms, or the part of it that changes.

    `revision` is a version or checksum on that branch.
    """

    refspec: str | None = None
    revision: str | None = None
    branch: str | None = None
    remote: str | None = None
    custom_url: str | None = None
    custom_description: str | None = None


def rebase(target: Target, *, skip_purge: bool = False, allow_downgrade: bool = True) -> Change:
    """Go to another base. Raises BadInput for a refspec that is none, or the present one."""
    _check(target)
    chosen: list[tuple[Refspec, str, bool]] = []

    def fetch(repo: Repo, ground: Ground, options: Options) -> None:
        present = ground.default.origin.refspec
        chosen[:] = [_fetch(repo, target, present, options)]

    def edit(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        refspec, checksum, override = chosen[0]
        complete(repo, checksum, str(refspec))
        if not allow_downgrade:
            refuse_older(repo, wish.base, checksum, "rebase without --disallow-downgrade")
        origin = replace(
            wish.origin,
            refspec=refspec,
            container=None,
            override_commit=checksum if override else None,
            unconfigured_state=None,
            custom_url=target.custom_url,
            custom_description=target.custom_description,
        )
        return replace(wish, base=checksum, origin=origin)

    def purge(tx: Transaction, ground: Ground) -> None:
        old = ground.default.origin.refspec
        if old is not None and not skip_purge and old != chosen[0][0]:
            _forget(tx, ground, old)

    return Change(
        f"rebase {target.refspec or ''}".strip(),
        edits=(edit,),
        fetches=(fetch,),
        concludes=(purge,),
        moves_base=True,
    )


def choose_refspec(target: Target, present: Refspec | None) -> Refspec:
    """The refspec that is meant, what it leaves out taken from the present one.

    Raises BadInput in the genuine tool's words.
    """
    text = (target.refspec or "").removeprefix("ostree://")
    remote, colon, ref = text.rpartition(":")
    if target.refspec is None:
        remote = target.remote or (present.remote if present else None) or ""
        ref = target.branch or ""
    elif not colon:
        remote = (present.remote if present else None) or ""
    if not ref and (target.refspec is None or (colon and remote)):
        if present is None or present.pinned:
            raise BadInput("the present origin has no branch to keep; name one as REMOTE:BRANCH")
        ref = present.ref
    try:
        return parse_refspec(f"{remote}:{ref}" if remote else ref)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _check(target: Target) -> None:
    if target.refspec is None and not (target.branch or target.remote):
        raise BadInput("Refspec required", hint="rpm-ostree rebase REMOTE:BRANCH")
    if target.refspec is not None and (target.branch or target.remote):
        raise BadInput("Only one of a refspec and --branch or --remote can be specified")
    if (target.refspec or "").startswith(_CONTAINERS):
        raise BadInput(f"container images are not served yet: {target.refspec}")
    if target.custom_url and not target.custom_description:
        raise BadInput("--custom-origin-url requires --custom-origin-description")


def _fetch(
    repo: Repo, target: Target, present: Refspec | None, options: Options
) -> tuple[Refspec, str, bool]:
    """Download what is meant; the new refspec, the commit, and whether it is a version pin."""
    if (target.refspec or "").startswith("/"):
        checksum = _pull_local(repo, str(target.refspec))
        return Refspec(checksum), checksum, False
    refspec = choose_refspec(target, present)
    if refspec == present and not refspec.pinned and target.revision is None:
        raise BadInput(f"Old and new refs are equal: {refspec}")
    if target.custom_description and not refspec.pinned:
        raise BadInput("Custom origins are only supported for a checksum")
    if target.refspec is None or target.refspec.endswith(":"):
        events.message(f"Rebasing to {refspec}")
    network = not options.cache_only
    if target.revision is not None:
        checksum = find_revision(repo, refspec, target.revision, network=network)
        if network:
            fetch_commit(repo, refspec, checksum)
        return refspec, checksum, True
    if network:
        _pull(repo, refspec)
    if refspec.pinned:
        return refspec, refspec.ref, False
    return refspec, repo.resolve(str(refspec)), False


def _pull(repo: Repo, refspec: Refspec) -> None:
    try:
        if refspec.pinned:
            fetch_commit(repo, refspec, refspec.ref)
        elif may_have_news(repo, refspec):
            ostree.pull(repo.path, refspec, timestamp_check=False)
    except ToolFailed as error:
        error.hint = error.hint or (
            "`ostree remote list` shows the remotes, "
            f"`ostree remote refs {refspec.remote}` the branches of this one"
        )
        raise


def _pull_local(repo: Repo, text: str) -> str:
    """`/LOCAL/REPO:REF`"""
    place, colon, ref = text.rpartition(":")
    if not colon:
        raise BadInput("Missing ':' in LOCALPATH:REF rebase")
    if not ref:
        raise BadInput("Missing REF in LOCALPATH:REF rebase")
    checksum = ref if is_checksum(ref) else ostree.rev_parse(Path(place), ref)
    ostree.pull_local(repo.path, Path(place), checksum)
    return checksum


def _forget(tx: Transaction, ground: Ground, old: Refspec) -> None:
    """Drop the branch we came from, unless it is a local one or another deployment follows it."""
    others = [d for d in admin.list_deployments(tx.sysroot) if d.name != ground.default.name]
    if old.remote and not old.pinned and old not in [d.origin.refspec for d in others]:
        tx.repo.delete_ref(old)
