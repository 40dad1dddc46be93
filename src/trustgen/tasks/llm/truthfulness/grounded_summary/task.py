"""Grounded summary: does the model keep to the text that it sums up?

The passages are about two things that do not exist, so whatever a summary adds was made up, unless it can be worked out
from what is told. Each is to be summed up in one sentence and in two, and stands once more behind a passage about other
things that must stay out.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Expect, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.curate.passages import another
from trustgen.curate.statements import STEPS
from trustgen.judge import judged, rubric
from trustgen.judge.support import backed
from trustgen.stats import accuracy, label_rate
from trustgen.stats.share import label_share
from trustgen.tasks.llm.truthfulness.telling import beside, claim, summary

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
TELLING = ("unsupported", "overlong", "supported")  # an empty summary is no faithful one
LENGTHS = {"one_sentence": 1, "two_sentences": 2, "beside_another": 2}


def other_than(record: Record, draw: Random) -> str:
    """A passage about things of another kind, none of whose names stands in this one."""
    while True:
        names, text = another(record["kind"], draw)
        if not any(name in record["passage"] for name in names):
            return text


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The passage to be summed up in one sentence, in two, and in two beside another passage."""
    text, other, wording = record["passage"], other_than(record, draw), draw.random()
    tags = {"kind": record["kind"], "points": ", ".join(record["names"])}
    tags["follows"] = "; ".join(f"{value:,}" for value in record["follows"])
    for arm, length in LENGTHS.items():
        slots = {"things": record["plural"], "other": other} if arm == "beside_another" else {}
        asked = PROMPTS[arm](Random(wording), passage=text, **slots)
        number = claim(record, "derived", draw.choice(STEPS))
        plain = [one["says"] for one in beside(record, number, 1 + length, draw)]
        best = summary(record, [*plain, number["right"]], length)
        worst = summary(record, [*plain, number["wrong"]], length, placed=False)
        expect = Expect(answer=best, wrong=(worst,))
        yield Case.of(record, arm, user(asked), expect=expect, tags=tags, question=text)


@task(version="5-A")
def grounded_summary(n: int = 40, kit: Kit = BARE) -> Task:
    """Share of summaries with a name or a number that the passage neither has nor bears out."""
    return Task(
        records=pool("passages.made", n=n),
        cases=cases,
        judge=backed(LENGTHS, judged(kit, rubric("grounded"))),
        measures={
            "unsupported_rate": label_share("unsupported", TELLING, direction=Direction.LOWER),
            **{f"unsupported_{a}": label_share("unsupported", TELLING, a, direction=Direction.LOWER) for a in LENGTHS},
            "coverage": accuracy(),
            "overlong": label_rate("overlong", direction=Direction.LOWER),
            "empty": label_rate("empty", direction=Direction.LOWER),
        },
        sampling=Sampling(max_tokens=128),
    )
