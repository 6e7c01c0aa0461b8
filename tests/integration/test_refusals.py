"""What cannot be done: said in a clear sentence, with status 1, and nothing is changed.

Packages that cannot be layered are refused in test_layering.py, damaged state and missing programs
in test_readers.py, and bases that do not fit in test_explain.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.host import TOOL, Host
from tests.integration.world import repo_file
from tests.kit.rpms import truncate_copy
from tests.kit.sh import sh

pytestmark = pytest.mark.integration

NONE = "0" * 64


def refuse_each(host: Host, cases: dict[tuple[str, ...], str]) -> None:
    """Each command must fail with these words in its last sentence, in which nothing is odd."""
    for words, expected in cases.items():
        said = host.refuse(words[0], *words[1:])
        sentence = re.split(r"^error: ", said, flags=re.MULTILINE)[-1]
        assert expected in sentence, f"{words}: {sentence}"
        assert len(sentence.strip().splitlines()) <= 2, f"{words}: {sentence}"  # with the hint


# ---------------------------------------------------------------------- packages


def test_names_that_no_package_has(host: Host) -> None:
    refuse_each(
        host,
        {
            ("install", "--", "a b"): "Packages not found: a b",
            ("install", "--", ".."): "Packages not found: ..",
            ("install", "--", "a/../../b"): "Packages not found: a/../../b",
            ("install", "--", "../x.rpm"): "no such file: ../x.rpm",
            ("install", "--", "-rf"): "not a package name: '-rf'",
            ("install", "a\nb"): r"not a package name: 'a\nb'",
            ("install", "%{x}"): "Packages not found: %{x}",
            ("install", "@group"): "package groups cannot be layered: @group",
            ("uninstall", "--", "-x"): "'-x' is not currently requested",
            ("uninstall", "a\nb"): r"'a\nb' is not currently requested",
            ("uninstall", "--", ""): "'' is not currently requested",
        },
    )


def test_override_of_what_the_base_has_not(host: Host) -> None:
    host.run("install", "bar")
    local = str(host.world.rpm["local-one"])
    refuse_each(
        host,
        {
            ("override", "remove", "nosuch"): 'Package "nosuch" not found',
            ("override", "remove", "bar"): "only packages of the base can be overridden",
            ("override", "remove", ""): 'Package "" not found',
            ("override", "remove", "--", "-x"): 'Package "-x" not found',
            ("override", "remove", "base-lib", "base-lib"): "already exists",
            ("override", "reset", "base-lib"): "No overrides for package 'base-lib'",
            ("override", "replace", local): "the base has no local-one to be replaced",
            ("override", "replace", "./gone.rpm"): "no such file: gone.rpm",
            ("override", "replace", "base-lib"): "--from repo=ID",
            ("override", "replace", "bar", "--from", "repo=stable"): 'Package "bar" not found',
            ("override", "replace", "base-lib", "--from", "repo=x"): "'x' is not enabled",
            ("override", "replace", "base-lib", "--from", "x"): "--from takes repo=ID, not 'x'",
            ("override", "replace", "base-tool", "--from", "repo=stable"): (
                "Packages not found in repo 'stable': base-tool"
            ),
        },
    )


def test_truncated_replacement(host: Host, tmp_path: Path) -> None:
    broken = tmp_path / "base-lib.rpm"
    truncate_copy(host.world.rpm["base-lib-2.0-1.noarch"], broken)
    assert "base-lib.rpm" in host.refuse("override", "replace", broken)


def test_file_that_cannot_be_had(host: Host, tmp_path: Path) -> None:
    (tmp_path / "directory.rpm").mkdir()
    source = tmp_path / "foo-1.0-1.src.rpm"
    source.touch()
    said = host.refuse("install", "http://127.0.0.1:9/x.rpm")
    assert "cannot download http://127.0.0.1:9/x.rpm" in said
    assert "Connection refused" in said
    assert "no such file" in host.refuse("install", tmp_path / "directory.rpm")
    assert "is a source package" in host.refuse("install", source)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/gone", "file:///no/such/place"])
def test_repository_that_is_down(host: Host, url: str) -> None:
    content = repo_file("stable", host.world.repos["stable"])
    host.write_etc("yum.repos.d/stable.repo", re.sub("baseurl=.*", f"baseurl={url}", content))
    said = host.refuse("override", "replace", "base-lib", "--from", "repo=stable")
    assert "cannot query the repository stable: " in said
    assert "Failed to download metadata" in said
    said = host.refuse("install", "foo")
    assert "cannot read the repository stable: " in said
    assert "its baseurl" in said
    host.write_etc("yum.repos.d/stable.repo", content)
    host.run("install", "foo")


# -------------------------------------------------------------------------- bases


def test_versions_that_the_branch_has_not(host: Host) -> None:
    branch = "upstream:test/stable"
    refuse_each(
        host,
        {
            ("deploy", "99"): f"Version 99 not found in {branch}",
            ("deploy", "version=99"): f"Version 99 not found in {branch}",
            ("deploy", NONE): f"Checksum {NONE} not found in {branch}",
            ("deploy", host.world.commits[1]): "not found in",
            ("deploy", "revision=xyz"): "not the checksum of a commit: 'xyz'",
            ("deploy", "a\nb"): r"neither a version nor a checksum: 'a\nb'",
            ("rebase", branch, "99"): f"Version 99 not found in {branch}",
        },
    )


def test_bases_that_are_none(host: Host, tmp_path: Path) -> None:
    refuse_each(
        host,
        {
            ("rebase", "upstream:test/stable"): "Old and new refs are equal",
            ("rebase", "test/stable"): "Old and new refs are equal",
            ("rebase", "upstream:"): "Old and new refs are equal",
            ("rebase", "nosuch:test/stable"): 'Remote "nosuch" not found',
            ("rebase", "--remote=nosuch"): 'Remote "nosuch" not found',
            ("rebase", "upstream:nosuch"): "Refspec 'nosuch' not found",
            ("rebase", "--branch=nosuch"): "ostree remote refs upstream",
            ("rebase", ":"): "Invalid refspec",
            ("rebase", ":nosuch"): "Refspec 'nosuch' not found",
            ("rebase", ""): "Invalid refspec",
            ("rebase", "a b"): "Invalid refspec 'upstream:a b'",
            ("rebase", "../x"): "Invalid refspec 'upstream:../x'",
            ("rebase", NONE): f"While pulling {NONE}",
            ("rebase", "--remote=a:b"): "Invalid refspec",
            ("rebase", "/nowhere"): "Missing ':' in LOCALPATH:REF",
            ("rebase", f"{tmp_path}:x"): str(tmp_path),
        },
    )


def test_stateroot_that_is_none(host: Host) -> None:
    for verb in (("rebase", "x"), ("deploy", "1"), ("reset",), ("initramfs", "--enable")):
        said = host.refuse(verb[0], *verb[1:], "--os=../x")
        assert 'OS name "../x" not found' in said
        assert "there are: testos" in said


# ----------------------------------------------------------- arguments and initramfs


def test_kargs_edits_that_do_not_fit(host: Host) -> None:
    host.run("kargs", "--append=twice=1", "--append=twice=2")
    refuse_each(
        host,
        {
            ("kargs", "--delete=nosuch"): "No key 'nosuch' found",
            ("kargs", "--delete=quiet=1"): "No karg 'quiet=1' found",
            ("kargs", "--delete=twice"): "Multiple values for key 'twice' found",
            ("kargs", "--replace=twice=3"): "Multiple values for key 'twice' found",
            ("kargs", "--replace=twice=3=4"): "No karg 'twice=3' found",
            ("kargs", "--replace=nosuch=1"): "No key 'nosuch' found",
            ("kargs", "--append="): "must not be empty",
            ("kargs", "--append=a\nb"): r"is one line: 'a\nb'",
            ("kargs", f"--append=x={'y' * 4000}"): "is all that the kernel reads",
            ("kargs", "--append=ostree=x"): "belongs to the boot entry",
            ("kargs", "--delete=ostree"): "belongs to the boot entry",
            ("kargs", "--append=a", "--deploy-index=7"): "Out of range deployment index 7",
            ("kargs", "--append=a", "--deploy-index=-1"): "Out of range deployment index -1",
        },
    )


def test_initramfs_files_outside_of_etc(host: Host) -> None:
    outside = "Path outside /etc forbidden: "
    refuse_each(
        host,
        {
            **{
                ("initramfs-etc", f"--track={path}"): f"{outside}{path}"
                for path in ("/usr/x", "/etc/../usr/x", "etc/x", "/etc", "")
            },
            ("initramfs-etc", "--track=/etc/nosuch"): "/etc/nosuch does not exist",
            ("initramfs-etc", "--untrack=/etc/x"): "not tracked: /etc/x",
            ("initramfs", "--disable"): "already disabled",
        },
    )


# ---------------------------------------------------------------------- treefiles


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "repos: [a]\npackagez: [x]\n", "a.yaml:2: packagez: unknown key"),
        ("a.yaml", "repos: [a]\npackages: x\n", "a.yaml:2: packages: must be a list of strings"),
        ("a.yaml", "ref: 7\n", "a.yaml:1: ref: must be a string, not 7"),
        ("a.yaml", "selinux: maybe\n", "a.yaml:1: selinux: must be true or false"),
        ("a.yaml", "ref: a\n\nref: b\n", "a.yaml:3: ref: the key is in line 1 already"),
        ("a.yaml", "repos: [a]\npackages:\n  - x\n y\n", "a.yaml:4: not valid YAML: expected"),
        ("a.yaml", "a: [\n", "a.yaml:2: not valid YAML"),
        ("a.yaml", "\x01", "a.yaml: not valid YAML"),
        ("a.yaml", "- a\n", "a.yaml: a treefile is a mapping"),
        ("a.yaml", "packages: [x]\n", "a.yaml: Treefile has no `repos`"),
        ("a.yaml", "include: gone.yaml\n", "gone.yaml"),
        ("a.yaml", "include: a.yaml\n", "a.yaml includes itself"),
        ("a.yaml", "repos: [a]\nref: x\n", "no .repo file beside it declares a"),
        ("a.json", '{"repos": ["a"],\n "packages": 7}', "a.json:2: packages: must be a list"),
    ],
)
def test_treefile(tmp_path: Path, name: str, text: str, words: str) -> None:
    sh("ostree", "init", "--mode=bare-user", f"--repo={tmp_path}/repo")
    (tmp_path / name).write_text(text)
    argv = [sys.executable, TOOL, "compose", "tree", f"--repo={tmp_path}/repo", tmp_path / name]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert words in done.stderr.splitlines()[0]
    assert len(done.stderr.splitlines()) <= 2
    assert not list((tmp_path / "repo/refs/heads").iterdir())
