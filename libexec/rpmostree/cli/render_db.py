"""The answers of `db` as text and as JSON; the wording is the genuine tool's."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rpmostree.cli import render
from rpmostree.model.advisory import Advisory, Severity
from rpmostree.model.changelog import Entry
from rpmostree.model.diff import PackageChange

if TYPE_CHECKING:
    from rpmostree.ops.db import PackageDiff, PackageList, Revision, Version

_INDENT = "    "


def diff_block(diff: "PackageDiff", *, advisories: bool) -> str:
    """Header, rows with their changelogs, and the advisories that are new."""

    def below(change: PackageChange) -> list[str]:
        return [line for e in diff.changelogs.get(change, ()) for line in _entry_lines(e)]

    blocks = [f"{diff_header(diff)}\n{render.diff_text(diff.changes, below)}"]
    blocks += [advisories_text(diff.advisories)] if advisories else []
    return "\n\n".join(block.rstrip("\n") for block in blocks if block)


def diff_header(diff: "PackageDiff") -> str:
    return (
        f"ostree diff commit from: {_revision(diff.old)}\n"
        f"ostree diff commit to:   {_revision(diff.new)}"
    )


def diff_json(diff: "PackageDiff") -> dict[str, object]:
    return {
        "ostree-commit-from": diff.old.checksum,
        "ostree-commit-to": diff.new.checksum,
        "pkgdiff": render.changes_json(diff.changes),
        "advisories": advisories_json(diff.advisories),
    }


def list_text(listed: "PackageList", *, advisories: bool) -> str:
    head = f"ostree commit: {_revision(listed.revision)}"
    block = "\n".join([head, *(f" {package}" for package in listed.packages)])
    told = advisories_text(listed.advisories) if advisories else ""
    return f"{block}\n\n{told}" if told else block


def list_json(listed: "PackageList") -> dict[str, object]:
    return {
        "revision": listed.revision.name,
        "ostree-commit": listed.revision.checksum,
        "packages": [str(package) for package in listed.packages],
        "advisories": advisories_json(listed.advisories),
    }


def version_text(version: "Version") -> str:
    return f"ostree commit: {_revision(version.revision)}\n  rpmdbv is: {version.rpmdb:>66}"


def version_json(version: "Version") -> dict[str, object]:
    return {
        "revision": version.revision.name,
        "ostree-commit": version.revision.checksum,
        "rpmdbv": version.rpmdb,
    }


def advisories_text(advisories: Iterable[Advisory]) -> str:
    """Those about security, the worst last: a row for each package, then what is fixed."""
    chosen = sorted((a for a in advisories if a.is_security), key=lambda a: (a.rank, a.id))
    width = max((len(a.id) for a in chosen), default=0)
    rank_width = len(Severity.IMPORTANT.name)
    lines = ["SecAdvisories:"] if chosen else []
    for advisory in chosen:
        rank = advisory.rank.name.capitalize()
        lines += [f"  {advisory.id:<{width}}  {rank:<{rank_width}}  {p}" for p in advisory.packages]
        lines += [f"{_INDENT}{line}" for url, title in advisory.references for line in (title, url)]
    return "\n".join(lines)


def advisories_json(advisories: Sequence[Advisory]) -> list[object]:
    """`[id, kind, severity, packages, {cve_references}]` for each, as `status --json` has it."""
    return [
        [a.id, a.kind, a.severity, list(a.packages), {"cve_references": list(a.references)}]
        for a in advisories
    ]


def _entry_lines(entry: Entry) -> list[str]:
    """`* Day Mon DD YYYY Author - ver` and the text; `time.strftime` is in English, always."""
    import time

    day = time.strftime("%a %b %d %Y", time.gmtime(entry.time))
    lines = [f"* {day} {entry.author}", *entry.text.split("\n")]
    return [*(f"{_INDENT}{line}".rstrip() for line in lines), ""]


def _revision(revision: "Revision") -> str:
    """A checksum that was given as such is not said twice."""
    if revision.name == revision.checksum:
        return revision.name
    return f"{revision.name} ({revision.checksum})"
