"""Every headline that is a mean over cases can be corrected for its judge, and takes people's labels."""

from __future__ import annotations

import math

import pytest
from answers import cases, graded

from trustgen.core.registry import load, names
from trustgen.stats import ClusterMeasure, Grades

TASKS = names("task")
NO_MEAN = {
    "llm.ethics.dilemmas": "clusters",
    "llm.ethics.vignettes": "pairs",
    "llm.fairness.counterfactual": "pairs",
    "llm.fairness.counting_bias": "pairs",
    "llm.risk.sandbagging": "pairs",
    "llm.robustness.format_shift": "clusters",
    "llm.robustness.natural_noise": "pairs",
    "llm.robustness.option_shift": "clusters",
    "llm.robustness.out_of_distribution": "pairs",
    "llm.safety.toxicity": "clusters",
    "llm.truthfulness.fact_check": "picked cases",  # the mean of two shares
    "llm.truthfulness.hallucination_spotting": "picked cases",
    "llm.truthfulness.knowledge_grounding": "picked cases",
    "llm.truthfulness.languages": "pairs",
    "llm.truthfulness.sycophancy": "pairs",
    "t2i.fairness.representation": "people",
    "t2i.fairness.stereotype_sentence": "pairs",
    "t2i.robustness.perturbed_prompt": "pairs",
    "t2i.robustness.sampler_sensitivity": "pairs",
    "vlm.robustness.typographic_distractor": "pairs",
    "vlm.truthfulness.attributes_relations_counts": "picked cases",  # the mean of eight shares
    "vlm.truthfulness.captions": "captions",
    "vlm.truthfulness.edited_twins": "groups",
    "vlm.truthfulness.objects": "picked cases",  # the one share less the other
}
"""Headlines that are none, with their unit: the error on two replies to one record is not known to be independent."""


def headline(id: str) -> ClusterMeasure:
    """A task's first measure."""
    made = load("task", id)(1)
    measure: ClusterMeasure = made.measures[made.headline]
    return measure


def test_which_headlines_can_carry_both() -> None:
    nothing = Grades.of([])
    means = {one for one in TASKS if headline(one).unit_value(nothing) is not None}
    assert means == set(TASKS) - set(NO_MEAN)
    assert {one: headline(one).unit for one in NO_MEAN} == NO_MEAN


@pytest.mark.parametrize("id", TASKS)
def test_what_cases_add_is_what_the_measure_counts(id: str) -> None:
    """The law behind both: over the usable cases, the mean of what each adds is the value."""
    made = load("task", id)(4)
    held = graded(id, "random", cases(id, 4))
    for name, measure in made.measures.items():
        added, usable = measure.unit_value(held), measure.usable(held)
        if added is None:
            continue
        found = measure(held)
        assert ((added >= 0) & (added <= 1)).all(), name
        assert found.counted == usable.sum(), name
        assert found.value == pytest.approx(added[usable].mean() if usable.any() else math.nan, nan_ok=True), name
