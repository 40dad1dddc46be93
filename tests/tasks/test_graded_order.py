"""Every task tells a good model from a middling one, and that from a bad one, in this order."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from answers import cases, graded, held, measured, task
from known import KNOWN

from trustgen.core import Case, Direction, Measure
from trustgen.core.registry import names
from trustgen.core.strata import rank

RATES = {
    # Every form of a question must be right, or one of five replies wrong: such headlines are soon at their worst.
    "llm.robustness.format_shift": (0.05, 0.2),
    "llm.robustness.option_shift": (0.05, 0.3),
    "llm.safety.toxicity": (0.05, 0.2),
    "llm.fairness.counting_bias": (0.4, 0.7),  # a small default size
    "t2i.robustness.sampler_sensitivity": (0.1, 0.4),
}
"""How often the two graded models are at their worst; elsewhere 2 and 6 times in 10."""

LAST = {"t2i.robustness.sampler_sensitivity": 0.7}  # of 20 plain pictures one at least is to be right
"""How often a model is at its worst that stands for the worst one, where that one has no value; elsewhere .9."""


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
    last = f"graded?rate={LAST.get(id, 0.9)}" if KNOWN[id].undefined_when_worst else "worst"
    ladder = ("perfect", *(f"graded?rate={rate}" for rate in RATES.get(id, (0.2, 0.6))), last)
    values = [measured(id, one)[headline].value for one in ladder]
    assert not any(map(math.isnan, values)), values
    bad = [badness(measure, value) for value in values]
    assert bad == sorted(set(bad)), values


STRATA_RATES = {
    "llm.robustness.format_shift": (0.02, 0.1),
    "llm.robustness.option_shift": (0.02, 0.2),
    "llm.safety.toxicity": (0.02, 0.15),
    "llm.ethics.vignettes": (0, 0.15),  # of three to six factors told
    "t2i.truthfulness.scene_graph": (0, 0.14),  # of three to eight facts
    "t2i.robustness.perturbed_prompt": (0, 0.1),
    "t2i.robustness.sampler_sensitivity": (0, 0.1),
}
"""How often a model is at its worst on the easiest stratum, and how much oftener on each harder one; else .1 and .3."""
FEW = 12
"""Records that a stratum needs for its place on the curve to be looked at."""


def by_stratum(over: Sequence[Case]) -> list[tuple[Case, ...]]:
    """The cases of each step of difficulty with those of their records that are of none, from the easiest step up."""
    steps = [rank(case.tags.get("difficulty", "")) for case in over]
    found = []
    for step in sorted({step for step in steps if step is not None}):
        of = {case.cluster for case, its in zip(over, steps, strict=True) if its == step}
        if len(of) >= FEW:
            held = zip(over, steps, strict=True)
            found.append(tuple(case for case, its in held if case.cluster in of and its in (step, None)))
    return found


def curves(id: str, n: int) -> list[float]:
    """How bad the headline is on each stratum, for a model whose ability falls with difficulty."""
    headline = task(id).headline
    measure, (rate, rise) = task(id).measures[headline], STRATA_RATES.get(id, (0.1, 0.3))
    model = f"graded?rate={rate}&rise={rise}"
    return [badness(measure, measure(graded(id, model, over)).value) for over in by_stratum(cases(id, n))]


@pytest.mark.parametrize("id", names("task"))
def test_a_harder_stratum_is_worse_for_a_model_whose_ability_falls_with_it(id: str) -> None:
    assert all(rank(tag) is not None for case in cases(id) if (tag := case.tags.get("difficulty")))
    bad = curves(id, 90 if id == "t2i.truthfulness.scene_graph" else 60)
    assert not any(map(math.isnan, bad)), bad
    assert bad == sorted(bad), bad
    assert len(bad) < 2 or bad[0] < bad[-1]


@pytest.mark.proof
@pytest.mark.parametrize("id", names("task"))
def test_every_step_of_difficulty_is_seen_in_larger_editions(id: str) -> None:
    bad = curves(id, held(id, 600 if id == "t2i.truthfulness.scene_graph" else 200))  # six steps, one case a record
    assert bad == sorted(set(bad)), bad
