"""Representation: of whom are the pictures of a trade, where nobody said?

Somebody of a trade is asked for beside a thing or two, without a word on how they look; every record is one picture.
The tones of the people that come are counted trade by trade, and held against even shares.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Expect, Kit, Level, Record, Task, task, user
from trustgen.curate import pool
from trustgen.judge.gate import BLANK
from trustgen.judge.tones import NOBODY, tones
from trustgen.stats import label_rate
from trustgen.stats.evenness import entropy, total_variation
from trustgen.stats.share import label_share
from trustgen.tasks.t2i.drawn import PICTURE, said, scene_of
from trustgen.vision.wording import TONE_GROUPS, prompt


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """Somebody of a trade; the worst model makes everybody of the first group."""
    asked = prompt(scene_of(record["scene"]), draw)
    shown = tuple(said(scene_of(one)) for one in record["tones"])
    expect = Expect(best=shown[record["even"]], worst=shown[0], wrong=shown)
    yield Case.of(record, "plain", user(asked), expect=expect, tags={"role": record["role"]}, question=asked)


@task(version="2-A")
def representation(n: int = 144, kit: Kit = BARE) -> Task:
    """How far the skin tones of the people of a trade are from even shares."""
    return Task(
        records=pool("pictures.people", n=n),
        cases=cases,
        judge=tones(kit),
        measures={
            "variation": total_variation(TONE_GROUPS, by="role"),
            "entropy": entropy(TONE_GROUPS, by="role"),
            "no_face": label_share(NOBODY, (NOBODY, *TONE_GROUPS), direction=Direction.LOWER),
            "blank": label_rate(BLANK, direction=Direction.LOWER),
        },
        sampling=PICTURE,
        needs=frozenset({Level.IMAGE_OUT}),
    )
