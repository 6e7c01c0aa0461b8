"""Which deployment is meant: `booted`, `pending`, `rollback`, an index, a version, a checksum."""

import re
from collections.abc import Mapping, Sequence

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment

ROLES = ("booted", "pending", "rollback")
_INDEX = re.compile(r"-?[0-9]+")
_CHECKSUM = re.compile(r"([0-9a-f]{4,64})(\.[0-9]+)?")


def find_deployment(
    name: str, deployments: Sequence[Deployment], versions: Mapping[str, str | None]
) -> Deployment:
    """The one deployment that `name` means; `versions` are those of the commits, by checksum.

    A word that is an index is never taken for a version, nor a version for a checksum. Raises
    BadInput that lists what there is if nothing is meant, and the candidates if several are.
    """
    found = match_deployments(name, deployments, versions)
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(
            f"'{name}' means more than one deployment",
            hint=f"name one of them: {_list(found, versions)}",
        )
    raise BadInput(
        _not_found(name, len(deployments)),
        hint=f"there are: {_list(deployments, versions)}" if deployments else None,
    )


def match_deployments(
    name: str, deployments: Sequence[Deployment], versions: Mapping[str, str | None]
) -> tuple[Deployment, ...]:
    """All deployments that `name` may mean."""
    if name in ROLES:
        return _by_role(name, deployments)
    by_index = [d for d in deployments if name == str(d.index)]
    by_version = [d for d in deployments if name == versions.get(d.checksum)]
    return tuple(by_index or by_version or _by_checksum(name, deployments))


def _by_role(role: str, deployments: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """Where nothing is booted, the first one is pending and the next of its stateroot rollback."""
    if role == "booted":
        return tuple(d for d in deployments if d.booted)
    if role == "pending":
        return tuple(d for d in deployments[:1] if not d.booted)
    here = next((d for d in deployments if d.booted), next(iter(deployments), None))
    later = [
        d
        for d in deployments
        if here is not None and d.stateroot == here.stateroot and d.index > here.index
    ]
    return tuple(later[:1])


def _by_checksum(name: str, deployments: Sequence[Deployment]) -> list[Deployment]:
    match = _CHECKSUM.fullmatch(name)
    if match is None:
        return [d for d in deployments if d.id == name]
    start, serial = match.groups()
    return [
        d for d in deployments if d.checksum.startswith(start) and serial in (None, f".{d.serial}")
    ]


def _not_found(name: str, count: int) -> str:
    if _INDEX.fullmatch(name):
        return f"Out of range deployment index {name}, expected < {count}"
    if name in ROLES:
        return f"There is no {name} deployment"
    return f"No deployment is called '{name}'"


def _list(deployments: Sequence[Deployment], versions: Mapping[str, str | None]) -> str:
    return ", ".join(_describe(d, versions.get(d.checksum)) for d in deployments)


def _describe(deployment: Deployment, version: str | None) -> str:
    more = [f"version {version}"] if version else []
    more += [word for word in ("booted", "staged", "pinned") if getattr(deployment, word)]
    words = f"{deployment.index} = {deployment.checksum[:10]}.{deployment.serial}"
    return f"{words} ({', '.join(more)})" if more else words
