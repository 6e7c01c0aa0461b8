"""Deployments by name: what each name means, and what is said of one that means nothing."""

from pathlib import Path

import pytest

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.naming import find_deployment
from rpmostree.model.origin import Origin

ONE, TWO, THREE = "1111aa" + "0" * 58, "1111bb" + "0" * 58, "3333cc" + "0" * 58
VERSIONS = {ONE: "40", TWO: "39.2", THREE: "39.2"}


def deployment(index, checksum, serial=0, **more):
    path = Path("/ostree/deploy/os/deploy") / f"{checksum}.{serial}"
    values = {"stateroot": "os", "kargs": (), "origin": Origin(), **more}
    return Deployment(index=index, checksum=checksum, serial=serial, path=path, **values)


STAGED = (
    deployment(0, ONE, staged=True),
    deployment(1, TWO, booted=True),
    deployment(2, THREE, stateroot="other"),
    deployment(3, THREE),
    deployment(4, THREE, serial=1),
)
OFFLINE = (deployment(0, ONE), deployment(1, TWO))
BOOTED_FIRST = (deployment(0, ONE, booted=True), deployment(1, TWO))


def find(name, deployments=STAGED):
    return find_deployment(name, deployments, VERSIONS).index


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("booted", 1),
        ("pending", 0),
        ("rollback", 3),
        ("0", 0),
        ("4", 4),
        ("40", 0),
        ("1111a", 0),
        (TWO, 1),
        (f"{THREE}.1", 4),
        ("3333.1", 4),
        (f"other-{THREE}.0", 2),
    ],
)
def test_names(name, index):
    assert find(name) == index


@pytest.mark.parametrize(
    ("name", "deployments", "index"),
    [
        ("pending", OFFLINE, 0),
        ("rollback", OFFLINE, 1),
        ("booted", BOOTED_FIRST, 0),
        ("rollback", BOOTED_FIRST, 1),
    ],
)
def test_roles_elsewhere(name, deployments, index):
    assert find(name, deployments) == index


@pytest.mark.parametrize(
    ("name", "deployments", "said"),
    [
        ("booted", OFFLINE, "There is no booted deployment"),
        ("pending", BOOTED_FIRST, "There is no pending deployment"),
        ("rollback", OFFLINE[:1], "There is no rollback deployment"),
        ("5", STAGED, "Out of range deployment index 5, expected < 5"),
        ("-1", STAGED, "Out of range deployment index -1, expected < 5"),
        ("111", OFFLINE, "Out of range deployment index 111, expected < 2"),
        ("4444", OFFLINE, "Out of range"),
        ("dead", STAGED, "No deployment is called 'dead'"),
        ("", STAGED, "No deployment is called ''"),
        ("3333.7", STAGED, "No deployment is called"),
    ],
)
def test_unknown(name, deployments, said):
    with pytest.raises(BadInput, match=said) as error:
        find(name, deployments)
    assert error.value.hint is not None
    assert "0 = 1111aa0000.0 (version 40" in error.value.hint


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("1111", ("0 = 1111aa0000.0 (version 40, staged)", "1 = 1111bb0000.0 (version 39.2, boo")),
        ("39.2", ("1 = ", "2 = ", "3 = ", "4 = ")),
        ("3333.0", ("2 = 3333cc0000.0", "3 = 3333cc0000.0")),
    ],
)
def test_ambiguous(name, listed):
    with pytest.raises(BadInput, match="more than one") as error:
        find(name)
    assert error.value.hint is not None
    for words in listed:
        assert words in error.value.hint
    assert error.value.hint.count("=") == len(listed)


def test_nothing_is_deployed():
    with pytest.raises(BadInput, match="There is no pending deployment") as error:
        find("pending", ())
    assert error.value.hint is None
