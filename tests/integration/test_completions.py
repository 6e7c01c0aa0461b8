"""What TAB offers that only a system knows."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.integration.host import TOOL, Host

pytestmark = pytest.mark.integration

WHERE = Path(__file__).parents[2] / "completions"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment whose PATH has the program by its name."""
    directory = tmp_path / "bin"
    directory.mkdir()
    program = directory / "rpm-ostree"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {TOOL} "$@"\n')
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"}


def bash(env: Mapping[str, str], *words: str) -> list[str]:
    """What bash offers for the last of the words, which are as readline splits them."""
    array = " ".join(map(shlex.quote, ("rpm-ostree", *words)))
    script = f"""
        source {shlex.quote(str(WHERE / "rpm-ostree.bash"))}
        COMP_WORDS=({array}) COMP_CWORD={len(words)}
        _rpm_ostree
        ((${{#COMPREPLY[@]}} == 0)) || printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-uc", script], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def fish(env: Mapping[str, str], line: str) -> list[str]:
    """What fish offers for the end of a line."""
    script = f"source {WHERE}/rpm-ostree.fish; complete -C {shlex.quote(line)}"
    done = subprocess.run(
        ["fish", "-c", script], env=env, capture_output=True, text=True, check=True
    )
    return [row.partition("\t")[0] for row in done.stdout.splitlines()]


def test_values_of_a_system(host: Host, env: dict[str, str]) -> None:
    local = host.world.rpm["local-two-1.0-1.noarch"]
    host.run("install", "foo", local)
    host.run("override", "remove", "base-tool")
    host.run("kargs", "--append=odd=$(>/oops)", "--append=a=b=c:d=e", "--append=a=b=c:f")
    root = (f"--sysroot={host.sysroot}",)
    apart = ("--sysroot", "=", str(host.sysroot))
    nevra = "local-two-1.0-1.noarch"
    for where in (root, apart, ("--sysroot", str(host.sysroot))):
        assert bash(env, "uninstall", *where, "") == ["foo", nevra]
    assert bash(env, "install", *root, "--uninstall", "=", "l") == [nevra]
    assert bash(env, "override", "reset", *root, "") == ["base-tool"]
    assert bash(env, "kargs", *root, "--deploy-index", "") == ["0", "1"]
    checksums = [d.checksum for d in host.deployments()]
    assert bash(env, "db", "diff", *root, checksums[0][:7]) == checksums[:1]
    kargs = bash(env, "kargs", *root, "--delete", "=", "")
    assert [k for k in kargs if not k.startswith("odd")] == [
        "root=LABEL=root", "quiet", "a=b=c:d=e", "a=b=c:f",
    ]  # fmt: skip
    assert [shlex.split(k) for k in kargs if k.startswith("odd")] == [["odd=$(>/oops)"]]
    for option in ("--delete", "--replace", "--delete-if-present"):
        assert bash(env, "kargs", *root, option, "a", "=", "b", "=", "c", ":", "d") == ["d=e"]
        words = ("kargs", *root, option, "=", "a", "=", "b", "=", "c", ":")
        assert bash(env, *words) == ["d=e", "f"]
    assert not Path("/oops").exists()


def test_nothing_comes_of_a_system_that_is_none(tmp_path: Path, env: dict[str, str]) -> None:
    for words in (("uninstall",), ("override", "reset"), ("kargs", "--delete")):
        assert bash(env, *words, f"--sysroot={tmp_path}", *words[2:], "") == []
    env["PATH"] = "/nonexistent"
    assert bash({**env, "PATH": "/usr/bin"}, "uninstall", "") == []


def test_fish(host: Host, env: dict[str, str]) -> None:
    """If it is there."""
    if shutil.which("fish"):
        host.run("install", "foo")
        line = f"rpm-ostree kargs --sysroot={host.sysroot} --delete="
        assert fish(env, line) == ["--delete=quiet", "--delete=root=LABEL=root"]
        assert fish(env, f"rpm-ostree uninstall --sysroot {host.sysroot} ") == ["foo"]
