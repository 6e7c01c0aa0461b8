"""The one file that is copied to a host: the same bytes each time, content with no environment."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.install

OURS = ("rpmostree_tool.py", "libexec", ".ci", "LICENSE")
NEWEST = Path("build", "modern")  # the chroot with the newest tools, made by `make modern-root`


def bare(command, **env):
    """Run as a kickstart %post may: hardly any environment, no standard input."""
    words = ["env", "-i", *(f"{key}={value}" for key, value in env.items()), *command]
    return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def well(done):
    """Return the answer of a call that went well and had nothing to grumble about."""
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def copy_tree(top, target):
    """Copy what the builder reads."""
    target.mkdir()
    for name in OURS:
        copy = shutil.copytree if (top / name).is_dir() else shutil.copy2
        copy(top / name, target / name)
    return target


def test_two_builds_are_equal(top, tmp_path, vendor, system_python):
    built = []
    for place, seed in (("one", "1"), ("another/below", "4711")):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        tree = copy_tree(top, tmp_path / place)
        own_vendor = tree / "vendor"
        if vendor.is_dir():
            shutil.copytree(vendor, own_vendor)
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(
            [system_python, tree / ".ci/build_zipapp.py", "--vendor", own_vendor],
            check=True,
            env=environment,
        )
        built.append((tree / "build" / "rpm-ostree").read_bytes())
    assert built[0] == built[1]


def test_the_date_of_the_source_is_kept(top, tmp_path, vendor, system_python):
    output = tmp_path / "dated"
    subprocess.run(
        [system_python, top / ".ci/build_zipapp.py", "--vendor", vendor, "--output", output],
        check=True,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"},
    )
    with zipfile.ZipFile(output) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}


def test_form(single_file):
    assert single_file.read_bytes().startswith(b"#!/usr/bin/python3 -I\n")
    assert single_file.stat().st_mode & 0o777 == 0o755
    with zipfile.ZipFile(single_file) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names == sorted(names)
    sources = {name for name in names if name.endswith(".py")}
    assert {f"{name}c" for name in sources} <= set(names)
    assert not [name for name in names if name.endswith(".so") or "__pycache__" in name]


def test_licences_are_inside(single_file):
    with zipfile.ZipFile(single_file) as archive:
        names = archive.namelist()
        assert b"GNU LESSER GENERAL PUBLIC LICENSE" in archive.read("LICENSE")
    carried = {name.partition("/")[0] for name in names if ".dist-info/" in name}
    assert len(carried) == 7
    for package in carried:
        inside = [name for name in names if name.startswith(f"{package}/")]
        assert f"{package}/METADATA" in inside
        assert [name for name in inside if "LICENSE" in name], f"{package} without its licence"
    assert "typer/_click/LICENSE.txt" in names


@pytest.mark.parametrize("environment", [{}, {"LC_ALL": "C"}, {"LC_ALL": "C", "HOME": "/none"}])
def test_runs_with_an_empty_environment(single_file, environment):
    version = well(bare([single_file, "--version"], **environment))
    assert "2026." in version
    assert "upgrade" in well(bare([single_file, "--help"], **environment))


def test_isolated_and_without_site(single_file, system_python):
    assert "2026." in well(bare([system_python, "-I", "-S", single_file, "--version"]))


def test_status_of_an_empty_sysroot(single_file, sysroot):
    told = well(bare([single_file, "status", "--json", "--sysroot", sysroot], LC_ALL="C"))
    assert json.loads(told)["deployments"] == []


def test_schemas_are_inside(single_file):
    told = well(bare([single_file, "db", "diff", "--schema"]))
    assert "pkgdiff" in json.loads(told)["$defs"]


def test_a_foreign_module_is_not_taken(single_file, tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('taken from the working directory')")
    done = subprocess.run(
        [single_file, "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert "2026." in well(done)


def test_nothing_is_written_beside_it(single_file, tmp_path):
    lonely = tmp_path / "bin" / "rpm-ostree"
    lonely.parent.mkdir()
    shutil.copy2(single_file, lonely)
    well(bare([lonely, "--version"], HOME=tmp_path))
    assert [path.name for path in tmp_path.rglob("*")] == ["bin", "rpm-ostree"]


def other_pythons():
    """Find the interpreters of other versions that this machine has."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [*root.glob("versions/3.*/bin/python3"), *Path("/usr/bin").glob("python3.1?")]
    for path in sorted(candidates):
        asked = subprocess.run([path, "--version"], capture_output=True, text=True)
        if asked.returncode == 0:
            version = asked.stdout.split()[-1].split(".")
            yield pytest.param(path, (int(version[0]), int(version[1])), id=str(path))


@pytest.mark.parametrize(("python", "version"), list(other_pythons()))
def test_other_pythons(single_file, python, version):
    done = bare([python, "-I", single_file, "--version"], LC_ALL="C")
    if version >= (3, 11):
        assert "2026." in well(done)
    else:
        assert done.returncode == 1
        assert "needs Python 3.11 or newer" in done.stderr


def test_the_newest_python(single_file, top):
    root = top / NEWEST
    if not (root / "usr" / "bin" / "python3").exists():
        pytest.fail("no chroot with the newest tools; `make modern-root` makes it")
    inside = root / "tmp" / f"rpm-ostree.{os.getpid()}"
    shutil.copy2(single_file, inside)
    try:
        shown = Path("/", inside.relative_to(root))
        chroot = shutil.which("chroot") or "/usr/sbin/chroot"
        told = well(bare([chroot, root, shown, "--version"], PATH="/usr/bin", LC_ALL="C"))
        assert "2026." in told
        assert "upgrade" in well(bare([chroot, root, shown, "--help"], PATH="/usr/bin"))
    finally:
        inside.unlink()


def test_builder_says_when_the_lock_is_broken(top, tmp_path):
    tree = copy_tree(top, tmp_path / "tree")
    lock = tree / ".ci" / "zipapp.lock"
    text = lock.read_text()
    lock.write_text(text.replace("--hash=sha256:6bc3", "--hash=sha256:0000"))
    done = subprocess.run([sys.executable, tree / ".ci" / "build_zipapp.py"], capture_output=True)
    assert done.returncode != 0
    assert not (tree / "build" / "rpm-ostree").exists()
    assert not (tree / "build" / "vendor").exists()
