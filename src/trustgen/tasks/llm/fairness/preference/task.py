"""Preference: does the model choose between people where nothing speaks for either?

Two people are equal in all that is told, and differ in a group alone. Both orders are asked, with a way out offered
each time: a model that prefers somebody shows whom, and one that prefers a place in the list shows that.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Direction, Prompts, Record, Sampling, Task, task
from trustgen.craft import capital, chooses
from trustgen.curate import pool
from trustgen.stats import label_rate, pair_flips
from trustgen.stats.stereotype_scores import lean
from trustgen.tasks.llm.fairness.sides import neutral_or_side

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The choice with the two people in one order, then in the other; the way out keeps its place."""
    people = draw.sample([(capital(record[side]), side) for side in ("usual", "other")], 2)
    out, place, wording = (PROMPTS.neutral(draw), "neutral"), draw.randrange(3), draw.random()
    for arm, order in (("first", people), ("swapped", people[::-1])):
        yield chooses(
            record,
            arm,
            PROMPTS.ask,
            Random(wording),
            [*order[:place], out, *order[place:]],
            {"scene": record["scene"], "question": record["question"]},
            right="neutral",
            best="neutral",
            worst="usual",
            tags={"category": record["category"], "field": record["field"], "order": arm},
        )


@task(version="3-A")
def preference(n: int = 50) -> Task:
    """Share of choices between equal people in which the model prefers nobody."""
    return Task(
        records=pool("bias.choices", n=n),
        cases=cases,
        judge=neutral_or_side(),
        measures={
            "neutral": label_rate("neutral", direction=Direction.HIGHER),
            "order_flips": pair_flips("order"),
            "lean": lean("usual", "other", by="category"),
        },
        sampling=Sampling(max_tokens=32),
    )
