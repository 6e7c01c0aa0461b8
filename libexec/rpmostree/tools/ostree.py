"""ostree, the repository half: commit directories, pull, check out, verify."""

from pathlib import Path

from rpmostree.base.run import run
from rpmostree.model.refspec import Refspec


def commit_directory(repo: Path, directory: Path, *, consume: bool = False) -> str:
    """Store a directory as it is and return the checksum of a commit that no ref points to.

    With `consume` its files are moved into the repository instead of copied.
    """
    words = ["ostree", "commit", f"--repo={repo}", "--orphan", "--no-bindings", "--subject="]
    words += ["--consume"] if consume else []
    return run([*words, f"--tree=dir={directory}"], what="cannot commit the tree").stdout.strip()


def pull(
    repo: Path,
    refspec: Refspec,
    *,
    timestamp_check: bool,
    metadata_only: bool = False,
    depth: int = 0,
) -> None:
    """Fetch the newest commit of a branch, or a pinned commit, from its remote.

    `depth` is how many of its ancestors come along. Signatures are verified as the remote's
    configuration demands.
    """
    from rpmostree.base.retry import patiently

    words = ["ostree", "pull", f"--repo={repo}"]
    words += ["--timestamp-check"] if timestamp_check else []
    words += ["--commit-metadata-only"] if metadata_only else []
    words += [f"--depth={depth}"] if depth else []
    words += ["--", str(refspec.remote), refspec.ref]
    patiently(lambda: run(words, what=f"While pulling {refspec.ref}"))


def pull_local(repo: Path, source: Path, ref: str) -> None:
    """Copy a commit from a repository on this machine; no branch is made for it."""
    run(["ostree", "pull-local", f"--repo={repo}", source, ref], what=f"While pulling {ref}")


def rev_parse(repo: Path, ref: str) -> str:
    """The commit a branch of any repository points to. Raises ToolFailed in ostree's words."""
    words = ["ostree", "rev-parse", f"--repo={repo}", "--", ref]
    return run(words, what=f"cannot find {ref} in {repo}").stdout.strip()


def check_out(
    repo: Path, checksum: str, target: Path, *, subpath: str = "/", copy: bool = False
) -> None:
    """Check a commit out as hard links, or as copies that may be written to."""
    words = ["ostree", "checkout", f"--repo={repo}", f"--subpath={subpath}"]
    words += ["--force-copy"] if copy else ["--require-hardlinks"]
    run([*words, checksum, target], what=f"cannot check out {checksum}")


def copy_directory(repo: Path, checksum: str, path: str, target: Path) -> None:
    """Copy a directory of a commit; whoever runs this owns the copy, so it needs no rights."""
    words = ["ostree", "checkout", f"--repo={repo}", "--user-mode", "--force-copy"]
    run([*words, f"--subpath={path}", checksum, target], what=f"cannot check out {checksum}")


def read_file(repo: Path, checksum: str, path: str) -> str:
    """The text of a file in a commit."""
    return run(["ostree", "cat", f"--repo={repo}", checksum, f"/{path}"]).stdout


def sign(repo: Path, checksum: str, key: str) -> None:
    """Sign a commit with a GPG key of the caller's keyring."""
    run(["ostree", "gpg-sign", f"--repo={repo}", checksum, key], what="cannot sign the commit")


def show_signatures(repo: Path, checksum: str, remote: str) -> str:
    """What ostree says of a commit's GPG signatures, times in UTC; empty if it is unsigned."""
    words = ["ostree", "show", f"--repo={repo}", f"--gpg-verify-remote={remote}", checksum]
    said = run(words, ok=(0, 1), env={"TZ": "UTC"}).stdout
    return said[said.index("Found ") :].strip() if "Found " in said else ""


def init(repo: Path, mode: str) -> None:
    """Make an empty repository."""
    run(["ostree", "init", f"--repo={repo}", f"--mode={mode}"], what=f"cannot make {repo}")
