"""A base with an SELinux policy. Nothing is booted; the labels are in the files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.sh import sh, text
from tests.vm.world import STATEROOT, World, compose, describe_repository, find_etc

pytestmark = pytest.mark.vm

BRANCH = "hybrid/x86_64/labelled"
LOCAL = "/usr/bin/tree -- system_u:object_r:shell_exec_t:s0\n"


@pytest.fixture(scope="module")
def composed(world: World) -> str:
    """The commit of a small image that has the policy."""
    return compose(
        world.program, world.depot / "ostree", world.depot.parent / "labelled", world.depot,
        ["base"], branch=BRANCH, lists=("minimal", "selinux"), selinux=True,
    )  # fmt: skip


@pytest.fixture
def sysroot(world: World, composed: str, tmp_path: Path) -> Iterator[Path]:
    """A machine that runs this image, as a directory."""
    top = tmp_path / "sysroot"
    top.mkdir()
    sh("ostree", "admin", "init-fs", "--modern", top)
    sh("ostree", "admin", "os-init", f"--sysroot={top}", STATEROOT)
    repo = top / "ostree/repo"
    sh("ostree", "pull-local", f"--repo={repo}", world.depot / "ostree", BRANCH)
    sh("ostree", "config", f"--repo={repo}", "set", "sysroot.bootloader", "none")
    sh("ostree", "admin", "deploy", f"--sysroot={top}", f"--os={STATEROOT}", BRANCH)
    etc = find_etc(top)
    (etc / "yum.repos.d").mkdir(exist_ok=True)
    key = str(world.depot / "RPM-GPG-KEY")
    repository = describe_repository("base", depot=str(world.depot), key=key)
    (etc / "yum.repos.d/tiny.repo").write_text(repository)
    yield top
    for deployment in (top / "ostree/deploy" / STATEROOT / "deploy").glob("*.[0-9]"):
        sh("chattr", "-i", deployment)


def newest(sysroot: Path) -> Path:
    """The deployment that was made last."""
    found = (sysroot / "ostree/deploy" / STATEROOT / "deploy").glob("*.[0-9]")
    return max(found, key=lambda path: path.stat().st_ctime_ns)


def kind(path: Path) -> str:
    """The type in a file's label."""
    label = os.getxattr(path, "security.selinux", follow_symlinks=False)
    return label.rstrip(b"\0").decode().split(":")[2]


def unlabelled(repo: Path, commit: str) -> list[str]:
    """What a commit holds below /usr without a label."""
    lines = text("ostree", "ls", "-R", "-X", f"--repo={repo}", commit, "/usr").splitlines()
    return [line for line in lines if "security.selinux" not in line]


def test_every_file_of_a_composed_tree_is_labelled(world: World, composed: str) -> None:
    assert unlabelled(world.depot / "ostree", composed) == []


def test_labels_follow_the_policy_of_the_base(sysroot: Path) -> None:
    root = newest(sysroot)
    assert kind(root / "usr/bin/bash") == "shell_exec_t"
    assert kind(root / "usr/etc/shadow") == "shadow_t"  # labelled as /etc/shadow


def test_what_a_layer_brings_or_changes_is_labelled(world: World, sysroot: Path) -> None:
    sh(world.program, "install", f"--sysroot={sysroot}", "openssh-server", "sudo")
    root = newest(sysroot)
    assert kind(root / "usr/bin/sudo") == "sudo_exec_t"
    assert kind(root / "usr/sbin/sshd") == "sshd_exec_t"
    assert kind(root / "usr/etc/passwd") == "etc_t"
    assert kind(root / "usr/etc/shadow") == "shadow_t"
    assert kind(root / "etc/shadow") == "shadow_t"
    commit = root.name.partition(".")[0]
    assert unlabelled(sysroot / "ostree/repo", commit) == []
    sh("ostree", "fsck", "--quiet", f"--repo={sysroot}/ostree/repo")


def test_a_rule_of_the_administrator_counts(world: World, sysroot: Path) -> None:
    files = newest(sysroot) / "etc/selinux/default/contexts/files"
    (files / "file_contexts.local").write_text(LOCAL)
    sh(world.program, "install", f"--sysroot={sysroot}", "tree")
    assert kind(newest(sysroot) / "usr/bin/tree") == "shell_exec_t"
