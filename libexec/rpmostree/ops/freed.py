"""How much space is freed when deployments go: what ostree would prune, counted beforehand."""

import re
from collections.abc import Collection, Iterator, Sequence

from rpmostree.model.deployment import Deployment
from rpmostree.model.layered import base_checksum
from rpmostree.tools.repo import Repo

# Branches that exist for deployments alone; they are made anew with each change.
_DEPLOYED = re.compile(r"heads/(ostree/[01]/[01]/\d+|rpmostree/base/.*)")


def estimate_freed(
    repo: Repo, kept: Sequence[Deployment], dropped_branches: Collection[str]
) -> int:
    """Bytes of all objects that neither a branch nor a deployment which is kept leads to."""
    tips = set(_deployed_commits(repo, kept))
    dropped = {f"heads/{name}" for name in dropped_branches}
    for name, checksum in repo.list_tips().items():
        if name not in dropped and not _DEPLOYED.fullmatch(name):
            tips.add(checksum)
    sizes = repo.object_sizes()
    needed = _reachable(repo, tips, sizes)
    return sum(size for name, size in sizes.items() if name not in needed)


def _deployed_commits(repo: Repo, deployments: Sequence[Deployment]) -> Iterator[str]:
    for deployment in deployments:
        yield deployment.checksum
        yield base_checksum(repo.load_commit(deployment.checksum), deployment.checksum)


def _reachable(repo: Repo, tips: Collection[str], present: Collection[str]) -> set[str]:
    """The names of all objects that the commits are made of; of those that are here."""
    found: set[str] = set()
    trees: list[str] = []
    for tip in tips:
        found |= {f"{tip}.commit", f"{tip}.commitmeta"}
        if f"{tip}.commit" in present:
            commit = repo.load_commit(tip)
            found.add(f"{commit.root_meta}.dirmeta")
            trees.append(commit.root_tree)
    while trees:
        name = f"{trees.pop()}.dirtree"
        if name in found or name not in present:
            continue
        found.add(name)
        tree = repo.load_dirtree(name.removesuffix(".dirtree"))
        found.update(f"{checksum}.file" for checksum in tree.files.values())
        found.update(f"{meta}.dirmeta" for _, meta in tree.dirs.values())
        trees += [checksum for checksum, _ in tree.dirs.values()]
    return found
