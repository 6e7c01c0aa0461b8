"""How far a change is: one number over all of its steps."""

# Seconds that each step took when a package of some files was layered on a small system, and when
# that system was composed. Only their ratios count; they stand in the order of the work.
PIPELINES: tuple[dict[str, float], ...] = (
    {
        "pull": 4.0,
        "prepare": 0.1,
        "checkout": 0.5,
        "remove": 0.1,
        "resolve": 2.0,
        "fetch": 0.3,
        "packages": 1.0,
        "rpmdb": 0.1,
        "commit": 0.5,
        "undeploy": 1.0,
        "reorder": 1.0,
        "deploy": 1.0,
        "prune": 1.0,
    },
    {
        "compose/resolve": 2.0,
        "compose/fetch": 0.5,
        "compose/packages": 4.0,
        "compose/postprocess": 0.2,
        "compose/initramfs": 4.0,
        "compose/layout": 0.1,
        "compose/label": 0.5,
        "compose/commit": 1.0,
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
