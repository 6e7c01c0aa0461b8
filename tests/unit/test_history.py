"""The history: what is written comes back, and a torn line hurts nobody."""

import json
from dataclasses import replace

import pytest

from rpmostree.base.errors import BadInput
from rpmostree.cli.render_history import history_json, history_text
from rpmostree.model.history import (
    LONGEST,
    Entry,
    PackageStep,
    State,
    append_entry,
    next_id,
    parse_history,
    write_entry,
)
from rpmostree.ops.undo import choose_entry

OLD = State("aa" * 32, "40", "aa" * 32, "[origin]\nrefspec=r:b\n", ("quiet", 'x="a b"'))
NEW = State("bb" * 32, None, "aa" * 32, "[origin]\nbaserefspec=r:b\n", ("quiet",))
STEPS = (
    PackageStep("bar", None, "bar-1-1.noarch"),
    PackageStep("foo", "foo-1-1.noarch", "foo-2-1.noarch"),
    PackageStep("old", "old-1-1.noarch", None),
)
ENTRY = Entry(3, "2026-01-02T03:04:05Z", "alice", "install bar", "os", OLD, NEW, STEPS)
FIRST = replace(ENTRY, id=1, old=None, command="deploy", packages=())
PIN = replace(ENTRY, id=4, old=NEW, command="pin", packages=())


@pytest.mark.parametrize("entry", [ENTRY, FIRST, PIN])
def test_round_trip(entry):
    line = write_entry(entry)
    assert line.count("\n") == 1
    assert parse_history(line) == (entry,)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "null", "3", '"x"', "{}", '{"id": 1}', write_entry(ENTRY)[:-30]]
)
def test_damaged_lines_are_passed_over(damage):
    text = f"{write_entry(FIRST)}{damage}\n{write_entry(ENTRY)}"
    assert parse_history(text) == (FIRST, ENTRY)
    assert parse_history(append_entry(write_entry(FIRST) + damage, ENTRY)) == (FIRST, ENTRY)


@pytest.mark.parametrize(
    "change", [{"kargs": "quiet"}, {"kargs": None}, {"colour": "red"}], ids=str
)
def test_states_that_are_none(change):
    keys = json.loads(write_entry(ENTRY))
    keys["new"] |= change
    assert parse_history(json.dumps(keys)) == ()


def test_the_oldest_go():
    text = ""
    for number in range(1, LONGEST + 6):
        text = append_entry(text, replace(FIRST, id=number))
    entries = parse_history(text)
    assert [e.id for e in entries] == list(range(6, LONGEST + 6))
    assert next_id(entries) == LONGEST + 6
    assert next_id(()) == 1


def test_text():
    assert history_text(()) == "No changes were noted."
    shown = history_text((PIN, ENTRY, FIRST)).split("\n\n")
    assert shown[0] == "4  2026-01-02T03:04:05Z  alice  pin"
    assert shown[1].splitlines() == [
        "3  2026-01-02T03:04:05Z  alice  install bar",
        "  Default: aaaaaaaaaa (40) -> bbbbbbbbbb",
        "  Kernel arguments: quiet",
        "  Added: bar-1-1.noarch",
        "  Changed: foo-1-1.noarch -> foo-2-1.noarch",
        "  Removed: old-1-1.noarch",
    ]
    assert "  Default: nothing -> bbbbbbbbbb" in shown[2]


def test_json_is_what_was_written():
    document = json.loads(json.dumps(history_json((ENTRY,))))
    assert document == {"history": [json.loads(write_entry(ENTRY))]}


def test_what_undo_means():
    entries = (FIRST, ENTRY, PIN)
    assert choose_entry(entries, None, "os") is ENTRY
    assert choose_entry(entries, 3, "os") is ENTRY


@pytest.mark.parametrize(
    ("entries", "number", "stateroot", "said"),
    [
        ((), None, "os", "nothing to undo"),
        ((FIRST, PIN), None, "os", "nothing to undo"),
        ((ENTRY,), None, "other", "nothing to undo"),
        ((), 1, "os", "No change 1 is in the history"),
        ((FIRST, ENTRY), 2, "os", "No change 2 is in the history"),
        ((ENTRY,), 3, "other", "stateroot os, not to other"),
        ((PIN,), 4, "os", r"4 \(pin\) left the default deployment as it was"),
        ((FIRST,), 1, "os", "left the default deployment as it was"),
    ],
)
def test_nothing_to_undo(entries, number, stateroot, said):
    with pytest.raises(BadInput, match=said):
        choose_entry(entries, number, stateroot)
