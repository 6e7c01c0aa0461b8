"""What a newer changelog says that the older one did not."""

import pytest

from rpmostree.model.changelog import Changelog, Entry, newer_entries, news_of_upgrades
from rpmostree.model.diff import diff_packages
from rpmostree.model.nevra import parse_nevra

A, B, C, D = (Entry(day, f"Ann - {day}", f"- change {day}") for day in (4, 3, 2, 1))
OTHER = Entry(3, "Bob - 3", "- of the same day")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [], []),
        ([C], [], []),
        ([], [B, C], [B, C]),
        ([C, D], [A, B, C, D], [A, B]),
        ([C, D], [C, D], []),
        ([D], [A, B], [A, B]),
        ([B], [A, OTHER, B, C], [A, OTHER]),
        ([A], [B, C], []),
    ],
)
def test_newer_entries(old, new, expected):
    assert newer_entries(old, new) == tuple(expected)


def test_packages_of_one_source_share_a_changelog():
    old, new = ([parse_nevra(f"{n}-{v}-1.x") for n in ("a", "b", "c", "d")] for v in (1, 2))
    sources = dict(zip("abcd", ("s.src", "s.src", "c.src", "s.src"), strict=True))
    changes = diff_packages([*old, parse_nevra("e-2-1.x")], [*new, parse_nevra("e-1-1.x")])
    before = {p: Changelog(sources[p.name], (B,)) for p in old}
    after = {p: Changelog(sources[p.name], (A, B)) for p in new}
    news = news_of_upgrades(changes, before, after)
    assert {change.name: entries for change, entries in news.items()} == {
        "b": (A,),
        "c": (A,),
        "d": (A,),
    }


def test_no_upgrade_no_news():
    assert news_of_upgrades((), {}, {}) == {}
