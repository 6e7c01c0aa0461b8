"""Package names and the order of versions, against the real rpm."""

import random
import subprocess

import pytest

from rpmostree.model.nevra import (
    Nevra,
    compare_evr,
    compare_versions,
    parse_nevra,
    version_key,
)

PAIRS = [  # rpm's own test suite (tests/rpmvercmp.at) and corners of it
    *(
        ("1.0", "1.0"),
        ("1.0", "2.0"),
        ("2.0.1", "2.0.1a"),
        ("5.5p1", "5.5p10"),
        ("10xyz", "10.1xyz"),
    ),
    *(
        ("xyz10", "xyz10.1"),
        ("xyz.4", "8"),
        ("5.5p2", "5.6p1"),
        ("6.0.rc1", "6.0"),
        ("10b2", "10a1"),
    ),
    *(("7.0", "7"), ("1.0010", "1.10"), ("1.05", "1.5"), ("20101121", "20101122"), ("a", "A")),
    *(("a+", "a_"), ("+", "_"), ("_", "1"), ("1.", "1"), ("a1", "1a")),
    *(("1.0~rc1", "1.0"), ("1.0~rc1~git", "1.0~rc1"), ("1.0^", "1.0"), ("1.0^git", "1.0.1")),
    *(
        ("1.0^git1~pre", "1.0^git1"),
        ("1~^", "1^~"),
        ("0", "00"),
        ("0a", "a"),
        ("9" * 40, "10" + "0" * 39),
    ),
]


def invent_pairs(count):
    rng = random.Random(7)
    words = ["0", "1", "01", "10", "9", "a", "b", "A", "rc", ".", ".", "_", "+", "~", "^"]
    for _ in range(count):
        left = [rng.choice(words) for _ in range(rng.randint(1, 7))]
        right = list(left) if rng.random() < 0.6 else [rng.choice(words)]
        right[rng.randrange(len(right))] = rng.choice(words)
        yield "".join(left), "".join(right)


def test_versions_sort_as_the_real_rpm_sorts_them():
    pairs = [*PAIRS, *invent_pairs(300)]
    calls = "".join(f"print(rpm.vercmp('{a}','{b}')..' ')" for a, b in pairs)
    said = subprocess.check_output(["rpm", "--eval", f"%{{lua:{calls}}}"], text=True).split()
    real = [int(word) for word in said]
    ours = [compare_versions(a, b) for a, b in pairs]
    assert [(p, o) for p, o in zip(pairs, ours, strict=True)] == list(zip(pairs, real, strict=True))
    assert [compare_versions(b, a) for a, b in pairs] == [-r for r in real]
    assert {-1, 0, 1} == set(real)


@pytest.mark.parametrize(
    ("a", "b", "order"), [("", "1", -1), ("", "~", 1), ("", "^", -1), ("_", "", 0), ("", "", 0)]
)
def test_an_empty_version_sorts_before_all_but_the_tilde(a, b, order):
    assert compare_versions(a, b) == order
    assert compare_versions(b, a) == -order


def test_numbers_of_any_length_are_compared():
    assert compare_versions("1" * 5000, "0" * 9 + "1" * 5000) == 0
    assert compare_versions("1" * 5000, "2" + "1" * 4999) == -1


def test_version_key_sorts():
    rising = ["1.0~rc1", "1.0", "1.0^git1", "1.0.1", "1.2", "1.10", "2"]
    shuffled = random.Random(1).sample(rising, len(rising))
    assert sorted(shuffled, key=version_key) == rising


NAMES = [
    ("foo-1.0-1.noarch", Nevra("foo", 0, "1.0", "1", "noarch")),
    ("foo-2:1.0-1.fc40.x86_64", Nevra("foo", 2, "1.0", "1.fc40", "x86_64")),
    ("a-b-c-1-2.i686", Nevra("a-b-c", 0, "1", "2", "i686")),
    ("gtk+3.0-1.2~rc1^git-0.1.el9_2.src", Nevra("gtk+3.0", 0, "1.2~rc1^git", "0.1.el9_2", "src")),
    ("lib64-foo.so-11:0-0.ppc64le", Nevra("lib64-foo.so", 11, "0", "0", "ppc64le")),
    ("2048-cli-0.9-1.a", Nevra("2048-cli", 0, "0.9", "1", "a")),
]


@pytest.mark.parametrize(("text", "nevra"), NAMES)
def test_round_trip(text, nevra):
    assert parse_nevra(text) == nevra
    assert str(nevra) == text


def test_an_epoch_of_zero_is_read_but_not_written():
    nevra = parse_nevra("foo-0:1-2.noarch")
    assert nevra == Nevra("foo", 0, "1", "2", "noarch")
    assert nevra.evr == "1-2"
    assert parse_nevra("foo-3:1-2.noarch").evr == "3:1-2"
    assert nevra.name_arch == "foo.noarch"


@pytest.mark.parametrize(
    "text",
    [
        *("", "foo", "foo-1.0", "foo-1.0-1", "foo-1-1.", "-1-1.x", "foo--1.x", "foo-1-.x", ".-.-"),
        *("foo-a:1-1.x", "foo-:1-1.x", "foo-1:-1.x", "foo-1:2:3-1.x", "foo-²:1-1.x"),
    ],
)
def test_what_is_no_nevra_is_refused_by_name(text):
    with pytest.raises(ValueError, match="not a NEVRA") as caught:
        parse_nevra(text)
    assert repr(text) in str(caught.value)


def test_packages_sort_by_name_then_version_then_architecture():
    rising = [
        Nevra("Bar", 9, "9", "9", "x86_64"),
        Nevra("bar", 0, "1.9", "1", "x86_64"),
        Nevra("bar", 0, "1.10", "1", "i686"),
        Nevra("bar", 0, "1.10", "1", "x86_64"),
        Nevra("bar", 0, "1.10", "2", "i686"),
        Nevra("bar", 1, "0.1", "1", "i686"),
        Nevra("foo", 0, "0", "0", "noarch"),
    ]
    assert sorted(reversed(rising)) == rising
    assert compare_evr(rising[2], rising[3]) == 0
    assert compare_evr(rising[4], rising[5]) < 0 < compare_evr(rising[5], rising[4])
    assert rising[0] <= rising[1] < rising[2]


def test_spellings_and_the_one_for_digests():
    package = parse_nevra("foo-3:1.0-2.noarch")
    assert package.spellings == ("foo", "foo.noarch", "foo-3:1.0-2", "foo-3:1.0-2.noarch")
    assert package.envra == "3:foo-1.0-2.noarch"
    assert parse_nevra("foo-1.0-2.noarch").envra == "foo-1.0-2.noarch"
