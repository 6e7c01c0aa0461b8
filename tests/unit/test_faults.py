"""Points at which a test may stop the program dead."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

LIB = Path(__file__).parents[2] / "libexec"
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from rpmostree.base.faults import reach
for name in ("commit", "deploy", "cleanup"):
    print(name, flush=True)
    reach(name)
"""


def run(fault):
    env = {} if fault is None else {"RPMOSTREE_FAULT": fault}
    command = [sys.executable, "-c", PROGRAM, str(LIB)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("fault", "last"),
    [
        ("kill@commit", "commit"),
        ("kill@deploy", "deploy"),
        ("kill@#1", "commit"),
        ("kill@#3", "cleanup"),
    ],
)
def test_it_dies_at_the_named_or_numbered_point(fault, last):
    done = run(fault)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split()[-1] == last


@pytest.mark.parametrize(
    "fault", [None, "", "kill@nowhere", "kill@#4", "kill@#0", "kill", "x@commit"]
)
def test_otherwise_nothing_happens(fault):
    done = run(fault)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["commit", "deploy", "cleanup"]


def test_the_names_can_be_traced(tmp_path):
    trace = tmp_path / "trace@1"
    for _ in range(2):
        assert run(f"trace@{trace}").returncode == 0
    assert trace.read_text().split() == ["commit", "deploy", "cleanup"] * 2
