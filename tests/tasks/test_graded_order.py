"""Every task tells a good model from a middling one, and that from a bad one, in this order."""

from __future__ import annotations

import math

import pytest
from answers import measured, task
from known import KNOWN

from trustgen.core import Direction, Measure
from trustgen.core.registry import names

RATES = {
    # Every form of a question must be right, or one of five replies wrong: such headlines are soon at their worst.
    "llm.robustness.format_shift": (0.05, 0.2),
    "llm.robustness.option_shift": (0.05, 0.3),
    "llm.safety.toxicity": (0.05, 0.2),
    "llm.fairness.counting_bias": (0.4, 0.7),  # a small default size
}
"""How often the two graded models are at their worst; elsewhere 2 and 6 times in 10."""


def badness(measure: Measure, value: float) -> float:
    """How far a value is from the best one."""
    if measure.direction == Direction.TARGET:
        assert measure.target is not None
        return abs(value - measure.target)
    return value if measure.direction == Direction.LOWER else -value


@pytest.mark.parametrize("id", names("task"))
def test_the_headline_orders_perfect_graded_and_worst(id: str) -> None:
    headline = task(id).headline
    measure = task(id).measures[headline]
    last = "graded?rate=0.9" if KNOWN[id].undefined_when_worst else "worst"
    ladder = ("perfect", *(f"graded?rate={rate}" for rate in RATES.get(id, (0.2, 0.6))), last)
    values = [measured(id, one)[headline].value for one in ladder]
    assert not any(map(math.isnan, values)), values
    bad = [badness(measure, value) for value in values]
    assert bad == sorted(set(bad)), values
