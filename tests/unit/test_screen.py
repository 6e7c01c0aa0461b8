"""Rows on a screen: columns, wrapping, quoting."""

import io

import pytest

from rpmostree.cli.screen import Row, Screen, lay_out, list_row, new_screen, row, shell_word


def test_labels_end_in_a_column():
    rows = [row("Version", "1"), Row("Commit", ("abc", "└─ repo")), row("Pinned", "yes", red=True)]
    assert list(lay_out(rows, 9, Screen())) == [
        "    Version: 1",
        "     Commit: abc",
        "             └─ repo",
        "     Pinned: yes",
    ]


def test_ascii_and_colour():
    (line,) = lay_out([row("A", "└─ x", red=True)], 1, Screen(unicode=False, colour=True))
    assert "  A: `- x" in line
    assert line.startswith("\x1b[31m")


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (None, 1),  # a pipe has no end
        (300, 1),
        (20, 1),  # narrower than the labels: nothing can be saved
        (40, 2),  # a screen is never taken to be narrower than a checksum
        (100, 2),
    ],
)
def test_wrapping(columns, lines):
    names = [f"package-{n}" for n in range(12)]  # 12 * 10 letters and more
    (found,) = list_row("LayeredPackages", names, 23, Screen(columns=columns))
    assert len(found.lines) == lines
    assert " ".join(found.lines).split() == sorted(names)
    if lines > 1:
        assert all(len(line) <= max(64, columns - 27) for line in found.lines)


def test_order_of_names():
    (found,) = list_row("L", ["zsh", "Alpha", "beta"], 1, Screen())
    assert found.lines == ("Alpha beta zsh",)
    assert list(list_row("L", [], 1, Screen())) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("vim", "vim"),
        ("/usr/bin/x_y-z.1", "/usr/bin/x_y-z.1"),
        ("jq-1.6-2.1+deb12u2.x86_64", "'jq-1.6-2.1+deb12u2.x86_64'"),
        ("perl(Foo::Bar)", "'perl(Foo::Bar)'"),
        ("a b", "'a b'"),
        ("it's", "'it'\\''s'"),
        ("", "''"),
    ],
)
def test_quoting(name, word):
    assert shell_word(name) == word


def test_a_pipe_is_plain():
    found = new_screen(io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert found == Screen(unicode=False, columns=None, colour=False)
