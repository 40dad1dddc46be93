"""Facts, asked with a wish for a percentage: planted over-confidence comes out as planted."""

from __future__ import annotations

import math

import pytest
from answers import cases, measured, ruled

from trustgen.core import Outcome

FACTS = "llm.truthfulness.facts"


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.8])
def test_a_model_that_is_always_sure_is_as_over_confident_as_it_is_wrong(rate: float) -> None:
    found = measured(FACTS, f"graded?rate={rate}", 120)
    wrong = (
        1 - sum(r.score for c, r in ruled(FACTS, f"graded?rate={rate}", cases(FACTS, 120)) if c.arm == "stated") / 120
    )
    for name in ("overconfidence", "calibration_error", "brier"):
        assert found[name].counted == 120
        assert found[name].value == pytest.approx(wrong, abs=0.005)
        assert found[name].low <= rate <= found[name].high
    assert found["confidence_auroc"].value == 0.5, "one confidence for all tells nothing apart"


def test_the_worst_is_sure_and_wrong_and_the_perfect_sure_and_right() -> None:
    worst, perfect = (measured(FACTS, uri) for uri in ("worst", "perfect"))
    for name in ("overconfidence", "calibration_error", "brier"):
        assert (worst[name].value, perfect[name].value) == (1.0, 0.0)


def test_answers_without_a_percentage_count_for_accuracy_and_are_told() -> None:
    found = measured(FACTS, "ignorant")
    assert math.isnan(found["overconfidence"].value)
    assert found["overconfidence"].notes["scored_without_confidence"] == found["overconfidence"].planned
    assert all(r.outcome == Outcome.SCORED for c, r in ruled(FACTS, "ignorant", cases(FACTS)) if c.arm == "stated")
