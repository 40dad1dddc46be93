"""Models that look at pictures: by luck one of the answers that were offered, or of two words."""

from __future__ import annotations

from answers import task

from .known import Known

OBJECTS = "vlm.truthfulness.objects"
ATTRIBUTES = "vlm.truthfulness.attributes_relations_counts"
TWINS = "vlm.truthfulness.edited_twins"
WORDS = "vlm.truthfulness.text_in_image"
DISTRACTED = "vlm.robustness.typographic_distractor"
CAPTIONS = "vlm.truthfulness.captions"

OFFERED = {"colour": 9, "shape": 12, "size": 2, "ground": 5, "count": 6, "where": 9, "relation": 2, "same": 2}
CONTROLS = ("gain", "leakage", "leakage_other")

TASKS = {
    OBJECTS: Known(
        chance={**dict.fromkeys(task(OBJECTS).measures, 1 / 2), "youden_j": 0.0, **dict.fromkeys(CONTROLS, 0.0)},
        chance_by_interval=frozenset({"youden_j", *CONTROLS}),
        arms_differ=True,  # three of each side, and two of the six without the picture
    ),
    ATTRIBUTES: Known(
        chance={
            "balanced_accuracy": sum(1 / many for many in OFFERED.values()) / len(OFFERED),
            **{f"accuracy_{kind}": 1 / many for kind, many in OFFERED.items()},
            **dict.fromkeys(CONTROLS, 0.0),
        },
        chance_by_interval=frozenset(CONTROLS),
        arms_differ=True,  # eight kinds of questions, and one without the picture
    ),
    TWINS: Known(
        # How many answers are offered hangs on which edit was drawn; a word is of two, and without the picture of none.
        chance=dict.fromkeys(task(TWINS).measures, None),
        arms_differ=True,  # without a picture the same question may come up twice, and is asked once
    ),
    WORDS: Known(
        # Of two words; where neither is known, it says what is best there.
        chance={**dict.fromkeys(task(WORDS).measures, 1 / 2), "invented": 0.0, "leakage_other": 0.0},
    ),
    DISTRACTED: Known(
        # Colours are of nine and shapes of twelve, as often: one in 9 or 12 is right, and as many follow the word.
        chance={
            **dict.fromkeys(("accuracy_plain", "accuracy_misleading", "followed"), (1 / 9 + 1 / 12) / 2),
            "flip_rate": None,  # of the few that are right by luck
            **dict.fromkeys(CONTROLS, 0.0),
        },
        chance_by_interval=frozenset(CONTROLS),
        undefined_when_worst=True,
        arms_differ=True,  # without a picture the same question may come up twice, and is asked once
    ),
    CAPTIONS: Known(
        # All that is there, or one thing that is not: how much that is of what is there hangs on the scene.
        chance={**dict.fromkeys(task(CAPTIONS).measures, None), "named_any": 1.0},
        max_tokens=128,
    ),
}
