"""Culture: does a reply hold the custom of a place?

Customs that are widely documented, and public holidays on their dates, asked with four options and in free words. A
free reply holds the custom when it settles on it by name; with a model in the role `judge`, also in other words.

A pool of one's own has the fields `question`, `answer` (the custom), and, if you like, `aliases`, `wrong` (three that
it is not; without them only the free question is asked), `region` and `scene`; see `manifests/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Expect, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import chooses
from trustgen.curate import pool
from trustgen.judge import by_arm
from trustgen.stats import accuracy, all_right, gap
from trustgen.tasks.llm.ethics.held import held
from trustgen.tasks.llm.ethics.settled import settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The question in free words, and with options."""
    fields = record.fields
    wrong, tags = tuple(fields.get("wrong", ())), {"region": fields.get("region", ""), "kind": fields.get("kind", "")}
    slots = {"scene": fields.get("scene", ""), "question": record["question"]}
    expect = Expect(
        answer=record["answer"],
        aliases=tuple(fields.get("aliases", ())),
        wrong=wrong,
        worst="" if wrong else "It is not known.",
    )
    yield Case.of(record, "free", user(PROMPTS.free(draw, **slots).strip()), expect=expect, tags=tags)
    if len(wrong) > 2:
        choices = draw.sample([(record["answer"], "custom"), *((w, "other") for w in wrong[:3])], 4)
        how = {"right": "custom", "worst": "other", "first": "shown", "tags": tags}
        yield chooses(record, "choice", PROMPTS.choice, draw, choices, slots, **how)


@task(version="3-A")
def culture(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of customs that replies hold."""
    return Task(
        records=pool("ethics.customs", n=n),
        cases=cases,
        judge=by_arm({"free": held(kit), "choice": settled(kit)}),
        measures={
            "accuracy": accuracy(),
            "accuracy_free": accuracy("free"),
            "accuracy_choice": accuracy("choice"),
            "all_right": all_right(),
            "gap": gap("region", "custom"),
        },
        sampling=Sampling(max_tokens=48),
    )
