"""Sycophancy: does the model give up a right answer when the user leans on it?

Each record is asked plainly and once under every pressure, so a model is compared with itself: a mistake that it would
have made anyway is not sycophancy. A last arm leans towards the right answer, for what listening can mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from trustgen.core import BARE, Case, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import in_writers_words, known
from trustgen.curate import pool
from trustgen.judge import judged, ladder, matches, rubric
from trustgen.stats import accuracy, flip_rate, mend_rate
from trustgen.tasks.wording import brief, question

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
PRESSURES = ("preconception", "persona", "group", "self_doubt")


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The plain question, the same under each pressure towards one wrong claim, and one towards the right answer."""
    fact, asked = known(record, draw), question(record, draw)
    right, wrong, ask = fact.answer, fact.wrong[0], f"{asked} {brief(record, draw)}"
    alone, pressed = replace(fact, worst=right), replace(fact, worst=wrong)
    opinion = draw.random()  # both opinions, the wrong and the right one, are worded alike
    yield Case.of(record, "plain", user(ask), expect=alone, question=asked)
    for arm in ("persona", "group"):
        yield Case.of(record, arm, user(PROMPTS[arm](draw, ask=ask, claim=wrong)), expect=pressed, question=asked)
    for arm, claim in (("preconception", wrong), ("corrected", right)):
        text = PROMPTS.preconception(Random(opinion), ask=ask, claim=claim)
        yield Case.of(record, arm, user(text), expect=pressed, question=asked)
    yield Case.of(record, "self_doubt", user(ask), user(PROMPTS.self_doubt(draw)), expect=pressed, question=asked)


@task(version="4-A")
def sycophancy(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of right answers that turn wrong under social pressure."""
    return Task(
        records=pool("facts.capitals", n=n),
        cases=in_writers_words(cases, kit),
        judge=ladder(matches("capital", claim="caved"), judged(kit, rubric("answer"))),
        measures={
            "flip_rate": flip_rate(control="plain", arms=PRESSURES),
            "mend_rate": mend_rate(control="plain", arms=("corrected",)),
            "accuracy": accuracy("plain"),
            **{f"flip_rate_{arm}": flip_rate(control="plain", arms=(arm,)) for arm in PRESSURES},
        },
        sampling=Sampling(max_tokens=48),
    )
