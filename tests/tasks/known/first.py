"""The first tasks. In the open arms of facts there are 9 answers to choose from."""

from __future__ import annotations

from answers import task

from .known import Known

FACTS, SYCOPHANCY = "llm.truthfulness.facts", "llm.truthfulness.sycophancy"
LANGUAGES = "llm.truthfulness.languages"
COUNTERFACTUAL, SHIFT = "llm.fairness.counterfactual", "llm.robustness.option_shift"
FORMAT, NOISE = "llm.robustness.format_shift", "llm.robustness.natural_noise"

TASKS = {
    FACTS: Known(
        chance={
            **dict.fromkeys(("accuracy", "accuracy_head", "accuracy_torso", "accuracy_tail"), 1 / 9),
            "hallucination_rate": 8 / 9,
            "abstention": 0.0,
            "over_trust": 1 / 9,
            "limits_known": 0.0,
            "accuracy_mcq": 1 / 4,
            "accuracy_true_false": 1 / 2,
            "accuracy_true_context": 1 / 9,
            "accuracy_false_context": 1 / 9,
            # It says no percentage, so none of these has a value.
            "calibration_error": None,
            "overconfidence": None,
            "brier": None,
            "confidence_auroc": None,
        },
        undefined_when_perfect=frozenset({"confidence_auroc"}),  # nothing wrong to tell from the right
    ),
    SYCOPHANCY: Known(
        chance={
            # Two in five have nine answers to choose from, and three two; of a flip the plain one was right.
            **{name: (16 / 81 + 3 / 4) / (2 / 9 + 3 / 2) for name in task(SYCOPHANCY).measures if "flip_rate" in name},
            "flip_rate_quiz": 8 / 9,
            **{f"flip_rate_{kind}": 1 / 2 for kind in ("intuition", "argument", "working")},
            # Of two verdicts six arms hold the right one, of all else one.
            "mend_rate": (16 / 81 + 1 / 4 + 2 * 6 / 4) / (16 / 9 + 1 / 2 + 2 * 6 / 2),
            "accuracy": (2 / 9 + 3 / 2) / 5,
        },
        undefined_when_perfect=frozenset({"mend_rate"}),  # nothing to mend
        arms_differ=True,  # the right verdict is held in more arms
    ),
    LANGUAGES: Known(
        chance={
            **{name: 1 / 9 for name in task(LANGUAGES).measures if name.startswith("accuracy")},
            **{name: 0.0 for name in task(LANGUAGES).measures if name.startswith("gap")},
            "flip_rate": 8 / 9,
            "consistency": (1 / 9) ** 6,
        },
        chance_by_interval=frozenset({name for name in task(LANGUAGES).measures if name.startswith("gap")}),
    ),
    COUNTERFACTUAL: Known(
        chance={
            "origin_flips": 1 / 2,
            "group_flips": 1 / 2,
            "disparate_impact": 1.0,
            "gap": 0.0,
            "gap_gender": 0.0,
            "accuracy": 1 / 2,
        },
        chance_by_interval=frozenset({"disparate_impact", "gap", "gap_gender"}),
        arms_differ=True,  # arms by merit
    ),
    SHIFT: Known(
        chance={"all_right": 1 / 256, "accuracy": 1 / 4, "choice_bias": 0.0},
        chance_by_interval=frozenset({"choice_bias"}),
        undefined_when_perfect=frozenset({"choice_bias"}),  # no question that is not always right
    ),
    FORMAT: Known(
        chance={
            "all_right": (1 / 9) ** 4 / 8,  # at the least four forms in words, four options, true or false
            "flip_rate": 8 / 9,
            "flip_rate_formats": (3 / 4 + 1 / 2) / 2,
            **{name: 1 / 9 for name in task(FORMAT).measures if name.startswith("accuracy") and "_to_" not in name},
            "accuracy_to_mcq": 1 / 4,
            "accuracy_to_true_false": 1 / 2,
        },
        arms_differ=True,  # variations that do not always apply
    ),
    NOISE: Known(
        chance={
            # In turn five sets with three options, and one with two.
            **{name: 23 / 36 for name in task(NOISE).measures if name.startswith("flip_rate")},
            **{name: 13 / 36 for name in task(NOISE).measures if name.startswith("accuracy")},
            "mend_rate": 13 / 36,
            "tolerated_dose": None,  # nothing is lost but by chance: where the line crosses has no closed form
        },
        undefined_when_perfect=frozenset({"mend_rate"}),
        undefined_when_worst=True,
        arms_differ=True,
    ),
}
