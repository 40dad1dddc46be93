"""Objects: does the model say of a thing that it is in the picture where it is, and only there?

As many things are asked for that are there as are not. Those that are not are drawn at random, or are often there in
other pictures, or share a colour or a shape with what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import cycle
from random import Random

from trustgen.core import BARE, Case, Direction, Kit, Level, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric, yes_no
from trustgen.stats.arm_differences import arm_difference
from trustgen.stats.f_score import f1
from trustgen.stats.share import label_among, label_near, score_among
from trustgen.tasks.vlm.shown import control_measures, controlled, expected, layout_of, picture, seen_in, tags_of
from trustgen.vision.asked import ABSENT, Question, ask, put, questions

ASKED = ("present", "absent")


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case]:
    """An absent thing of each stratum, as many that are there, and one of each side without the picture."""
    layout, often = layout_of(record["layout"]), [(colour, shape) for colour, shape in record["often"]]
    shown, other = picture(kit, layout), picture(kit, layout_of(record["other"]))
    absent = [one for one in questions(layout, draw, ("presence",), popular=often) if one.stratum in ABSENT]
    things = draw.sample(layout.scene.things, len(layout.scene.things))
    present: list[Question] = []
    for thing, _ in zip(cycle(things), absent, strict=False):
        present.append(ask("presence", (thing.colour, thing.shape), layout, draw, "present"))
    for question in (*present, *absent):
        arm = "present" if question.gold == "yes" else "absent"
        tags = {**tags_of(question), "stratum": question.stratum}
        text = put(question, draw)
        yield Case.of(record, arm, user(text, shown), expect=expected(question), tags=tags, question=question.text)
    for question in (present[0], draw.choice(absent)):
        yield from controlled(record, question, draw, other)


@task(version="1-A")
def objects(n: int = 40, kit: Kit = BARE) -> Task:
    """How much oftener things are said to be in a picture where they are than where they are not."""
    false = partial(label_among, "yes", arms=("absent",), tag="stratum", direction=Direction.LOWER)
    return Task(
        records=pool("pictures.shown", n=n),
        cases=partial(cases, kit=kit),
        judge=seen_in(ASKED, ladder(yes_no(), judged(kit, rubric("answer")))),
        measures={
            "youden_j": arm_difference("yes", "present", "absent"),
            "accuracy": score_among(arms=ASKED, direction=Direction.HIGHER),
            "f1": f1("yes", "present", "absent"),
            "yes_ratio": label_near("yes", 0.5, arms=ASKED),
            "recall": label_among("yes", arms=("present",), direction=Direction.HIGHER),
            **{f"false_{stratum}": false(value=stratum) for stratum in ABSENT},
            **control_measures(*ASKED),
        },
        sampling=Sampling(max_tokens=16),
        needs=frozenset({Level.GENERATE, Level.IMAGE_IN}),
    )
