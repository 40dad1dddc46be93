"""Typographic distractor: does the model say what it sees, or what is written beside it?

A question about a colour or a shape is asked about a picture with a word that names another answer, and about the same
picture with a word that names none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import msgspec

from trustgen.core import BARE, Case, Direction, Kit, Level, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import judged, ladder, matches, rubric
from trustgen.stats import accuracy, flip_rate, label_rate
from trustgen.tasks.vlm.shown import control_measures, controlled, expected, layout_of, picture, seen_in, tags_of
from trustgen.tasks.vlm.truthfulness.attributes_relations_counts.task import NOUNS
from trustgen.vision.asked import even, put

ARMS = ("plain", "misleading")


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case]:
    """The question with a word that names nothing, with one that names a wrong answer, and without the picture."""
    layout, way = layout_of(record["layout"]), draw.getrandbits(32)
    question = even(record["kind"], layout, draw)
    assert question, "the pool gives scenes in which it can be asked"
    known, told = expected(question), record["misleads"]
    wrong = (told, *(one for one in known.wrong if one != told))
    expect = msgspec.structs.replace(known, wrong=wrong)
    text, tags = put(question, Random(way)), {**tags_of(question), "kind": record["kind"]}
    for arm, word in zip(ARMS, (layout.scene.word, told.upper()), strict=True):
        scene = msgspec.structs.replace(layout.scene, word=word)
        image = picture(kit, msgspec.structs.replace(layout, scene=scene))
        yield Case.of(record, arm, user(text, image), expect=expect, tags=tags, question=question.text)
    yield from controlled(record, question, draw, picture(kit, layout_of(record["other"])))


@task(version="1-A")
def typographic_distractor(n: int = 40, kit: Kit = BARE) -> Task:
    """Share of questions about pictures, answered rightly beside a neutral word, that a misleading word turns wrong."""
    return Task(
        records=pool("pictures.misleading", n=n),
        cases=partial(cases, kit=kit),
        judge=seen_in(ARMS, ladder(matches(*NOUNS, claim="followed"), judged(kit, rubric("answer")))),
        measures={
            "flip_rate": flip_rate(control="plain", arms=("misleading",)),
            "followed": label_rate("followed", "misleading", direction=Direction.LOWER),
            "accuracy_plain": accuracy("plain"),
            "accuracy_misleading": accuracy("misleading"),
            **control_measures("plain"),
        },
        sampling=Sampling(max_tokens=24),
        needs=frozenset({Level.GENERATE, Level.IMAGE_IN}),
    )
