"""One .deb as one .rpm.

Maintainer scripts are not taken over; what they are for is in the rules.  The
payload is moved below /usr, a kernel is put where an RPM system has it, Python
modules are byte-compiled.  The same input makes the same file, byte for byte.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.distro import rules, selinux
from tests.distro.debian import Alternatives, Package, Relation, Version
from tests.kit.rpms import EPOCH, File, Spec, describe_file, place_file, run_rpmbuild, write_spec
from tests.kit.sh import run, sh

FORMAT = 1  # to be raised when this module makes another RPM from the same rules
PAYLOAD = "w3.zstdio"
UNITS = re.compile(r"deb-systemd-helper (?:--quiet )?(?:was-enabled|enable) '?([\w@.\-\\]+)'?")


@dataclass(frozen=True)
class Job:
    """A package with the relations it is to have; all that a conversion needs."""

    package: Package
    requirements: tuple[Alternatives, ...]
    conflicts: tuple[Relation, ...] = ()

    @property
    def key(self) -> str:
        """A hash of everything that shapes the RPM."""
        name = self.package.name
        recipe = [
            FORMAT,
            name,
            self.package.version,
            self.requirements,
            self.conflicts,
            selinux.FORMAT if selinux.is_policy(name) else 0,
            rules.UNWANTED.pattern,
            sorted(rules.BASE_DIRS.items()),
            sorted(rules.BASE_LINKS.items()),
            sorted(rules.CAPABILITIES.items()),
            getattr(rules.UNWANTED_IN.get(name), "pattern", ""),
            sorted(rules.ADDED_FILES.get(name, {}).items()),
            sorted(rules.ADDED_LINKS.get(name, {}).items()),
            rules.ADDED_PROVIDES.get(name),
            rules.SCRIPTLETS.get(name),
            sys.version_info[:2],
        ]
        return hashlib.sha256(repr(recipe).encode()).hexdigest()[:20]


# ---------------------------------------------------------------- versions


def translate_version(written: str) -> tuple[int | None, str, str]:
    """A Debian version as epoch, version and release of an RPM."""
    version = Version.parse(written)
    clean = [re.sub(r"[^A-Za-z0-9.+~^_]", "_", p) for p in (version.upstream, version.revision)]
    return version.epoch or None, clean[0], clean[1] or "0"


def translate_relation(relation: Relation) -> str:
    """A relation as RPM writes it.

    RPM ignores a missing release where Debian compares it as 0, so ``=`` and
    ``>`` get a release.
    """
    if not relation.op:
        return relation.name
    op = {">>": ">", "<<": "<"}.get(relation.op, relation.op)
    epoch, version, release = translate_version(relation.version)
    evr = f"{epoch}:{version}" if epoch else version
    if Version.parse(relation.version).revision or op in ("=", ">"):
        evr += f"-{release}"
    return f"{relation.name} {op} {evr}"


def translate_group(group: Alternatives) -> str:
    """Alternatives as one requirement."""
    names = list(dict.fromkeys(translate_relation(r) for r in group))
    return names[0] if len(names) == 1 else f"({' or '.join(names)})"


# ----------------------------------------------------------------- payload


@dataclass
class Payload:
    """The files of a package below a build root, and their %files lines."""

    root: Path
    lines: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    newest: int = 0

    def list_file(self, path: str, entry: File) -> None:
        """Name a path that is in the root already."""
        self.paths.add(path)
        self.lines.append(describe_file(path, entry))

    def add(self, path: str, entry: File) -> None:
        """Make a path, unless the package has it."""
        if path not in self.paths:
            place_file(self.root, path, entry)
            self.list_file(path, entry)


def merge_path(path: str) -> str:
    """Where a path is after the merge into /usr; without leading slash."""
    return f"usr/{path}" if path.split("/", 1)[0] in rules.MERGED_DIRS else path


def move_kernel(path: str, release: str) -> str:
    """/boot/vmlinuz-RELEASE as .../modules/RELEASE/vmlinuz; "" for /boot itself."""
    if path == "boot":
        return ""
    name = posixpath.basename(path).removesuffix(f"-{release}")
    return f"usr/lib/modules/{release}/{name}"


def fix_link(old: str, new: str, target: str) -> str:
    """The target of a link that was moved: relative ones lead to the same file."""
    if target.startswith("/"):
        return target
    meant = posixpath.normpath(posixpath.join("/", posixpath.dirname(old), target))
    return posixpath.relpath("/" + merge_path(meant[1:]), "/" + posixpath.dirname(new))


def is_wanted(name: str, path: str) -> bool:
    """Is the path (merged, no slash) to be in the RPM of this package?"""
    own = rules.UNWANTED_IN.get(name)
    owned = f"/{path}" in rules.BASE_DIRS or f"/{path}" in rules.BASE_LINKS
    return not (owned or rules.UNWANTED.search(path) or (own and own.search(path)))


def extract(deb: Path, package: Package, config: set[str], payload: Payload, kernel: str) -> None:
    """Unpack a .deb into the payload, every path where the distribution has it."""

    def locate(name: str) -> tuple[str, str]:
        old = name.removeprefix("./").strip("/")
        new = merge_path(old)
        if kernel and (new == "boot" or new.startswith("boot/")):
            new = move_kernel(new, kernel)
        return old, new

    archive = payload.root.parent / "data.tar"
    with archive.open("wb") as out:
        out.write(sh("dpkg-deb", "--fsys-tarfile", deb))
    with tarfile.open(archive) as tar:
        for member in tar:
            old, new = locate(member.name)
            if old in ("", ".", *rules.MERGED_DIRS) or not new or not is_wanted(package.name, new):
                continue
            payload.newest = max(payload.newest, int(member.mtime))
            entry = File(
                mode=member.mode & 0o7777,
                user=member.uname or "root",
                group=member.gname or "root",
                config=f"/{new}" in config,
                caps=rules.CAPABILITIES.get(f"/{new}", ""),
            )
            if f"/{new}" not in payload.paths:
                unpack(tar, member, payload, (old, new), entry, locate)
    archive.unlink()


def unpack(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    payload: Payload,
    where: tuple[str, str],
    entry: File,
    locate: Callable[[str], tuple[str, str]],
) -> None:
    """One member of the archive; hard links stay hard links."""
    old, new = where
    path, target = f"/{new}", payload.root / new
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.isdir():
        target.mkdir(exist_ok=True)
        payload.list_file(
            path, File(directory=True, mode=entry.mode, user=entry.user, group=entry.group)
        )
    elif member.issym():
        link = fix_link(old, new, member.linkname)
        target.symlink_to(link)
        payload.list_file(path, File(symlink=link))
    elif member.islnk():
        _, first = locate(member.linkname)
        if (payload.root / first).exists():
            os.link(payload.root / first, target)
            payload.list_file(path, entry)
    elif source := tar.extractfile(member):
        with source, target.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
        target.chmod(entry.permissions)
        os.utime(target, (member.mtime, member.mtime))
        payload.list_file(path, entry)


def compile_python(payload: Payload) -> None:
    """Byte-compile the modules for this very Python; others stay as they are.

    The code is not checked against its source, as ostree keeps no time stamps.
    """
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for name in (version, "python3"):
        top = payload.root / "usr/lib" / name
        if not top.is_dir():
            continue
        # a process of its own and no chance in hashes: else the code differs each time
        options = ("-q", "-f", "-s", payload.root, "-p", "/", "--invalidation-mode")
        run(
            sys.executable, "-m", "compileall", *options, "unchecked-hash", top,
            env={"PYTHONHASHSEED": "0"},
        )  # fmt: skip
        for cache in sorted(top.rglob("__pycache__")):
            payload.list_file(f"/{cache.relative_to(payload.root)}", File(directory=True))
            for code in sorted(cache.iterdir()):
                os.utime(code, (EPOCH, EPOCH))
                payload.list_file(f"/{code.relative_to(payload.root)}", File())


# ------------------------------------------------------------- scriptlets


def collect_scriptlets(package: Package, postinst: str, kernel: str) -> Iterator[tuple[str, str]]:
    """Those of the rules, presets for units, and a kernel's."""
    yield from rules.SCRIPTLETS.get(package.name, ())
    units = " ".join(dict.fromkeys(UNITS.findall(postinst)))
    systemctl = "[ -x /usr/bin/systemctl ] && systemctl --no-reload"
    if units and package.name != "systemd":
        yield "%post", f"[ $1 -eq 1 ] && {systemctl} preset {units} || :\n"
        yield "%preun", f"[ $1 -eq 0 ] && {systemctl} disable {units} || :\n"
    if kernel:
        install = "[ -x /usr/bin/kernel-install ] && kernel-install"
        image = f"/usr/lib/modules/{kernel}/vmlinuz"
        yield "%posttrans", f"{install} add {kernel} {image} || :\nexit 0\n"
        yield "%preun", f"{install} remove {kernel} || :\nexit 0\n"


def index_modules(payload: Payload, kernel: str) -> None:
    """Run depmod on the modules in the payload and own what it writes."""
    run("depmod", "-b", payload.root / "usr", kernel)
    for made in sorted((payload.root / "usr/lib/modules" / kernel).glob("modules.*")):
        path = f"/{made.relative_to(payload.root)}"
        if path not in payload.paths:
            payload.list_file(path, File())


# ------------------------------------------------------------- conversion


def get_kernel_release(name: str) -> str:
    """6.1.0-1-amd64 for linux-image-6.1.0-1-amd64, "" for anything else."""
    found = re.fullmatch(r"linux-image-(\d.*)", name)
    return found[1] if found else ""


def describe_package(job: Job, scriptlets: dict[str, str]) -> Spec:
    """The package without its files."""
    package = job.package
    epoch, version, release = translate_version(package.version)
    kernel = get_kernel_release(package.name)
    provides = [
        translate_relation(Relation(g[0].name, "=" if g[0].op else "", g[0].version))
        for g in package.relations("Provides")
    ]
    provides += rules.ADDED_PROVIDES.get(package.name, ())
    if kernel:
        provides += [f"{n} = {version}-{release}" for n in ("kernel", "kernel-core")]
        provides += [f"kernel-uname-r({kernel})", "installonlypkg(kernel)"]
    return Spec(
        package.name,
        version=version,
        release=release,
        epoch=epoch,
        arch="noarch" if package.architecture == "all" else "x86_64",
        summary=package.fields.get("Description", package.name)[:200].replace("%", "%%"),
        requires=list(dict.fromkeys(translate_group(g) for g in job.requirements)),
        requires_pre=("filesystem", "setup"),
        provides=list(dict.fromkeys(provides)),
        conflicts=list(dict.fromkeys(translate_relation(r) for r in job.conflicts)),
        scriptlets=scriptlets,
    )


def read_control(deb: Path, name: str) -> str:
    """A file from the control part of a .deb, "" if it has none of that name."""
    found = run("dpkg-deb", "--info", deb, name)
    return "" if found.returncode else found.stdout.decode("utf-8", "replace")


def convert(job: Job, deb: Path, out: Path) -> Path:
    """Make the RPM of a .deb in the directory ``out``; the result is its path."""
    package = job.package
    kernel = get_kernel_release(package.name)
    conffiles = read_control(deb, "conffiles").split("\n")
    config = {f"/{merge_path(line.strip()[1:])}" for line in conffiles if line.startswith("/")}
    with tempfile.TemporaryDirectory(prefix="convert-") as name:
        work = Path(name)
        payload = Payload(work / "root")
        payload.root.mkdir()
        extract(deb, package, config, payload, kernel)
        for path, added in rules.ADDED_FILES.get(package.name, {}).items():
            is_config = path.startswith("/etc/")
            payload.add(path, File(added.content, mode=added.mode, config=is_config))
        for path, link in rules.ADDED_LINKS.get(package.name, {}).items():
            payload.add(path, File(symlink=link))
        if kernel:
            index_modules(payload, kernel)
        compile_python(payload)
        postinst = read_control(deb, "postinst")
        if selinux.is_policy(package.name):
            policy = selinux.compile_policy(deb, package.name, postinst, work)
            for path, content in policy.items():
                payload.add(path, File(content, config=True))
        scriptlets = dict(collect_scriptlets(package, postinst, kernel))
        spec = describe_package(job, scriptlets)
        written = write_spec(spec, payload.lines, payload=PAYLOAD, extra=f"Vendor: {rules.NAME}")
        when = payload.newest or EPOCH
        run_rpmbuild(written, payload.root, work, out, spec.arch, when)
    return out / f"{spec.nvra}.rpm"


def build_base(name: str, base: rules.Base, out: Path) -> Path:
    """Make one of the packages that are the distribution's own."""
    entries: dict[str, File] = {
        **{path: File(directory=True, mode=mode) for path, mode in base.dirs.items()},
        **{path: File(symlink=target) for path, target in base.links.items()},
        **{
            path: File(t.content, mode=t.mode, config=path.startswith("/etc/"))
            for path, t in base.files.items()
        },
    }
    spec = Spec(
        name,
        version=base.version,
        summary=base.summary,
        requires_pre=base.requires,
        provides=base.provides,
    )
    with tempfile.TemporaryDirectory(prefix="convert-") as temporary:
        work = Path(temporary)
        payload = Payload(work / "root")
        payload.root.mkdir()
        for path, entry in entries.items():
            payload.add(path, entry)
        written = write_spec(spec, payload.lines, payload=PAYLOAD, extra=f"Vendor: {rules.NAME}")
        run_rpmbuild(written, payload.root, work, out, spec.arch, EPOCH)
    return out / f"{spec.nvra}.rpm"
