"""The one number over all steps: it begins at 0, never goes back, and ends at 100."""

import random
import re
from itertools import pairwise
from pathlib import Path

import pytest

from rpmostree.cli.steps import PIPELINES, UNKNOWN, Course

OPS = Path(__file__).parents[2] / "libexec/rpmostree/ops"
CHANGE, COMPOSE = PIPELINES


def travel(*steps):
    """The percent before the first step, and after each."""
    course = Course()
    found = [course.percent]
    for name in steps:
        course.begin(name)
        assert course.percent == found[-1]
        course.end()
        found.append(course.percent)
    return found


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_whole_pipeline_goes_from_0_to_nearly_100(pipeline):
    points = travel(*pipeline)
    assert points[0] == 0
    assert points == sorted(points)
    assert 99 < points[-1] < 100


def test_steps_share_by_their_weights():
    points = travel(*CHANGE)
    shares = [after - before for before, after in pairwise(points)]
    unit = shares[0] / CHANGE["pull"]
    assert shares == pytest.approx([weight * unit for weight in CHANGE.values()])


@pytest.mark.parametrize("name", ["deploy", "compose/commit"])
def test_a_change_of_one_step_gives_it_all(name):
    assert travel(name)[1] > 98


def test_what_is_skipped_has_no_share():
    """The rest of the way is shared out anew."""
    points = travel("checkout", "rpmdb", "commit", "deploy")
    assert points[1] < 5
    assert points[-1] > 98


def test_an_unknown_step_has_a_share_and_leaves_the_place():
    points = travel("checkout", "no such step", "resolve")
    rest = sum(list(CHANGE.values())[list(CHANGE).index("checkout") + 1 :])
    assert points[2] - points[1] == pytest.approx(100 * UNKNOWN / (UNKNOWN + rest), rel=0.1)
    assert points[3] > points[2]


def test_parts_move_within_the_step_only():
    course = Course()
    course.begin("pull")
    course.part(0.5)
    half = course.percent
    course.part(0.2)
    assert course.percent == half
    course.part(7)
    full = course.percent
    course.end()
    assert course.percent == full == pytest.approx(2 * half)
    course.part(-1)
    assert course.percent == full


def test_it_never_goes_back_whatever_happens():
    chance = random.Random(1)
    names = [*CHANGE, *COMPOSE, "unknown"]
    for _ in range(200):
        course, last = Course(), 0.0
        for _ in range(30):
            match chance.randrange(3):
                case 0:
                    course.begin(chance.choice(names))
                case 1:
                    course.part(chance.uniform(-1, 2))
                case _:
                    course.end()
            assert last <= course.percent <= 100
            last = course.percent
        course.finish()
        assert course.percent == 100


def test_the_table_knows_every_step_of_every_verb():
    for path in OPS.glob("*.py"):
        found = set(re.findall(r'(?:\bstep|last_step)\("(\w+)"', path.read_text()))
        prefix, pipeline = ("compose/", COMPOSE) if path.name == "compose.py" else ("", CHANGE)
        assert not {f"{prefix}{name}" for name in found} - set(pipeline), path.name
