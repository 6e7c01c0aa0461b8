"""dnf, versions 4 and 5: resolve a goal against a root and fetch what it needs.

The base is locked: each of its packages is excluded by NAME.ARCH, so the solver can neither
upgrade nor replace one, and says so in its own words. The configuration is generated; nothing of
the host's is read. Transactions are read as JSON (dnf 5: `--store`; dnf 4: a small plugin).
"""

import json
import os
import pkgutil
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput, ToolFailed, ToolMissing, Unsolvable
from rpmostree.base.files import link_or_copy
from rpmostree.base.run import Done, find, run
from rpmostree.model import available
from rpmostree.model.nevra import Nevra
from rpmostree.model.rpmrepo import RpmRepo, write_repos

CACHE_BELOW_ROOT = "/var/cache/dnf"  # dnf puts its cache below the root, where ours is bound
_INSTALLS = frozenset({"Install", "Upgrade", "Downgrade", "Reinstall", "Obsoleting"})
# "(3/17): foo-1.0-1.noarch.rpm  3.1 MB/s | 9.9 kB  00:00"; dnf 5: "[ 3/17] foo-0:1.0-1.noarch ..."
_DOWNLOADED = re.compile(r"[(\[] *(\d+)/(\d+)[)\]]:? \S+-\S+ .*\| +([\d.]+) +([kKMGT]?)i?B\b")
_NEVRA = "%{name}\t%{epoch}\t%{version}\t%{release}\t%{arch}\n"
_NO_METADATA = re.compile(r"Failed to download metadata .*?for repo(?:sitory)? ['\"]([^'\"]+)")
_NO_MATCH = re.compile(r"^No match for argument: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Goal:
    """What is wanted of the solver. `locked` are the NAME.ARCH that must stay as they are.

    `trial` is a question only, so nothing has to be downloaded (dnf 5 does all the same).
    """

    root: Path
    database: str
    repos: tuple[RpmRepo, ...]
    names: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    locked: tuple[str, ...] = ()
    releasever: str = ""
    recommends: bool = True
    documentation: bool = True
    cache_only: bool = False
    trial: bool = False


@dataclass(frozen=True)
class Solved:
    """One package the solver picked; `repo` is None for a file that was given."""

    nevra: str
    repo: str | None
    path: Path


@dataclass(frozen=True)
class Resolution:
    """The answer: what to install, where the files are now, and what would go (as NEVRA)."""

    installs: tuple[Solved, ...]
    removals: tuple[str, ...]


@dataclass(frozen=True)
class Repodata:
    """The state of a repository's metadata: its own clock and a digest of its index."""

    id: str
    timestamp: int
    digest: str


def resolve(goal: Goal, cache: Path, scratch: Path) -> Resolution:
    """Solve the goal and download its packages into `cache`, which keeps them for the next time.

    Raises BadInput for names that no repository has (all of them at once), Unsolvable with the
    solver's words if it finds no way, ToolFailed otherwise.
    """
    home = _make_home(scratch, goal.database)
    program = dnf_program()
    solve = _solve_with_5 if program == "dnf5" else _solve_with_4
    return solve(goal, cache, scratch, home)


@dataclass(frozen=True)
class Query:
    """Questions to one repository; needs no root."""

    repo: RpmRepo
    release: str
    cache: Path
    scratch: Path

    def newest(self, names: Sequence[str]) -> tuple[Nevra, ...]:
        """The newest package of each of these names, for this machine."""
        lines = self._ask("repoquery", f"--qf={_NEVRA}", "--latest-limit=1", "--", *names)
        rows = (line.split("\t") for line in lines)
        found = (Nevra(name, int(epoch), v, r, arch) for name, epoch, v, r, arch in rows)
        return tuple(n for n in found if n.name in names and n.arch in _architectures())

    def locate(self, nevra: Nevra) -> str:
        """The address of a package."""
        verb = ("download", "--url") if dnf_program() == "dnf5" else ("repoquery", "--location")
        return self._ask(*verb, "--", str(nevra))[0]

    def _ask(self, *words: str) -> list[str]:
        goal = Goal(self.scratch, "/", (self.repo,), releasever=self.release)
        place = str(self.cache / "repomd")
        extra = {"cachedir": place, "system_cachedir": place, "logdir": str(self.scratch)}
        configuration = _configure(goal, self.scratch, extra)
        head = [dnf_program(), "-q", "-c", str(configuration)]
        head += [f"--releasever={self.release or '0'}"]
        done = run([*head, *words], what=f"cannot query the repository {self.repo.id}")
        return [line for line in done.stdout.splitlines() if line.strip()]


def _architectures() -> tuple[str, str]:
    return (os.uname().machine, "noarch")


def dnf_program() -> str:
    """`dnf5` where there is one, else `dnf`. Raises ToolMissing."""
    for name in ("dnf5", "dnf"):
        if find(name):
            return name
    raise ToolMissing("dnf is not installed", hint="install the package dnf or dnf5")


def read_repodata(repo: RpmRepo, cache: Path) -> Repodata | None:
    """The state of a repository as far as it is known without the network; None if it is not."""
    index = _find_index(repo, cache)
    if index is None:
        return None
    data = index.read_bytes()
    stamps = re.findall(rb"<timestamp>(\d+)", data) or re.findall(rb"<revision>(\d+)", data)
    return Repodata(repo.id, max(map(int, stamps), default=0), sha256(data).hexdigest())


def has_metadata(repo: RpmRepo, cache: Path) -> bool:
    """Is there any metadata of a repository in the cache, however old?"""
    places = _subdirectories(cache / "repomd")
    return any(d.name.startswith(f"{repo.id}-") and (d / "repodata").is_dir() for d in places)


def is_current(repo: RpmRepo, cache: Path, now: float) -> bool:
    """May the cached metadata be used without asking the repository again?"""
    if repo.local_path is not None:
        return True
    index = _find_index(repo, cache)
    return index is not None and now - index.stat().st_mtime < repo.expires_after


def refresh(repos: Sequence[RpmRepo], cache: Path, scratch: Path) -> None:
    """Ask the repositories whether their metadata has changed, and fetch what has.

    Raises ToolFailed in dnf's words.
    """
    _query(repos, cache, scratch, ["--refresh", "makecache"], "cannot refresh the metadata")
    for repo in repos:
        index = _find_index(repo, cache)
        if index is not None and repo.local_path is None:
            index.touch()  # what has not changed is as good as new


def list_available(
    repos: Sequence[RpmRepo], cache: Path, scratch: Path, *, offline: bool
) -> tuple[str, ...]:
    """A line for each package of the repositories, as model.available reads it.

    The metadata is the cached one; without `offline` dnf may fetch what is missing. Raises
    ToolFailed in dnf's words.
    """
    words = ["--cacheonly"] if offline else []
    words += ["repoquery", "--available", f"--queryformat={available.FORMAT}\n"]
    done = _query(repos, cache, scratch, words, "cannot read the metadata")
    return tuple(
        line for line in done.stdout.split("\n") if line
    )  # dnf 4 ends each line itself, too


def _query(
    repos: Sequence[RpmRepo], cache: Path, scratch: Path, words: Sequence[str], what: str
) -> Done:
    """Run a verb that knows of the repositories alone: no root, no installed packages."""
    place = str(cache / "repomd")
    main = {
        "plugins": "0",
        "reposdir": "/nonexistent",
        "varsdir": "/nonexistent",
        "logdir": str(scratch),
        "persistdir": str(scratch),
        "cachedir": place,
        "system_cachedir": place,  # where dnf 5 looks unless it works on another root
    }
    program = dnf_program()
    main |= {"system_state_dir": str(scratch)} if program == "dnf5" else {}
    path = scratch / "dnf.conf"
    path.write_text(write_repos(map(_for_dnf, repos), main), encoding="utf-8")
    env = {"LC_ALL": "C.UTF-8", "HOME": str(_make_home(scratch, str(scratch / "rpmdb")))}
    argv = [program, "-q", "-y", "-c", str(path), "--releasever=0", *words]
    done = run(argv, ok=range(256), env=env)
    if done.status:
        raise ToolFailed(what, _essence(f"{done.stdout}\n{done.stderr}"))
    return done


def _find_index(repo: RpmRepo, cache: Path) -> Path | None:
    if repo.local_path is not None:
        index = Path(repo.local_path) / "repodata/repomd.xml"
        return index if index.exists() else None
    prefix = f"{repo.id}-"
    places = [d for d in _subdirectories(cache / "repomd") if d.name.startswith(prefix)]
    found = [i for d in places if (i := d / "repodata/repomd.xml").exists()]
    return max(found, key=lambda p: p.stat().st_mtime, default=None)


def _subdirectories(path: Path) -> list[Path]:
    return [p for p in path.iterdir() if p.is_dir()] if path.is_dir() else []


def _make_home(scratch: Path, database: str) -> Path:
    """A home whose macros tell librpm where the database is; dnf has no option for it."""
    home = scratch / "home"
    home.mkdir(exist_ok=True)
    (home / ".rpmmacros").write_text(f"%_dbpath {database}\n", encoding="utf-8")
    return home


def _configure(goal: Goal, scratch: Path, extra: Mapping[str, str]) -> Path:
    main = {
        "plugins": "0",
        "best": "1",
        "install_weak_deps": str(int(goal.recommends)),
        "tsflags": "" if goal.documentation else "nodocs",
        "reposdir": "/nonexistent",
        "varsdir": "/nonexistent",
        "logdir": "/var/log",
        "persistdir": "/var/lib/dnf",
        "excludepkgs": ",".join(goal.locked),
        "installonlypkgs": "",
        **extra,
    }
    path = scratch / "dnf.conf"
    repos = [r for r in goal.repos if r.enabled]
    path.write_text(write_repos(map(_for_dnf, repos), main), encoding="utf-8")
    return path


def _for_dnf(repo: RpmRepo) -> RpmRepo:
    """The repository as the solver needs it.

    Signatures of packages are verified afterwards, by tools.rpm; metadata that lies on this machine
    costs nothing, so it is never taken from a cache.
    """
    options = {**repo.options, "gpgcheck": "0"}
    if repo.local_path is not None:
        options["metadata_expire"] = "0"
    return RpmRepo(repo.id, options)


def _words(program: str, goal: Goal, configuration: Path) -> list[str]:
    words = [program, "-y", "-c", str(configuration), f"--installroot={goal.root}"]
    words += [f"--releasever={goal.releasever or '0'}"]
    return [*words, "--cacheonly"] if goal.cache_only else words


def _solve_with_4(goal: Goal, cache: Path, scratch: Path, home: Path) -> Resolution:
    plugins = scratch / "dnf4"
    plugins.mkdir()
    source = pkgutil.get_data("rpmostree", "helpers/dnf4_plan.py")
    assert source is not None  # it is part of the package
    (plugins / "rpmostree_plan.py").write_bytes(source)
    extra = {
        "plugins": "1",
        "pluginpath": str(plugins),
        "pluginconfpath": "/nonexistent",
        "cachedir": CACHE_BELOW_ROOT,
    }
    plan, pool = scratch / "plan.json", cache / "packages"
    pool.mkdir(parents=True, exist_ok=True)
    words = _words("dnf", goal, _configure(goal, scratch, extra))
    how = ["--assumeno"] if goal.trial else ["--downloadonly", f"--destdir={pool}"]
    words += ["install", *how, *_specs(goal)]
    _ask(words, {"HOME": str(home), "RPMOSTREE_PLAN": str(plan)}, plan if goal.trial else None)
    return _read_plan(plan, pool, goal.files)


def _solve_with_5(goal: Goal, cache: Path, scratch: Path, home: Path) -> Resolution:
    store, pool = scratch / "store", cache / "packages"
    (store / "packages").mkdir(parents=True)
    pool.mkdir(parents=True, exist_ok=True)
    for package in pool.glob("*.rpm"):  # dnf 5 does not download what is there
        link_or_copy(package, store / "packages" / package.name)
    extra = {
        "system_cachedir": CACHE_BELOW_ROOT,
        "system_state_dir": "/var/lib/dnf5",
        "logdir": str(scratch),
    }
    words = _words("dnf5", goal, _configure(goal, scratch, extra))
    _ask([*words, "install", f"--store={store}", *_specs(goal)], {"HOME": str(home)})
    resolution = _read_plan(store / "transaction.json", store, goal.files)
    if goal.trial:
        return resolution
    return Resolution(
        tuple(_keep(solved, pool) for solved in resolution.installs), resolution.removals
    )


def _keep(solved: Solved, pool: Path) -> Solved:
    """The same package, where it will be found the next time; a file that was given stays."""
    if solved.repo is None:
        return solved
    kept = pool / solved.path.name
    if not kept.exists():
        link_or_copy(solved.path, kept)
    return replace(solved, path=kept)


def _specs(goal: Goal) -> list[str]:
    return ["--", *map(str, goal.files), *goal.names]


def _ask(words: list[str], env: Mapping[str, str], enough: Path | None = None) -> None:
    """Let dnf do its work; if the file `enough` has appeared, it may well end with a "no"."""
    size = 0

    def hear(line: str) -> None:
        nonlocal size
        if downloaded := parse_downloaded(line):
            number, total, more = downloaded
            size += more
            events.progress(number, total, "packages")
            events.progress(size, None, "bytes")

    env = {"LC_ALL": "C.UTF-8", **env}
    done = run(words, ok=range(256), env=env, merge=True, hear=hear)
    if not done.status or (enough is not None and enough.exists()):
        return
    missing = _NO_MATCH.findall(done.stdout)
    if missing:
        raise BadInput(f"Packages not found: {', '.join(dict.fromkeys(missing))}")
    reasons = _essence(done.stdout)
    out_of_reach = _NO_METADATA.search(done.stdout)
    if out_of_reach:
        raise ToolFailed(
            f"cannot read the repository {out_of_reach[1]}",
            re.sub(r"^\s*- ", "", reasons, flags=re.MULTILINE),
            hint="see whether its baseurl is right and the network is up; enabled=0 in its .repo "
            "file leaves it out",
        )
    kind = Unsolvable if "Problem" in reasons else ToolFailed
    raise kind("cannot resolve dependencies", reasons)


def parse_downloaded(line: str) -> tuple[int, int, int] | None:
    """Which of how many packages a line of dnf's reports as downloaded, and its size in bytes."""
    match = _DOWNLOADED.match(line)
    if match is None:
        return None
    factor = 1024 ** " KMGT".index(match[4].upper() or " ")
    return int(match[1]), int(match[2]), int(float(match[3]) * factor)


def _essence(said: str) -> str:
    """The solver's sentences without progress bars and headings."""
    lines = [line.rstrip() for line in said.splitlines()]
    problems = [line for line in lines if line.lstrip().startswith(("Problem", "- "))]
    rest = [line for line in lines if re.match(r"(Error|error|Failed|Curl|Cannot|Argument)", line)]
    return "\n".join(problems or rest or lines[-10:])


def _read_plan(plan: Path, directory: Path, given: Sequence[Path]) -> Resolution:
    if not plan.exists():
        raise ToolFailed("dnf ended well but did not say what it had resolved")
    installs, removals = [], []
    files = {path.name: path for path in given}
    for row in json.loads(plan.read_text(encoding="utf-8"))["rpms"]:
        if row["action"] in _INSTALLS:
            repo, path = _repo_id(row["repo_id"]), directory / str(row["package_path"])
            installs.append(Solved(row["nevra"], repo, files[path.name] if repo is None else path))
        else:
            removals.append(row["nevra"])
    return Resolution(tuple(installs), tuple(removals))


def _repo_id(text: str) -> str | None:
    """dnf 5 writes `@stored_transaction(ID)`; a file on the command line is `@commandline`."""
    match = re.fullmatch(r"@stored_transaction\((.*)\)", text)
    name = match[1] if match else text
    return None if name == "@commandline" else name


def forget_packages(cache: Path, keep: Iterable[str]) -> None:
    """Drop every downloaded package whose file name is not among `keep`."""
    wanted = set(keep)
    for path in (cache / "packages").glob("*.rpm"):
        if path.name not in wanted:
            path.unlink()


def find_newest(goal: Goal, cache: Path, scratch: Path) -> tuple[Nevra, ...]:
    """The newest version that the repositories have of each of the goal's names (NAME.ARCH).

    Nothing is solved or downloaded but metadata. The goal's root only has to be a directory.
    """
    extra = {"cachedir": CACHE_BELOW_ROOT, "system_cachedir": CACHE_BELOW_ROOT}
    inside = goal.root / CACHE_BELOW_ROOT.lstrip("/")
    inside.parent.mkdir(parents=True, exist_ok=True)
    (cache / "repomd").mkdir(parents=True, exist_ok=True)
    inside.symlink_to(cache / "repomd")
    words = _words(dnf_program(), goal, _configure(goal, scratch, extra))
    words += ["repoquery", "--quiet", "--available", "--latest-limit=1", f"--queryformat={_NEVRA}"]
    said = run([*words, "--", *goal.names], what="cannot ask the repositories").stdout
    rows = (line.split("\t") for line in said.splitlines() if line.count("\t") == 4)
    return tuple(Nevra(name, int(epoch), *rest) for name, epoch, *rest in rows)
