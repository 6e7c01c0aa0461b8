"""The way from a request to a package."""

import pytest

from rpmostree.model.chain import Chain, Link, Relations, find_chains, names_in
from rpmostree.model.nevra import parse_nevra


def package(name, *, provides=(), files=(), **asked):
    own = frozenset((name, *provides))
    return Relations(parse_nevra(f"{name}-1-1.noarch"), own, frozenset(files), **asked)


A = package("a", requires=("b-api >= 2", "libc.so.6()(64bit)"))
B = package("b", provides=("b-api",), requires=("/usr/bin/c",), recommends=("e",))
C = package("c", files=("/usr/bin/c",), requires=("a",))
D = package("d", requires=("b",), supplements=("(b and a)",))
E = package("e", requires=("(x or (c >= 1 and perl(Y)))",))
ALL = (A, B, C, D, E)


def ways(target, *requests):
    """Chains as `request: package package ...`, without their end."""
    chains = find_chains(target.package, requests, ALL)
    return [f"{c.request}: {' '.join(k.package.name for k in c.links)}".strip() for c in chains]


@pytest.mark.parametrize(
    ("target", "requests", "expected"),
    [
        (A, ["a"], ["a:"]),
        (A, ["a-1-1.noarch"], ["a-1-1.noarch:"]),
        (B, ["a"], ["a: a"]),
        (B, ["b-api"], ["b-api:"]),
        (C, ["a"], ["a: a b"]),
        (C, ["/usr/bin/c"], ["/usr/bin/c:"]),
        (E, ["a"], ["a: a b"]),
        (C, ["e"], ["e: e"]),
        (C, ["a", "b", "unknown"], ["a: a b", "b: b"]),
        (D, ["a"], ["a: a"]),
        (D, ["?"], ["?:"]),
        (A, ["unknown"], []),
        (A, [], []),
    ],
)
def test_chains(target, requests, expected):
    assert ways(target, *requests) == expected


def test_links_say_what_was_asked_for():
    (chain,) = find_chains(E.package, ["a"], ALL)
    assert chain == Chain(
        "a", (Link(A.package, "requires", "b-api >= 2"), Link(B.package, "recommends", "e"))
    )
    (chain,) = find_chains(D.package, ["a"], ALL)
    assert chain.links == (Link(A.package, "is supplemented by", "d-1-1.noarch"),)


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("b", ["b"]),
        ("b >= 3", ["b"]),
        ("/usr/bin/a=b", ["/usr/bin/a=b"]),
        ("b-api = 2:1-1", ["b-api"]),
        ("perl(Carp::Heavy) >= 1", ["perl(Carp::Heavy)"]),
        ("libc.so.6()(64bit)", ["libc.so.6()(64bit)"]),
        ("(b if x)", ["b", "if", "x"]),
        ("(x or (y and b()(64bit)))", ["x", "or", "y", "and", "b()(64bit)"]),
        ("(perl(A) >= 1 or x)", ["perl(A)", ">=", "1", "or", "x"]),
    ],
)
def test_names_in_conditions(condition, names):
    assert list(names_in(condition)) == names
