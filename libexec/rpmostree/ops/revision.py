"""A commit of a branch by its version or checksum, found by walking the branch's history."""

import re
from collections.abc import Callable, Iterator

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.layered import text_value
from rpmostree.model.objects import Commit
from rpmostree.model.refspec import Refspec, is_checksum
from rpmostree.tools import ostree
from rpmostree.tools.repo import Repo

_DEPTHS = (0, 10, 20, 40, 80, 160, 320, 640)  # commits of history to ask for, one try after another


def find_revision(
    repo: Repo, refspec: Refspec, revision: str, *, network: bool, branch_check: bool = True
) -> str:
    """The checksum that `revision` means on a branch; only commit objects are fetched for it.

    `revision=SHA256` or 64 hexadecimal digits are a checksum, `version=TEXT` and all else a
    version. Raises BadInput in the genuine tool's words if the branch has no such commit.
    """
    kind, text = _split(revision)
    if kind == "checksum":
        if not branch_check:
            return text
        events.message(f"Validating checksum '{text}'")
        return _walk(repo, refspec, network, lambda name, _: name == text, f"Checksum {text}")
    if refspec.pinned:
        raise BadInput("Cannot look up version while pinned to commit")
    events.message(f"Resolving version '{text}'")
    return _walk(
        repo, refspec, network, lambda _, c: text_value(c, "version") == text, f"Version {text}"
    )


def fetch_commit(repo: Repo, refspec: Refspec, checksum: str) -> None:
    """Download a commit of a branch, whole, unless it is here."""
    if refspec.remote and (not repo.has_commit(checksum) or repo.is_partial(checksum)):
        ostree.pull(repo.path, Refspec(checksum, refspec.remote), timestamp_check=False)


def _split(revision: str) -> tuple[str, str]:
    if not revision.isprintable():
        raise BadInput(f"neither a version nor a checksum: {revision!r}")
    match = re.fullmatch(r"(version|revision)=(.+)", revision, re.IGNORECASE)
    if match is None:
        return ("checksum" if is_checksum(revision) else "version"), revision
    kind, text = match[1].lower(), match[2]
    if kind == "revision" and not is_checksum(text):
        raise BadInput(f"not the checksum of a commit: {text!r}")
    return ("checksum" if kind == "revision" else "version"), text


def _walk(
    repo: Repo,
    refspec: Refspec,
    network: bool,
    matches: Callable[[str, Commit], bool],
    what: str,
) -> str:
    seen = -1
    for depth in _DEPTHS:
        if network and refspec.remote and not refspec.pinned:
            ostree.pull(repo.path, refspec, timestamp_check=False, metadata_only=True, depth=depth)
        history = list(ancestry(repo, repo.resolve(str(refspec))))
        for name, commit in history:
            if matches(name, commit):
                return name
        if len(history) == seen or history[-1][1].parent is None or not network:
            break
        seen = len(history)
    raise BadInput(f"{what} not found in {refspec}")


def ancestry(repo: Repo, tip: str) -> Iterator[tuple[str, Commit]]:
    """A commit and its ancestors, the newest first, as far as they are in the repository."""
    name: str | None = tip
    while name is not None and repo.has_commit(name):
        commit = repo.load_commit(name)
        yield name, commit
        name = commit.parent
