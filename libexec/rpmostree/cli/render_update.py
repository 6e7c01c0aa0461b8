"""An update as rows: `AvailableUpdate:`, and what a pending deployment brings."""

from collections.abc import Iterable, Iterator, Sequence

from rpmostree.cli.render import change_text, changes_json, counts
from rpmostree.cli.screen import Row, Screen, clock, lay_out, row
from rpmostree.model.advisory import Advisory, Severity
from rpmostree.model.diff import Change, PackageChange
from rpmostree.model.gvariant import Variant
from rpmostree.model.gvariant_json import to_json
from rpmostree.model.signature import Signature
from rpmostree.model.update import CachedUpdate

_WIDTH = len("SecAdvisories")
_TITLES = {
    "Upgraded": Change.UPGRADED,
    "Downgraded": Change.DOWNGRADED,
    "Removed": Change.REMOVED,
    "Added": Change.ADDED,
}


def available_text(update: CachedUpdate, *, expanded: bool, screen: Screen) -> str:
    """The block `AvailableUpdate:`; all packages and advisories if `expanded`."""
    rows = [*_update_rows(update, expanded=expanded)]
    return "\n".join(["AvailableUpdate:", *lay_out(rows, _WIDTH, screen)])


def available_json(update: CachedUpdate) -> dict[str, object]:
    """The same for scripts, with all that there is."""
    signatures, advisories = map(update.values.get, ("signatures", "advisories"))
    return {
        "checksum": update.checksum,
        "version": update.text("version"),
        "timestamp": update.timestamp,
        "new-commit": update.new_commit,
        "gpg-enabled": update.gpg,
        "signatures": [] if signatures is None else to_json(signatures),
        "pkgdiff": changes_json(update.changes),
        "advisories": [] if advisories is None else to_json(advisories),
    }


def _update_rows(update: CachedUpdate, *, expanded: bool) -> Iterator[Row]:
    if update.new_commit:
        yield version_row(update.text("version"), update.timestamp)
        yield row("Commit", update.checksum)
        if update.gpg:
            yield signature_row(_signatures(update), verbose=expanded)
    yield from advisory_rows(update.advisories, expanded=expanded)
    yield from diff_rows(update.changes, expanded=expanded)


def _signatures(update: CachedUpdate) -> tuple[Signature, ...]:
    """As far as the file has them: whose, and whether they are good."""
    found = update.values.get("signatures")
    rows = found.value if found is not None and isinstance(found.value, list) else []
    tuples = [v.value for v in rows if isinstance(v, Variant) and isinstance(v.value, tuple)]
    return tuple(
        Signature(key=str(t[5]), valid=t[0] is True, key_missing=t[4] is True) for t in tuples
    )


def version_row(version: str | None, timestamp: int) -> Row:
    stamp = clock(timestamp)
    return row("Version", f"{version} ({stamp})") if version else row("Timestamp", stamp)


def signature_row(signatures: Sequence[Signature], *, verbose: bool) -> Row:
    """Who signed; with all that ostree says of it if `verbose`."""
    if not signatures:
        return row("GPGSignature", "(unsigned)")
    if not verbose:
        return Row("GPGSignature", tuple(map(str, signatures)))
    count = f"{len(signatures)} signature{'' if len(signatures) == 1 else 's'}"
    words = [line for s in signatures for line in s.words or (str(s),)]
    return Row("GPGSignature", (count, *words))


def advisory_rows(advisories: Sequence[Advisory], *, expanded: bool) -> Iterator[Row]:
    if not advisories:
        return
    lines = list(_advisory_lines(advisories)) if expanded else [_severities(advisories)]
    yield Row("SecAdvisories", tuple(lines), red=not expanded)


def _severities(advisories: Iterable[Advisory]) -> str:
    found = [a.rank for a in advisories]
    names = {s: s.name.lower() for s in Severity} | {Severity.UNKNOWN: "unknown severity"}
    return ", ".join(f"{found.count(s)} {names[s]}" for s in Severity if s in found)


def _advisory_lines(advisories: Sequence[Advisory]) -> Iterator[str]:
    width = max(len(a.id) for a in advisories)
    for advisory in advisories:
        severity = f"{advisory.rank.name.capitalize():<{len('Important')}}"
        for package in advisory.packages:
            yield f"{advisory.id:<{width}}  {severity}  {package}"
        for address, title in advisory.references:
            yield f"  {title}"
            yield f"  {address}"


def diff_rows(changes: Sequence[PackageChange], *, expanded: bool, prefix: str = "") -> list[Row]:
    """The changes as a summary, or each on a line of its own."""
    if not expanded:
        return [row(f"{prefix}Diff", counts(changes))] if changes else []
    groups = ((title, [c for c in changes if c.kind is kind]) for title, kind in _TITLES.items())
    return [
        Row(f"{prefix}{title}", tuple(map(change_text, group))) for title, group in groups if group
    ]
