"""rpm, rpmkeys: query packages and databases, verify signatures, run the transaction.

The database lies where the base has it, which need not be where the host's rpm would look, so
every call names it. What rpm says is read in the C locale, in words that have not changed since
4.14.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rpmostree.base.errors import BadInput, RpmOstreeError, ToolFailed
from rpmostree.base.run import Done, pipe, run
from rpmostree.model.chain import Relations
from rpmostree.model.changelog import Changelog, Entry
from rpmostree.model.nevra import Nevra
from rpmostree.model.package import FileFlag, Package, PackageFile

DATABASES = ("usr/share/rpm", "usr/lib/sysimage/rpm", "var/lib/rpm")
_NEVRA = "%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\n"
_SIZE = "%{LONGSIZE}\n"
_FILES = (
    "[%{FILENAMES}\t%{FILEMODES:octal}\t%{FILEUSERNAME}\t%{FILEGROUPNAME}"
    "\t%{FILELINKTOS}\t%{FILEFLAGS}\n]"
)
_SCRIPTS = "\v%{PRETRANS}\n%{PREIN}\n%{POSTIN}\n%{POSTTRANS}\n\f\n"
_CHANGELOG = "[%{CHANGELOGTIME}\t%{CHANGELOGNAME}\t%{CHANGELOGTEXT}\v]"
_RELATIONS = (
    "[%{PROVIDENAME}\n]\v[%{FILENAMES}\n]\v"
    "[%{REQUIRENEVRS}\n]\v[%{RECOMMENDNEVRS}\n]\v[%{SUPPLEMENTNEVRS}\n]\v"
)
_ENV = {"LC_ALL": "C"}
_FAILED = re.compile(
    r"^(?:warning|error): (?P<kind>%[\w(]*?)\((?P<package>[^()]+)\) scriptlet failed, (?P<how>.*)$",
    re.MULTILINE,
)
# Debian's rpm begins with advice to use alien instead; its option against it is Debian's alone.
_DEBIAN_ADVICE = re.compile(
    r"^rpm: (RPM should not be used|However assuming you know).*\n", re.MULTILINE
)
# What rpm -v says besides: the stage, and the package (without epoch) that it goes on to.
_NAME = re.compile(r"[\w.+~^-]+-[\w.+~^]+-[\w.+~^]+\.\w+\n")
_CHATTER = re.compile(rf"^(?:[A-Z][a-z /]+\.\.\.\n|{_NAME.pattern})", re.MULTILINE)
_GOOD = (": digests OK", ": digests signatures OK")
_KINDS = {"%prein": "%pre", "%postin": "%post"}


@dataclass(frozen=True)
class ScriptletFailure:
    """A scriptlet that ended badly, with what it had said until then."""

    kind: str
    package: str
    how: str
    output: str


def find_database(root: Path) -> str:
    """Where `root` keeps its rpmdb, as a path inside of it. Raises BadInput if it has none."""
    for place in DATABASES:
        directory = root / place
        if directory.is_dir() and any(directory.glob("rpmdb.sqlite*")):
            return f"/{place}"
    for place in DATABASES:
        if (root / place / "Packages").exists() or (root / place / "Packages.db").exists():
            return f"/{place}"
    raise BadInput(f"no RPM database in {root}", hint="the base was not made from RPMs")


def list_installed(root: Path, database: str) -> tuple[Nevra, ...]:
    """All packages of a root, sorted; keys that rpm keeps among them are left out."""
    done = run(["rpm", f"--root={root}", f"--dbpath={database}", "-qa", "--qf", _NEVRA], env=_ENV)
    found = (_nevra(line) for line in done.stdout.splitlines())
    return tuple(sorted(n for n in found if n.name != "gpg-pubkey"))


def find_providers(root: Path, database: str, capability: str) -> tuple[Nevra, ...]:
    """The installed packages that provide a capability or own a path."""
    words = ["rpm", f"--root={root}", f"--dbpath={database}", "-q", "--qf", _NEVRA]
    done = run([*words, "--whatprovides", "--", capability], ok=(0, 1), env=_ENV)
    if done.status:
        return ()
    return tuple(sorted(_nevra(line) for line in done.stdout.splitlines()))


def read_changelogs(database: Path, packages: Iterable[Nevra]) -> dict[Nevra, Changelog]:
    """The changelogs of packages in a database; it must be one that rpm may write to."""
    names = [str(package) for package in packages]
    if not names:
        return {}
    query = f"{_NEVRA}%{{SOURCERPM}}\n{_CHANGELOG}\f"
    done = run(["rpm", f"--dbpath={database}", "-q", "--qf", query, "--", *names], env=_ENV)
    return dict(_changelog(text) for text in done.stdout.split("\f")[:-1])


def _changelog(text: str) -> tuple[Nevra, Changelog]:
    nevra, source, rest = text.split("\n", 2)
    entries = (entry.split("\t", 2) for entry in rest.split("\v")[:-1])
    return _nevra(nevra), Changelog(source, tuple(Entry(int(t), a, x) for t, a, x in entries))


def read_relations(database: Path, packages: Iterable[Nevra]) -> tuple[Relations, ...]:
    """What packages of a database, which rpm may write to, have and ask for; sorted."""
    names = sorted(map(str, packages))
    words = ["rpm", f"--dbpath={database}", "-q", "--qf", f"{_NEVRA}{_RELATIONS}\f", "--", *names]
    found = map(_relations, run(words, env=_ENV).stdout.split("\f")[:-1])
    return tuple(sorted(found, key=lambda r: r.package))


def _relations(text: str) -> Relations:
    nevra, _, rest = text.partition("\n")
    provides, files, requires, recommends, supplements = (
        part.split("\n")[:-1] for part in rest.split("\v")[:-1]
    )
    return Relations(
        package=_nevra(nevra),
        provides=frozenset(provides),
        files=frozenset(files),
        requires=tuple(requires),
        recommends=tuple(recommends),
        supplements=tuple(supplements),
    )


def read_packages(
    paths: Sequence[Path], repos: dict[str, str] | None = None
) -> tuple[Package, ...]:
    """Read package files; `repos` says by NEVRA where each came from.

    Raises BadInput if one is not a package. Nothing in it is trusted yet: see `verify`.
    """
    if not paths:
        return ()
    done = run(
        ["rpm", "-qp", "--nosignature", "--qf", _SIZE + _NEVRA + _FILES + _SCRIPTS, "--", *paths],
        ok=range(256),
        env=_ENV,
    )
    if done.status:
        raise BadInput(f"not a readable RPM package: {done.stderr.strip()}")
    texts = done.stdout.split("\f\n")[:-1]
    return tuple(_package(text, path, repos or {}) for text, path in zip(texts, paths, strict=True))


def verify(
    packages: Sequence[Path], keyring: Path | None, verified: Callable[[], None] = lambda: None
) -> None:
    """Check digests and, given a keyring, signatures. Raises ToolFailed naming the culprits.

    `verified` is called after each package that is good, in their order. A keyring is a directory
    made by `make_keyring`; plain `rpmkeys --checksig` accepts unsigned packages, hence the verify
    level.
    """
    if not packages:
        return
    level = "all" if keyring else "digest"
    words = ["rpmkeys", "--define", f"_pkgverify_level {level}"]
    words += [f"--dbpath={keyring}"] if keyring else ["--nosignature"]

    def hear(line: str) -> None:
        if line.rstrip("\n").endswith(_GOOD):
            verified()

    words += ["--checksig", "--", *map(str, packages)]
    done = run(words, ok=range(256), env=_ENV, merge=True, hear=hear)
    if done.status:
        bad = [line for line in done.stdout.splitlines() if not line.endswith(_GOOD)]
        raise ToolFailed("package verification failed", "\n".join(bad))


def make_keyring(directory: Path, keys: Iterable[Path]) -> Path:
    """A private keyring that holds just these public keys."""
    directory.mkdir(parents=True, exist_ok=True)
    run(["rpmkeys", f"--dbpath={directory}", "--import", *keys], what="cannot import the key")
    return directory


def install(
    sandbox: Sequence[str],
    root: Path,
    database: str,
    packages: Sequence[Path],
    flags: Sequence[str],
    begun: Callable[[], None] = lambda: None,
) -> tuple[Done, tuple[ScriptletFailure, ...]]:
    """Run the real transaction on `root` (as the sandbox sees it).

    `begun` is called whenever rpm goes on to the next package.
    Returns rpm's words and the scriptlets that failed; raises ToolFailed if rpm refused.
    """
    words = [*sandbox, "rpm", f"--root={root}", f"--dbpath={database}", "-Uv", "--nosignature"]
    words += ["--noplugins", *flags, "--", *map(str, packages)]

    def hear(line: str) -> None:
        if _NAME.fullmatch(line):
            begun()

    return _transact(words, "cannot install the packages", hear)


def erase(
    sandbox: Sequence[str], root: Path, database: str, names: Sequence[str]
) -> tuple[Done, tuple[ScriptletFailure, ...]]:
    """Take packages out of `root`, without running their scriptlets, as the genuine tool does.

    Raises ToolFailed in rpm's words if another package needs one of them.
    """
    words = [*sandbox, "rpm", f"--root={root}", f"--dbpath={database}", "-e"]
    words += ["--noscripts", "--notriggers", "--noplugins", "--", *names]
    return _transact(words, "cannot remove the packages")


def read_script(package: Path, kind: str) -> str:
    """The body of a scriptlet; empty for a kind that is not a plain one."""
    tag = {
        "%pre": "PREIN",
        "%post": "POSTIN",
        "%pretrans": "PRETRANS",
        "%posttrans": "POSTTRANS",
    }.get(kind)
    if tag is None:
        return ""
    return run(["rpm", "-qp", "--nosignature", "--qf", f"%{{{tag}}}", "--", package]).stdout


def _transact(
    words: list[str], what: str, hear: Callable[[str], None] | None = None
) -> tuple[Done, tuple[ScriptletFailure, ...]]:
    done = run(words, ok=range(256), env=_ENV, merge=True, hear=hear)
    done = replace(done, stdout=_CHATTER.sub("", _DEBIAN_ADVICE.sub("", done.stdout)))
    failures = _scriptlet_failures(done.stdout)
    if done.status and not failures:
        raise ToolFailed(what, done.stdout)
    return done, failures


def _scriptlet_failures(output: str) -> tuple[ScriptletFailure, ...]:
    failures, begin = [], 0
    for match in _FAILED.finditer(output):
        kind = _KINDS.get(match["kind"], match["kind"])
        said = output[begin : match.start()].strip()
        failures.append(ScriptletFailure(kind, match["package"], match["how"], said))
        begin = match.end()
    return tuple(failures)


def _nevra(line: str) -> Nevra:
    name, epoch, version, release, arch = line.split("\t")
    return Nevra(name, int(epoch), version, release, arch)


def _package(text: str, path: Path, repos: dict[str, str]) -> Package:
    table, _, scripts = text.lstrip("\n").partition("\v")
    size, head, *lines = table.split("\n")[:-1]
    try:
        nevra = _nevra(head)
        files = tuple(_file(line) for line in lines)
    except ValueError:
        raise RpmOstreeError(f"{path} has a file list that cannot be right") from None
    return Package(nevra, path, files, scripts, repos.get(str(nevra)), int(size))


def _file(line: str) -> PackageFile:
    path, mode, user, group, link, flags = line.split("\t")
    if not path.startswith("/") or ".." in path.split("/"):
        raise ValueError(path)
    return PackageFile(path, int(mode, 8), user, group, link, FileFlag(int(flags)))


def extract(packages: Sequence[Path], directory: str, target: Path) -> list[Path]:
    """Unpack the files that lie directly in `directory` of packages into `target`, made anew."""
    import tarfile

    target.mkdir()
    extracted = []
    for package in packages:
        with tarfile.open(unpack(package, target)) as archive:
            for member in archive:
                name = Path(member.name)
                content = archive.extractfile(member) if member.isfile() else None
                if content is not None and str(name.parent) == directory:
                    extracted.append(target / name.name)
                    extracted[-1].write_bytes(content.read())
    return extracted


def unpack(package: Path, target: Path) -> Path:
    """Write the payload as a tar file into the directory `target`; its path."""
    archive = target / f"{package.name}.tar"
    words = ["rpm2archive", "--nocompression", "-"]
    pipe(words, package, archive, what=f"cannot unpack {package.name}")
    return archive
