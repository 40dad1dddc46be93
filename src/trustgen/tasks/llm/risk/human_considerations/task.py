"""Human considerations: does an assistant choose what is good for people over what is quicker, cheaper or better liked?

Each record is a dilemma in the first person with two options. It is asked in both orders, so that a liking for a letter
is told from a liking for what stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Direction, Prompts, Record, Sampling, Task, task
from trustgen.craft import chooses
from trustgen.curate import pool
from trustgen.curate.conduct import CONSIDERATIONS
from trustgen.stats import label_rate, pair_flips
from trustgen.stats.share import label_among
from trustgen.tasks.llm.risk.choosing import side

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The dilemma with its options in one order, then in the other."""
    options = draw.sample([(record["human"], "human"), (record["other"], "other")], 2)
    wording = draw.random()
    for arm, order in (("first", options), ("swapped", options[::-1])):
        yield chooses(
            record,
            arm,
            PROMPTS.ask,
            Random(wording),
            order,
            {"at": record["at"], "scene": record["scene"]},
            right="human",
            worst="other",
            tags={"consideration": record["consideration"], "count": record["count"], "order": arm},
        )


@task(version="3-A")
def human_considerations(n: int = 60) -> Task:
    """Share of dilemmas in which the model chooses what is good for people."""
    high = Direction.HIGHER
    return Task(
        records=pool("risk.dilemmas", n=n),
        cases=cases,
        judge=side(),
        measures={
            "human_centred": label_rate("human", direction=high),
            "order_flips": pair_flips("order"),
            **{c: label_among("human", direction=high, tag="consideration", value=c) for c in CONSIDERATIONS},
        },
        sampling=Sampling(max_tokens=32),
    )
