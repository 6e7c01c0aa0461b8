"""GVariant values as GVariant text and as JSON."""

import pytest

from rpmostree.model import gvariant
from rpmostree.model.gvariant import BadVariant, Variant
from rpmostree.model.gvariant_text import to_json, to_text


def test_what_can_be_unpacked_can_be_written_out():
    data = b"\0" + b"\0()" + b"\0v" * 62
    value = gvariant.unpack("v", data, little=True)
    assert gvariant.pack("v", value, little=True) == data
    assert to_text(Variant("v", value)) == "<" * 63 + "()" + ">" * 63
    assert to_json(Variant("v", value)) == []


# What g_variant_print (value, TRUE) writes.
TEXTS = [
    ("u", 6, "uint32 6"),
    ("t", 1, "uint64 1"),
    ("i", -5, "-5"),
    ("y", 6, "byte 0x06"),
    ("b", True, "true"),
    ("d", 1.0, "1.0"),
    ("d", 1e20, "1e+20"),
    ("s", "it's", '"it\'s"'),
    ("s", "a\n\\\x01", "'a\\n\\\\\\u0001'"),
    ("o", "/a", "objectpath '/a'"),
    ("as", [], "@as []"),
    ("as", ["a", "b"], "['a', 'b']"),
    ("au", [1, 2], "[uint32 1, 2]"),
    ("a{sv}", {}, "@a{sv} {}"),
    ("a{sv}", {"k": Variant("u", 1), "l": Variant("as", [])}, "{'k': <uint32 1>, 'l': <@as []>}"),
    ("a{su}", {"k": 1, "l": 2}, "{'k': uint32 1, 'l': 2}"),
    ("{su}", ("k", 1), "{'k', uint32 1}"),
    ("(su)", ("a", 1), "('a', uint32 1)"),
    ("(s)", ("a",), "('a',)"),
    ("()", (), "()"),
    ("ay", b"it's\0", 'b"it\'s"'),
    ("ay", b'a"\\\xff\0', "b'a\\\"\\\\\\377'"),
    ("ay", b"\1\2", "[byte 0x01, 0x02]"),
    ("ay", b"", "@ay []"),
    ("aay", [b"a\0", b"\1"], "[b'a', [0x01]]"),
    ("ms", None, "@ms nothing"),
    ("ms", "x", "@ms 'x'"),
    ("ams", [None, "x"], "[@ms nothing, 'x']"),
    ("mmms", ((None,),), "@mmms just just nothing"),
]


@pytest.mark.parametrize(("kind", "value", "text"), TEXTS)
def test_text(kind, value, text):
    assert to_text(Variant(kind, value)) == text


def test_text_of_another_type_is_refused():
    with pytest.raises(BadVariant):
        to_text(Variant("y", "x"))


def test_json():
    inner = Variant("(ua{sv})", (7, {"m": Variant("ms", None), "y": Variant("ay", b"\1\2")}))
    value = {
        "t": Variant("v", inner),
        "n": Variant("a{ub}", {1: True}),
        "e": Variant("{bs}", (True, "x")),
    }
    assert to_json(Variant("a{sv}", value)) == {
        "t": [7, {"m": None, "y": [1, 2]}],
        "n": {"1": True},
        "e": {"true": "x"},
    }
