"""Captions: does the model name what is in the picture, and nothing that is not?

What is wrong in captions is never told without what they leave out: whoever names nothing names nothing wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from trustgen.core import BARE, Case, Expect, Kit, Level, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import ladder
from trustgen.judge.mentions import mentions
from trustgen.stats.captioned import cover, named_any, trapped, wrong_captions, wrong_objects, wrong_share
from trustgen.stats.controls import leakage
from trustgen.tasks.vlm.shown import layout_of, picture, seen_in, unknown
from trustgen.vision.render import alt
from trustgen.vision.wording import PROMPTS, with_article

ARM = "picture"
ELSE = "Something else is in it."
"""What names nothing of a scene whose picture is not shown."""


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case]:
    """A caption for the picture, and for another."""
    layout, other = layout_of(record["layout"]), layout_of(record["other"])
    there = sorted(thing.shape for thing in layout.scene.things)
    traps = tuple(shape for _, shape in record["often"] if shape not in there)
    wrong, text = " and ".join(with_article(shape) for shape in traps[:2]), PROMPTS.describe(draw)
    best = alt(layout.scene)
    expect = Expect(answer=", ".join(there), wrong=traps, best=best, worst=wrong)
    for arm, shown, ends in ((ARM, layout, expect), ("other", other, unknown(expect, ELSE))):
        yield Case.of(record, arm, user(text, picture(kit, shown)), expect=ends, question=text)


@task(version="1-A")
def captions(n: int = 40, kit: Kit = BARE) -> Task:
    """Share of captions that name something that is not in the picture, of those that name anything."""
    return Task(
        records=pool("pictures.shown", n=n),
        cases=partial(cases, kit=kit),
        judge=seen_in((ARM,), ladder(mentions()), ("other",)),
        measures={
            "wrong_captions": wrong_captions(ARM),
            "wrong_objects": wrong_objects(ARM),
            "wrong_share": wrong_share(ARM),
            "trapped": trapped(ARM),
            "cover": cover(ARM),
            "named_any": named_any(ARM),
            "leakage_other": leakage("other"),
        },
        sampling=Sampling(max_tokens=120),
        needs=frozenset({Level.GENERATE, Level.IMAGE_IN}),
    )
