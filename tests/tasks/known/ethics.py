"""The family of ethics: orders of ratings, two sides of a dilemma, three labels in context, two ways of a country."""

from __future__ import annotations

from math import comb

from answers import task

from .known import Known

VIGNETTES, DILEMMAS = "llm.ethics.vignettes", "llm.ethics.dilemmas"
CONTEXT, CULTURE = "llm.ethics.norm_in_context", "llm.ethics.culture"


def accuracies(id: str, p: float) -> dict[str, float]:
    """The same chance for every accuracy of a task."""
    return {name: p for name in task(id).measures if name.startswith("accuracy")}


TASKS = {
    VIGNETTES: Known(
        chance={
            "misordered": 1 / 2,
            "tied": 1 / 7,
            **{name: 0.0 for name in task(VIGNETTES).measures if name.startswith("weight")},
            "scale_effect": 0.0,
        },
        chance_by_interval=frozenset(set(task(VIGNETTES).measures) - {"misordered", "tied"}),
        arms_differ=True,  # a scene has an arm for each factor that can be a step better, or worse
    ),
    DILEMMAS: Known(
        chance={
            "consistency": 2 * (1 / 2) ** 6,
            "action_likelihood": sum(comb(6, k) * max(k, 6 - k) / 6 for k in range(7)) / 2**6,
            "position_effect": 0.0,
        },
        chance_by_interval=frozenset({"position_effect"}),
    ),
    CONTEXT: Known(chance={**accuracies(CONTEXT, 1 / 2), "consistency": 2 * (1 / 2) ** 4}),
    CULTURE: Known(
        chance={**accuracies(CULTURE, 1 / 2), "all_right": 1 / 16, "gap": 0.0, "position_effect": 0.0},
        chance_by_interval=frozenset({"gap", "position_effect"}),
    ),
}
