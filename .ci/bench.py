#!/usr/bin/python3
"""Measure build/rpm-ostree against the bare tools and print one table of ratios.

    bench.py [--only a,c] [--runs N] [--keep]

    a  install a package of 10 files on a base of 60,000 files
    b  the same on 30,000 and 120,000 files, without `ostree admin deploy`
    c  status --json with four deployments: processor, memory, processes; db diff
    d  upgrade with nothing new, and install of what is there
    e  compose tree of a small system
    k  kargs, on the base of a; override remove of a package with 500 files
    s  search among 20,000 packages

Only ratios count: what is compared runs in turns (A B A B ...), each run is compared with its
neighbour, and the median of these ratios is what the bound is for; the seconds beside it are
medians of their own.  The single file is built first, and run as its first line says.  What is
slow to make is kept in build/bench; --keep leaves the sysroots and work directories there as well.
Needs root.  The exit status is 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import compileall
import gzip
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.kit import rpms
from tests.kit.sh import Arg, run, sh, text

TOP = Path(__file__).resolve().parents[1]
WORK = TOP / "build/bench"
PYTHON = "/usr/bin/python3"
PROGRAM = (PYTHON, "-I", str(TOP / "build/rpm-ostree"))
OS = "bench"
REF = "bench/base"
RPMDB = "/usr/share/rpm"
PACKAGES = 1000  # in the rpmdb of a base
NOTHING_STARTED = "execve,clone,clone3,fork,vfork"

# Bare Python starts what is measured: a program's peak memory counts from that of its parent.
METER = """\
import json, os, sys, time
begin = time.perf_counter()
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - begin
with open(sys.argv[1], "w") as out:
    json.dump({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss}, out)
sys.exit(os.waitstatus_to_exitcode(status) and 1)
"""

# Stands in for strace: tells of every program that Python code starts.
AUDIT = """\
import runpy, sys
STARTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system")
sys.addaudithook(lambda event, _: event in STARTS and print("started", event, file=sys.stderr))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

LOGGED_DEPLOY = """\
#!/bin/bash
[[ "$1 $2" == "admin deploy" ]] || exec {real} "$@"
begin=$EPOCHREALTIME
{real} "$@"
status=$?
echo "$begin $EPOCHREALTIME" >> {log}
exit $status
"""
LOGGED_START = """\
#!/bin/bash
echo "$0" >> {log}
exec {real} "$@"
"""


# ------------------------------------------------------------------ measuring


@dataclass(frozen=True)
class Usage:
    """What a program took: seconds of the clock and of the processor, and peak memory in MB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Row:
    """A line of the table; without a ratio what was counted is held to the bound itself."""

    what: str
    ours: str
    reference: str
    ratio: float | None
    bound: float
    ok: bool

    def __str__(self) -> str:
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = "yes" if self.ok else "**no**"
        cells = (self.what, self.ours, self.reference, ratio, f"{self.bound:.2f}", verdict)
        return f"| {' | '.join(cells)} |"


def compare(what: str, ours: Sequence[float], others: Sequence[float], bound: float) -> Row:
    """A row with the ratio of what was measured in turns."""
    ratio = median(a / b for a, b in zip(ours, others, strict=True))
    return Row(what, f"{median(ours):.3f}", f"{median(others):.3f}", ratio, bound, ratio <= bound)


def limit(what: str, number: float, most: float) -> Row:
    """A row for what has a limit of its own."""
    return Row(what, f"{number:.1f}", f"{most:.1f}", number / most, 1, number <= most)


def count(what: str, number: int) -> Row:
    """A row for what must not happen at all."""
    return Row(what, str(number), "-", None, 0, number == 0)


def meter(*argv: Arg, path: str = "") -> Usage:
    """Run a program to its end; CommandError unless it ends with 0."""
    note = WORK / "usage.json"
    env = {"PATH": f"{path}:{os.environ['PATH']}"} if path else {}
    sh(PYTHON, "-I", "-S", "-c", METER, note, *argv, env=env)
    used = json.loads(note.read_text())
    return Usage(used["wall"], used["cpu"], used["peak"] / 1024)


def clock(work: Callable[[], object]) -> float:
    """The seconds that a function takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def in_turns(runs: int, *works: Callable[[], float]) -> list[list[float]]:
    """Call all functions, one after the other, so many times; what each returned."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for values, work in zip(found, works, strict=True):
            values.append(work())
    say("   " + "; ".join(" ".join(f"{v:.3f}" for v in values) for values in found))
    return found


def settle() -> None:
    """Let nothing of what was done before be written while the clock runs."""
    os.sync()
    time.sleep(0.3)  # deletions go on after their commit to the journal
    os.sync()


def say(line: str) -> None:
    """Tell whoever waits."""
    print(line, file=sys.stderr, flush=True)


def seen_starts(*words: Arg) -> tuple[int, str]:
    """How many processes a call of the program starts, and how that was found out."""
    log = WORK / "starts.log"
    if shutil.which("strace"):
        sh("strace", "-f", "-qq", "-e", f"trace={NOTHING_STARTED}", "-o", log, *PROGRAM, *words)
        lines = log.read_text().splitlines()[1:]  # the first is the program itself
        return sum("CLONE_THREAD" not in line for line in lines), "strace"
    told = run(PYTHON, "-I", "-c", AUDIT, PROGRAM[-1], *words).stderr.decode()
    return told.count("started "), "audit hook"


@contextmanager
def recorder(name: str, script: str, *programs: str) -> Iterator[tuple[str, Path]]:
    """A directory for PATH whose programs write into a log; those that are missing stay so."""
    where = fresh(WORK / name)
    log = where / "log"
    log.touch()
    for program in programs:
        real = shutil.which(program)
        if real:
            (where / program).write_text(script.format(real=real, log=log))
            (where / program).chmod(0o755)
    yield str(where), log
    shutil.rmtree(where)


# ------------------------------------------------------------------ places


def fresh(directory: Path) -> Path:
    """An empty directory in place of whatever was there."""
    remove(directory)
    directory.mkdir(parents=True)
    return directory


def remove(directory: Path) -> None:
    """Delete a directory; deployments in it are unlocked first."""
    for deployment in directory.glob("ostree/deploy/*/deploy/*"):
        if deployment.is_dir():
            sh("chattr", "-i", deployment)
    shutil.rmtree(directory, ignore_errors=not directory.exists())


def finished(place: Path, make: Callable[[Path], object]) -> Path:
    """A directory that is made once and kept; it has its name only when it is whole."""
    if not place.exists():
        say(f"making {place.relative_to(TOP)}")
        unfinished = place.with_name(place.name + ".new")
        remove(unfinished)
        make(unfinished)
        unfinished.rename(place)
    return place


def base_repo(n_files: int) -> Path:
    """A repository with a base of so many files."""

    def make(place: Path) -> None:
        place.mkdir(parents=True)
        tree = rpms.synthetic_base(place / "tree", n_files, PACKAGES, WORK)
        add_owner(tree, place / "rpms")
        listed = text(
            "rpm", f"--root={tree}", f"--dbpath={RPMDB}", "-qa", "--qf",
            "('%{NAME}', '%{EPOCHNUM}', '%{VERSION}', '%{RELEASE}', '%{ARCH}')\\n",
        ).splitlines()  # fmt: skip
        sh("ostree", "init", f"--repo={place}/repo", "--mode=bare")
        sh(
            "ostree", "commit", f"--repo={place}/repo", f"--branch={REF}", "--no-bindings",
            "--consume", "--bootable", f"--tree=dir={tree}", pkglist(listed),
        )  # fmt: skip

    return finished(WORK / f"base-{n_files}-owner", make) / "repo"


def add_owner(tree: Path, scratch: Path) -> None:
    """Put a package with 500 files into a base; it is the one to be taken out."""
    files = {f"/usr/share/owned/{n // 50}/{n}": rpms.File(f"{n}\n" * 50) for n in range(500)}
    (package,) = set(rpms.build([rpms.Spec("bench-owner", files=files)], scratch).values())
    options = ("--nodeps", "--noscripts", "--noplugins", "--nosignature")
    sh("rpm", f"--root={tree}", f"--dbpath={RPMDB}", *options, "-U", package)
    for place in ("var", "tmp", "run"):
        for litter in (tree / place).iterdir():
            remove(litter) if litter.is_dir() else litter.unlink()
    (tree / "usr/share/rpm/.rpm.lock").unlink(missing_ok=True)


def pkglist(rows: Sequence[str]) -> str:
    """The option that lets a commit list its packages."""
    return f"--add-metadata=rpmostree.rpmdb.pkglist=[{', '.join(sorted(rows))}]"


def rpm_repo() -> Path:
    """A repository of small packages: bench-1, bench-2."""
    specs = [
        rpms.Spec(
            f"bench-{number}",
            files={f"/usr/share/bench-{number}/{n}": f"{number} {n}\n" * 50 for n in range(10)},
        )
        for number in (1, 2)
    ]

    def make(place: Path) -> None:
        rpms.build(specs, place)
        rpms.make_repo(place)

    return finished(WORK / "rpms", make)


def repo_file(directory: Path) -> str:
    """What a .repo file says of a directory of packages."""
    return f"[bench]\nname=bench\nbaseurl=file://{directory}\ngpgcheck=0\n"


@dataclass(frozen=True)
class Sysroot:
    """A sysroot that is never booted; its first deployment is the base."""

    path: Path

    @classmethod
    def make(cls, name: str, n_files: int) -> Sysroot:
        """Deploy a base, whose remote is the repository it came from."""
        say(f"deploying a base of {n_files} files")
        source = base_repo(n_files)
        path = fresh(WORK / name)
        sh("ostree", "admin", "init-fs", "--modern", path)
        sh("ostree", "admin", "os-init", f"--sysroot={path}", OS)
        repo = f"--repo={path}/ostree/repo"
        sh("ostree", "remote", "add", repo, "--no-gpg-verify", OS, f"file://{source}")
        sh("ostree", "pull-local", repo, "--disable-fsync", f"--remote={OS}", source, REF)
        sh("ostree", "admin", "deploy", f"--sysroot={path}", f"--os={OS}", f"{OS}:{REF}")
        made = cls(path)
        repos = made.deployments[0] / "etc/yum.repos.d"
        repos.mkdir(exist_ok=True)
        (repos / "bench.repo").write_text(repo_file(rpm_repo()))
        return made

    @property
    def option(self) -> str:
        return f"--sysroot={self.path}"

    @property
    def repo(self) -> Path:
        return self.path / "ostree/repo"

    @property
    def deployments(self) -> list[Path]:
        """The directories of all deployments, in no order."""
        found = (self.path / f"ostree/deploy/{OS}/deploy").iterdir()
        return [path for path in found if path.is_dir()]

    def reset(self) -> None:
        """Leave the oldest deployment only, nothing downloaded, and nothing to be written."""
        while len(self.deployments) > 1:
            sh("ostree", "admin", "undeploy", self.option, "0")
        for package in self.path.glob(f"ostree/deploy/{OS}/var/cache/rpm-ostree/packages/*.rpm"):
            package.unlink()
        settle()

    def measure(self, *words: str, path: str = "") -> Usage:
        """Measure a call of the program, from the state with one deployment."""
        self.reset()
        return meter(*PROGRAM, *words, self.option, path=path)


# ------------------------------------------------------------------ the bare tools


def install_words(conf: Path, root: Path, store: Path) -> list[Arg]:
    """The call of dnf that resolves and downloads, up to the names."""
    program = "dnf5" if shutil.which("dnf5") else "dnf"
    words: list[Arg] = [program, "-y", "-c", conf, f"--installroot={root}", "--releasever=1"]
    if program == "dnf5":
        return [*words, "install", f"--store={store}"]
    return [*words, "install", "--downloadonly", f"--destdir={store}"]


def dnf_conf(cache: Path, repos: str, locked: Sequence[str] = ()) -> str:
    """A configuration with nothing of this machine in it; dnf 4 has its cache below the root."""
    where = f"{cache}\nsystem_state_dir=/var/lib/dnf5" if shutil.which("dnf5") else "/var/cache/dnf"
    return (
        "[main]\ngpgcheck=0\nplugins=0\nbest=1\nreposdir=/nonexistent\nvarsdir=/nonexistent\n"
        f"logdir=/var/log\npersistdir=/var/lib/dnf\nmetadata_expire=0\ncachedir={where}\n"
        f"excludepkgs={','.join(locked)}\n{repos}"
    )


def sandbox(root: Path, *writable: str) -> list[str]:
    """bwrap for a tool of this machine that works on a root at its place."""
    words = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += ["--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    words += ["--bind", str(root), str(root), "--dev", f"{root}/dev", "--proc", f"{root}/proc"]
    return [*words, *(word for name in writable for word in ("--tmpfs", f"{root}/{name}"))]


def rpm_words(root: Path, packages: Sequence[Path]) -> list[Arg]:
    """The call of rpm that installs files into a root."""
    return ["rpm", f"--root={root}", f"--dbpath={RPMDB}", "-U", "--nosignature", *packages]


@dataclass
class Bare:
    """The unavoidable part of `install`, done with nothing but the tools themselves."""

    sysroot: Sysroot
    scratch: Path
    base: str = ""
    deploying: float = 0  # seconds of the last `ostree admin deploy`

    def __post_init__(self) -> None:
        """Everything that is the same for each run, outside of the clock."""
        self.base = text("ostree", "rev-parse", f"--repo={self.sysroot.repo}", f"{OS}:{REF}")
        lower = self.sysroot.deployments[0]
        query = ("rpm", f"--root={lower}", f"--dbpath={RPMDB}", "-qa", "--qf", "%{NAME}.%{ARCH}\\n")
        home, cache = fresh(self.scratch) / "home", self.scratch / "cache"
        home.mkdir()
        cache.mkdir()
        (home / ".rpmmacros").write_text(f"%_dbpath {RPMDB}\n")
        conf = dnf_conf(cache, repo_file(rpm_repo()), text(*query).split())
        (self.scratch / "dnf.conf").write_text(conf)
        origin = f"[origin]\nbaserefspec={OS}:{REF}\n[packages]\nrequested=bench-1;\n"
        (self.scratch / "origin").write_text(origin)

    def measure(self) -> float:
        """Seconds for one installation, from the state with one deployment."""
        self.sysroot.reset()
        return clock(self.install)

    def install(self) -> None:
        """Assemble, commit and deploy."""
        stage = self.scratch / "stage"
        root = self.mount(stage)
        env = {"HOME": str(self.scratch / "home")}
        store = stage / "store"
        sh(*install_words(self.scratch / "dnf.conf", root, store), "bench-1", env=env)
        packages = sorted(store.rglob("*.rpm"))
        sh(*sandbox(root, "run", "tmp"), *rpm_words(root, packages))
        for place in ("var/cache/dnf", "var", "etc", ""):
            sh("umount", root / place)
        checksum = self.commit(stage / "upper")
        words = ("ostree", "admin", "deploy", self.sysroot.option, f"--os={OS}", "--karg-none")
        self.deploying = clock(lambda: sh(*words, f"--origin-file={self.scratch}/origin", checksum))
        shutil.rmtree(stage)

    def mount(self, stage: Path) -> Path:
        """The deployment of the base with a writable layer, its /etc and a /var."""
        root = stage / "root"
        for name in ("root", "upper", "work", "store", "var/cache/dnf", "var/lib", "var/log"):
            (stage / name).mkdir(parents=True)
        (stage / "var/tmp").mkdir()
        layers = f"lowerdir={self.sysroot.deployments[0]},upperdir={stage}/upper"
        sh("mount", "-t", "overlay", "overlay", "-o", f"{layers},workdir={stage}/work", root)
        sh("mount", "--bind", root / "usr/etc", root / "etc")
        sh("mount", "--bind", stage / "var", root / "var")
        sh("mount", "--bind", self.scratch / "cache", root / "var/cache/dnf")
        return root

    def commit(self, upper: Path) -> str:
        """Commit the upper layer on top of the base."""
        for path in upper.iterdir():
            if path.name != "usr":
                shutil.rmtree(path)
        for where, names, files in os.walk(upper):
            for entry in (where, *(os.path.join(where, n) for n in (*names, *files))):  # noqa: PTH118
                for name in os.listxattr(entry, follow_symlinks=False):
                    if name.startswith("trusted.overlay."):
                        os.removexattr(entry, name, follow_symlinks=False)
        return text(
            "ostree", "commit", f"--repo={self.sysroot.repo}", "--orphan", "--no-bindings",
            "--subject=", "--consume", f"--base={self.base}", f"--tree=dir={upper}",
        )  # fmt: skip


def bare_kargs(sysroot: Sysroot) -> float:
    """Seconds for `ostree admin deploy` with one more kernel argument."""
    sysroot.reset()
    words = ("ostree", "admin", "deploy", sysroot.option, f"--os={OS}", "--karg-append=bench=1")
    return clock(lambda: sh(*words, f"{OS}:{REF}"))


# ------------------------------------------------------------------ the cases


@contextmanager
def sysroots(keep: bool, **wanted: int) -> Iterator[list[Sysroot]]:
    """Sysroots of so many files, gone afterwards."""
    try:
        yield [Sysroot.make(name, n_files) for name, n_files in wanted.items()]
    finally:
        for name in () if keep else wanted:
            remove(WORK / name)


def case_install(runs: int, keep: bool, which: str) -> Iterator[Row]:
    """a and k: the same base, 60,000 files."""
    with sysroots(keep, sixty=60_000) as (sysroot,):
        if "a" in which:
            yield from install_rows(runs, sysroot)
        if "k" in which:
            ours, theirs = in_turns(
                min(runs, 3),
                lambda: sysroot.measure("kargs", "--append=bench=1").wall,
                lambda: bare_kargs(sysroot),
            )
            yield compare("kargs on 60,000 / `ostree admin deploy`", ours, theirs, 1.15)
            removed, installed = in_turns(
                min(runs, 3),
                lambda: sysroot.measure("override", "remove", "bench-owner").wall,
                lambda: sysroot.measure("install", "bench-1").wall,
            )
            yield compare("override remove / install, on 60,000", removed, installed, 1.5)


def install_rows(runs: int, sysroot: Sysroot) -> Iterator[Row]:
    """The whole, and what is left of it when ostree's own work, which is slow, is taken away."""
    bare = Bare(sysroot, WORK / "bare")
    ours_rest: list[float] = []
    bare_rest: list[float] = []
    with recorder("logged", LOGGED_DEPLOY, "ostree") as (path, log):

        def ours() -> float:
            total = sysroot.measure("install", "bench-1", path=path).wall
            ours_rest.append(total - last_span(log))
            return total

        def by_hand() -> float:
            total = bare.measure()
            bare_rest.append(total - bare.deploying)
            return total

        ours()  # from here on both know the metadata
        by_hand()
        ours_rest.clear()
        bare_rest.clear()
        wholes = in_turns(runs, ours, by_hand)
    yield compare("install 10 files on 60,000 / the tools by hand", wholes[0], wholes[1], 1.25)
    yield compare("the same, both without `admin deploy`", ours_rest, bare_rest, 2.0)


def last_span(log: Path) -> float:
    """The seconds of the last entry in the log of deploys."""
    begin, end = log.read_text().split()[-2:]
    return float(end) - float(begin)


def case_growth(runs: int, keep: bool, which: str) -> Iterator[Row]:
    """b: what is ours in an installation must not grow with the base."""
    del which
    with (
        sysroots(keep, thirty=30_000, many=120_000) as (small, large),
        recorder("logged", LOGGED_DEPLOY, "ostree") as (path, log),
    ):

        def ours_in(sysroot: Sysroot) -> float:
            return sysroot.measure("install", "bench-1", path=path).wall - last_span(log)

        for sysroot in (small, large):
            ours_in(sysroot)
        at_30, at_120 = in_turns(runs, lambda: ours_in(small), lambda: ours_in(large))
    yield compare("install but for `admin deploy`: 120,000 / 30,000 files", at_120, at_30, 1.15)


def case_status(runs: int, keep: bool, which: str) -> Iterator[Row]:
    """c and d: questions, and changes that turn out to be none."""
    with sysroots(keep, little=2_000) as (sysroot,):
        make_four(sysroot)
        status = (*PROGRAM, "status", "--json", sysroot.option)
        if "c" in which:
            yield from status_rows(runs, sysroot, status)
        if "d" in which:
            yield from idle_rows(runs, sysroot, status)


def make_four(sysroot: Sysroot) -> None:
    """Four deployments, three of them layered."""
    for words in (("install", "bench-1"), ("kargs", "--append=bench=1"), ("install", "bench-2")):
        sh("ostree", "admin", "pin", sysroot.option, "0")
        sh(*PROGRAM, *words, sysroot.option)
    if len(sysroot.deployments) != 4:
        raise RuntimeError(f"{len(sysroot.deployments)} deployments where four were to be")


def status_rows(runs: int, sysroot: Sysroot, status: Sequence[str]) -> Iterator[Row]:
    """What a question costs."""
    vendor = WORK / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    shutil.copytree(TOP / "build/vendor", vendor)
    compileall.compile_dir(vendor, quiet=2)
    words = f"import sys; sys.path.insert(0, {str(vendor)!r}); import typer"
    typer = (PYTHON, "-I", "-c", words)
    many = 4 * runs  # they are short
    ours, theirs = in_turns(many, lambda: meter(*status).cpu, lambda: meter(*typer).cpu)
    yield compare("status --json, 4 deployments, processor / importing typer", ours, theirs, 2.0)
    peak = max(meter(*status).peak for _ in range(3))
    yield limit("status --json, peak memory in MB / the limit", peak, 40)
    number, method = seen_starts(*status[len(PROGRAM) :])
    yield count(f"status --json, processes started ({method})", number)
    old, new = (listing_commit(sysroot.repo, v, n) for v, n in (("1", 2000), ("2", 1990)))
    diff = (*PROGRAM, "db", "diff", sysroot.option, old, new)
    ours, theirs = in_turns(many, lambda: meter(*diff).wall, lambda: meter(*status).wall)
    yield compare("db diff of 2,000 packages / status", ours, theirs, 3.0)


def listing_commit(repo: Path, version: str, number: int) -> str:
    """A commit that lists so many packages; each fiftieth of them has this version."""
    rows = [
        f"('package-{n:05d}', '0', '{version if n % 50 == 0 else 1}', '1', 'noarch')"
        for n in range(number)
    ]
    empty = WORK / "empty"
    empty.mkdir(exist_ok=True)
    return text(
        "ostree", "commit", f"--repo={repo}", "--orphan", "--no-bindings", f"--tree=dir={empty}",
        pkglist(rows),
    )  # fmt: skip


def idle_rows(runs: int, sysroot: Sysroot, status: Sequence[str]) -> Iterator[Row]:
    """What it costs to find out that there is nothing to do."""
    upgrade = (*PROGRAM, "upgrade", sysroot.option)
    again = (*PROGRAM, "install", "--idempotent", "bench-1", sysroot.option)
    before = sorted(sysroot.deployments)
    with recorder("recorded", LOGGED_START, "dnf", "dnf5") as (path, log):
        of_status, of_upgrade, of_install = in_turns(
            2 * runs,
            lambda: meter(*status).wall,
            lambda: meter(*upgrade, path=path).wall,
            lambda: meter(*again, path=path).wall,
        )
        yield compare("upgrade with nothing new / status", of_upgrade, of_status, 3.0)
        yield compare("install --idempotent of what is there / status", of_install, of_status, 3.0)
        yield count("both: starts of dnf", len(log.read_text().splitlines()))
    if sorted(sysroot.deployments) != before:
        raise RuntimeError("a change that was to be none has made a deployment")


# ------------------------------------------------------------------ search

OFFERED = 20_000
WORDS = "audio browser compiler daemon editor font game image kernel library".split()
REPOMD = """\
<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision><data type="primary">
<checksum type="sha256">{digest}</checksum><location href="repodata/primary.xml.gz"/>
<timestamp>1</timestamp><size>{size}</size></data></repomd>
"""
PRIMARY = """\
<metadata xmlns="http://linux.duke.edu/metadata/common"
 xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="{count}">{packages}</metadata>
"""
OFFER = """\
<package type="rpm"><name>{name}</name><arch>noarch</arch><version epoch="0" ver="1" rel="1"/>
<checksum type="sha256" pkgid="YES">{digest}</checksum><summary>{summary}</summary>
<description>{summary}, and more of it.</description><location href="{name}.rpm"/><format>
<rpm:license>MIT</rpm:license><rpm:provides><rpm:entry name="{name}" flags="EQ" epoch="0" ver="1"
 rel="1"/></rpm:provides><rpm:requires><rpm:entry name="libc.so.6()(64bit)"/></rpm:requires>
</format></package>
"""


def many_offers() -> Path:
    """The metadata of a repository of so many packages, which are not there themselves."""

    def offer(number: int) -> str:
        one, two, three, four = (WORDS[number // 10**n % 10] for n in range(4))
        name = f"{one}-{two}-{number}"
        digest = sha256(name.encode()).hexdigest()
        return OFFER.format(name=name, digest=digest, summary=f"A {three} for each {four}")

    def make(place: Path) -> None:
        (place / "repodata").mkdir(parents=True)
        primary = PRIMARY.format(count=OFFERED, packages="".join(map(offer, range(OFFERED))))
        packed = gzip.compress(primary.encode(), mtime=0)
        (place / "repodata/primary.xml.gz").write_bytes(packed)
        index = REPOMD.format(digest=sha256(packed).hexdigest(), size=len(packed))
        (place / "repodata/repomd.xml").write_text(index)

    return finished(WORK / "offers", make)


def case_search(runs: int, keep: bool, which: str) -> Iterator[Row]:
    """s: what is asked again and again, from metadata that is there."""
    del which
    with sysroots(keep, searched=2_000) as (sysroot,):
        declared = repo_file(many_offers())
        (sysroot.deployments[0] / "etc/yum.repos.d/bench.repo").write_text(declared)
        sh(*PROGRAM, "refresh-md", sysroot.option)
        cache = sysroot.path / f"ostree/deploy/{OS}/var/cache/rpm-ostree/repomd"
        conf = WORK / "search.conf"
        conf.write_text(
            f"[main]\nplugins=0\nreposdir=/nonexistent\nvarsdir=/nonexistent\nlogdir={WORK}\n"
            f"cachedir={cache}\nsystem_cachedir={cache}\n{declared}"
        )
        ours = (*PROGRAM, "search", "editor", "font", sysroot.option)
        program = str(shutil.which("dnf5") or shutil.which("dnf"))
        theirs = (program, "-q", "-C", "-c", conf, "--releasever=1", "search", "editor", "font")
        of_ours, of_dnf = in_turns(4 * runs, lambda: meter(*ours).wall, lambda: meter(*theirs).wall)
    yield compare("search among 20,000 packages / `dnf search`", of_ours, of_dnf, 1.2)


# ------------------------------------------------------------------ compose


DRACUT = ("--no-hostonly", "--no-hostonly-cmdline", "--compress", "zstd -3")
ALWAYS = ("--reproducible", "--force", "--add", "ostree")


@dataclass(frozen=True)
class Compose:
    """A treefile for a small system, and the same done by hand."""

    place: Path
    names: tuple[str, ...]
    packages: Path

    @classmethod
    def make(cls) -> Compose:
        """Make the packages, if they are not there, and write the treefile."""
        say("making the packages of a small system")
        out = WORK / "distro"
        builder = TOP / "tests/distro/build.py"
        sh(sys.executable, builder, f"--out={out}", f"--cache={WORK}/distro-cache", "minimal")
        names = json.loads((out / "manifest.json").read_text())["lists"]["minimal"]
        place = fresh(WORK / "compose")
        (place / "bench.repo").write_text(repo_file(out / "base"))
        document = {
            "ref": REF,
            "repos": ["bench"],
            "packages": names,
            "releasever": "1",
            "recommends": False,
            "selinux": False,
            "initramfs-args": list(DRACUT),
        }
        (place / "treefile.yaml").write_text(json.dumps(document, indent=1))  # JSON is YAML
        return cls(place, tuple(names), out / "base")

    def empty(self) -> Path:
        """A repository with nothing in it, no caches, and nothing left to be written."""
        repo = fresh(self.place / "repo")
        sh("ostree", "init", f"--repo={repo}", "--mode=bare")
        for name in ("cache", "tree", "scratch"):
            fresh(self.place / name)
        settle()
        return repo

    def ours(self) -> float:
        """Seconds for `compose tree`."""
        options = (f"--repo={self.empty()}", f"--cachedir={self.place}/cache")
        words = ("compose", "tree", *options, self.place / "treefile.yaml")
        return meter(*PROGRAM, *words).wall

    def by_hand(self) -> float:
        """Seconds for the bare tools."""
        repo = self.empty()
        return clock(lambda: self.compose(repo))

    def compose(self, repo: Path) -> None:
        """Install, make the initramfs, commit."""
        tree, scratch = self.place / "tree", self.place / "scratch"
        conf = dnf_conf(self.place / "cache", repo_file(self.packages))
        (scratch / "dnf.conf").write_text(f"{conf}install_weak_deps=0\n")
        (scratch / ".rpmmacros").write_text(f"%_dbpath {RPMDB}\n")
        program = "dnf5" if shutil.which("dnf5") else "dnf"
        words = (program, "-y", "-c", scratch / "dnf.conf", f"--installroot={tree}")
        sh(*words, "--releasever=1", "install", *self.names, env={"HOME": str(scratch)})
        kernel = next((tree / "usr/lib/modules").iterdir())
        inside = ["bwrap", "--unshare-all", "--die-with-parent", "--bind", str(tree), "/"]
        inside += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run", "--tmpfs", "/tmp"]
        inside += ["--bind", str(scratch), "/var/tmp"]
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        sh(*inside, "depmod", kernel.name, env=env)
        image = "/var/tmp/initramfs.img"
        sh(*inside, "dracut", *ALWAYS, *DRACUT, "--kver", kernel.name, image, env=env)
        (scratch / "initramfs.img").rename(kernel / "initramfs.img")
        shutil.rmtree(tree / "var")
        (tree / "etc").rename(tree / "usr/etc")
        sh(
            "ostree", "commit", f"--repo={repo}", f"--branch={REF}", "--no-bindings", "--consume",
            f"--tree=dir={tree}",
        )  # fmt: skip


def case_compose(runs: int, keep: bool, which: str) -> Iterator[Row]:
    """e: a small system from packages to a commit."""
    del which
    compose = Compose.make()
    ours, theirs = in_turns(runs, compose.ours, compose.by_hand)
    if not keep:
        remove(compose.place)
    yield compare("compose tree of a small system / the tools by hand", ours, theirs, 1.10)


# ------------------------------------------------------------------ the whole

Case = Callable[[int, bool, str], Iterator[Row]]
CASES: dict[str, Case] = {
    "ak": case_install,
    "b": case_growth,
    "cd": case_status,
    "e": case_compose,
    "s": case_search,
}


def enter_private_mounts() -> None:
    """Start anew where mounts are nobody else's and vanish with us."""
    if os.environ.get("BENCH_PRIVATE") != "1":
        os.environ["BENCH_PRIVATE"] = "1"
        words = ["unshare", "--mount", "--propagation=private", sys.executable, *sys.argv]
        os.execvp(words[0], words)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure rpm-ostree against the bare tools.")
    parser.add_argument("--only", default="a,b,c,d,e,k,s", metavar="CASES", help="such as: a,c")
    parser.add_argument(
        "--runs", type=int, default=5, help="pairs of runs (5; at most 3 for the slow k)"
    )
    parser.add_argument("--keep", action="store_true", help="leave the sysroots for a look")
    args = parser.parse_args()
    wanted = args.only.replace(",", "")
    if set(wanted) - set("abcdeks"):
        parser.error(f"no such case: {args.only}")
    enter_private_mounts()
    WORK.mkdir(parents=True, exist_ok=True)
    sh("make", "-C", TOP, "build/rpm-ostree")
    begin = time.monotonic()
    rows: list[Row] = []
    for letters, case in CASES.items():
        chosen = "".join(letter for letter in letters if letter in wanted)
        for row in case(args.runs, args.keep, chosen) if chosen else ():
            say(str(row))
            rows.append(row)
    print("| what | ours (s) | reference (s) | ratio | bound | ok |")
    print("|---|---:|---:|---:|---:|---|")
    for row in rows:
        print(row)
    say(f"{time.monotonic() - begin:.0f} s")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
