"""finalize-deployment: which deployment may be let go."""

from pathlib import Path

import pytest

from rpmostree.base.errors import BadInput
from rpmostree.model.deployment import Deployment
from rpmostree.model.origin import Origin
from rpmostree.ops.finalize import check_base, choose_staged

BASE = "ab" * 32


def deployment(index, stateroot="os", **more):
    path = Path("/ostree/deploy") / stateroot / f"deploy/{BASE}.{index}"
    return Deployment(index, stateroot, BASE, index, path, (), Origin(), **more)


def test_the_staged_one():
    staged, booted = deployment(0, staged=True), deployment(1, booted=True)
    assert choose_staged((staged, booted), None) is staged
    assert choose_staged((staged, booted), "os") is staged


@pytest.mark.parametrize(
    ("deployments", "stateroot", "said"),
    [
        ((), None, "No pending staged deployment found"),
        ((deployment(0), deployment(1, booted=True)), None, "No pending staged deployment found"),
        ((deployment(0, "b", staged=True), deployment(1, booted=True)), None, "stateroot os"),
        ((deployment(0, staged=True), deployment(1, booted=True)), "b", "stateroot b"),
    ],
)
def test_nothing_fits(deployments, stateroot, said):
    with pytest.raises(BadInput, match=said):
        choose_staged(deployments, stateroot)


def test_expected_base():
    check_base(BASE, BASE, allow_missing=False)
    check_base(BASE, None, allow_missing=True)
    with pytest.raises(BadInput, match="Missing expected checksum"):
        check_base(BASE, None, allow_missing=False)
    with pytest.raises(BadInput, match=f"Expected staged base checksum cd, but found {BASE}"):
        check_base(BASE, "cd", allow_missing=True)
