"""The single file, built once for all tests that run it."""

import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def top():
    """The checkout."""
    return TOP


@pytest.fixture(scope="session")
def system_python():
    """The interpreter which the first line of the single file names."""
    path = Path("/usr/bin/python3")
    return str(path) if path.exists() else sys.executable


@pytest.fixture(scope="session")
def vendor(tmp_path_factory):
    """The locked dependencies: what an earlier `make` has fetched, or fetched now."""
    kept = TOP / "build" / "vendor"
    return kept if kept.is_dir() else tmp_path_factory.mktemp("cache") / "vendor"


@pytest.fixture(scope="session")
def single_file(tmp_path_factory, vendor, system_python):
    """Build from the tree as it stands now, not from what happens to lie in build/."""
    output = tmp_path_factory.mktemp("single") / "rpm-ostree"
    builder = TOP / ".ci" / "build_zipapp.py"
    command = [system_python, builder, "--output", output, "--vendor", vendor]
    subprocess.run(command, check=True)
    return output


@pytest.fixture
def sysroot(tmp_path):
    """An empty sysroot, made with the real ostree."""
    path = tmp_path / "sysroot"
    path.mkdir()
    subprocess.run(["ostree", "admin", "init-fs", "--modern", path], check=True)
    return path
