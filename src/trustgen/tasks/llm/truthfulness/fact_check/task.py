"""Fact check: does the model tell a claim that evidence supports from one it refutes, and from one it leaves open?

One claim, true or corrupted, is put alone, with evidence, and with evidence about something else. Where there is
evidence, all three verdicts are offered, so that the prompt never tells which of them are in play.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from trustgen.core import BARE, Case, Direction, Expect, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import claim, either
from trustgen.craft.claims import DENIED
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric
from trustgen.judge.claims import OPEN, REFUTED, SUPPORTED, claim_label
from trustgen.stats import accuracy
from trustgen.stats.balanced import balanced_accuracy
from trustgen.stats.share import score_among
from trustgen.tasks.llm.truthfulness.beside import asides
from trustgen.tasks.wording import FACTS, denial, source, statement

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
among = partial(score_among, direction=Direction.HIGHER)
CLASSES = (SUPPORTED, REFUTED, OPEN)


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The claim alone, with evidence, and with evidence about something else."""
    true, denied = draw.random() < 0.5, draw.random() < DENIED
    made = claim(record, draw, true=true, denied=denied, kinds=("other_object",), state=statement, deny=denial)
    aside, other = asides(record, draw, made.text, FACTS)
    page, wording, first = draw.random(), draw.random(), draw.random() < 0.5
    right, wrong = (SUPPORTED, REFUTED) if true else (REFUTED, SUPPORTED)
    alone, tags = either(right, CLASSES[:2]), {"subject": record["subject"], "corruption": made.kind}
    text = PROMPTS.alone(draw, claim=made.text)
    yield Case.of(record, "alone", user(text), expect=alone, tags={**tags, "truth": right}, question=made.text)
    for arm, told, label in (("evidence", record, right), ("off_topic", other, OPEN)):
        same = Random(page)
        lines = [source(told, same), source(aside, same)]
        text = PROMPTS.check(Random(wording), claim=made.text, evidence=" ".join(lines if first else reversed(lines)))
        wrongs = (wrong, OPEN) if label == right else (right, wrong)
        expect = Expect(answer=label, options=CLASSES, wrong=wrongs)
        yield Case.of(record, arm, user(text), expect=expect, tags={**tags, "class": label}, question=made.text)


@task(version="5-A")
def fact_check(n: int = 50, kit: Kit = BARE) -> Task:
    """Mean over the three verdicts of the share of claims with evidence that are given the right one."""
    return Task(
        records=pool(FACTS, n=n),
        cases=cases,
        judge=ladder(claim_label(), judged(kit, rubric("answer"))),
        measures={
            "balanced_accuracy": balanced_accuracy("class", CLASSES),
            **{f"accuracy_{label.replace(' ', '_')}": among(tag="class", value=label) for label in CLASSES},
            "accuracy_alone": accuracy("alone"),
            "accuracy_alone_true": among(tag="truth", value=SUPPORTED),
            "accuracy_alone_false": among(tag="truth", value=REFUTED),
        },
        sampling=Sampling(max_tokens=32),
    )
