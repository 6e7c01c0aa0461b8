"""A machine to be changed: a sysroot in a directory, looked at from outside of the program."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests.integration.documents import TOOL, read_document
from tests.integration.world import OS, REMOTE, World, repo_file
from tests.kit.sh import sh, text

DATABASE = "usr/share/rpm"


@dataclass(frozen=True)
class Ran:
    """How the program ended and what it said."""

    stdout: str
    stderr: str
    code: int


@dataclass(frozen=True)
class Deployed:
    """A deployment as its boot entry has it."""

    path: Path
    checksum: str
    kargs: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True)
class Host:
    """A sysroot of one test."""

    sysroot: Path
    world: World

    # ---------------------------------------------------------------- doing

    def command(self, verb: str, *args: str | Path) -> list[str]:
        """The words that run the program on this sysroot; `--` and what follows stay last."""
        words = [str(arg) for arg in args]
        end = words.index("--") if "--" in words else len(words)
        where = f"--sysroot={self.sysroot}"
        return [sys.executable, str(TOOL), verb, *words[:end], where, *words[end:]]

    def run(
        self,
        verb: str,
        *args: str | Path,
        ok: int | None = 0,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        prefix: tuple[str, ...] = (),
    ) -> Ran:
        """Run a verb; AssertionError with all that was said if it ends with another status."""
        done = subprocess.run(
            [*prefix, *self.command(verb, *args)],
            env={**os.environ, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        ran = Ran(done.stdout, done.stderr, done.returncode)
        said = f"{verb} {args} ended with {ran.code}\n{ran.stdout}\n{ran.stderr}"
        assert "Traceback" not in ran.stderr, said
        assert ok is None or ran.code == ok, said
        if "--json" in args and ran.stdout:
            read_document([verb, *map(str, args)], ran.stdout)
        return ran

    def start(
        self, verb: str, *args: str | Path, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start a verb and do not wait for it."""
        return subprocess.Popen(
            self.command(verb, *args),
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def refuse(self, verb: str, *args: str | Path, code: int = 1) -> str:
        """Run a verb that must fail and change nothing; returns what it said on stderr."""
        before = self.snapshot()
        ran = self.run(verb, *args, ok=code)
        assert "error: " in ran.stderr, ran.stderr
        assert self.snapshot() == before
        self.check_quiet()
        return ran.stderr

    def publish(self, state: int) -> None:
        """Let the remote's branch end with the first or the second base."""
        url = f"file://{self.world.upstream(state)}"
        sh("ostree", "config", f"--repo={self.repo}", "set", f'remote "{REMOTE}".url', url)

    def write_etc(self, path: str, content: str, index: int = 0) -> None:
        """Do what an administrator does: write a file of a deployment's /etc."""
        target = self.root(index) / "etc" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)

    def add_repo(self, name: str, extra: str = "") -> None:
        """Configure one more of the world's repositories."""
        content = repo_file(name, self.world.repos[name], extra)
        self.write_etc(f"yum.repos.d/{name}.repo", content)

    # -------------------------------------------------------------- looking

    @property
    def repo(self) -> Path:
        return self.sysroot / "ostree/repo"

    @property
    def private(self) -> Path:
        return self.repo / "extensions/rpmostree/private"

    @property
    def lock(self) -> Path:
        return self.repo / "extensions/rpmostree/lock"

    def entries(self) -> dict[str, bytes]:
        """The boot entries by name."""
        directory = self.sysroot / "boot/loader/entries"
        return {p.name: p.read_bytes() for p in sorted(directory.glob("*.conf"))}

    def deployments(self) -> list[Deployed]:
        """What the boot loader would offer, in its order."""
        found = []
        for content in self.entries().values():
            keys = dict(line.split(" ", 1) for line in content.decode().splitlines() if " " in line)
            kargs = keys["options"].split()
            link = next(k for k in kargs if k.startswith("ostree=")).removeprefix("ostree=")
            path = (self.sysroot / link.lstrip("/")).resolve(strict=True)
            for key in ("linux", "initrd"):
                assert (self.sysroot / "boot" / keys[key].lstrip("/")).is_file()
            others = tuple(k for k in kargs if not k.startswith("ostree="))
            deployed = Deployed(path, path.name.split(".")[0], others)
            found.append((int(keys["version"]), deployed))
        return [deployed for _, deployed in sorted(found, key=lambda f: f[0], reverse=True)]

    def root(self, index: int = 0) -> Path:
        """The directory of a deployment."""
        return self.deployments()[index].path

    def checksum(self, index: int = 0) -> str:
        return self.deployments()[index].checksum

    def origin(self, index: int = 0) -> dict[str, str]:
        """The origin file: `group.key` and the text of the value."""
        path = self.root(index)
        found, group = {}, ""
        for line in path.with_name(f"{path.name}.origin").read_text().splitlines():
            if line.startswith("["):
                group = line.strip("[]")
            elif "=" in line:
                key, _, value = line.partition("=")
                found[f"{group}.{key.strip()}"] = value.strip()
        return found

    def rpm_qa(self, index: int = 0) -> list[str]:
        """All packages of a deployment, by a copy of its database."""
        with tempfile.TemporaryDirectory() as name:
            database = Path(name) / "rpm"
            shutil.copytree(self.root(index) / DATABASE, database)
            return sorted(text("rpm", f"--dbpath={database}", "-qa").split("\n"))

    def layered(self, index: int = 0) -> set[str]:
        """The names of the packages that a deployment has beyond the usual ones."""
        base = {"synthetic", "base"}
        names = {nvra.rsplit("-", 2)[0] for nvra in self.rpm_qa(index)}
        return {name for name in names if name.split("-")[0] not in base} - {"retired"}

    def refs(self) -> dict[str, str]:
        """All refs, with what they point to."""
        found = {}
        for kind in ("heads", "remotes"):
            top = self.repo / "refs" / kind
            for path in walk(top):
                if path.is_file():
                    remote, _, name = str(path.relative_to(top)).partition("/")
                    ref = f"{remote}:{name}" if kind == "remotes" else f"{remote}/{name}"
                    found[ref] = path.read_text().strip()
        return found

    def parent(self, checksum: str) -> str | None:
        """The parent of a commit."""
        shown = text("ostree", "show", f"--repo={self.repo}", checksum)
        found = re.search(r"^Parent:\s+(\w+)", shown, re.MULTILINE)
        return found[1] if found else None

    def raw(self, checksum: str) -> str:
        """A commit object as text."""
        return text("ostree", "show", f"--repo={self.repo}", "--raw", checksum)

    def origins(self) -> dict[str, bytes]:
        deployed = self.sysroot / f"ostree/deploy/{OS}/deploy"
        return {p.name: p.read_bytes() for p in sorted(deployed.glob("*.origin"))}

    def snapshot(self) -> dict[str, object]:
        """All that a user or a boot loader could see of the state."""
        deployed = self.sysroot / f"ostree/deploy/{OS}/deploy"
        return {
            "entries": self.entries(),
            "deployments": sorted(p.name for p in deployed.iterdir() if p.is_dir()),
            "origins": self.origins(),
            "refs": self.refs(),
        }

    def shape(self) -> list[object]:
        """The deployments by what they mean; the same for two runs of one command.

        A layered commit has the time in it, so its base stands for it, with its packages.
        """
        found: list[object] = []
        for index, deployed in enumerate(self.deployments()):
            layered = "rpmostree.clientlayer" in self.raw(deployed.checksum)
            base = self.parent(deployed.checksum) if layered else deployed.checksum
            found.append(
                (
                    base,
                    deployed.kargs,
                    tuple(sorted(self.origin(index).items())),
                    tuple(self.rpm_qa(index)),
                    digest_tree(deployed.path / "etc", skip=("passwd-", "group-", ".updated")),
                )
            )
        return found

    # ------------------------------------------------------------- judging

    def fsck(self) -> None:
        """Every object is what its name says, and nothing is missing."""
        sh("ostree", "fsck", "--quiet", f"--repo={self.repo}")
        partial = list((self.repo / "state").glob("*.commitpartial"))
        assert not partial, partial

    def strangers(self) -> list[str]:
        """The processes that see a mount of ours, or that were told of this sysroot."""
        needles = {str(self.sysroot).encode(), _inside_of_disk(self.sysroot)}
        found = []
        for directory in Path("/proc").glob("[0-9]*"):
            if int(directory.name) == os.getpid():
                continue
            try:
                told = (directory / "cmdline").read_bytes()
                seen = told + (directory / "mountinfo").read_bytes()
                if any(needle in seen for needle in needles):
                    found.append(f"{directory.name}: {told.replace(bytes(1), b' ').decode()[:200]}")
            except OSError:  # it has ended meanwhile
                continue
        return found

    def mounts(self) -> list[str]:
        """What is mounted below the sysroot, as any new process would see it."""
        lines = text("cat", "/proc/self/mountinfo").splitlines()
        return [line for line in lines if f" {self.sysroot}/" in line]

    def staging(self) -> list[Path]:
        """What a transaction left behind."""
        return sorted(self.private.iterdir()) if self.private.is_dir() else []

    def check_quiet(self, *, swept: bool = True) -> None:
        """Nothing runs, nothing is mounted, nothing is locked, and nothing lies about."""
        assert wait_for(lambda: not self.strangers(), 5), self.strangers()
        assert not self.mounts()
        if self.lock.exists():
            sh("flock", "--nonblock", self.lock, "true")
        assert not (swept and self.staging()), self.staging()

    def check(self) -> None:
        """The sysroot is in order."""
        self.fsck()
        self.check_quiet()
        assert not [ref for ref in self.refs() if ref.startswith("rpmostree/base/tmp")]


def _inside_of_disk(path: Path) -> bytes:
    """How the mount table of a sandbox spells a path: seen from the top of its file system."""
    disk = next(parent for parent in (path, *path.parents) if parent.is_mount())
    return f"/{path.relative_to(disk)}/".encode()


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    """Wait until something is so; false if it never was."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def walk(top: Path) -> Iterator[Path]:
    """All below a directory, sorted, links not followed."""
    for directory, directories, files in os.walk(top):
        directories.sort()
        for name in sorted((*directories, *files)):
            yield Path(directory) / name


def digest_tree(top: Path, skip: tuple[str, ...] = ()) -> str:
    """One digest over names, modes, owners, attributes and contents of a tree."""
    digest = sha256()
    for path in walk(top):
        if path.name in skip:
            continue
        info = path.lstat()
        row: list[object] = [path.relative_to(top), info.st_mode, info.st_uid, info.st_gid]
        row += [
            (n, os.getxattr(path, n, follow_symlinks=False))
            for n in sorted(os.listxattr(path, follow_symlinks=False))
        ]
        if path.is_symlink():
            row.append(path.readlink())
        elif path.is_file():
            row.append(sha256(path.read_bytes()).hexdigest())
        digest.update(repr(row).encode())
    return digest.hexdigest()


def copy_host(world: World, place: Path) -> Host:
    """A new machine, as it is after its first deployment."""
    sh("cp", "-a", world.template, place)
    return protect(Host(place, world))


def protect(host: Host) -> Host:
    """Set the bit that ostree sets on deployments, which a copy does not carry."""
    sh("chattr", "+i", *(d.path for d in host.deployments()))
    return host


def discard(place: Path) -> None:
    """Remove a machine, immutable directories and all."""
    if place.exists():
        fixed = [p for p in place.glob("**/ostree/deploy/*/deploy/*") if p.is_dir()]
        if fixed:
            sh("chattr", "-i", *fixed)
        shutil.rmtree(place)


def clone(host: Host, place: Path) -> Host:
    """Another machine in the state of this one."""
    sh("cp", "-a", host.sysroot, place)
    return protect(Host(place, host.world))


@contextmanager
def mounted_disk(image: Path, place: Path, size: str, *options: str) -> Iterator[Path]:
    """An ext4 file system of its own in a file, which is gone afterwards, whatever happens."""
    sh("truncate", f"--size={size}", image)
    sh("mkfs.ext4", "-q", "-m", "0", *options, image)
    place.mkdir()
    sh("mount", "-o", "loop,noatime,discard", image, place)
    image.unlink()  # the mount keeps it
    try:
        yield place
    finally:
        sh("umount", place)
        place.rmdir()
