"""The family of errors a user is meant to read; anything else that escapes is a bug."""

from collections.abc import Mapping


class RpmOstreeError(Exception):
    """One sentence saying what failed, on what; `hint` says what to do next.

    `details` is the same for programs: what JSON has beside message and hint.
    """

    exit_code = 1
    details: Mapping[str, object] = {}

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class BadInput(RpmOstreeError):
    """What the user gave cannot be used; nothing was changed."""


class ToolMissing(RpmOstreeError):
    """A binary that we drive is not installed."""


class ToolFailed(RpmOstreeError):
    """A binary that we drive ended badly; `output` holds its own last words."""

    def __init__(self, what: str, output: str = "", *, hint: str | None = None) -> None:
        words = output.strip().removeprefix("error: ")
        super().__init__(f"{what}: {words}" if words else what, hint=hint)
        self.output = output


class Unsolvable(ToolFailed):
    """No set of packages does what is wanted; `output` holds the solver's reasons."""


class Misfit(BadInput):
    """A request and the base do not fit together."""

    def __init__(self, message: str, *, hint: str, details: Mapping[str, object]) -> None:
        super().__init__(message, hint=hint)
        self.details = details


class Busy(RpmOstreeError):
    """Another transaction holds the sysroot."""


class Cancelled(RpmOstreeError):
    """The user asked to stop, and nothing was changed."""

    exit_code = 130
