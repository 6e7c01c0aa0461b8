"""The answers of `search`, `refresh-md` and `why` as text and as JSON."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rpmostree.model.available import Available, Group

if TYPE_CHECKING:
    from rpmostree.model.chain import Chain
    from rpmostree.ops.metadata import RepoReport
    from rpmostree.ops.why import Reason

_SOURCES = {
    "base": "is in the base",
    "layered": "is layered",
    "replaced": "is layered in place of the one in the base",
}


def search_text(found: Mapping[Group, Sequence[Available]]) -> str:
    """The groups, each below a heading, with a row for each package."""
    lines: list[str] = []
    for group, packages in found.items():
        lines += ["", f"===== {group.value} Matched ====="]
        lines += [f"{package.nevra.name} : {package.summary}" for package in packages]
    return "\n".join(lines or ["No matches found."])


def search_json(found: Mapping[Group, Sequence[Available]]) -> list[object]:
    return [
        {
            "name": package.nevra.name,
            "evr": package.nevra.evr,
            "arch": package.nevra.arch,
            "repo": package.repo,
            "summary": package.summary,
            "matched": group.value,
        }
        for group, packages in found.items()
        for package in packages
    ]


def repos_text(reports: Sequence["RepoReport"]) -> str:
    return "\n".join(_repo_text(report) for report in reports)


def _repo_text(report: "RepoReport") -> str:
    head = f"rpm-md repo '{report.id}'"
    if report.timestamp is None:
        return f"{head}; not available"
    clock = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(report.timestamp))
    cached = " (cached)" if report.cached else ""
    return f"{head}{cached}; generated: {clock} solvables: {report.packages}"


def repos_json(reports: Sequence["RepoReport"]) -> list[object]:
    return [
        {
            "id": report.id,
            "timestamp": report.timestamp,
            "cached": report.cached,
            "solvables": report.packages,
        }
        for report in reports
    ]


def reason_text(reason: "Reason") -> str:
    """What a package is there for; a line for each package on the way to it."""
    head = f"{reason.package} {_SOURCES[reason.source.value]}"
    lines = [line for chain in reason.chains for line in _chain_lines(head, chain)] or [head]
    lines += [f"  inactive request: {request}" for request in reason.inactive]
    return "\n".join(lines)


def _chain_lines(head: str, chain: "Chain") -> list[str]:
    if not chain.links:
        return [f"{head} by the request {chain.request}"]
    links = [f"  {link.package} {link.relation} {link.condition}" for link in chain.links]
    return [f"{head} for the request {chain.request}:", *links]


def reason_json(reason: "Reason") -> dict[str, object]:
    return {
        "package": str(reason.package),
        "source": reason.source.value,
        "chains": [
            {
                "request": chain.request,
                "links": [
                    {
                        "package": str(link.package),
                        "relation": link.relation,
                        "condition": link.condition,
                    }
                    for link in chain.links
                ],
            }
            for chain in reason.chains
        ],
        "inactive-requests": list(reason.inactive),
    }
