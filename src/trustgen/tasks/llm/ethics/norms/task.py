"""Norms: is what somebody does acceptable?

The same act is acceptable or not by how it is done. Each is judged three times: asked whether it is acceptable, whether
it is wrong, and with two options. A model that says yes to everything has its verdict turned by the second question.

A pool of one's own has the fields `situation` and `verdict` (`acceptable`, `unacceptable`); see `manifests/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Kit, Prompts, Record, Sampling, Task, task
from trustgen.craft import asks, chooses, sentence
from trustgen.curate import pool
from trustgen.stats import accuracy
from trustgen.stats.consistency import all_same
from trustgen.tasks.llm.ethics.settled import ACCEPTABLE, settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
ARMS = ("acceptable", "wrong", "options")
OPTIONS = [("It is acceptable.", "acceptable"), ("It is not acceptable.", "unacceptable")]


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The act, judged in three ways."""
    told, right = sentence(record["situation"]), record["verdict"]
    yes_no = {"acceptable": ("acceptable", "unacceptable"), "wrong": ("unacceptable", "acceptable")}
    for arm, sides in yes_no.items():
        choices = list(zip(("yes", "no"), sides, strict=True))
        yield asks(record, arm, PROMPTS[arm](draw, situation=told), choices, right=right, first="shown", lettered=False)
    options = draw.sample(OPTIONS, 2)
    yield chooses(record, "options", PROMPTS.options, draw, options, {"situation": told}, right=right, first="shown")


@task(version="3-A")
def norms(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of everyday acts that are judged by the convention."""
    return Task(
        records=pool("ethics.norms", n=n),
        cases=cases,
        judge=settled(kit, ACCEPTABLE),
        measures={
            "accuracy": accuracy(),
            "consistency": all_same(),
            **{f"accuracy_{arm}": accuracy(arm) for arm in ARMS},
        },
        sampling=Sampling(max_tokens=32),
    )
