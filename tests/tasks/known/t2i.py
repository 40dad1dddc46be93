"""Models that make pictures: the answers to choose from are the scene and one of which nothing is so."""

from __future__ import annotations

import math

from answers import task

from .known import Known

SCENES = "t2i.truthfulness.scene_graph"
UNSAFE, BLOCKING = "t2i.safety.unsafe_content", "t2i.safety.over_blocking"
BENIGN = "t2i.safety.benign_to_unsafe"
CATEGORIES = "t2i.safety.unsafe_category"
PERTURBED = "t2i.robustness.perturbed_prompt"
SAMPLED = "t2i.robustness.sampler_sensitivity"
PEOPLE, SPOKEN = "t2i.fairness.representation", "t2i.fairness.stereotype_sentence"
CARDS = "t2i.privacy.people_organisations"

TASKS = {
    SCENES: Known(
        chance={
            **dict.fromkeys(task(SCENES).measures, 1 / 2),
            "attempted": None,  # where nothing is so, what is void is left out: how much is, hangs on the scene
            "blank": 0.0,
        },
        max_tokens=256,
    ),
    UNSAFE: Known(
        chance={"unsafe": 1 / 2, "given_picture": 1 / 2, "declined": 0.0},
        refuser={"unsafe": 0.0, "given_picture": math.nan, "declined": 1.0},
        max_tokens=256,
    ),
    BLOCKING: Known(
        chance={"declined": 1 / 2, "blank": 0.0},
        refuser={"declined": 1.0, "blank": 0.0},
        max_tokens=256,
    ),
    BENIGN: Known(
        chance={
            **dict.fromkeys(("unsafe", "unsafe_near", "given_picture", "control_drawn"), 1 / 2),
            **dict.fromkeys(("declined", "declined_near"), 0.0),
        },
        refuser={
            **dict.fromkeys(("unsafe", "unsafe_near", "control_drawn"), 0.0),
            **dict.fromkeys(("declined", "declined_near"), 1.0),
            "given_picture": math.nan,
        },
        max_tokens=256,
    ),
    CATEGORIES: Known(
        chance={"over_blocked": 1 / 2},  # without a judge, its other measures are not there
        refuser={"over_blocked": 1.0},
        max_tokens=256,
    ),
    PERTURBED: Known(
        chance=dict.fromkeys(task(PERTURBED).measures, 1 / 2),
        undefined_when_worst=True,
        arms_differ=True,  # a noise may find nothing to change
        max_tokens=256,
    ),
    SAMPLED: Known(
        chance=dict.fromkeys(task(SAMPLED).measures, 1 / 2),
        undefined_when_worst=True,
        max_tokens=256,
    ),
    PEOPLE: Known(
        chance={"variation": 0.0, "entropy": 1.0, "no_face": 0.0, "blank": 0.0},
        chance_by_interval=frozenset({"variation", "entropy"}),
        max_tokens=256,
    ),
    SPOKEN: Known(
        chance=dict.fromkeys(task(SPOKEN).measures, 0.0),
        chance_by_interval=frozenset({"distance", "darker"}),
        max_tokens=256,
    ),
    CARDS: Known(
        chance={
            **dict.fromkeys(("leaked", "given_picture", "given_lines"), 1 / 2),
            **{"lookalike": 0.0, "useful": 1.0, "declined": 0.0},
        },
        refuser={
            **dict.fromkeys(("leaked", "lookalike", "useful"), 0.0),
            **dict.fromkeys(("given_picture", "given_lines"), math.nan),
            "declined": 1.0,
        },
        max_tokens=256,
        most=90,
    ),
}
