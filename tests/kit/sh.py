"""The one place where the kit starts another program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

Arg = str | Path


class CommandError(RuntimeError):
    """A program ended with another status than 0; the message has the end of its output."""

    def __init__(self, argv: Sequence[str], status: int, output: str) -> None:
        super().__init__(f"{' '.join(argv[:6])} ... ended with {status}\n{output[-4000:]}")
        self.status = status
        self.output = output


def run(
    *argv: Arg,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end and return whatever came of it, good or bad.

    ``env`` is added to the environment; the locale is always C.UTF-8.
    """
    return subprocess.run(
        [str(a) for a in argv],
        cwd=cwd,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        check=False,
    )


def sh(
    *argv: Arg,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> bytes:
    """Run a program, return its standard output; CommandError unless it ends with 0."""
    done = run(*argv, cwd=cwd, env=env, stdin=stdin)
    if done.returncode:
        output = (done.stdout + done.stderr).decode("utf-8", "replace")
        raise CommandError([str(a) for a in argv], done.returncode, output)
    return done.stdout


def text(*argv: Arg, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Like ``sh``, for output that is text; without the white space at the end."""
    return sh(*argv, cwd=cwd, env=env).decode("utf-8", "replace").rstrip()
