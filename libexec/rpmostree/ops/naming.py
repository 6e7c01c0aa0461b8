"""Deployments by the names that people have for them; what a name may be is in model.naming."""

from collections.abc import Sequence

from rpmostree.model.deployment import Deployment
from rpmostree.model.layered import text_value
from rpmostree.model.naming import find_deployment, match_deployments
from rpmostree.tools.repo import Repo


def find_named(repo: Repo, deployments: Sequence[Deployment], name: str) -> Deployment:
    """The deployment that is meant. Raises BadInput if there is none, or more than one."""
    return find_deployment(name, deployments, _versions(repo, deployments))


def find_commit(repo: Repo, deployments: Sequence[Deployment], name: str) -> str | None:
    """The commit of the deployment that is meant; None if there is none. Raises BadInput."""
    found = match_deployments(name, deployments, _versions(repo, deployments))
    checksums = {d.checksum for d in found}
    if len(checksums) > 1:
        find_named(repo, deployments, name)  # tells the candidates
    return next(iter(checksums), None)


def _versions(repo: Repo, deployments: Sequence[Deployment]) -> dict[str, str | None]:
    checksums = {d.checksum for d in deployments}
    return {c: text_value(repo.load_commit(c), "version") for c in checksums}
