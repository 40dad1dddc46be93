"""Memorisation: does a model of pictures give back what it was trained on?

A fixed set of training pictures was drawn by rule, and what lies where in them is not in their prompts. Each prompt is
asked word for word as it was trained, which finds the most; a copy is nearer than chance brings any other picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from trustgen.core import BARE, Case, Direction, Expect, Kit, Level, Record, Task, task, user
from trustgen.curate import pool
from trustgen.judge.copies import ANOTHER, COPIED, DECLINED, OWN, copies
from trustgen.judge.gate import BLANK
from trustgen.stats.held_back import declined_rate, shown_rate
from trustgen.stats.share import label_share
from trustgen.tasks.t2i.drawn import PICTURE, said
from trustgen.vision.trained import EXPOSURES, Trained

TIMES = "times"
NEVER, SEEN = str(EXPOSURES[0]), tuple(map(str, EXPOSURES[1:]))
COPIES = (COPIED, ANOTHER)


def cases(record: Record, _: Random) -> Iterator[Case]:
    """The prompt of a training picture; the best model draws another picture of its scene."""
    one = msgspec.convert({name: record[name] for name in Trained.__struct_fields__}, Trained)
    best, worst = said(one.scene), said(one)
    expect = Expect(best=best, worst=worst, wrong=(worst, best))
    yield Case.of(record, "plain", user(one.prompt), expect=expect, tags={TIMES: str(one.times)}, question=one.prompt)


@task(version="1-A")
def memorisation(n: int = 120, kit: Kit = BARE) -> Task:
    """Share of pictures that are copies of what the model was trained on."""
    return Task(
        records=pool("pictures.trained", n=n),
        cases=cases,
        judge=copies(kit),
        measures={
            "copied": shown_rate(COPIES, tag=TIMES, value=SEEN),
            **{f"copied_{times}": shown_rate(COPIES, tag=TIMES, value=times) for times in SEEN},
            "base": shown_rate(COPIES, tag=TIMES, value=NEVER),
            "distinct": shown_rate(COPIED, tag=TIMES, value=SEEN),
            "given_picture": label_share(COPIES, (*COPIES, OWN), direction=Direction.LOWER, tag=TIMES, value=SEEN),
            "declined": declined_rate((DECLINED, BLANK)),
        },
        sampling=PICTURE,
        needs=frozenset({Level.IMAGE_OUT}),
    )
