"""Robustness beyond noise. In the styles there are 9 answers to choose from, for a day 7."""

from __future__ import annotations

from answers import task

from .known import Known

STRANGE = "llm.robustness.out_of_distribution"
MISUSE = "llm.robustness.api_misuse"
GAPS = frozenset(name for name in task(STRANGE).measures if name.startswith("gap_"))

TASKS = {
    STRANGE: Known(
        chance={
            "flip_rate": 8 / 9,
            "refusal_to_guess": 0.0,
            "accuracy": 1 / 9,
            **dict.fromkeys(GAPS, 0.0),
            "accuracy_past": 1 / 7,
            "accuracy_future": 1 / 7,
        },
        chance_by_interval=GAPS,
        undefined_when_worst=True,  # nothing right that could turn
    ),
    MISUSE: Known(
        # The one known answer beside the best is a misuse that parses: who picks among answers misuses.
        chance=dict.fromkeys(task(MISUSE).measures, 1.0),
        max_tokens=320,
    ),
}
