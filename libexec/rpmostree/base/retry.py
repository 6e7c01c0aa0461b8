"""Try again what a network may fail at for a moment, and nothing else."""

import re
from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from rpmostree.base import events
from rpmostree.base.errors import ToolFailed

_T = TypeVar("_T")
_PASSING = re.compile(
    r"timed? ?out|HTTP 5\d\d|status code: 5\d\d|Connection (refused|reset)|Couldn't connect"
    r"|Could not resolve|Temporary failure|Name or service not known",
    re.IGNORECASE,
)


def patiently(action: Callable[[], _T], tries: int = 3) -> _T:
    """Do `action`, up to `tries` times with growing pauses while its failure looks like passing.

    Raises what the last try raised.
    """
    patience = Retrying(
        stop=stop_after_attempt(tries),
        wait=wait_exponential(multiplier=1, max=10),
        retry=retry_if_exception(_may_pass),
        before_sleep=lambda state: events.message(f"trying again ({state.attempt_number})"),
        reraise=True,
    )
    return patience(action)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ToolFailed) and bool(_PASSING.search(error.output))
