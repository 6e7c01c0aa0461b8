"""The state of automatic updates, from the properties of systemd's units."""

import pytest

from rpmostree.ops.services import automatic_state, describe_age

TIMER = {"ActiveState": "active"}


@pytest.mark.parametrize(
    ("timer", "service", "said"),
    [
        (None, None, "rpm-ostreed-automatic.timer: unknown state"),
        ({"ActiveState": "inactive"}, {}, "rpm-ostreed-automatic.timer: inactive"),
        (TIMER, {"ActiveState": "failed"}, "rpm-ostreed-automatic.service: last run failed"),
        (TIMER, {"ActiveState": "activating"}, "rpm-ostreed-automatic.service: running"),
        (TIMER, {"ActiveState": "inactive"}, "rpm-ostreed-automatic.timer: no runs since boot"),
        (
            TIMER,
            {"ActiveState": "inactive", "ExecMainExitTimestampMonotonic": "0"},
            "rpm-ostreed-automatic.timer: no runs since boot",
        ),
        (
            TIMER,
            {"ActiveState": "inactive", "ExecMainExitTimestampMonotonic": "3600000000"},
            "rpm-ostreed-automatic.timer: last run 4h 32min ago",
        ),
    ],
)
def test_state_of_automatic_updates(timer, service, said):
    assert automatic_state(timer, service, now=3600 + 4 * 3600 + 32 * 60 + 5) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "just now"),
        (-3, "just now"),
        (59, "59s ago"),
        (61, "1min 1s ago"),
        (7200, "2h ago"),
        (90061, "1d 1h ago"),
        (86400 + 59, "1d ago"),
    ],
)
def test_ages(seconds, said):
    assert describe_age(seconds) == said
