"""Text in image: does the model read what is written in a picture, letter by letter, and how small may it be?

The same picture comes in three sizes. Words are three to five capital letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

import msgspec

from trustgen.core import BARE, Case, Direction, Kit, Level, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric
from trustgen.judge.drawn_word import drawn_word
from trustgen.stats import accuracy, label_rate
from trustgen.stats.arm_differences import gain
from trustgen.stats.controls import leakage
from trustgen.stats.share import score_among
from trustgen.tasks.vlm.shown import expected, layout_of, picture, seen_in, tags_of, unknown
from trustgen.vision.asked import Question, ask, put
from trustgen.vision.layout import Layout

SIDES = {"large": 256, "middle": 128, "small": 64}
"""Sizes of the pictures in pixels; a letter is an eighth of it wide."""
NONE = "There is no word."


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case]:
    """The word in pictures of three sizes; where it is not written, and where another is."""
    layout, other = layout_of(record["layout"]), layout_of(record["other"])
    question, way = _asked(layout, draw), draw.getrandbits(32)
    scene = msgspec.structs.replace(layout.scene, word="")
    bare = msgspec.structs.replace(layout, scene=scene, word=None)
    expect = expected(question, (other.scene.word,))
    for arm, side in SIDES.items():
        text, image = put(question, Random(way)), picture(kit, layout, side)
        yield Case.of(record, arm, user(text, image), expect=expect, tags=tags_of(question), question=question.text)
    for arm, shown, best in (("bare", bare, NONE), ("other", other, other.scene.word)):
        turn = user(put(question, Random(way)), picture(kit, shown))
        yield Case.of(record, arm, turn, expect=unknown(expect, best), tags=tags_of(question), question=question.text)


def _asked(layout: Layout, draw: Random) -> Question:
    """The question, in a wording that allows for no word."""
    while "none" not in (question := ask("word", (), layout, draw)).text:
        pass
    return question


@task(version="1-A")
def text_in_image(n: int = 40, kit: Kit = BARE) -> Task:
    """Share of drawn words that are read right, over pictures of three sizes."""
    return Task(
        records=pool("pictures.written", n=n),
        cases=partial(cases, kit=kit),
        judge=seen_in((*SIDES, "bare"), ladder(drawn_word(), judged(kit, rubric("answer"))), ("other",)),
        measures={
            "accuracy": score_among(arms=tuple(SIDES), direction=Direction.HIGHER),
            **{f"accuracy_{arm}": accuracy(arm) for arm in SIDES},
            "gain": gain(tuple(SIDES), ("other",)),
            "invented": label_rate("wrong", "bare", direction=Direction.LOWER),
            "leakage_other": leakage("other"),
        },
        sampling=Sampling(max_tokens=16),
        needs=frozenset({Level.GENERATE, Level.IMAGE_IN}),
    )
