"""Wrong words, and what the lists of commands say."""

import pytest

from rpmostree.cli.app import run
from rpmostree.cli.root import build


@pytest.fixture
def said(capsys, monkeypatch):
    """Run the program and tell its status and both streams."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words):
        status = run(build(), words)
        return status, *capsys.readouterr()

    return call


@pytest.mark.parametrize("group", [(), ("db",), ("override",), ("compose",)])
def test_each_summary_fits_its_line(said, group):
    status, out, _ = said(*group, "--help")
    assert status == 0
    lines = out.partition("Commands:\n")[2].splitlines()
    assert lines
    assert all(line.endswith(".") and not line.endswith("...") for line in lines), out


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("instal",), "Unknown command 'instal'", "(did you mean install or uninstall?)"),
        (("db", "dif"), 'Unknown "db" subcommand "dif"', "(did you mean diff?)"),
        (("status", "--jsn"), "Unknown option --jsn", "--json"),
        (("frobnicate",), "Unknown command 'frobnicate'", None),
    ],
)
def test_a_slip_of_the_pen(said, words, message, hint):
    status, out, err = said(*words)
    assert (status, out) == (1, "")
    told = err[err.index("error: ") :].splitlines()
    assert told[0] == f"error: {message}"
    assert len(told) == (2 if hint else 1)
    assert hint is None or hint in told[1]
