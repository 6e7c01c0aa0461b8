"""The world these tests play in: a distribution, two versions of an image of it, and a disk.

Only the RPMs are kept between runs; the images are composed anew, by the program as it is now.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.distro.build import read_list
from tests.kit.image import make_image, open_image, pack_tree
from tests.kit.sh import sh

TOP = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # tools that came with the machine look for their modules beside it
BRANCH = "hybrid/x86_64/admin"
STATEROOT = "hybrid"
PROGRAM = "/usr/local/bin/rpm-ostree"
DEPOT = "/var/depot"  # where a machine mounts the drive with the repositories
KEY = "/etc/pki/rpm-gpg/RPM-GPG-KEY-tiny"

TREEFILE = """\
ref: {branch}
repos: [{repos}]
releasever: "12"
selinux: {selinux}
documentation: false
automatic-version-prefix: "12"
boot-location: modules
tmp-is-dir: true
packages:
{packages}
"""

# $depot is a variable of dnf, so that the same file serves inside and outside of a machine
REPOSITORY = """\
[tiny-{name}]
name=Tiny Hybrid, {name}
baseurl=file://{depot}/rpms/{name}
enabled={enabled}
gpgcheck=1
gpgkey=file://{key}
"""


@dataclass(frozen=True)
class Distribution:
    """The signed RPM repositories `base` and `updates`."""

    path: Path

    def list_updates(self) -> dict[str, str]:
        """The newer packages: name to `name-version-release.arch`."""
        manifest = json.loads((self.path / "manifest.json").read_text())
        members = manifest["packages"]["updates"]
        return {name: entry["rpm"].removesuffix(".rpm") for name, entry in members.items()}


@dataclass(frozen=True)
class World:
    """What all tests share. `first` and `second` are the commits of the two versions."""

    program: Path
    distribution: Distribution
    depot: Path
    drive: Path
    image: Path
    first: str
    second: str


def build_program(work: Path) -> Path:
    """The single file, of the tree as it stands now."""
    program = work / "rpm-ostree"
    sh(PYTHON, TOP / ".ci/build_zipapp.py", "--output", program)
    return program


def build_distribution(where: Path) -> Distribution:
    """The RPMs; only the first time this takes more than a moment."""
    out = where / "repos"
    sh(
        PYTHON, TOP / "tests/distro/build.py", "--out", out, "--cache", where / "cache",
        "--sign", where / "gpg", "minimal", "admin", "layers", "selinux",
    )  # fmt: skip
    return Distribution(out)


def describe_repository(name: str, *, depot: str, key: str, enabled: bool = True) -> str:
    return REPOSITORY.format(name=name, depot=depot, key=key, enabled=int(enabled))


def list_packages(*lists: str) -> list[str]:
    """What an image of these lists is asked to have."""
    named = [name for one in lists for name in read_list(TOP / f"tests/distro/{one}.list")]
    return [*named, "hybrid-release"]


def compose(
    program: Path, repo: Path, work: Path, depot: Path, repos: list[str],
    *, branch: str = BRANCH, lists: tuple[str, ...] = ("minimal", "admin"), selinux: bool = False,
    more: str = "",
) -> str:  # fmt: skip
    """Let the program compose the next version of the branch; returns the commit.

    `more` is added to the treefile.
    """
    work.mkdir(parents=True, exist_ok=True)
    for name in repos:
        text = describe_repository(name, depot=str(depot), key=str(depot / "RPM-GPG-KEY"))
        (work / f"{name}.repo").write_text(text)
    treefile = work / "tree.yaml"
    treefile.write_text(
        TREEFILE.format(
            branch=branch,
            selinux=str(selinux).lower(),
            repos=", ".join(f"tiny-{name}" for name in repos),
            packages="\n".join(f"  - {name}" for name in list_packages(*lists)),
        )
        + more
    )
    commitid = work / "commitid"
    sh(
        program, "compose", "tree", f"--repo={repo}", f"--cachedir={work / 'cache'}",
        f"--write-commitid-to={commitid}", treefile,
    )  # fmt: skip
    return commitid.read_text().strip()


def make_depot(depot: Path, distribution: Distribution) -> None:
    """A directory with the RPM repositories and room for the images."""
    depot.mkdir(parents=True)
    (depot / "rpms").mkdir()
    for name in ("base", "updates"):
        source = distribution.path / name
        shutil.copytree(source, depot / "rpms" / name, copy_function=os.link)
    shutil.copy(distribution.path / "RPM-GPG-KEY", depot)
    sh("ostree", "init", f"--repo={depot / 'ostree'}", "--mode=bare")


def make_world(build: Path) -> World:
    """All of it, below `build`."""
    distribution = build_distribution(build / "distro")
    work, depot = build / "vm", build / "vm/depot"
    shutil.rmtree(depot, ignore_errors=True)
    make_depot(depot, distribution)
    program, repo = build_program(work), depot / "ostree"
    first = compose(program, repo, work / "first", depot, ["base"])
    second = compose(program, repo, work / "second", depot, ["base", "updates"])
    drive = pack_tree(depot, work / "depot.img", label="depot")
    image = make_image(
        repo, BRANCH, work / "first.img",
        stateroot=STATEROOT, commit=first, remote_url=f"file://{DEPOT}/ostree",
        sysroot_hook=lambda sysroot: furnish(sysroot, program, distribution),
    )  # fmt: skip
    return World(program, distribution, depot, drive, image, first, second)


def furnish(sysroot: Path, program: Path, distribution: Distribution) -> None:
    """What an administrator does first: our program, the drive, the repositories."""
    binaries = sysroot / "ostree/deploy" / STATEROOT / "var/usrlocal/bin"
    binaries.mkdir(parents=True)
    shutil.copy(program, binaries / "rpm-ostree")
    etc = find_etc(sysroot)
    (etc / "fstab").write_text(f"LABEL=depot {DEPOT} ext4 ro,nofail 0 0\n")
    key = etc / KEY.removeprefix("/etc/")
    for directory in (key.parent, etc / "yum.repos.d", etc / "dnf/vars"):
        directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(distribution.path / "RPM-GPG-KEY", key)
    for name, enabled in (("base", True), ("updates", False)):
        text = describe_repository(name, depot="$depot", key=KEY, enabled=enabled)
        (etc / f"yum.repos.d/tiny-{name}.repo").write_text(text)
    point_at_depot(sysroot, DEPOT)


def find_etc(sysroot: Path) -> Path:
    """The /etc of the deployment; there must be just one."""
    (etc,) = (sysroot / "ostree/deploy" / STATEROOT / "deploy").glob("*/etc")
    return etc


def point_at_depot(sysroot: Path, depot: str) -> None:
    """Say where the repositories are as seen by whoever runs the program."""
    (find_etc(sysroot) / "dnf/vars/depot").write_text(f"{depot}\n")


def copy_disk(image: Path) -> Path:
    """A disk for one test; it stays until the next one, for whoever wants to look."""
    copy = image.with_name("machine.img")
    sh("cp", "--sparse=always", image, copy)
    return copy


def check_disk(image: Path) -> None:
    """Every object in the image is whole."""
    with open_image(image) as sysroot:
        sh("ostree", "fsck", f"--repo={sysroot}/ostree/repo", "--quiet")
