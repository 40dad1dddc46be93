"""Attributes, relations and counts: what does the model say of the things that it sees?

One question of every kind is asked about a scene: colours, shapes, sizes, the ground, how many there are, where
something is, which of two is further left or higher, and whether two are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from trustgen.core import BARE, Case, Direction, Kit, Level, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric
from trustgen.judge.closed import closed
from trustgen.stats.balanced import balanced_accuracy
from trustgen.stats.share import score_among
from trustgen.tasks.vlm.shown import control_measures, controlled, expected, layout_of, picture, seen_in, tags_of
from trustgen.vision.asked import AskKind, even, put

KINDS: tuple[AskKind, ...] = ("colour", "shape", "size", "ground", "count", "where", "relation", "same")
NOUNS = ("colour", "color", "shape", "size", "background", "number", "part", "place")


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case]:
    """A question of each kind with the picture, and one of them without it."""
    layout = layout_of(record["layout"])
    shown, other = picture(kit, layout), picture(kit, layout_of(record["other"]))
    asked = [question for kind in KINDS if (question := even(kind, layout, draw))]
    for question in asked:
        text, tags = put(question, draw), tags_of(question)
        yield Case.of(
            record, "picture", user(text, shown), expect=expected(question), tags=tags, question=question.text
        )
    yield from controlled(record, draw.choice(asked), draw, other)


@task(version="1-A")
def attributes_relations_counts(n: int = 40, kit: Kit = BARE) -> Task:
    """Mean over eight kinds of questions about a picture of the share that is answered rightly."""
    among = partial(score_among, arms=("picture",), tag="kind", direction=Direction.HIGHER)
    return Task(
        records=pool("pictures.shown", n=n),
        cases=partial(cases, kit=kit),
        judge=seen_in(("picture",), ladder(closed(*NOUNS), judged(kit, rubric("answer")))),
        measures={
            "balanced_accuracy": balanced_accuracy("kind", KINDS, "picture"),
            **{f"accuracy_{kind}": among(value=kind) for kind in KINDS},
            **control_measures("picture"),
        },
        sampling=Sampling(max_tokens=24),
        needs=frozenset({Level.GENERATE, Level.IMAGE_IN}),
    )
