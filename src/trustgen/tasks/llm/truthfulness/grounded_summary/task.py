"""Grounded summary: does the model keep to the text that it sums up?

The passages are about places and bodies that do not exist, so whatever a summary adds was made up. Each is to be summed
up in one sentence and in two, and stands once more behind a passage about something else that must stay out.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Expect, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.curate.passages import made
from trustgen.judge import judged, rubric
from trustgen.judge.support import backed
from trustgen.stats import accuracy, label_rate
from trustgen.stats.share import label_share
from trustgen.tasks.llm.truthfulness.telling import passage, planted, right, summary

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
TELLING = ("unsupported", "overlong", "supported")  # an empty summary is no faithful one
LENGTHS = {"one_sentence": 1, "two_sentences": 2, "beside_another": 2}


def other_than(record: Record, draw: Random) -> Record:
    """A record of another kind."""
    salt = str(draw.random())
    found = (made.make(salt, index) for index in range(3))
    return next(one for one in found if one["kind"] != record["kind"] and not _shares(one, record))


def _shares(one: Record, other: Record) -> bool:
    """Whether two passages share a name or a number."""
    return bool({f["value"] for f in one["facts"]} & {f["value"] for f in other["facts"]})


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The passage to be summed up in one sentence, in two, and in two beside another passage."""
    text, facts, other = passage(record), right(record["facts"]), other_than(record, draw)
    lie, _ = planted(record, facts, draw.randrange(len(facts)), "changed", draw)
    told = draw.sample(range(len(facts)), len(facts))
    wording = draw.random()
    for arm, length in LENGTHS.items():
        same = Random(wording)
        if arm == "beside_another":
            asked = PROMPTS.beside(same, subject=record["subject"], passage=text, other=passage(other))
        else:
            asked = PROMPTS[arm](same, passage=text)
        best, worst = (summary(record, [told_of[i] for i in told], length) for told_of in (facts, lie))
        expect = Expect(answer=best, wrong=(worst,))
        yield Case.of(record, arm, user(asked), expect=expect, tags={"kind": record["kind"]}, question=text)


@task(version="4-A")
def grounded_summary(n: int = 40, kit: Kit = BARE) -> Task:
    """Share of summaries with a name or a number that the passage does not have."""
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
