"""docs/compatibility.md says what is served; here it is held against the program."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.commands import all_options, find_command, list_verbs

PAGE = Path(__file__).resolve().parents[1] / "docs" / "compatibility.md"
STATES = ("served", "differs", "not yet")
EVERY, ANY, NONE = "(every)", "(any)", "(none)"
WITHOUT_DAEMON = ("db ", "compose ")  # for these `(every)` does not hold
VERBS = list_verbs()


def rows(part: str) -> Iterator[list[str]]:
    """The cells of each row of the table below a heading."""
    text = PAGE.read_text().partition(f"## {part}\n")[2].partition("\n## ")[0]
    for line in re.findall(r"^\|(?! verb |---)(.+)\|$", text, re.M):
        yield [cell.strip() for cell in line.split("|")]


def names(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


THEIRS = [
    (verb.strip("`"), name, state, remark)
    for verb, cell, state, remark in rows("The table")
    for name in names(cell)
]
OURS = {(v.strip("`"), name) for v, cell, _ in rows("What is ours") for name in names(cell)}


def is_there(verb: str, name: str) -> bool:
    """Does the program take this name, of the verb or of an option of it?"""
    if not name.startswith("-"):
        return find_command(name) is not None
    if verb == EVERY:
        return all(name in all_options(v) for v in VERBS if not v.startswith(WITHOUT_DAEMON))
    if verb == NONE:
        return name in all_options("")
    return find_command(verb) is not None and name in all_options(verb)


def test_table_can_be_read():
    assert len(THEIRS) > 250
    assert len(OURS) > 10
    for verb, name, state, remark in THEIRS:
        assert state in STATES, f"{verb} {name}: the state is one of {STATES}"
        assert state != "differs" or remark, f"say how `{verb} {name}` differs"
    pairs = [(verb, name) for verb, name, *_ in THEIRS]
    assert len(pairs) == len(set(pairs)), sorted({p for p in pairs if pairs.count(p) > 1})


@pytest.mark.parametrize(("verb", "name", "state", "remark"), THEIRS)
def test_row_is_true(verb, name, state, remark):
    words = f"`{name}`" if not name.startswith("-") else f"`{name}` of `{verb}`"
    if state == "not yet":
        assert not is_there(verb, name), f"{words} is there: make the row `served` or `differs`"
    else:
        assert is_there(verb, name), f"{words} is missing: make the row `not yet`"


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_left_out(verb):
    known = {(v, n) for v, n, state, _ in THEIRS if state != "not yet"} | OURS
    everywhere = {n for v, n in known if v == ANY}
    if not verb.startswith(WITHOUT_DAEMON):
        everywhere |= {n for v, n in known if v == EVERY}
    assert (verb, verb) in known, f"give `{verb}` a row in {PAGE.name}"
    missing = {n for n in all_options(verb) if (verb, n) not in known} - everywhere
    assert not missing, f"give these of `{verb}` a row, in one of the two tables: {sorted(missing)}"


@pytest.mark.parametrize(("verb", "name"), sorted(OURS))
def test_what_is_ours_is_there(verb, name):
    if verb == ANY:
        assert any(name in all_options(v) for v in VERBS)
    else:
        assert is_there(verb, name), f"`{name}` of `{verb}` is gone: drop its row"
        assert (verb, name) not in {(v, n) for v, n, *_ in THEIRS}, "it is in both tables"
