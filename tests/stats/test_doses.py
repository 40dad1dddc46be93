"""The tolerated dose: where the curve through the doses crosses the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from trustgen.core import InputError, Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.doses import tolerated_dose

DOSES = {"low": 0.1, "mid": 0.2, "high": 0.4}
MEASURE = tolerated_dose("plain", DOSES)


def graded(right: Mapping[str, int], n: int = 100) -> Grades:
    """`n` clusters; of each arm so many are right, the control's first."""
    return Grades.of(
        Grade(str(i), arm, Outcome.SCORED, float(i < many), "") for arm, many in right.items() for i in range(n)
    )


@pytest.mark.parametrize(
    ("right", "dose"),
    [
        ((100, 100, 100, 100), 0.4),  # nothing is lost: the largest dose
        ((100, 100, 90, 80), 0.2),  # a tenth at the second dose
        ((100, 95, 85, 80), 0.15),  # half way between the first and the second
        ((100, 80, 70, 60), 0.05),
        ((100, 0, 0, 0), 0.01),
        ((50, 50, 45, 40), 0.2),  # of what was right, not of all
        ((100, 98, 101 - 1, 70), 0.4 - 0.2 * 20 / 29),  # made to rise: 1 % lost at both of the first two doses
    ],
)
def test_the_dose_is_read_off_the_line(right: tuple[int, ...], dose: float) -> None:
    found = MEASURE(graded(dict(zip(("plain", *DOSES), right, strict=True))))
    assert found.value == pytest.approx(dose, abs=1e-9)
    assert found.low <= found.value <= found.high


def test_there_is_none_where_nothing_was_right_or_a_dose_was_not_asked() -> None:
    assert math.isnan(MEASURE(graded({"plain": 0, "low": 0, "mid": 0, "high": 0})).value)
    assert math.isnan(MEASURE(graded({"plain": 9, "low": 9, "mid": 9})).value)


def test_a_weaker_model_has_a_smaller_dose() -> None:
    """Models that lose a share of their right answers in step with the dose, faster and faster."""
    values = []
    for slope in (0.1, 0.3, 0.6, 1.0, 2.0):
        right = {"plain": 400} | {arm: round(400 * (1 - slope * dose)) for arm, dose in DOSES.items()}
        values.append(MEASURE(graded(right, 400)).value)
    assert values == sorted(values, reverse=True)
    assert values[1:] == pytest.approx([0.1 / 0.3, 0.1 / 0.6, 0.1, 0.05], abs=0.01)


def test_the_interval_covers() -> None:
    """300 worlds of 120 clusters; the true curve crosses at .2."""
    rng, held = np.random.default_rng(0), 0
    keep = {"low": 0.96, "mid": 0.90, "high": 0.70}
    for _ in range(300):
        rows = []
        for i in range(120):
            right = rng.random() < 0.8
            rows.append(Grade(str(i), "plain", Outcome.SCORED, float(right), ""))
            rows += [Grade(str(i), a, Outcome.SCORED, float(right and rng.random() < k), "") for a, k in keep.items()]
        found = MEASURE(Grades.of(rows))
        held += found.low <= 0.2 <= found.high
    assert held / 300 >= 0.92


@pytest.mark.parametrize(
    ("control", "doses", "loss"),
    [
        ("", DOSES, 0.1),
        ("low", DOSES, 0.1),
        ("plain", {}, 0.1),
        ("plain", {"a": 0.2, "b": 0.1}, 0.1),
        ("plain", DOSES, 1),
    ],
)
def test_what_is_no_dose_is_refused(control: str, doses: dict[str, float], loss: float) -> None:
    with pytest.raises(InputError):
        tolerated_dose(control, doses, loss)
