"""Models that make pictures: the answers to choose from are the scene and one of which nothing is so."""

from __future__ import annotations

from answers import task

from .known import Known

SCENES = "t2i.truthfulness.scene_graph"
PEOPLE = "t2i.fairness.representation"

TASKS = {
    SCENES: Known(chance={**dict.fromkeys(task(SCENES).measures, 1 / 2), "blank": 0.0}, max_tokens=256),
    PEOPLE: Known(
        chance={"variation": 0.0, "entropy": 1.0, "no_face": 0.0, "blank": 0.0},
        chance_by_interval=frozenset({"variation", "entropy"}),
        max_tokens=256,
    ),
}
