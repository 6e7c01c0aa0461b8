"""Where a package's files go on an image: only /usr and /etc are the image's own.

/opt moves below /usr/lib/opt; directories and links in /var and /run are made at boot by
tmpfiles.d; plain files in /var are dropped, since /var belongs to the machine; anything else
outside of /usr is refused (https://github.com/coreos/rpm-ostree/issues/233).
"""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rpmostree.base import events
from rpmostree.base.errors import BadInput
from rpmostree.model.package import Package, PackageFile

TMPFILES = "usr/lib/rpm-ostree/tmpfiles.d"
MERGED_TMPFILES = "usr/lib/tmpfiles.d/rpm-ostree-autovar.conf"
_EVERYWHERE = frozenset(
    ["", "dev", "home", "media", "mnt", "proc", "root", "srv", "sys", "sysroot", "tmp"]
)
_TOPS = frozenset("usr bin sbin lib lib64 lib32 libx32 etc var run opt boot".split())
_SKIPPED = ("/var/lib/rpm", "/var/lib/selinux", "/var/opt", "/var/run", "/var/tmp", "/run/lock")
_PATH = re.compile(r'\s*\S+\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_HEADER = "# Made by rpm-ostree from the packages' own directories.\n"


def check_paths(packages: Iterable[Package]) -> None:
    """Refuse packages with files in places that an image cannot carry. Raises BadInput."""
    bad = [f"{p.nevra}: {f.path}" for p in packages for f in p.files if not _is_supported(f)]
    if bad:
        raise BadInput(
            "Unsupported path in " + "; ".join(bad[:5]),
            hint="an image carries /usr, /etc, /opt and the directories of /var; "
            "rebuild the package with another prefix",
        )


def _is_supported(file: PackageFile) -> bool:
    top, *below = file.path.strip("/").split("/")
    if not below:  # one that every image has is not the package's to make
        return (file.is_directory or file.is_link) and top in _TOPS | _EVERYWHERE
    if top == "usr" and below[0] == "local":
        return file.is_directory
    return top in _TOPS


def move_opt(root: Path, var: Path) -> list[str]:
    """Move what was put into /opt below /usr/lib/opt; the tmpfiles.d lines that link it back."""
    lines = []
    opt = var / "opt"
    for path in sorted(opt.iterdir()) if opt.is_dir() else ():
        target = root / "usr/lib/opt" / path.name
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.move(path, target)
        link = _quote(f"/opt/{path.name}")
        lines.append(f"L {link} - - - - {_escape(f'../../usr/lib/opt/{path.name}')}")
    return lines


def move_boot(root: Path) -> None:
    """Move what a package put into /boot where ostree looks for it."""
    boot = root / "boot"
    for path in sorted(boot.iterdir()) if boot.is_dir() else ():
        target = root / "usr/lib/ostree-boot" / path.name
        target.parent.mkdir(mode=0o755, exist_ok=True)
        shutil.move(path, target)


def write_tmpfiles(root: Path, packages: Sequence[Package], opt_lines: Sequence[str]) -> None:
    """Let systemd-tmpfiles make at boot what the packages own in /var, /run and /opt."""
    write_package_tmpfiles(root, packages)
    if opt_lines:
        _write(root / TMPFILES / "rpm-ostree-opt.conf", opt_lines)
    merge_tmpfiles(root)


def write_package_tmpfiles(root: Path, packages: Sequence[Package]) -> None:
    """One file for each package that owns something in /var or /run."""
    by_name: dict[str, set[str]] = {}
    for package in packages:  # of one name there may be two architectures
        by_name.setdefault(package.nevra.name, set()).update(_tmpfiles_lines(package))
    for name, lines in by_name.items():
        if lines:
            _write(root / TMPFILES / f"{name}.conf", sorted(lines))


def merge_tmpfiles(root: Path) -> None:
    """Collect the lines of all packages in one file, without what the image says elsewhere."""
    known = set(_paths_in(root / "usr/lib/tmpfiles.d", skip=Path(MERGED_TMPFILES).name))
    target = root / MERGED_TMPFILES
    merged: dict[str, str] = {}
    for path in (*([target] if target.exists() else []), *sorted((root / TMPFILES).glob("*.conf"))):
        for line in _lines(path):
            if _path_of(line) not in known:
                merged[_path_of(line)] = line
    if merged:
        _write(target, [merged[key] for key in sorted(merged)])
    elif target.exists():
        target.unlink()


def warn_of_dropped(packages: Iterable[Package]) -> None:
    """Say which files of /var do not come along."""
    for package in packages:
        lost = [f.path for f in package.below("/var", "/run") if _is_lost(f)]
        if lost:
            names = ", ".join(lost[:3]) + (" ..." if len(lost) > 3 else "")
            events.warning(f"{package.nevra.name}: files in /var are not installed: {names}")


def _is_lost(file: PackageFile) -> bool:
    return not (file.is_directory or file.is_link or file.is_ghost or _is_skipped(file.path))


def _is_skipped(path: str) -> bool:
    return any(path == skipped or path.startswith(f"{skipped}/") for skipped in _SKIPPED)


def _tmpfiles_lines(package: Package) -> Iterator[str]:
    for file in package.below("/var", "/run"):
        if file.is_ghost or _is_skipped(file.path):
            continue
        if file.is_directory:
            mode = f"{file.mode & 0o7777:04o}"
            yield f"d {_quote(file.path)} {mode} {file.user} {file.group} - -"
        elif file.is_link:
            yield f"L {_quote(file.path)} - - - - {_escape(file.link)}"


def _quote(path: str) -> str:
    """A path as tmpfiles.d(5) wants it: `%` begins a specifier, blanks separate."""
    escaped = re.sub(r'(["\\])', r"\\\1", path).replace("%", "%%")
    return f'"{escaped}"' if re.search(r"[\s\"'\\]", path) else escaped


def _escape(path: str) -> str:
    """The target of a link: quotes would belong to it, but C escapes are read."""
    return re.sub(r"[\x00-\x20\x7f\"'\\]", lambda m: f"\\x{ord(m[0]):02x}", path).replace("%", "%%")


def _paths_in(directory: Path, skip: str) -> Iterator[str]:
    for path in sorted(directory.glob("*.conf")):
        if path.name != skip:
            yield from map(_path_of, _lines(path))


def _lines(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return [line for line in text.splitlines() if len(line.split()) > 1 and line[0] != "#"]


def _path_of(line: str) -> str:
    match = _PATH.match(line)
    quoted, plain = match.groups() if match else (None, "")
    return re.sub(r"\\(.)", r"\1", plain if quoted is None else quoted).rstrip("/")


def _write(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # never through a hard link
    path.write_text(_HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    path.chmod(0o644)
