"""How far a change is: one number over all of its steps."""

# Seconds, in the order of the work: of layering packages on a system of 60,000 files, and of
# composing a small one. Measured with everything on one machine, but for `pull` and
# `resolve`, which are given the time of a network; `initramfs` has less than its 4 seconds, since
# few changes have that step. Only the ratios count.
PIPELINES: tuple[dict[str, float], ...] = (
    {
        "pull": 3.0,
        "refresh": 0.1,
        "metadata": 3.0,
        "list": 1.0,
        "prepare": 0.1,
        "checkout": 0.1,
        "remove": 0.1,
        "resolve": 3.0,
        "fetch": 0.2,
        "packages": 0.5,
        "initramfs": 1.0,
        "rpmdb": 0.1,
        "commit": 0.2,
        "undeploy": 0.3,
        "prune": 0.3,
        "reorder": 0.5,
        "pin": 0.1,
        "unpin": 0.1,
        "deploy": 2.0,
    },
    {
        "compose/resolve": 1.0,
        "compose/fetch": 0.3,
        "compose/packages": 2.2,
        "compose/postprocess": 0.1,
        "compose/initramfs": 4.2,
        "compose/layout": 0.1,
        "compose/label": 0.3,
        "compose/commit": 1.4,
    },
)
UNKNOWN = 1.0
_CLOSING = 0.02  # what is done after the last step


class Course:
    """The way through a change, in percent: it begins at 0, never goes back, and ends at 100.

    Which steps there will be is not known beforehand. A step gets its share of what is left when
    it begins, together with all that come after it in the table; what was skipped has none.
    """

    def __init__(self) -> None:
        self.percent = 0.0
        self._since = 0.0
        self._until = 0.0
        self._steps: tuple[tuple[str, float], ...] = ()  # those that may still come

    def begin(self, name: str) -> None:
        """Enter a step; one that the table does not know may come at any time."""
        weight = self._enter(name)
        rest = sum(weight for _, weight in self._steps) + _CLOSING
        self._since = self.percent
        self._until = self.percent + (100 - self.percent) * weight / (weight + rest)

    def _enter(self, name: str) -> float:
        """Leave all behind that comes before the step, and return its weight."""
        for pipeline in PIPELINES:
            if name in pipeline:
                steps = tuple(pipeline.items())
                self._steps = steps[[known for known, _ in steps].index(name) + 1 :]
                return pipeline[name]
        return UNKNOWN

    def part(self, fraction: float) -> None:
        """So much of the running step is done, from 0 to 1."""
        reached = self._since + (self._until - self._since) * min(max(fraction, 0.0), 1.0)
        self.percent = max(self.percent, reached)

    def end(self) -> None:
        """The running step is done."""
        self.part(1)

    def finish(self) -> None:
        """All is done."""
        self.percent = 100.0
