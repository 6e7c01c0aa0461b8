"""GVariant: the specification's own examples, round trips, hostile bytes."""

import random
import time

import pytest

from rpmostree.model import gvariant
from rpmostree.model.gvariant import BadVariant, Variant

# GVariant Specification 1.0, chapter 2.5 "Examples"; then values serialised by GLib 2.74.
EXAMPLES = [
    ("s", "hello world", b"hello world\0"),
    ("ms", "hello world", b"hello world\0\0"),
    ("ab", [True, False, False, True, True], b"\1\0\0\1\1"),
    ("(si)", ("foo", -1), b"foo\0\xff\xff\xff\xff\4"),
    (
        "a(si)",
        [("hi", -2), ("bye", -1)],
        b"hi\0\0\xfe\xff\xff\xff\3\0\0\0bye\0\xff\xff\xff\xff\4\x09\x15",
    ),
    ("as", ["i", "can", "has", "strings?"], b"i\0can\0has\0strings?\0\2\6\x0a\x13"),
    ("((ys)as)", ((105, "can"), ["has", "strings?"]), b"ican\0has\0strings?\0\4\r\5"),
    ("(yy)", (0x70, 0x80), b"\x70\x80"),
    ("(iy)", (96, 0x70), b"\x60\0\0\0\x70\0\0\0"),
    ("a(iy)", [(96, 0x70), (648, 0xF7)], b"\x60\0\0\0\x70\0\0\0\x88\2\0\0\xf7\0\0\0"),
    ("ay", b"\4\5\6\7", b"\4\5\6\7"),
    ("ai", [4, 258], b"\4\0\0\0\2\1\0\0"),
    ("{si}", ("a key", 514), b"a key\0\0\0\2\2\0\0\6"),
    ("v", Variant("u", 6), b"\6\0\0\0\0u"),
    ("()", (), b"\0"),
    ("as", [], b""),
    ("a{sv}", {}, b""),
    ("mi", None, b""),
    ("mi", 1, b"\1\0\0\0"),
    ("mmi", None, b""),
    ("mmi", (None,), b"\0"),
    ("(sy)", ("a", 7), b"a\0\7\2"),
    ("(ay)", (b"",), b""),
    ("(d)", (1.0,), b"\0\0\0\0\0\0\xf0\x3f"),
]


@pytest.mark.parametrize(("kind", "value", "data"), EXAMPLES)
def test_fixed_examples(kind, value, data):
    assert gvariant.pack(kind, value, little=True) == data
    assert gvariant.unpack(kind, data, little=True) == value
    assert gvariant.unpack(kind, memoryview(data), little=True) == value


def test_framing_offsets_stay_little_endian_among_big_endian_numbers():
    value = ("x" * 300, 1)
    little = gvariant.pack("(su)", value, little=True)
    big = gvariant.pack("(su)", value, little=False)
    assert little[-6:] == b"\1\0\0\0" + b"\x2d\1"
    assert big[-6:] == b"\0\0\0\1" + b"\x2d\1"
    assert gvariant.unpack("(su)", big, little=False) == value


@pytest.mark.parametrize("length", [0, 253, 254, 255, 256, 65530, 65531, 65532, 65533, 70000])
def test_offsets_are_as_wide_as_the_whole_needs(length):
    data = gvariant.pack("as", ["x" * length], little=True)
    body = length + 1
    width = 1 if body + 1 <= 0xFF else 2 if body + 2 <= 0xFFFF else 4
    assert len(data) == body + width
    assert gvariant.unpack("as", data, little=True) == ["x" * length]


BITS = {"y": 8, "q": 16, "u": 32, "t": 64, "n": -16, "i": -32, "x": -64, "h": -32}


class Values:
    """Random types, and random values of them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def choose_type(self, depth=0):
        kind = self.random.choice("bynqiuxthdsvma({" if depth < 4 else "bynqiuxthds")
        if kind in "ma":
            return kind + self.choose_type(depth + 1)
        if kind == "{":
            return f"a{{{self.random.choice('bynqiuxths')}{self.choose_type(depth + 1)}}}"
        if kind == "(":
            members = range(self.random.choice([0, 1, 1, 2, 3, 4]))
            return f"({''.join(self.choose_type(depth + 1) for _ in members)})"
        return kind

    def choose(self, kind):
        if bits := BITS.get(kind, 0):
            bound = 1 << abs(bits)
            return self.random.randrange(bound) - (bound // 2 if bits < 0 else 0)
        if kind in "bds":
            texts = ["", "a", "it's", "é☃\U0001f600", "b" * 90]
            choices = {"b": [True, False], "d": [0.0, -1.5, 1e300], "s": texts}
            return self.random.choice(choices[kind])
        return self.choose_container(kind)

    def choose_container(self, kind):
        if kind == "v":
            inner = self.choose_type(2)
            return Variant(inner, self.choose(inner))
        if kind == "ay":
            return self.random.randbytes(self.random.choice([0, 1, 9, 300]))
        if kind[0] == "m":
            value = self.choose(kind[1:])
            empty = self.random.random() < 0.3
            return None if empty else (value,) if kind[1] == "m" else value
        count = self.random.choice([0, 1, 2, 20])
        if kind.startswith("a{"):
            return {self.choose(kind[2]): self.choose(kind[3:-1]) for _ in range(count)}
        if kind[0] == "a":
            return [self.choose(kind[1:]) for _ in range(count)]
        return tuple(self.choose(child) for child in self.cut(kind[1:-1]))

    @staticmethod
    def cut(kinds):
        """The complete types in a row of them."""
        found, depth, word = [], 0, ""
        for letter in kinds:
            word += letter
            depth += (letter in "({") - (letter in ")}")
            if not depth and letter not in "ma":
                found.append(word)
                word = ""
        return found


def test_round_trips():
    values = Values(20)
    for _ in range(1500):
        kind = values.choose_type()
        value = values.choose(kind)
        for little in (True, False):
            data = gvariant.pack(kind, value, little=little)
            again = gvariant.unpack(kind, data, little=little)
            assert again == value, kind
            assert gvariant.pack(kind, again, little=little) == data


def test_damaged_data_is_refused_or_is_another_normal_form():
    values, damage = Values(21), random.Random(22)
    for _ in range(3000):
        kind = values.choose_type()
        data = bytearray(gvariant.pack(kind, values.choose(kind), little=True))[:4000]
        for _ in range(damage.randint(1, 4)):
            if data and damage.random() < 0.7:
                data[damage.randrange(len(data))] = damage.choice([0, 1, 2, 255])
            else:
                del data[damage.randrange(len(data) + 1) :]
        try:
            value = gvariant.unpack(kind, bytes(data), little=True)
        except BadVariant:
            continue
        if not set("{vd") & set(kind):  # keys may be twice, a NaN may have other bits
            assert gvariant.pack(kind, value, little=True) == data


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("s", b""),
        ("s", b"no end"),
        ("s", b"two\0\0"),
        ("s", b"\xff\0"),
        ("b", b"\2"),
        ("u", b"\0\0\0"),
        ("au", b"\0" * 7),
        ("()", b""),
        ("()", b"\1"),
        ("(yu)", b"\1\1\0\0\1\0\0\0"),  # padding which is not zero
        ("(uy)", b"\1\0\0\0\1\0\0\1"),
        ("as", b"a\0b\0\4\2"),  # offsets out of order
        ("as", b"a\0\xff"),
        ("(ss)", b"a\0b\0\1"),  # an offset which is not after a NUL
        ("(ss)", b"a\0b\0\4"),
        ("(ss)", b"a\0b\0c\0\2"),
        ("v", b""),
        ("v", b"\0"),
        ("v", b"\0("),
        ("v", b"\0ss"),
        ("ms", b"a\0\1"),
        ("mu", b"\0"),
    ],
)
def test_bad_data_is_refused(kind, data):
    with pytest.raises(BadVariant):
        gvariant.unpack(kind, data, little=True)


@pytest.mark.parametrize(
    "kind", ["", "z", "ss", "a", "(s", "{s}", "{vs}", "{sss}", ")", "r", "a" * 999]
)
def test_bad_types_are_refused(kind):
    with pytest.raises(BadVariant):
        gvariant.unpack(kind, b"", little=True)
    with pytest.raises(BadVariant):
        gvariant.pack(kind, "x", little=True)


def test_variants_nested_without_end_are_refused():
    with pytest.raises(BadVariant, match="too deep"):
        gvariant.unpack("v", b"\0" + b"\0v" * 5000, little=True)
    with pytest.raises(BadVariant):
        gvariant.unpack("v", b"\0" + b"(" * 50000, little=True)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("y", 256),
        ("y", -1),
        ("u", "1"),
        ("u", True),
        ("u", 1.5),
        ("b", 1),
        ("s", b"x"),
        ("s", "a\0b"),
        ("s", "\udc80"),
        ("ay", "x"),
        ("as", "x"),
        ("(ss)", ("x",)),
        ("a{sv}", {"k": 1}),
        ("a{sv}", []),
        ("v", 1),
        ("mms", "x"),
    ],
)
def test_values_of_another_type_are_refused(kind, value):
    with pytest.raises(BadVariant):
        gvariant.pack(kind, value, little=True)


def test_lookup_reads_one_value_only():
    broken = b"\0\0\0\0z"  # a variant of no type
    entries = [
        gvariant.join("{sv}", [b"bad\0", broken]),
        gvariant.pack("{sv}", ("n", Variant("u", 6)), little=False),
        gvariant.pack("{sv}", ("n", Variant("u", 7)), little=False),
    ]
    data = gvariant.join("a{sv}", entries)
    assert gvariant.keys(data) == ["bad", "n", "n"]
    assert gvariant.lookup(data, "n", little=False) == Variant("u", 6)
    assert gvariant.lookup(data, "n", little=True) == Variant("u", 6 << 24)
    assert gvariant.lookup(data, "absent", little=True) is None
    with pytest.raises(BadVariant):
        gvariant.lookup(data, "bad", little=True)


def test_of_a_key_twice_the_first_counts():
    entries = [gvariant.pack("{su}", ("k", n), little=True) for n in (1, 2)]
    assert gvariant.unpack("a{su}", gvariant.join("a{su}", entries), little=True) == {"k": 1}


def test_split_and_join_are_each_others_reverse():
    data = gvariant.pack("(sa{sv}yas)", ("a", {"k": Variant("t", 1)}, 3, ["x"]), little=True)
    parts = gvariant.split("(sa{sv}yas)", data)
    assert parts[0] == b"a\0"
    assert gvariant.join("(sa{sv}yas)", parts) == data


@pytest.mark.parametrize("kind", ["u", "s", "v", "ms", "nonsense"])
def test_only_arrays_and_tuples_are_split_and_joined(kind):
    with pytest.raises(BadVariant):
        gvariant.split(kind, b"\0")
    with pytest.raises(BadVariant):
        gvariant.join(kind, [b"\0"])


def test_join_wants_every_member():
    with pytest.raises(BadVariant):
        gvariant.join("(ss)", [b"a\0"])


def test_a_list_of_packages_is_read_in_milliseconds():
    packages = [(f"package{i}", "0", f"1.{i}", "3.fc40", "x86_64") for i in range(2500)]
    metadata = {"rpmostree.rpmdb.pkglist": Variant("a(sssss)", packages), "x": Variant("u", 1)}
    data = gvariant.pack("a{sv}", metadata, little=True)
    took = []
    for _ in range(5):
        start = time.perf_counter()
        found = gvariant.lookup(data, "rpmostree.rpmdb.pkglist", little=True)
        took.append(time.perf_counter() - start)
        assert found == metadata["rpmostree.rpmdb.pkglist"]
    assert min(took) < 0.015
