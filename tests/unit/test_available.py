"""Searching among the packages that repositories offer."""

import pytest

from rpmostree.model.available import Available, Group, count_packages, read_row, search
from rpmostree.model.nevra import Nevra


def row(name, summary, version="1.0", arch="x86_64", repo="main"):
    return "\t".join((name, "0", version, "1", arch, repo, summary))


ROWS = [
    row("htop", "Interactive process viewer"),
    row("atop", "An Advanced system and PROCESS monitor", version="2.9"),
    row("process-tools", "Tools for your process table"),
    row("vim", "The editor [improved]"),
    row("straße", "A street"),
]


def found(*terms):
    return {
        group: [p.nevra.name for p in packages] for group, packages in search(ROWS, terms).items()
    }


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (["top"], {Group.NAME: ["atop", "htop"]}),
        (["process"], {Group.BOTH: ["process-tools"], Group.SUMMARY: ["atop", "htop"]}),
        (["Process", "TOP"], {Group.BOTH: ["atop", "htop"]}),
        (["process", "editor"], {}),
        (["*top"], {Group.NAME: ["atop", "htop"]}),
        (["?top"], {Group.NAME: ["atop", "htop"]}),
        (["interactive*"], {Group.SUMMARY: ["htop"]}),
        (["[ah]top"], {Group.NAME: ["atop", "htop"]}),
        (["STRASSE"], {}),
        (["straße"], {Group.NAME: ["straße"]}),
        (["x86_64"], {}),
        (["main"], {}),
        (["1.0"], {}),
    ],
)
def test_terms(terms, expected):
    assert found(*terms) == expected


def test_groups_come_in_the_order_of_the_answer():
    assert list(search(ROWS, ["process"])) == [Group.BOTH, Group.SUMMARY]


def test_newest_version_of_a_name_counts():
    rows = [row("a", "old a", "1.9"), row("a", "new a", "1.10"), row("a", "older a", "1.1")]
    assert search(rows, ["a"])[Group.BOTH] == (
        Available(Nevra("a", 0, "1.10", "1", "x86_64"), "main", "new a"),
    )


def test_a_summary_may_be_anything():
    package = read_row(row("a", "with\ta tab"))
    assert package.summary == "with\ta tab"
    assert search([row("a", "")], ["b"]) == {}


def test_packages_are_counted_by_repository():
    rows = [row("a", "x"), row("b", "x", repo="other"), row("a", "x", "2")]
    assert count_packages(rows) == {"main": 2, "other": 1}
    assert count_packages([]) == {}
