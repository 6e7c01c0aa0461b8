"""Advisories in the metadata of commits."""

import pytest

from rpmostree.model import gvariant
from rpmostree.model.advisory import Advisory, Severity, new_advisories, read_advisories
from rpmostree.model.gvariant import Variant
from rpmostree.model.objects import Commit

ONE = Advisory("A-1", 1, 3, ("foo-1-1.x", "bar-1-1.x"), (("https://example.invalid", "CVE-1"),))
TWO = Advisory("A-2", 2, 77, ("foo-1-1.x",))
TYPE = "a(suuasa{sv})"


def row(advisory):
    references = Variant("a(ss)", list(advisory.references))
    extra = {"cve_references": references} if advisory.references else {}
    a = advisory
    return (a.id, a.kind, a.severity, list(a.packages), extra)


def make_commit(values, *, little):
    packed = gvariant.pack("a{sv}", values, little=little)
    return Commit(packed, None, (), "", "", 0, "0" * 64, "0" * 64)


@pytest.mark.parametrize("composed", [True, False])
def test_advisories_of_a_commit(composed):
    """A composed commit has its numbers turned to big-endian."""
    values = {"rpmostree.advisories": Variant(TYPE, [row(ONE), row(TWO)])}
    values |= {"rpmostree.inputhash": Variant("s", "x")} if composed else {}
    commit = make_commit(values, little=not composed)
    assert read_advisories(commit) == (ONE, TWO)


@pytest.mark.parametrize("values", [{}, {"rpmostree.advisories": Variant("s", "none")}])
def test_commit_without_advisories(values):
    assert read_advisories(make_commit(values, little=True)) == ()


def test_new_ones_go_by_their_names():
    assert new_advisories((ONE,), (ONE, TWO)) == (TWO,)
    assert new_advisories((ONE, TWO), ()) == ()


def test_kind_and_severity():
    assert (ONE.is_security, ONE.rank) == (True, Severity.IMPORTANT)
    assert (TWO.is_security, TWO.rank) == (False, Severity.UNKNOWN)
