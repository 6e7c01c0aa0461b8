"""JSONPath as JSON-GLib's dialect has it."""

import pytest

from rpmostree.model.jsonpath import select

DOCUMENT = {
    "deployments": [
        {"id": "a", "booted": True, "base-checksum": "one", "base": {"id": "c"}},
        {"id": "b", "booted": False, "base-checksum": "two"},
    ],
    "cached-update": None,
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("$.deployments[0].booted", [True]),
        ("$.deployments[*].base-checksum", ["one", "two"]),
        ("$['deployments'][1]['base-checksum']", ["two"]),
        ('$["deployments"][1]["id"]', ["b"]),
        ("$.deployments[0,1].id", ["a", "b"]),
        ("$.deployments[1:].id", ["b"]),
        ("$.deployments[0:2:1].id", ["a", "b"]),
        ("$..id", ["a", "c", "b"]),
        ("$.deployments[0].base.*", ["c"]),
        ("$.cached-update", [None]),
        ("$.transaction", []),
        ("$.deployments[7]", []),
        ("$", [DOCUMENT]),
    ],
)
def test_what_is_picked(expression, found):
    assert sorted(map(repr, select(DOCUMENT, expression))) == sorted(map(repr, found))


@pytest.mark.parametrize("expression", ["", "deployments", "$.deployments[", "$.", "$.['a'"])
def test_what_is_no_expression(expression):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        select(DOCUMENT, expression)
