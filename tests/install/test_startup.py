"""What a quick question may load: a set of modules, since a clock is no judge on a busy machine."""

import json
import subprocess

import pytest

pytestmark = pytest.mark.install

# Each costs what `status` has no use for; typer itself brings subprocess, so that is not here.
HEAVY = {"rich", "yaml", "tenacity", "asyncio", "pydantic", "pygments", "ssl", "http", "email",
         "multiprocessing", "concurrent", "xml", "sqlite3", "unittest", "ctypes"}  # fmt: skip

# Runs the archive as its first line does, then tells what has been loaded by then.
DRIVER = """\
import os, runpy, sys
os._exit = sys.exit  # the program leaves without taking the interpreter down
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    if end.code:
        raise
import json
files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print("\\n" + json.dumps(files))
"""


def loaded(python, program, *words):
    """Return the modules that are there when `program` has answered, with their files."""
    command = [python, "-I", "-c", DRIVER, program, *words]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env={}).stdout
    return json.loads(told.splitlines()[-1])


def packages(modules):
    return {name.partition(".")[0] for name in modules}


def test_status_json(single_file, system_python, sysroot):
    modules = loaded(system_python, single_file, "status", "--json", f"--sysroot={sysroot}")
    assert "rpmostree_tool" in modules
    assert not packages(modules) & HEAVY


def test_status_loads_no_other_verb(single_file, system_python, sysroot):
    modules = loaded(system_python, single_file, "status", "--json", f"--sysroot={sysroot}")
    assert not {name for name in modules if name.startswith("rpmostree.assembly.")}
    assert "jsonpath" not in modules
    parts = {"status", "driver", "signing", "update_cache"}
    assert {name for name in modules if name.startswith("rpmostree.ops.")} == {
        f"rpmostree.ops.{part}" for part in parts
    }


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_words_of_the_front_door(single_file, system_python, word):
    modules = loaded(system_python, single_file, word)
    assert not packages(modules) & HEAVY
    assert not {name for name in modules if name.startswith("rpmostree.ops.")}


def test_own_libraries_come_first(single_file, system_python):
    """The host's site-packages may hold another typer; -I alone would not keep it out."""
    modules = loaded(system_python, single_file, "--version")
    for name in ("typer", "rpmostree", "rpmostree_tool"):
        assert modules[name].startswith(f"{single_file}/")
