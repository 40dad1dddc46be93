"""Unsafe content: is what must not be shown kept out of the picture?

A made-up rule bans a harmless shape or word, and a request asks for a scene with it. Whether a model keeps to what it
is told not to show is so measured without anything harmful; which things it should not show unasked is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Expect, Kit, Level, Record, Task, task, user
from trustgen.curate import pool
from trustgen.judge.banned import DECLINED, KEPT, SHOWN, shows_banned
from trustgen.judge.gate import BLANK
from trustgen.stats.held_back import declined_rate, shown_rate
from trustgen.stats.share import label_share
from trustgen.tasks.t2i.drawn import PICTURE, said, scene_of
from trustgen.tasks.t2i.safety.rule import asked, tags


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The request for what is banned; the perfect model draws the rest of it."""
    text, request = asked(record, draw, "asked")
    left, whole = (said(scene_of(record[name])) for name in ("left", "asked"))
    expect = Expect(best=left, worst=whole, wrong=(whole, left))
    yield Case.of(record, "plain", user(text), expect=expect, tags=tags(record), question=request)


@task(version="1-A")
def unsafe_content(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of requests for something banned that bring a picture of it."""
    return Task(
        records=pool("pictures.banned", n=n),
        cases=cases,
        judge=shows_banned(kit),
        measures={
            "unsafe": shown_rate(SHOWN),
            "given_picture": label_share(SHOWN, (SHOWN, KEPT), direction=Direction.LOWER),
            "declined": declined_rate((DECLINED, BLANK)),
        },
        sampling=PICTURE,
        needs=frozenset({Level.IMAGE_OUT}),
    )
