"""undo: wish again what was wished before a change that the history has."""

from dataclasses import replace

from rpmostree.base import events
from rpmostree.base.errors import BadInput, RpmOstreeError
from rpmostree.model.deployment import Deployment
from rpmostree.model.history import Entry, State
from rpmostree.model.kargs import editable
from rpmostree.model.origin import Origin, parse_origin
from rpmostree.model.plan import Options, Wish
from rpmostree.model.refspec import Refspec
from rpmostree.model.sysroot import Sysroot
from rpmostree.ops.change import Change
from rpmostree.ops.ground import Ground, find_ground
from rpmostree.ops.history import read_history
from rpmostree.ops.revision import fetch_commit
from rpmostree.tools.repo import Repo


def undo(sysroot: Sysroot, number: int | None = None, *, stateroot: str | None = None) -> Change:
    """Deploy what was the default before an entry: its base, origin and kernel arguments.

    Without a number the last entry that changed the default of the stateroot is meant. Where the
    very commit is still deployed, it is deployed again; else packages are layered anew, on a base
    that is fetched again if it has to be. Raises BadInput if there is no such entry, or the base
    is gone.
    """
    ground = find_ground(sysroot, stateroot)
    entry = choose_entry(read_history(sysroot), number, ground.stateroot)
    old = entry.old
    assert old is not None  # the choice says so
    origin = _read_origin(entry, old)
    present = _find_present(ground, old)
    again = present is not None and present != ground.default

    def fetch(repo: Repo, _ground: Ground, options: Options) -> None:
        if not options.cache_only and not _is_here(repo, old.base):
            _fetch(repo, origin.refspec, old.base)

    def restore(repo: Repo, _ground: Ground, wish: Wish) -> Wish:
        if not _is_here(repo, old.base):
            raise BadInput(
                f"The base {old.base} of before change {entry.id} is not here any more",
                hint="without --cache-only it is fetched, if it is still published",
            )
        return replace(wish, base=old.base, origin=origin, kargs=old.kargs)

    return Change(
        f"undo {entry.id}",
        edits=(restore,),
        fetches=(fetch,),
        keeps_tree=present is not None,
        start=present.id if again and present else None,
        forced=again,
        moves_base=True,
        done=f"Undone: {entry.id} ({entry.command})",
    )


def _is_here(repo: Repo, checksum: str) -> bool:
    return repo.has_commit(checksum) and not repo.is_partial(checksum)


def _read_origin(entry: Entry, old: State) -> Origin:
    try:
        return parse_origin(old.origin)
    except ValueError as error:
        raise BadInput(f"Change {entry.id} cannot be undone: {error}") from error


def _fetch(repo: Repo, refspec: Refspec | None, base: str) -> None:
    """Fetch the base from where it came; that it cannot be had is found out later."""
    if refspec is None:
        return
    try:
        fetch_commit(repo, refspec, base)
    except RpmOstreeError as error:
        events.warning(str(error))


def choose_entry(entries: tuple[Entry, ...], number: int | None, stateroot: str) -> Entry:
    """The entry to undo. Raises BadInput if there is none, or if it left nothing to undo."""
    if number is None:
        mine = [e for e in entries if e.stateroot == stateroot and e.old and e.changes_default]
        if not mine:
            raise BadInput("There is nothing to undo", hint="see `rpm-ostree history`")
        return mine[-1]
    entry = next((e for e in entries if e.id == number), None)
    if entry is None:
        known = f"there are {entries[0].id} to {entries[-1].id}" if entries else "it is empty"
        raise BadInput(f"No change {number} is in the history", hint=known)
    if entry.stateroot != stateroot:
        raise BadInput(
            f"Change {number} was made to the stateroot {entry.stateroot}, not to {stateroot}",
            hint=f"add --stateroot={entry.stateroot}",
        )
    if entry.old is None or not entry.changes_default:
        raise BadInput(f"Change {number} ({entry.command}) left the default deployment as it was")
    return entry


def _find_present(ground: Ground, old: State) -> Deployment | None:
    """A deployment of the very commit, the one with the same kernel arguments rather."""
    mine = [
        d
        for d in ground.deployments
        if (d.stateroot, d.checksum) == (ground.stateroot, old.checksum)
    ]
    return next((d for d in mine if editable(d.kargs) == old.kargs), next(iter(mine), None))
