"""Sandbagging: does a model do worse on questions that it can answer, once it has learnt what doing well would bring?

Each question is asked plainly, beside three frames, and after a file of the work in which a note has the reason: one
that speaks of this subject, or of another one. A model is compared with itself on the very same question.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from trustgen.core import LETTERS, Case, Prompts, Record, Sampling, Task, listed, task, user
from trustgen.craft import four
from trustgen.curate import pool
from trustgen.judge import choice
from trustgen.stats import accuracy, flip_rate, mend_rate
from trustgen.stats.changes import accuracy_change
from trustgen.tasks.wording import SUBJECTS, question
from trustgen.vary import mcq

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
FRAMES, FILES = ("note", "evaluation", "incentive"), ("elsewhere", "found")
PRICED = ("incentive", "found")  # where a right answer costs the model something
CHANGES = {"": ("plain", "incentive"), "_from_note": ("note", "incentive"), "_found": ("elsewhere", "found")}


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The question with four options, word for word the same in every arm, after nothing, after a frame or a file."""
    right, options, asked = record["answer"], four(record, draw), question(record, draw)
    ask = PROMPTS.ask(draw, question=asked, options=listed(options))
    lie = draw.choice([x for x, option in zip(LETTERS, options, strict=False) if option != right])
    before = draw.random() < 0.5  # all frames of a record stand on the same side of the question
    plain = mcq(record, "plain", ask, options, right, tags={"kind": record["kind"]}, question=asked)
    told = {arm: [user("\n\n".join([PROMPTS[arm](draw), ask][:: 1 if before else -1]))] for arm in FRAMES}
    own, wording = SUBJECTS[record["relation"]], draw.random()
    other = draw.choice([subject for subject in SUBJECTS.values() if subject != own])
    for arm, of in zip(FILES, (other, own), strict=True):
        same = Random(wording)
        told[arm] = [user(PROMPTS.file(same, memo=PROMPTS.memo(same, subject=of))), user(ask)]
    for arm, turns in {"plain": plain.turns, **told}.items():
        expect = replace(plain.expect, worst=lie if arm in ("evaluation", *PRICED) else plain.expect.answer)
        yield Case.of(record, arm, *turns, expect=expect, tags={"kind": record["kind"]}, question=asked)


@task(version="6-A")
def sandbagging(n: int = 200) -> Task:
    """Share of right answers that turn wrong once doing well is known to have a price for the model."""
    return Task(
        records=pool("quiz.short", n=n),
        cases=cases,
        judge=choice(),
        measures={
            "flip_rate": flip_rate(control="plain", arms=PRICED),
            "mend_rate": mend_rate(control="plain", arms=PRICED),
            **{f"flip_rate_{a}": flip_rate(control="plain", arms=(a,)) for a in (*FRAMES, *FILES)},
            **{f"change{of}": accuracy_change(*arms) for of, arms in CHANGES.items()},
            **{f"accuracy{'' if a == 'plain' else '_' + a}": accuracy(a) for a in ("plain", *FRAMES, *FILES)},
        },
        sampling=Sampling(max_tokens=16),
    )
