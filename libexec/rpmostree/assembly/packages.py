"""From wishes to installed packages: resolve, verify, install with the real rpm."""

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, count
from pathlib import Path

from rpmostree.assembly import paths, users
from rpmostree.assembly.root import Root
from rpmostree.base import events
from rpmostree.base.errors import BadInput, RpmOstreeError, ToolFailed, Unsolvable
from rpmostree.base.files import link_or_copy, remove_tree
from rpmostree.model.nevra import Nevra, parse_nevra
from rpmostree.model.package import Package
from rpmostree.model.rpmrepo import RpmRepo
from rpmostree.tools import bwrap, dnf, mount, rpm, sysusers, web

_PACKAGES = "/packages"
# A replaced package's own last words are not run, as with the genuine tool.
_REPLACING = ("--oldpackage", "--nopreun", "--nopostun", "--notriggerun", "--notriggerpostun")


@dataclass(frozen=True)
class Manner:
    """How to install: does a package take the place of one of the base, and which (NEVRA) may
    overwrite files of others?"""

    replaces: bool = False
    forced: frozenset[str] = frozenset()


def resolve(
    goal: dnf.Goal, cache: Path, staging: Path, overridden: Sequence[Nevra] = ()
) -> dnf.Resolution:
    """Solve a goal. Raises Unsolvable if a package of the base would have to go or change.

    Those that are `overridden` may.
    """
    resolution = solve(goal, cache, _scratch(staging, "dnf"))
    odd = [n for n in resolution.removals if parse_nevra(n) not in overridden]
    if odd:
        raise Unsolvable(
            "Some base packages would be replaced or removed",
            ", ".join(odd),
            hint="packages of the base change only by `rpm-ostree override`",
        )
    return resolution


def solve(goal: dnf.Goal, cache: Path, scratch: Path) -> dnf.Resolution:
    """Ask the solver, which finds the cached metadata below the root."""
    metadata = cache / "repomd"
    metadata.mkdir(parents=True, exist_ok=True)
    with mount.bound(metadata, goal.root / dnf.CACHE_BELOW_ROOT.lstrip("/")):
        return dnf.resolve(goal, cache, scratch)


def find_in_repo(query: dnf.Query, names: Sequence[str]) -> tuple[Nevra, ...]:
    """The newest packages of these names in one repository. Raises BadInput for missing ones."""
    found = query.newest(names)
    missing = sorted(set(names) - {n.name for n in found})
    if missing:
        raise BadInput(f"Packages not found in repo '{query.repo.id}': {', '.join(missing)}")
    return found


def choose_repo(repos: Sequence[RpmRepo], repo_id: str) -> RpmRepo:
    """The repository of that name. Raises BadInput if it is not enabled."""
    for repo in repos:
        if repo.id == repo_id:
            return repo
    raise BadInput(
        f"repository {repo_id!r} is not enabled", hint=f"enabled are: {repo_names(repos)}"
    )


def _scratch(staging: Path, name: str) -> Path:
    scratch = staging / name
    scratch.mkdir()
    return scratch


def fetch(resolution: dnf.Resolution, repos: Iterable[RpmRepo], cache: Path) -> tuple[Package, ...]:
    """Verify what was downloaded, repository by repository, and read it.

    Raises ToolFailed naming package and repository if a signature is missing or bad.
    """
    by_id = {repo.id: repo for repo in repos}
    groups: dict[str | None, list[Path]] = {}
    for solved in resolution.installs:
        groups.setdefault(solved.repo, []).append(solved.path)
    verified = _count_of([path for files in groups.values() for path in files])
    for repo_id, files in groups.items():
        verify(files, by_id[repo_id] if repo_id is not None else None, cache, verified)
    origins = {s.nevra: s.repo for s in resolution.installs if s.repo is not None}
    packages = rpm.read_packages([s.path for s in resolution.installs], origins)
    paths.check_paths(packages)
    return packages


def _count_of(files: Iterable[Path]) -> Callable[[], None]:
    """A function to be called after each of these files."""
    sizes = [path.stat().st_size for path in files]
    progress = zip(count(1), accumulate(sizes), strict=False)

    def one_more() -> None:
        done, size = next(progress, (len(sizes), sum(sizes)))
        events.progress(done, len(sizes), "packages")
        events.progress(size, None, "bytes")

    return one_more


def verify(
    files: Sequence[Path],
    repo: RpmRepo | None,
    cache: Path,
    verified: Callable[[], None] = lambda: None,
) -> None:
    """Check digests and, where the repository is signed, signatures. Raises ToolFailed."""
    keyring = _keyring(repo, cache) if repo is not None and repo.signed else None
    try:
        rpm.verify(files, keyring, verified)
    except ToolFailed as error:
        if repo is None or keyring is None:
            raise
        raise ToolFailed(
            f"packages cannot be verified and repo {repo.id} is GPG enabled",
            error.output,
            hint=f"its keys: {', '.join(repo.keys)}; gpgcheck=0 in its .repo file turns this off",
        ) from error


def _keyring(repo: RpmRepo, cache: Path) -> Path:
    """The private keyring of a repository, made once for each set of keys."""
    if not repo.keys:
        raise BadInput(
            f"repo {repo.id} is GPG enabled but names no gpgkey",
            hint="add gpgkey= to its .repo file, or gpgcheck=0 if its packages are not signed",
        )
    keys = [_find_key(key, cache) for key in repo.keys]
    missing = [str(key) for key in keys if not key.is_file()]
    if missing:
        raise BadInput(
            f"there is no key {' or '.join(missing)}, which repo {repo.id} names",
            hint="put it there, or correct gpgkey= in the .repo file",
        )
    material = b"\0".join(key.read_bytes() for key in keys)
    keyring = cache / "keyrings" / sha256(material).hexdigest()[:32]
    if not keyring.exists():
        fresh = keyring.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        rpm.make_keyring(fresh, keys).replace(keyring)
    return keyring


def _find_key(key: str, cache: Path) -> Path:
    """The file of a public key; one at an address is fetched, once."""
    if not key.startswith(("http://", "https://")):
        return Path(key.removeprefix("file://"))
    directory = cache / "keys" / sha256(key.encode()).hexdigest()[:32]
    known = next((p for p in directory.glob("*") if p.suffix != ".part"), None)
    return known or web.download(key, directory)


def install(root: Root, packages: Sequence[Package], previous: Path | None, manner: Manner) -> None:
    """Install the packages into the root, with their users, scriptlets and triggers.

    `previous` is the deployment whose users keep their numbers. Raises ToolFailed if rpm refuses
    or a scriptlet of these packages fails; triggers of others only warn.
    """
    accounts = users.gather(root.path, previous)
    if packages:
        _make_users(root, packages)
        _transact_all(root, packages, manner)
    opt_lines = paths.move_opt(root.path, root.var)
    paths.move_boot(root.path)
    paths.write_tmpfiles(root.path, packages, opt_lines)
    paths.warn_of_dropped(packages)
    users.settle(root.path, accounts, packages)


def _transact_all(root: Root, packages: Sequence[Package], manner: Manner) -> None:
    """One transaction, and a second one for the packages that may overwrite files of others."""
    forced = [p for p in packages if str(p.nevra) in manner.forced]
    others = [p for p in packages if p not in forced]
    flags = _REPLACING if manner.replaces else ()
    if others:
        transact(root, others, [*flags, "--nodeps"] if forced else flags)
    if forced:
        transact(root, forced, [*flags, "--replacefiles"])


def transact(root: Root, packages: Sequence[Package], flags: Sequence[str]) -> None:
    """Run rpm's transaction in the sandbox; scriptlets of the packages must not fail."""
    directory = _gather_files(root.staging, packages)
    names = [Path(_PACKAGES) / package.path.name for package in packages]
    sandbox = root.host_tools({_PACKAGES: directory})
    numbers = count(1)

    def begun() -> None:
        events.progress(min(next(numbers), len(packages)), len(packages), "packages")

    done, failures = rpm.install(sandbox, bwrap.TARGET, root.database, names, flags, begun)
    remove_tree(directory)
    events.detail(done.stdout.strip())
    _judge(failures, packages)


def remove(root: Root, names: Sequence[str]) -> None:
    """Take packages of the base out of the root, without running their scriptlets.

    Raises ToolFailed, with the names to add, if other packages need them.
    """
    if not names:
        return
    try:
        done, _ = rpm.erase(root.host_tools(), bwrap.TARGET, root.database, names)
    except ToolFailed as error:
        dependents = dict.fromkeys(re.findall(r"is needed by \(installed\) (\S+)", error.output))
        others = [parse_nevra(nevra).name for nevra in dependents]
        if others:
            all_of_them = " ".join([*(parse_nevra(name).name for name in names), *others])
            error.hint = (
                f"take what needs them out as well: rpm-ostree override remove {all_of_them}"
            )
        raise
    events.detail(done.stdout.strip())


def _gather_files(staging: Path, packages: Iterable[Package]) -> Path:
    """One directory with all the package files, to be seen by the sandbox."""
    directory = staging / "packages"
    directory.mkdir()
    for package in packages:
        link_or_copy(package.path, directory / package.path.name)
    return directory


def _make_users(root: Root, packages: Sequence[Package]) -> None:
    """Make what packages declare in sysusers.d before their files need the owners."""
    if not any(f.path.startswith("/usr/lib/sysusers.d/") for p in packages for f in p.files):
        return
    fragments = rpm.extract(
        [p.path for p in packages], "usr/lib/sysusers.d", root.staging / "sysusers"
    )
    places = [Path("/sysusers") / path.name for path in fragments]
    sandbox = root.host_tools({"/sysusers": root.staging / "sysusers"})
    if places:
        sysusers.create(sandbox, bwrap.TARGET, places)


def _judge(failures: Iterable[rpm.ScriptletFailure], packages: Sequence[Package]) -> None:
    """Raise for a failed scriptlet of one of the packages, warn of any other."""
    ours = {_label(package.nevra): package for package in packages}
    for failure in failures:
        package = ours.get(failure.package)
        if package is None:
            events.warning(f"{failure.kind}({failure.package}) failed: {failure.output}")
        else:
            raise _scriptlet_error(failure, package)


def _label(nevra: Nevra) -> str:
    """How rpm names a package in its messages: with the epoch."""
    return str(nevra)


def _scriptlet_error(failure: rpm.ScriptletFailure, package: Package) -> RpmOstreeError:
    body = rpm.read_script(package.path, failure.kind).splitlines()
    said = failure.output.splitlines()[-20:]
    message = f"the {failure.kind} scriptlet of {failure.package} failed ({failure.how})"
    line = failing_line(failure.output)
    if line is not None and 0 < line <= len(body):
        message += f" at line {line}: {body[line - 1].strip()}"
    elif body:
        message += "; it reads:\n" + "\n".join(
            f"  {i:3} {text}" for i, text in enumerate(body[:15], 1)
        )
    if said:
        message += "\nits output:\n" + "\n".join(f"  {text}" for text in said)
    return RpmOstreeError(message, hint="nothing was changed; leave the package out or mend it")


def failing_line(output: str) -> int | None:
    """The line a shell complained of last: `...: line 3: ...` (bash) or `...: 3: ...` (dash)."""
    found = re.findall(r"rpm-tmp\.\w+: (?:line )?(\d+):", output)
    return int(found[-1]) if found else None


def repo_names(repos: Iterable[RpmRepo]) -> str:
    return " ".join(repo.id for repo in repos)
