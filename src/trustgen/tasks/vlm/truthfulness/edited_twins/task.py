"""Edited twins: does the answer change with the picture, and only with what was changed in it?

Two pictures differ by one edit. One question has another answer for each of them, one has the same. Who answers from
the question alone is right on one picture of each pair, and never on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import msgspec

from trustgen.core import BARE, Case, Direction, Kit, Level, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric
from trustgen.judge.closed import closed
from trustgen.stats.groups_right import groups_right
from trustgen.stats.share import score_among
from trustgen.tasks.vlm.shown import control_measures, controlled, expected, layout_of, picture, seen_in, tags_of
from trustgen.tasks.vlm.truthfulness.attributes_relations_counts.task import KINDS, NOUNS
from trustgen.vision.asked import answer, even, put
from trustgen.vision.twins import some_twins

ARMS = (("first", "first_kept"), ("second", "second_kept"))  # of each picture: the answer that turns, and the other
TURNS, KEPT = zip(*ARMS, strict=True)


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case]:
    """Both questions about both pictures, and the one that turns without any."""
    layout = layout_of(record["layout"])
    pair = some_twins(layout, draw)
    may = [question for kind in KINDS if (question := even(kind, layout, draw))]
    kept = [one for one in may if answer(one.kind, one.about, pair.second) == one.gold]
    same, ways = draw.choice(kept), (draw.getrandbits(32), draw.getrandbits(32))
    for arms, shown, gold in zip(ARMS, (pair.first, pair.second), pair.golds, strict=True):
        image = picture(kit, shown)
        for arm, asked, way in zip(arms, (msgspec.structs.replace(pair.question, gold=gold), same), ways, strict=True):
            tags = {**tags_of(asked), "edit": pair.change.kind}
            text = put(asked, Random(way))
            expect = expected(asked, pair.golds)
            yield Case.of(record, arm, user(text, image), expect=expect, tags=tags, question=asked.text)
    yield from controlled(record, pair.question, draw, picture(kit, layout_of(record["other"])))


@task(version="1-A")
def edited_twins(n: int = 40, kit: Kit = BARE) -> Task:
    """Share of questions whose answer an edit turns that are answered rightly about both pictures."""
    shown = (*TURNS, *KEPT)
    return Task(
        records=pool("pictures.shown", n=n),
        cases=partial(cases, kit=kit),
        judge=seen_in(shown, ladder(closed(*NOUNS, "word"), judged(kit, rubric("answer")))),
        measures={
            "turned": groups_right((TURNS,)),
            "question_accuracy": groups_right((TURNS, KEPT)),
            "figure_accuracy": groups_right(ARMS),
            "accuracy": score_among(arms=shown, direction=Direction.HIGHER),
            **control_measures(*TURNS),
        },
        sampling=Sampling(max_tokens=24),
        needs=frozenset({Level.GENERATE, Level.IMAGE_IN}),
    )
