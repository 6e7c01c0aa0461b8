"""Small RPMs, repositories, a key to sign them, and base trees, made on demand.

    specs = [Spec("foo", files={"/usr/bin/foo": File("#!/bin/sh\\n", mode=0o755)})]
    made = build(specs, directory)          # {"foo": Path, "foo-1.0-1.noarch": Path}
    make_repo(directory)

The same specs make the same files, byte for byte.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.sh import sh, text

EPOCH = 1_700_000_000  # the time of everything that is built here

# --------------------------------------------------------------------- values


@dataclass(frozen=True)
class File:
    """One path of a package.

    ``symlink`` makes it a link to that target, ``directory`` an owned directory
    (mode 0755 unless another is given), ``ghost`` a path that is owned but not
    brought; ``config`` is True for %config(noreplace) or the text of the tag.
    ``caps`` is in the notation of setcap.
    """

    content: str | bytes = ""
    mode: int | None = None
    user: str = "root"
    group: str = "root"
    caps: str = ""
    config: bool | str = False
    symlink: str | None = None
    directory: bool = False
    ghost: bool = False

    @property
    def permissions(self) -> int:
        """The mode, or what is usual for this kind of file."""
        if self.mode is not None:
            return self.mode
        return 0o755 if self.directory else 0o644


@dataclass(frozen=True)
class Spec:
    """What one package is to be; ``scriptlets`` maps the header line to the body."""

    name: str
    version: str = "1.0"
    release: str = "1"
    epoch: int | None = None
    arch: str = "noarch"
    summary: str = "A package for tests"
    files: Mapping[str, File | str] = field(default_factory=dict)
    requires: Sequence[str] = ()
    provides: Sequence[str] = ()
    conflicts: Sequence[str] = ()
    obsoletes: Sequence[str] = ()
    recommends: Sequence[str] = ()
    suggests: Sequence[str] = ()
    supplements: Sequence[str] = ()
    requires_pre: Sequence[str] = ()
    scriptlets: Mapping[str, str] = field(default_factory=dict)
    changelog: str = ""

    @property
    def nvra(self) -> str:
        """The name of the finished file without ``.rpm``."""
        return f"{self.name}-{self.version}-{self.release}.{self.arch}"


RELATION_TAGS = {
    "requires": "Requires",
    "provides": "Provides",
    "conflicts": "Conflicts",
    "obsoletes": "Obsoletes",
    "recommends": "Recommends",
    "suggests": "Suggests",
    "supplements": "Supplements",
    "requires_pre": "Requires(pre)",
}

# nothing is generated, stripped, compressed hard, or dated by the clock
DEFINES = """\
%global debug_package %{nil}
%global __os_install_post %{nil}
%global __spec_install_pre %{nil}
%global _build_id_links none
%global _docdir_fmt none
%global _buildhost builder
%global source_date_epoch_from_changelog 0
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
"""

# ------------------------------------------------------------------ spec files


def quote_path(path: str) -> str:
    """A path as %files reads it.

    Blanks and what rpm would glob become ``?``, which matches just them; a lone
    ``[`` or a backslash must stay as it is.
    """
    path = path.replace("%", "%%")
    if re.search(r"[*?{\s]|\[.*\]", path):
        path = re.sub(r"[\[\]*?{}\s]", "?", path)
    return path


def describe_file(path: str, entry: File) -> str:
    """The line of %files for a path."""
    words = []
    if entry.config:
        words.append("%config(noreplace)" if entry.config is True else entry.config)
    if entry.ghost:
        words.append("%ghost")
    if entry.caps:
        words.append(f"%caps({entry.caps})")
    if entry.directory:
        words.append("%dir")
    if entry.symlink is None:
        words.append(f"%attr({entry.permissions:04o},{entry.user},{entry.group})")
    elif (entry.user, entry.group) != ("root", "root"):
        words.append(f"%attr(-,{entry.user},{entry.group})")
    return " ".join([*words, quote_path(path)])


def write_spec(
    spec: Spec, file_lines: Iterable[str], *, payload: str = "w1.gzdio", extra: str = ""
) -> str:
    """The text of the spec file; ``extra`` goes into the preamble as it is."""
    lines = [DEFINES + f"%global _binary_payload {payload}", "AutoReqProv: no"]
    lines += [f"Name: {spec.name}", f"Version: {spec.version}", f"Release: {spec.release}"]
    if spec.epoch is not None:
        lines.append(f"Epoch: {spec.epoch}")
    lines += [f"Summary: {spec.summary}", "License: MIT"]
    if spec.arch == "noarch":
        lines.append("BuildArch: noarch")
    for name, tag in RELATION_TAGS.items():
        lines += [f"{tag}: {relation}" for relation in getattr(spec, name)]
    lines += [extra, "%description", spec.summary, ""]
    for header, body in spec.scriptlets.items():
        lines += [header, body.replace("%", "%%")]
    lines += ["%files", *file_lines]
    if spec.changelog:
        lines += ["", "%changelog", spec.changelog]
    return "\n".join([*lines, ""])


def place_file(root: Path, path: str, entry: File) -> None:
    """Make one path below the build root."""
    target = root / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.symlink is not None:
        target.symlink_to(entry.symlink)
    elif entry.directory:
        target.mkdir(exist_ok=True)
    else:
        content = entry.content
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(target, (EPOCH, EPOCH), follow_symlinks=False)


def run_rpmbuild(spec: str, root: Path, work: Path, out: Path, arch: str, epoch: int) -> None:
    """Build a spec whose files are below ``root`` already; the RPMs are put into ``out``."""
    spec_file = work / "package.spec"
    spec_file.write_text(spec)
    sh(
        "rpmbuild",
        "-bb",
        "--quiet",
        "--noclean",
        "--nodeps",
        f"--buildroot={root}",
        f"--target={arch}",
        f"--define=_topdir {work}/top",
        f"--define=_rpmdir {out}",
        f"--define=_dbpath {work}/db",
        "--define=_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
        spec_file,
        env={"SOURCE_DATE_EPOCH": str(epoch)},
    )


def build_one(spec: Spec, out_dir: Path) -> Path:
    """Build one package into the directory; CommandError has rpmbuild's complaint."""
    entries = {p: File(e) if isinstance(e, str) else e for p, e in spec.files.items()}
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rpm-") as name:
        work = Path(name)
        root = work / "root"
        root.mkdir()
        for path, entry in entries.items():
            place_file(root, path, entry)
        lines = [describe_file(path, entry) for path, entry in entries.items()]
        run_rpmbuild(write_spec(spec, lines), root, work, out_dir, spec.arch, EPOCH)
    return out_dir / f"{spec.nvra}.rpm"


def build(specs: Sequence[Spec], out_dir: Path, jobs: int = 2) -> dict[str, Path]:
    """Build packages; the result has each under its name-version-release.arch.

    A name that only one of them has is a key as well.  ValueError when two of
    them would be the same file.
    """
    nvras = [spec.nvra for spec in specs]
    if len(set(nvras)) != len(nvras):
        raise ValueError(f"two packages for one file among {sorted(nvras)}")
    with ThreadPoolExecutor(jobs) as pool:
        paths = list(pool.map(lambda spec: build_one(spec, out_dir), specs))
    made = dict(zip(nvras, paths, strict=True))
    names = [spec.name for spec in specs]
    made.update(
        (name, path) for name, path in zip(names, paths, strict=True) if names.count(name) == 1
    )
    return made


# ---------------------------------------------------------------- repositories


def make_repo(directory: Path, comps: Path | None = None) -> Path:
    """Write (or refresh) the repository metadata of a directory of RPMs; returns it."""
    groups = [f"--groupfile={comps}"] if comps else []
    sh("createrepo_c", "--quiet", "--update", *groups, directory)
    return directory


def truncate_copy(rpm: Path, out: Path) -> Path:
    """Copy an RPM whose second half is missing, as after a broken download."""
    content = rpm.read_bytes()
    out.write_bytes(content[: len(content) // 2])
    return out


# ---------------------------------------------------------------------- signing


@dataclass(frozen=True)
class TestKey:
    """A throwaway key without a passphrase; ``public`` is its armoured public half."""

    __test__ = False  # not a test case, whatever its name

    home: Path
    fingerprint: str
    public: Path

    def sign(self, paths: Iterable[Path], jobs: int = 2) -> None:
        """Add (or replace) the signature of each RPM, in its place."""
        files = sorted(set(paths))
        batches = [batch for batch in (files[n::jobs] for n in range(jobs)) if batch]
        with running_agent(self.home), ThreadPoolExecutor(jobs) as pool:
            list(pool.map(self._sign_batch, batches))

    def _sign_batch(self, files: Sequence[Path]) -> None:
        sh(
            "rpmsign",
            f"--define=_gpg_name {self.fingerprint}",
            f"--define=_gpg_path {self.home}",
            f"--define=__gpg {shutil.which('gpg')}",
            "--resign",
            *files,
            env={"GNUPGHOME": str(self.home)},
        )


@contextmanager
def running_agent(home: Path) -> Iterator[None]:
    """Whatever agent gpg starts for this home has ended afterwards."""
    try:
        yield
    finally:
        sh("gpgconf", f"--homedir={home}", "--kill", "all")


def list_secret_keys(home: Path) -> list[str]:
    """The fingerprints of the secret keys in a GNUPGHOME."""
    listing = text("gpg", f"--homedir={home}", "--list-secret-keys", "--with-colons")
    lines = [line.split(":") for line in listing.split("\n")]
    primary = (i for i, line in enumerate(lines) if line[0] == "sec")
    return [next(line[9] for line in lines[i:] if line[0] == "fpr") for i in primary]


def make_key(home: Path, user: str = "Test key <test@example.invalid>") -> TestKey:
    """The first secret key in this GNUPGHOME; made, with the home, if there is none."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    gpg = ("gpg", "--batch", f"--homedir={home}", "--pinentry-mode=loopback", "--passphrase=")
    with running_agent(home):
        if not list_secret_keys(home):
            sh(*gpg, "--quick-generate-key", user, "rsa2048", "sign", "never")
        fingerprint = list_secret_keys(home)[0]
        public = home / "RPM-GPG-KEY"
        public.write_bytes(sh(*gpg, "--armor", "--export", fingerprint))
    return TestKey(home, fingerprint, public)


# ---------------------------------------------------------------- a base system

BASE_LINKS = {
    "bin": "usr/bin",
    "home": "var/home",
    "lib": "usr/lib",
    "lib64": "usr/lib64",
    "media": "run/media",
    "mnt": "var/mnt",
    "opt": "var/opt",
    "ostree": "sysroot/ostree",
    "root": "var/roothome",
    "sbin": "usr/sbin",
    "srv": "var/srv",
    "usr/local": "../var/usrlocal",
}
BASE_DIRS = {
    **dict.fromkeys(("boot", "dev", "proc", "run", "sys", "sysroot", "var"), 0o755),
    **dict.fromkeys(("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/share"), 0o755),
    **dict.fromkeys(("usr/etc", "usr/lib/sysusers.d", "usr/lib/tmpfiles.d"), 0o755),
    "tmp": 0o1777,
}
BASE_FILES = {
    "usr/etc/passwd": (
        "root:x:0:0:root:/root:/bin/sh\n"
        "bin:x:1:1:bin:/bin:/usr/sbin/nologin\n"
        "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"
    ),
    "usr/etc/group": "root:x:0:\nbin:x:1:\nshadow:x:42:\nusers:x:100:\nnogroup:x:65534:\n",
    "usr/etc/shadow": "root:*:19000:0:99999:7:::\n",
    "usr/etc/gshadow": "root:*::\nshadow:*::\n",
    "usr/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
    "usr/etc/hosts": "127.0.0.1 localhost\n",
    "usr/etc/fstab": "",
    "usr/etc/machine-id": "",
    "usr/lib/os-release": (
        'NAME="Synthetic"\nID=synthetic\nVERSION_ID=1\nVERSION="1"\nPRETTY_NAME="Synthetic 1"\n'
    ),
    "usr/lib/tmpfiles.d/base.conf": (
        "d /var/home 0755 root root -\nd /var/roothome 0700 root root -\n"
    ),
    "usr/lib/modules/6.1.0-test/modules.dep": "",
}
BASE_BLOBS = {  # path below /usr/lib/modules/6.1.0-test, size
    "vmlinuz": 1 << 20,
    "initramfs.img": 4 << 20,
}
# what scriptlets call, as far as this machine has it
BASE_PROGRAMS = """
    sh dash bash awk mawk basename cat chgrp chmod chown cmp cp cut date dirname echo env expr
    false find getent grep groupadd head hostname id install ldconfig ln ls mkdir mktemp mv
    nologin printf pwd readlink realpath rm rmdir sed seq sleep sort stat sync tail tee test
    touch tr true uname uniq useradd usermod wc xargs
""".split()


def list_libraries(program: Path) -> list[Path]:
    """The shared libraries a program loads, with its loader; none for a static one."""
    try:
        listing = text("ldd", program)
    except RuntimeError:
        return []
    return [Path(found) for found in re.findall(r"(/\S+) \(0x", listing)]


def merge_usr(path: Path) -> str:
    """Where a host's file is below /usr, relative to the root."""
    relative = str(path).lstrip("/")
    return relative if relative.startswith("usr/") else f"usr/{relative}"


def copy_programs(root: Path) -> None:
    """Copy the shell, the core utilities and their libraries from this machine."""
    libraries: set[Path] = set()
    for name in BASE_PROGRAMS:
        found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
        if not found:
            continue
        source = Path(found)
        where = "usr/sbin" if source.parent.name == "sbin" else "usr/bin"
        shutil.copy2(source, root / where / name)
        libraries.update(list_libraries(source))
    for library in libraries:
        target = root / merge_usr(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library, target)


def make_blob(size: int, seed: int) -> bytes:
    """Bytes that compress about as well as a system's files do, always the same."""
    rng = random.Random(seed)
    half = size // 2
    words = [rng.randbytes(rng.randint(3, 12)).hex() for _ in range(512)]
    prose = " ".join(rng.choices(words, k=half // 8)).encode()[:half]
    chunk = 1 << 12
    mixed = bytearray()
    for start in range(0, half, chunk):
        mixed += prose[start : start + chunk] + rng.randbytes(chunk)
    return bytes((mixed + rng.randbytes(size))[:size])


def pick_sizes(count: int) -> list[int]:
    """The sizes of so many files: most have a page or two, the mean is about 8 KB."""
    rng = random.Random(count)
    return [min(2_000_000, int(rng.lognormvariate(7.6, 1.6))) + 16 for _ in range(count)]


def write_payload(root: Path, n_files: int, per_directory: int = 10) -> list[str]:
    """Write the many files; no two have the same content.  Returns their directories."""
    blob = make_blob(8 << 20, 1)
    top = root / "usr/share/synthetic"
    sizes = pick_sizes(n_files)
    directories = []
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for number, start in enumerate(range(0, n_files, per_directory)):
        directory = top / f"{number // 100:03d}" / f"{number % 100:02d}"
        directory.mkdir(parents=True)
        directories.append(f"/{directory.relative_to(root)}")
        base = os.open(directory, os.O_RDONLY)
        for n in range(start, min(start + per_directory, n_files)):
            offset = n * 4099 % (len(blob) - sizes[n])
            file = os.open(f"file-{n}", flags, 0o644, dir_fd=base)
            os.write(file, b"%015d\n" % n + blob[offset : offset + sizes[n] - 16])
            os.close(file)
        os.close(base)
    return directories


def make_rpmdb(n_packages: int, cache: Path) -> Path:
    """A directory with an rpmdb of so many packages without files; made once per number."""
    made = cache / f"rpmdb-{n_packages}"
    if made.exists():
        return made
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rpmdb-", dir=cache) as name:
        work = Path(name)
        (work / "root").mkdir()
        parts = [
            f"%package -n synthetic-{n:05d}\nSummary: Synthetic {n}\n"
            f"Provides: synthetic({n}) = {n}\nRequires: synthetic-{n // 2:05d}\n"
            f"%description -n synthetic-{n:05d}\nNumber {n} of the base.\n"
            f"%files -n synthetic-{n:05d}\n"
            for n in range(n_packages)
        ]
        spec = write_spec(Spec("synthetic"), []).replace("%files\n", "")
        run_rpmbuild(spec + "".join(parts), work / "root", work, work / "out", "noarch", EPOCH)
        sh(
            "rpm",
            f"--dbpath={work}/db",
            "--install",
            "--justdb",
            "--nodeps",
            "--noscripts",
            "--nosignature",
            *sorted((work / "out").iterdir()),
        )
        (work / "db").rename(made)
    return made


def synthetic_base(
    root: Path, n_files: int, n_packages: int = 100, cache: Path | None = None
) -> Path:
    """Make a tree that a client would take for the content of a base commit.

    It has the links and directories ostree wants, ``usr/etc``, a kernel with an
    initramfs, a working shell with the core utilities, an rpmdb with
    ``n_packages`` packages, and ``n_files`` files below ``usr/share/synthetic``
    in ``n_files/10`` directories.  The rpmdb is kept in ``cache`` (by default a
    directory of the system's temporary one) for the next call.
    """
    if root.exists() and any(root.iterdir()):
        raise ValueError(f"{root} is not empty")
    for path, mode in BASE_DIRS.items():
        (root / path).mkdir(parents=True, exist_ok=True)
        (root / path).chmod(mode)
    for path, target in BASE_LINKS.items():
        (root / path).symlink_to(target)
    for path, content in BASE_FILES.items():
        place_file(root, path, File(content))
    for path in ("usr/etc/shadow", "usr/etc/gshadow"):
        (root / path).chmod(0o600)
    for number, (path, size) in enumerate(BASE_BLOBS.items()):
        (root / "usr/lib/modules/6.1.0-test" / path).write_bytes(make_blob(size, 100 + number))
    copy_programs(root)
    write_payload(root, n_files)
    where = cache or Path(tempfile.gettempdir()) / f"synthetic-base-{os.getuid()}"
    shutil.copytree(make_rpmdb(n_packages, where), root / "usr/share/rpm")
    return root
