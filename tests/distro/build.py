#!/usr/bin/python3
"""Make the RPM repositories of the tiny distribution.

    build.py --out DIR --cache DIR [--sign GNUPGHOME] LIST...

A LIST is a file with a package name (or name=version) per line, or the name of
a list beside this program: minimal, admin, layers, selinux.  The result:

    DIR/base           every package, in the oldest version that apt knows
    DIR/updates        what differs in the newest versions
    DIR/RPM-GPG-KEY    the public key, with --sign
    DIR/manifest.json  what is in them: lists, groups, packages

Nothing is done again that was done before: a finished RPM is found by a hash of
all that shapes it, and a call with nothing new at all only looks.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.distro import rules
from tests.distro.convert import FORMAT, Job, build_base, convert
from tests.distro.debian import Closure, EmptyIndexError, Index, fetch, list_index_files
from tests.kit import rpms
from tests.kit.sh import CommandError

HERE = Path(__file__).resolve().parent
JOBS = 2
SOURCES = ("build.py", "convert.py", "debian.py", "rules.py", "selinux.py", "../kit/rpms.py")


@dataclass(frozen=True)
class Plan:
    """The packages of both repositories, each with its conversion."""

    base: Mapping[str, Job]
    updates: Mapping[str, Job]
    groups: Mapping[str, list[str]]  # list -> what it adds to the lists before it

    @property
    def jobs(self) -> list[Job]:
        """All conversions, the largest first, so that two processes end together."""
        jobs = {job.key: job for job in (*self.base.values(), *self.updates.values())}
        return sorted(jobs.values(), key=lambda j: -int(j.package.fields.get("Size", "0")))


# -------------------------------------------------------------------- lists


def find_list(name: str) -> Path:
    """The file for a list given on the command line."""
    path = Path(name)
    return path if path.exists() else HERE / f"{path.name.removesuffix('.list')}.list"


def read_list(path: Path) -> list[str]:
    """The names in a list; ``#`` starts a comment."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().split("\n"))
    return [line for line in lines if line]


def make_plan(index: Index, lists: Mapping[str, Sequence[str]]) -> Plan:
    """Close the lists, once with the oldest and once with the newest versions."""
    closures = {"oldest": Closure(index, "oldest"), "newest": Closure(index, "newest")}
    groups = {}
    for name, wanted in lists.items():
        groups[name] = closures["oldest"].add(wanted)
        closures["newest"].add(wanted)
    jobs = {policy: plan_jobs(closure) for policy, closure in closures.items()}
    base = jobs["oldest"]
    updates = {
        name: job
        for name, job in jobs["newest"].items()
        if name not in base or base[name].package.version != job.package.version
    }
    return Plan(base, updates, groups)


def plan_jobs(closure: Closure) -> dict[str, Job]:
    """A conversion for each member of a closure."""
    have = closure.provided()
    return {
        name: Job(package, closure.requirements(package, have), closure.conflicts(package))
        for name, package in sorted(closure.chosen.items())
    }


# -------------------------------------------------------------------- cache


class Cache:
    """Downloaded .debs and finished RPMs."""

    def __init__(self, top: Path) -> None:
        self.debs = top / "debs"
        self.rpms = top / "rpms"
        self.signed = top / "signed"

    @staticmethod
    def find(directory: Path) -> Path | None:
        """The one RPM in a directory of the cache, if it is there."""
        return next(iter(directory.glob("*.rpm")), None)

    def convert(self, jobs: Sequence[Job]) -> dict[str, Path]:
        """The RPM for the key of each conversion, made where it is missing."""
        todo = [job for job in jobs if not self.find(self.rpms / job.key)]
        fetch([job.package for job in todo], self.debs)
        with ProcessPoolExecutor(JOBS) as pool:
            list(pool.map(convert_to_cache, todo, [self] * len(todo)))
        return {job.key: next((self.rpms / job.key).glob("*.rpm")) for job in jobs}

    def build_bases(self) -> dict[str, Path]:
        """The RPM for each of the distribution's own packages."""
        made = {}
        for name, base in rules.BASE_PACKAGES.items():
            key = hashlib.sha256(repr((FORMAT, name, base)).encode()).hexdigest()[:20]
            made[name] = self.find(self.rpms / key) or publish(
                self.rpms / key, lambda out, name=name, base=base: build_base(name, base, out)
            )
        return made

    def sign(self, files: Iterable[Path], key: rpms.TestKey) -> dict[Path, Path]:
        """Signed copies of RPMs in the cache."""
        top = self.signed / key.fingerprint
        copies = {file: top / file.parent.name / file.name for file in files}
        todo = {file: copy for file, copy in copies.items() if not copy.exists()}
        fresh = {}
        for file, copy in todo.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            fresh[copy] = Path(shutil.copy2(file, copy.with_suffix(".new")))
        if fresh:
            key.sign(fresh.values(), JOBS)
        for copy, new in fresh.items():
            new.rename(copy)
        return copies


def publish(place: Path, make: Any) -> Path:
    """Let ``make`` put a file into a new directory, which gets its name when it is whole."""
    unfinished = place.with_name(place.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    made: Path = make(unfinished)
    unfinished.rename(place)
    return place / made.name


def convert_to_cache(job: Job, cache: Cache) -> Path:
    """Do one conversion, in a process of the pool."""
    deb = cache.debs / job.package.deb
    return publish(cache.rpms / job.key, lambda out: convert(job, deb, out))


# ------------------------------------------------------------- repositories


def fill_repo(directory: Path, files: Iterable[Path]) -> None:
    """Make the directory hold copies of just these RPMs, and their metadata."""
    directory.mkdir(parents=True, exist_ok=True)
    wanted = {file.name: file for file in files}
    for old in directory.glob("*.rpm"):
        if old.name not in wanted:
            old.unlink()
    for name, file in wanted.items():
        copy = directory / name
        if not copy.exists() or copy.stat().st_mtime_ns != file.stat().st_mtime_ns:
            shutil.copy2(file, copy)
    rpms.make_repo(directory)


def write_manifest(
    out: Path,
    stamp: str,
    plan: Plan,
    lists: Mapping[str, Sequence[str]],
    repos: Mapping[str, Mapping[str, Path]],
) -> None:
    """Say what is in the repositories; written last, so it is the sign of a finished call."""
    versions = {
        "base": {name: job.package.version for name, job in plan.base.items()},
        "updates": {name: job.package.version for name, job in plan.updates.items()},
    }
    manifest = {
        "stamp": stamp,
        "lists": lists,
        "groups": plan.groups,
        "packages": {
            repo: {
                name: {"deb": versions[repo].get(name), "rpm": path.name}
                for name, path in sorted(members.items())
            }
            for repo, members in repos.items()
        },
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def compute_stamp(lists: Mapping[str, Sequence[str]], key: rpms.TestKey | None) -> str:
    """A hash of all that a call depends on: apt's lists, ours, the programs and the key."""
    state: list[object] = [lists, key and key.fingerprint, sys.version_info[:2]]
    state += [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in list_index_files()]
    state += [(HERE / name).read_bytes() for name in SOURCES if (HERE / name).exists()]
    return hashlib.sha256(repr(state).encode()).hexdigest()


def is_current(out: Path, stamp: str) -> bool:
    """Was the directory finished by a call that depended on the same?"""
    try:
        manifest = json.loads((out / "manifest.json").read_text())
    except (OSError, ValueError):
        return False
    return manifest.get("stamp") == stamp and all(
        (out / repo / "repodata/repomd.xml").exists()
        and all((out / repo / entry["rpm"]).exists() for entry in members.values())
        for repo, members in manifest["packages"].items()
    )


def build_distro(out: Path, top: Path, names: Sequence[str], sign: Path | None) -> str:
    """Make or refresh both repositories; the result says in a line what was done."""
    lists = {find_list(name).stem: read_list(find_list(name)) for name in names}
    key = rpms.make_key(sign, f"{rules.NAME} (test only) <test@example.invalid>") if sign else None
    stamp = compute_stamp(lists, key)
    if is_current(out, stamp):
        return "nothing to do"
    (out / "manifest.json").unlink(missing_ok=True)
    plan = make_plan(Index.read(), lists)
    cache = Cache(top)
    made = cache.convert(plan.jobs)
    base = {**cache.build_bases(), **{name: made[job.key] for name, job in plan.base.items()}}
    repos = {"base": base, "updates": {name: made[job.key] for name, job in plan.updates.items()}}
    if key:
        every = {path for members in repos.values() for path in members.values()}
        signed = cache.sign(sorted(every), key)
        repos = {
            repo: {name: signed[path] for name, path in members.items()}
            for repo, members in repos.items()
        }
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(key.public, out / "RPM-GPG-KEY")
    for repo, members in repos.items():
        fill_repo(out / repo, members.values())
    write_manifest(out, stamp, plan, lists, repos)
    return f"{len(repos['base'])} packages, {len(repos['updates'])} updates"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the RPMs of a tiny distribution.")
    parser.add_argument("--out", type=Path, required=True, help="where the repositories go")
    parser.add_argument("--cache", type=Path, required=True, help="where .debs and RPMs are kept")
    parser.add_argument("--sign", type=Path, metavar="GNUPGHOME", help="sign with the key in it")
    parser.add_argument("lists", nargs="+", metavar="LIST")
    args = parser.parse_args()
    start = time.monotonic()
    sign = args.sign.resolve() if args.sign else None
    try:
        done = build_distro(args.out.resolve(), args.cache.resolve(), args.lists, sign)
    except (EmptyIndexError, CommandError, KeyError, OSError) as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    print(f"{done}, {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
