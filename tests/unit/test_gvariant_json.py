"""GVariant values as JSON."""

from rpmostree.model import gvariant
from rpmostree.model.gvariant import Variant
from rpmostree.model.gvariant_json import to_json


def test_what_can_be_unpacked_can_be_written_out():
    data = b"\0" + b"\0()" + b"\0v" * 62
    value = gvariant.unpack("v", data, little=True)
    assert gvariant.pack("v", value, little=True) == data
    assert to_json(Variant("v", value)) == []


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
