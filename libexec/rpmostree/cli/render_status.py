"""`status`: the screen, row for row as the genuine tool's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rpmostree.cli.render_update import (
    advisory_rows,
    available_text,
    diff_rows,
    signature_row,
    version_row,
)
from rpmostree.cli.screen import Row, Screen, clock, lay_out, list_row, row, shell_word
from rpmostree.cli.status_json import MANIFEST_DIGEST, layered_packages, variants
from rpmostree.model.advisory import Advisory
from rpmostree.model.diff import PackageChange
from rpmostree.model.layered import text_value
from rpmostree.model.objects import Commit
from rpmostree.model.overrides import (
    Replacement,
    read_remote_replacements,
    read_removals,
    read_replacements,
)
from rpmostree.ops.services import Services
from rpmostree.ops.status import DeploymentStatus, Live, Status

_WIDTH = len("InactiveRemoteOverrides")


@dataclass(frozen=True)
class View:
    """How much is shown, and on what."""

    verbose: bool = False
    advisories: bool = False
    booted_only: bool = False
    screen: Screen = field(default_factory=Screen)


def status_text(
    status: Status, diff: Sequence[PackageChange], services: Services | None, view: View
) -> str:
    """The screen that `status` prints; `diff` is what the next boot changes."""
    lines = [*_state_lines(status, services, view)]
    lines.append("BootedDeployment:" if view.booted_only else "Deployments:")
    shown = [s for s in status.deployments if s.deployment.booted or not view.booted_only]
    blocks = ["\n".join(_block(s, status, diff, view)) for s in shown]
    text = "\n".join(lines) + "\n" + "\n\n".join(blocks)
    if status.update is None or status.policy == "none" or _staged_update(status):
        return text
    expanded = view.verbose or view.advisories
    return f"{text}\n\n{available_text(status.update, expanded=expanded, screen=view.screen)}"


def _state_lines(status: Status, services: Services | None, view: View) -> Iterator[str]:
    yield f"State: {'busy' if status.busy else 'idle'}"
    if services is not None and services.failed is not None:
        from rpmostree.tools.journal import FINALIZE_UNIT

        yield view.screen.red("Warning: failed to finalize previous deployment")
        yield from (f"         {line}" for line in services.failed)
        yield f"         check `journalctl -b -1 -u {FINALIZE_UNIT}`"
    yield from _automatic_lines(status, services, view)
    if status.busy:
        yield f"Transaction: {status.busy.verb}"
        yield f"  Initiator: {status.busy}"


def _automatic_lines(status: Status, services: Services | None, view: View) -> Iterator[str]:
    if status.driver is not None:
        unit = f" ({status.driver.unit})" if view.verbose else ""
        yield f"AutomaticUpdatesDriver: {status.driver.name}{unit}"
        if services is not None and services.driver is not None:
            yield f"  DriverState: {services.driver}"
    elif status.policy != "none":
        timer = f"; {services.automatic}" if services is not None and services.automatic else ""
        yield f"AutomaticUpdates: {status.policy}{timer}"
    elif view.verbose:
        yield "AutomaticUpdates: disabled"


def _staged_update(status: Status) -> bool:
    """Is the update that was found the very deployment that comes next?"""
    first, found = next(iter(status.deployments), None), status.update
    if first is None or found is None or not status.pending_exit:
        return False
    # deployed before it was found, or after that
    same = found.text("deployment") == first.deployment.id
    return same or (found.new_commit and found.checksum == first.base_checksum)


def _block(
    s: DeploymentStatus, status: Status, diff: Sequence[PackageChange], view: View
) -> Iterator[str]:
    origin, screen = s.deployment.origin, view.screen
    name = origin.container or (f"ostree://{origin.refspec}" if origin.refspec else None)
    if origin.refspec and origin.refspec.pinned:
        name = origin.custom_url or str(origin.refspec)
    index = f" (index: {s.deployment.index})" if view.verbose else ""
    bullet = screen.glyph("●") if s.deployment.booted else " "
    yield f"{bullet} {name or s.deployment.checksum}{index}"
    changes, found = (diff, status.update) if s.deployment.index == 0 else ((), None)
    advisories = found.advisories if found and _staged_update(status) else ()
    rows = [
        *_origin_rows(s),
        *_commit_rows(s, view, live=any(d.live for d in status.deployments)),
        *(_live_rows(s.live, view) if s.live else ()),
        *_place_rows(s, status, view),
        *_change_rows(changes, advisories, view),
        *_override_rows(s, view),
        *_request_rows(s, view),
        *_note_rows(s),
    ]
    yield from lay_out(rows, _WIDTH, screen)


def _origin_rows(s: DeploymentStatus) -> Iterator[Row]:
    origin = s.deployment.origin
    digest = text_value(s.base, MANIFEST_DIGEST)
    if origin.container and digest:
        yield row("Digest", digest)
    if origin.custom_description:
        yield row("CustomOrigin", origin.custom_description)
    if s.signing is not None and s.signing.error:
        yield row("OstreeRemoteStatus", s.signing.error, red=True)
    yield version_row(text_value(s.commit, "version"), s.base.timestamp)


def _commit_rows(s: DeploymentStatus, view: View, *, live: bool) -> Iterator[Row]:
    """`live`: has anything been applied to the running system, whichever deployment that is?"""
    if s.deployment.origin.container and not view.verbose:
        return
    booted = "Booted" if s.live else ""
    repos = (_repo_lines(s.base), _repo_lines(s.commit)) if view.verbose else ((), ())
    if s.layered:
        yield Row(f"{booted}BaseCommit", (s.base_checksum, *repos[0]))
        if view.verbose or live:
            yield Row("Commit", (s.deployment.checksum, *repos[1]))
    else:
        yield Row(f"{booted}Commit", (s.deployment.checksum, *repos[0]))


def _repo_lines(commit: Commit) -> Iterator[str]:
    repos = variants(commit, "rpmostree.rpmmd-repos", [])
    rows = [r for r in repos if isinstance(r, dict)] if isinstance(repos, list) else []
    for number, repo in enumerate(rows, 1):
        branch = "└─" if number == len(rows) else "├─"
        yield f"{branch} {repo.get('id')} ({clock(int(repo.get('timestamp', 0)))})"


def _live_rows(live: Live, view: View) -> Iterator[Row]:
    if live.interrupted:
        yield row("InterruptedLiveCommit", live.interrupted, red=True)
    if live.checksum:
        yield row("LiveCommit", live.checksum, red=True)
    yield from diff_rows(live.changes, expanded=view.verbose, prefix="Live")


def _place_rows(s: DeploymentStatus, status: Status, view: View) -> Iterator[Row]:
    d = s.deployment
    if view.verbose and (d.staged or d.index == 0):
        locked = " (finalization locked)" if d.locked else ""
        yield row("Staged", f"yes{locked}" if d.staged else "no")
    if view.verbose or len({o.deployment.stateroot for o in status.deployments}) > 1:
        yield row("StateRoot", d.stateroot)
    if s.signing is not None and s.signing.gpg:
        yield signature_row(s.signatures, verbose=view.verbose)


def _change_rows(
    changes: Sequence[PackageChange], advisories: Sequence[Advisory], view: View
) -> Iterator[Row]:
    yield from advisory_rows(advisories, expanded=view.verbose or view.advisories)
    yield from diff_rows(changes, expanded=view.verbose)


def _override_rows(s: DeploymentStatus, view: View) -> Iterator[Row]:
    origin = s.deployment.origin
    removed, replaced = read_removals(s.commit), read_replacements(s.commit)
    remote = read_remote_replacements(s.commit)
    names = {n.name for n in removed}
    if removed:
        yield row("RemovedBasePackages", _group((n.name, n.evr) for n in removed))
    if view.verbose:
        inactive = (name for name in origin.removals if name not in names)
        yield from list_row("InactiveBaseRemovals", inactive, _WIDTH, view.screen)
    if replaced:
        yield row("LocalOverrides", _describe(replaced))
    if view.verbose:
        active = {str(r.new) for r in replaced}
        left = (p.nevra for p in origin.local_replacements if p.nevra not in active)
        yield from list_row("InactiveLocalOverrides", left, _WIDTH, view.screen)
    yield from _remote_rows("RemoteOverrides", {k: _describe(v) for k, v in remote.items()})
    if view.verbose:
        rest = _inactive_remotes(origin.remote_replacements, remote)
        yield from _remote_rows("InactiveRemoteOverrides", rest)


def _remote_rows(label: str, sources: dict[str, str]) -> Iterator[Row]:
    lines = [line for source, text in sources.items() if text for line in (source, f"└─ {text}")]
    if lines:
        yield Row(label, tuple(lines))


def _inactive_remotes(
    requested: Iterable[tuple[str, tuple[str, ...]]],
    active: dict[str, tuple[Replacement, ...]],
) -> dict[str, str]:
    left: dict[str, str] = {}
    for source, packages in requested:
        known = {name for r in active.get(source, ()) for name in (r.new.name, str(r.new))}
        left[source] = " ".join(p for p in packages if p not in known)
    return left


def _describe(replacements: Iterable[Replacement]) -> str:
    """`NAMES OLD -> NEW` for those that keep their name, the whole packages for the others."""
    same = [r for r in replacements if r.new.name == r.old.name]
    other = [f"{r.old} -> {r.new}" for r in replacements if r.new.name != r.old.name]
    grouped = _group((r.new.name, f"{r.old.evr} -> {r.new.evr}") for r in same)
    return ", ".join(filter(None, [*other, grouped]))


def _group(pairs: Iterable[tuple[str, str]]) -> str:
    """Names that share a version before it: `a b 1-1, c 2-1`."""
    groups: dict[str, list[str]] = {}
    for name, version in pairs:
        groups.setdefault(version, []).append(name)
    return ", ".join(f"{' '.join(names)} {version}" for version, names in groups.items())


def _request_rows(s: DeploymentStatus, view: View) -> Iterator[Row]:
    origin, active = s.deployment.origin, layered_packages(s)
    inactive = [p for p in origin.packages if p not in active] if view.verbose else []
    for label, names in (
        ("InactiveRequests", inactive),
        ("LayeredPackages", active),
        ("LocalPackages", [p.nevra for p in origin.local_packages]),
        ("LocalForcedPackages", [p.nevra for p in origin.local_fileoverrides]),
        ("HeldPackages", [p.nevra for p in origin.held]),
    ):
        yield from list_row(label, names, _WIDTH, view.screen)
    if origin.regenerate_initramfs:
        yield row("Initramfs", " ".join(map(shell_word, origin.initramfs_args)) or "regenerate")
    yield from list_row("InitramfsEtc", origin.initramfs_etc, _WIDTH, view.screen)
    if origin.cliwrap:
        yield row("Cliwrap", "enabled")


def _note_rows(s: DeploymentStatus) -> Iterator[Row]:
    if s.deployment.pinned:
        yield row("Pinned", "yes")
    if s.deployment.unlocked != "none":
        yield row("Unlocked", s.deployment.unlocked, red=True)
    end = text_value(s.base, "ostree.endoflife")
    if end:
        yield row("EndOfLife", end, red=True)
