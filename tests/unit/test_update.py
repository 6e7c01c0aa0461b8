"""The cache of the next update: what is written, and what is made of what others wrote."""

import pytest

from rpmostree.model.advisory import TYPE, Advisory
from rpmostree.model.diff import diff_packages
from rpmostree.model.gvariant import BadVariant, Variant, compile_type, pack, unpack
from rpmostree.model.nevra import Nevra
from rpmostree.model.update import (
    CachedUpdate,
    Layer,
    diff_variant,
    parse_update,
)

OLD, NEW = "0a" * 32, "0b" * 32
BEFORE = (Nevra("up", 1, "1", "1", "x86_64"), Nevra("down", 0, "2", "1", "noarch"))
AFTER = (Nevra("up", 1, "2", "1", "x86_64"), Nevra("down", 0, "1", "1", "noarch"))
GONE, CAME = Nevra("gone", 0, "1", "1", "noarch"), Nevra("came", 0, "1", "1", "noarch")
CHANGES = diff_packages((*BEFORE, GONE), (*AFTER, CAME))
HOLES = [
    ("A-2", 1, 4, ["up-1:2-1.x86_64"], {"cve_references": Variant("a(ss)", [("http://c", "C")])}),
    ("A-1", 1, 9, ["came-1-1.noarch"], {}),
    ("A-0", 2, 1, ["down-1-1.noarch"], {}),
]


def update(**more):
    values = {
        "checksum": Variant("s", NEW),
        "update-sha256": Variant("s", OLD),
        "rpm-diff": diff_variant((Layer.BASE, change) for change in CHANGES),
        "advisories": Variant(TYPE, HOLES),
        "ref-has-new-commit": Variant("b", True),
        "timestamp": Variant("t", 7),
    }
    return CachedUpdate(values | more)


def test_types_and_rows_of_the_diff():
    diff = diff_variant([*((Layer.BASE, c) for c in CHANGES), (Layer.LAYERED, CHANGES[0])])
    assert compile_type(diff.type)
    rows = {key: (value.type, value.value) for key, value in diff.value.items()}
    assert rows == {
        "upgraded": ("a(us(ss)(ss))", [(0, "up", ("1:1-1", "x86_64"), ("1:2-1", "x86_64"))]),
        "downgraded": ("a(us(ss)(ss))", [(0, "down", ("2-1", "noarch"), ("1-1", "noarch"))]),
        "removed": ("a(usss)", [(0, "gone", "1-1", "noarch")]),
        "added": ("a(usss)", [(0, "came", "1-1", "noarch"), (1, "came", "1-1", "noarch")]),
    }


def test_what_is_written_is_read():
    found = parse_update(bytes(update()))
    assert found == update()
    assert found.changes == CHANGES
    assert (found.checksum, found.based_on, found.timestamp) == (NEW, OLD, 7)
    assert found.new_commit
    assert not found.gpg
    assert found.text("version") is None


def test_security_advisories_by_severity():
    assert update().advisories == (
        Advisory("A-1", 1, 9, ("came-1-1.noarch",), ()),
        Advisory("A-2", 1, 4, ("up-1:2-1.x86_64",), (("http://c", "C"),)),
    )


def test_what_others_wrote_stays():
    more = {"manifest-diff": Variant("a{sv}", {"total": Variant("u", 3)})}
    assert parse_update(bytes(update(**more))).values["manifest-diff"] == more["manifest-diff"]


def test_a_diff_in_another_format_is_none():
    odd = {"upgraded": Variant("as", ["x"]), "surprise": Variant("a(usss)", [])}
    assert update(**{"rpm-diff": Variant("a{sv}", odd)}).changes == ()
    assert update(advisories=Variant("s", "x")).advisories == ()


@pytest.mark.parametrize("data", [b"\x01\x02\x03", pack("a{sv}", {}, little=True)])
def test_damage_is_told(data):
    with pytest.raises(BadVariant):
        parse_update(data)


def test_the_file_is_a_plain_dictionary():
    assert set(unpack("a{sv}", bytes(update()), little=True)) == set(update().values)
