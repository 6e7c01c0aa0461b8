"""The difference between two sets of packages."""

import random

import pytest

from rpmostree.model.diff import Change, diff_packages
from rpmostree.model.nevra import parse_nevra


def packages(*texts):
    return [parse_nevra(text) for text in texts]


def show(old, new):
    """The difference in short, as rows of kind, old and new."""
    return [
        (change.kind.name.lower(), change.old and str(change.old), change.new and str(change.new))
        for change in diff_packages(packages(*old), packages(*new))
    ]


K1, K2, K3 = (f"kernel-6.{n}.0-1.x86_64" for n in (9, 10, 11))
A1, A2 = "a-1-1.x86_64", "a-2-1.x86_64"
A1_32, A2_32 = "a-1-1.i686", "a-2-1.i686"
CASES = {
    "nothing": ([], [], []),
    "the same": ([A1, K1], [K1, A1], []),
    "added": ([], [A1], [("added", None, A1)]),
    "removed": ([A1], [], [("removed", A1, None)]),
    "upgraded": ([A1], [A2], [("upgraded", A1, A2)]),
    "downgraded": ([A2], [A1], [("downgraded", A2, A1)]),
    "ten is more than nine": ([K1], [K2], [("upgraded", K1, K2)]),
    "an epoch outweighs": (["a-9-1.x"], ["a-1:1-1.x"], [("upgraded", "a-9-1.x", "a-1:1-1.x")]),
    "a release counts": (["a-1-2.x"], ["a-1-1.x"], [("downgraded", "a-1-2.x", "a-1-1.x")]),
    "both halves of multilib": (
        [A1, A1_32],
        [A2_32, A2],
        [("upgraded", A1_32, A2_32), ("upgraded", A1, A2)],
    ),
    "half of multilib comes": ([A1], [A1, A1_32], [("added", None, A1_32)]),
    "half of multilib goes": ([A1, A1_32], [A1], [("removed", A1_32, None)]),
    "half goes, half rises": (
        [A1, A1_32],
        [A2],
        [("removed", A1_32, None), ("upgraded", A1, A2)],
    ),
    "half comes, half rises": (
        [A1],
        [A2, A2_32],
        [("added", None, A2_32), ("upgraded", A1, A2)],
    ),
    "another architecture is an upgrade where there is no doubt": (
        ["a-1-1.noarch"],
        [A2],
        [("upgraded", "a-1-1.noarch", A2)],
    ),
    "but not beside one that stays its own": (
        [A1, A1_32],
        [A2, "a-2-1.noarch"],
        [("added", None, "a-2-1.noarch"), ("removed", A1_32, None), ("upgraded", A1, A2)],
    ),
    "one more kernel": ([K1, K2], [K1, K2, K3], [("added", None, K3)]),
    "kernels move up": ([K1, K2], [K2, K3], [("upgraded", K1, K3)]),
    "one kernel less": ([K1, K2], [K2], [("removed", K1, None)]),
    "all kernels change": ([K1], [K2, K3], [("added", None, K3), ("upgraded", K1, K2)]),
}


@pytest.mark.parametrize("case", CASES)
def test_cases_whatever_the_order_of_the_packages(case):
    old, new, expected = CASES[case]
    assert show(old, new) == expected
    rng = random.Random(case)
    for _ in range(6):
        assert show(rng.sample(old, len(old)), rng.sample(new, len(new))) == expected


def test_the_reverse_says_the_reverse():
    reverse = {"added": "removed", "removed": "added", "upgraded": "downgraded"}
    reverse |= {"downgraded": "upgraded"}
    for old, new, expected in CASES.values():
        turned = sorted((reverse[kind], b, a) for kind, a, b in expected)
        if new != [K2, K3] and old != [K1]:  # which of several kernels belong together is a choice
            assert sorted(show(new, old), key=str) == sorted(turned, key=str)


def test_sorted_by_kind_then_name():
    old = ["up2-1-1.x", "down-2-1.x", "gone-1-1.x", "up1-1-1.x", "Gone-1-1.x", "same-1-1.x"]
    new = ["up1-2-1.x", "new-1-1.x", "down-1-1.x", "up2-2-1.x", "fresh-1-1.x", "same-1-1.x"]
    changes = diff_packages(packages(*old), packages(*new))
    assert [(change.kind, change.name) for change in changes] == [
        *((Change.ADDED, "fresh"), (Change.ADDED, "new")),
        *((Change.REMOVED, "Gone"), (Change.REMOVED, "gone")),
        *((Change.UPGRADED, "up1"), (Change.UPGRADED, "up2")),
        (Change.DOWNGRADED, "down"),
    ]


def test_the_numbers_of_the_json_documents():
    kinds = (Change.ADDED, Change.REMOVED, Change.UPGRADED, Change.DOWNGRADED)
    assert [int(kind) for kind in kinds] == [0, 1, 2, 3]


def test_two_big_sets_are_compared_quickly():
    old = [f"name{n}-1-1.x" for n in range(2500)]
    assert len(show(old, [text.replace("-1-1", "-2-1") for text in old])) == 2500
