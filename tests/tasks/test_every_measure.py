"""Laws over every measure of every task, whatever its class: a new one stands under them without being named."""

from __future__ import annotations

import math
from random import Random

import pytest
from answers import cases, ruled, task

from trustgen.core import OUTCOMES, Direction, Outcome
from trustgen.core.registry import names
from trustgen.stats import ClusterMeasure, Grade, Grades

TASKS = names("task")
ENDS = ("value", "low", "high", "worst", "best")


def rows(id: str, lost: float) -> list[Grade]:
    """What a random model does, of which a share ended otherwise than scored."""
    draw = Random(f"{id} {lost}")
    found = []
    for case, ruling in ruled(id, "random", cases(id, 8)):
        outcome = draw.choice(OUTCOMES[1:]) if draw.random() < lost else ruling.outcome
        told = (ruling.score, ruling.label) if outcome == Outcome.SCORED else (None, "")
        found.append(Grade(case.cluster, case.arm, outcome, *told, case.tags, ruling.confidence))
    return found


@pytest.mark.parametrize("lost", [0.0, 0.3])
@pytest.mark.parametrize("id", TASKS)
def test_values_lie_where_they_must_and_order_changes_nothing(id: str, lost: float) -> None:
    held = rows(id, lost)
    shuffled = held.copy()
    Random(0).shuffle(shuffled)
    for name, measure in task(id).measures.items():
        found, other = measure(Grades.of(held)), measure(Grades.of(shuffled))
        assert sum(found.outcomes.values()) == found.planned, name
        for end in ENDS:
            same = pytest.approx(getattr(other, end), abs=1e-9, nan_ok=True)
            assert getattr(found, end) == same, (name, end)
        bottom, top = measure.range
        if not math.isnan(found.value):
            assert bottom <= found.low <= found.value <= found.high <= top, name
            assert found.counted > 0, name
        if not math.isnan(found.worst):
            low, high = sorted((found.worst, found.best))
            assert bottom - 1e-9 <= low <= high <= top + 1e-9, name
            if measure.direction == Direction.TARGET:
                continue  # the ends are by distance; and a pair known by half bounds a change, and is not in its value
            assert math.isnan(found.value) or low - 1e-9 <= found.value <= high + 1e-9, name
            assert found.worst == (high if measure.direction == Direction.LOWER else low), name


@pytest.mark.parametrize("outcome", [Outcome.UNPARSED, Outcome.ERROR])
@pytest.mark.parametrize("id", TASKS)
def test_nothing_scored_has_no_value_and_all_of_it_is_planned(id: str, outcome: Outcome) -> None:
    held = Grades.of([row._replace(outcome=outcome, score=None, label="") for row in rows(id, 0.0)])
    for name, measure in task(id).measures.items():
        found = measure(held)
        behaviour = type(measure).__name__ == "OutcomeRate" and outcome == Outcome.UNPARSED
        assert math.isnan(found.value) != behaviour, name
        assert found.outcomes.get(outcome, 0) == found.planned, name  # 0 where no case has its tag
        assert isinstance(measure, ClusterMeasure), name
