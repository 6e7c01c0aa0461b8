"""Only what may pass is tried again."""

from collections.abc import Callable

import pytest
from pytest_mock import MockerFixture

from rpmostree.base.errors import ToolFailed
from rpmostree.base.retry import patiently


def failing(times: int, output: str) -> tuple[Callable[[], str], list[int]]:
    calls: list[int] = []

    def action() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise ToolFailed("While pulling a", output)
        return "done"

    return action, calls


@pytest.fixture(autouse=True)
def no_pause(mocker: MockerFixture) -> None:
    mocker.patch("tenacity.nap.time.sleep")


@pytest.mark.parametrize("output", ["HTTP 503", "Could not resolve host", "Operation timed out"])
def test_a_passing_failure_is_tried_again(output: str) -> None:
    action, calls = failing(2, output)
    assert patiently(action) == "done"
    assert len(calls) == 3


def test_the_last_failure_is_raised() -> None:
    action, calls = failing(9, "HTTP 503")
    with pytest.raises(ToolFailed, match="HTTP 503"):
        patiently(action)
    assert len(calls) == 3


def test_a_wrong_signature_is_not_tried_again() -> None:
    action, calls = failing(9, "GPG signatures found, but none are in trusted keyring")
    with pytest.raises(ToolFailed):
        patiently(action)
    assert len(calls) == 1
