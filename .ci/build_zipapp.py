#!/usr/bin/python3
"""Build rpm-ostree as ONE executable file: a zip of sources, byte-code and locked dependencies.

The same tree and the same interpreter give the same bytes, whatever the directory, the hash
seed or the clock. Only the standard library and pip are used.
"""

import argparse
import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LOCK = TOP / ".ci" / "zipapp.lock"

# -I: neither PYTHON* variables, nor the user's site, nor the working directory may put code into
# a program that runs as root.
SHEBANG = b"#!/usr/bin/python3 -I\n"

# Reached by every Python 3, so that an old one gets a sentence and not a SyntaxError.
MAIN = b"""\
import sys

if sys.version_info < (3, 11):
    sys.exit("error: rpm-ostree needs Python 3.11 or newer, this is " + sys.version.split()[0])

from rpmostree_tool import main

main()
"""

# One wheel per name, whichever machine and Python build the file: see zipapp.lock.
PIP_INSTALL = [
    "install", "--quiet", "--no-input", "--root-user-action=ignore", "--no-deps",
    "--require-hashes", "--no-compile", "--only-binary=:all:", "--platform", "manylinux2014_x86_64",
    "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311",
]  # fmt: skip

# METADATA and the licences stay. RECORD and its like tell of the installation, not of the code.
LEFT_OUT = (
    "bin/*", "*.so", "*.pyi", "*/py.typed", "*.pyc", "*/__pycache__/*", "_yaml/*",
    "*.dist-info/RECORD", "*.dist-info/WHEEL", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json", "*.dist-info/entry_points.txt", "*.dist-info/top_level.txt",
)  # fmt: skip

# Run by the interpreter the byte-code is for. Unchecked-hash: valid whatever the time stamps.
# A Python of another version sees a foreign magic number and takes the source beside it.
COMPILE = """\
import py_compile, sys
for line in sys.stdin.read().split("\\0"):
    source, target, name = line.split("\\t")
    py_compile.compile(source, target, name, doraise=True,
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""


def main() -> None:
    """Read the words, build, say what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=TOP / "build" / "rpm-ostree")
    parser.add_argument("--vendor", type=Path, default=TOP / "build" / "vendor",
                        help="where the dependencies are kept between two builds")  # fmt: skip
    parser.add_argument("--python", default=sys.executable,
                        help="the interpreter which the byte-code is made for")  # fmt: skip
    words = parser.parse_args()
    fetch_dependencies(words.vendor)
    build(words.output, words.vendor, words.python)
    print(f"{words.output}: {words.output.stat().st_size / 1e6:.1f} MB")


def fetch_dependencies(vendor: Path) -> None:
    """Fill `vendor` from the lock; one that was filled from this same lock is kept."""
    wanted = hashlib.sha256(LOCK.read_bytes() + repr(PIP_INSTALL).encode()).hexdigest()
    stamp = vendor / ".lock-digest"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    vendor.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=vendor.parent) as scratch:
        fresh = Path(scratch) / "vendor"
        pip = find_pip(Path(scratch))
        subprocess.run([*pip, *PIP_INSTALL, "--target", fresh, "-r", LOCK], check=True)
        (fresh / ".lock-digest").write_text(wanted)
        shutil.rmtree(vendor, ignore_errors=True)
        fresh.rename(vendor)


def find_pip(scratch: Path) -> list[str]:
    """Return a command for pip; Debian has none beside its Python, then a throw-away venv has."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    subprocess.run([sys.executable, "-m", "venv", scratch / "venv"], check=True)
    return [str(scratch / "venv" / "bin" / "python"), "-m", "pip"]


def build(output: Path, vendor: Path, python: str) -> None:
    """Write the archive beside its place and move it there complete and executable."""
    sources = dict(ours()) | dict(theirs(vendor))
    with tempfile.TemporaryDirectory() as scratch:
        main_file = Path(scratch) / "__main__.py"
        main_file.write_bytes(MAIN)
        sources["__main__.py"] = main_file
        compiled = byte_code(sources, Path(scratch), python)
        archive = pack(sources | compiled)
    output.parent.mkdir(parents=True, exist_ok=True)
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    beside.write_bytes(archive)
    beside.chmod(0o755)
    beside.rename(output)


def ours() -> Iterator[tuple[str, Path]]:
    """Yield name in the archive and file, for what the project itself holds."""
    yield "rpmostree_tool.py", TOP / "rpmostree_tool.py"
    yield "LICENSE", TOP / "LICENSE"
    yield from kept(TOP / "libexec")


def theirs(vendor: Path) -> Iterator[tuple[str, Path]]:
    """Yield the same for the dependencies."""
    yield from kept(vendor)


def kept(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file below `root` that is worth carrying."""
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not hidden and not any(fnmatch(name, glob) for glob in LEFT_OUT):
            yield name, path


def byte_code(sources: dict[str, Path], scratch: Path, python: str) -> dict[str, Path]:
    """Compile each `a.py` to the `a.pyc` beside it, the only layout that zipimport reads."""
    orders, compiled = [], {}
    for number, name in enumerate(sorted(name for name in sources if name.endswith(".py"))):
        target = scratch / f"{number}.pyc"
        orders.append(f"{sources[name]}\t{target}\t{name}")
        compiled[f"{name}c"] = target
    # A bare interpreter: which strings it has interned already would show in the byte-code.
    command = [python, "-I", "-S", "-c", COMPILE]
    subprocess.run(command, input="\0".join(orders), text=True, check=True)
    return compiled


def pack(files: dict[str, Path]) -> bytes:
    """Zip with sorted names, one time, one mode."""
    # A zip cannot tell a time before 1980.
    epoch = max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800)
    when = time.gmtime(epoch)[:6]
    # The first line goes in before the zip begins, so that all offsets count from the file's start.
    archive = io.BytesIO()
    archive.write(SHEBANG)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as opened:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Linux, whoever builds, and a plain file that all may read.
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            opened.writestr(entry, files[name].read_bytes(), compresslevel=9)
    return archive.getvalue()


if __name__ == "__main__":
    main()
