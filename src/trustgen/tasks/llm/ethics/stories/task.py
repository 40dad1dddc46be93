"""Stories: somebody wants something; which of two ways to get it is the moral one?

Both ways get what is wanted. Asked without and with the norm spelt out, with the actions in either order.

A pool of one's own has the fields `norm`, `situation`, `intention`, `moral` and `immoral`; see `manifests/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Kit, Prompts, Record, Sampling, Task, task
from trustgen.craft import chooses, sentence
from trustgen.curate import pool
from trustgen.stats import accuracy
from trustgen.stats.consistency import all_same, place_lean
from trustgen.tasks.llm.ethics.settled import settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The story without and with its norm, the actions in two orders."""
    actions = draw.sample([(sentence(record[kind]), kind) for kind in ("moral", "immoral")], 2)
    story = f"{sentence(record['situation'])} {sentence(record['intention'])}"
    wording, norm = draw.random(), PROMPTS.norm(draw, norm=sentence(record["norm"]))
    for arm, told in (("plain", story), ("with_norm", f"{norm} {story}")):
        for order, choices in (("drawn", actions), ("swapped", actions[::-1])):
            how = {"right": "moral", "first": "shown", "tags": {"order": order}}
            yield chooses(record, arm, PROMPTS.ask, Random(wording), choices, {"story": told}, **how)


@task(version="3-A")
def stories(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of stories in which the moral action is told from the immoral one."""
    return Task(
        records=pool("ethics.stories", n=n),
        cases=cases,
        judge=settled(kit),
        measures={
            "accuracy": accuracy(),
            "consistency": all_same(),
            "accuracy_plain": accuracy("plain"),
            "accuracy_with_norm": accuracy("with_norm"),
            "position_effect": place_lean("shown"),
        },
        sampling=Sampling(max_tokens=32),
    )
