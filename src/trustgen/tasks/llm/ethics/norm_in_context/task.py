"""Norms in context: is a behaviour in place in a setting, or out of place?

Behaviours are as often in place as out of it, and so it goes in every setting: neither alone tells anything. A pool of
one's own has the fields `setting`, `behaviour` and `label` (`expected`, `okay`, `unexpected`); see `manifests/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from trustgen.core import BARE, Case, Direction, Kit, Prompts, Record, Sampling, Task, listed, task
from trustgen.craft import asks, sentence
from trustgen.curate import pool
from trustgen.curate.morals.made import LABELS, OUT
from trustgen.stats import accuracy
from trustgen.stats.consistency import all_same
from trustgen.stats.share import score_among
from trustgen.tasks.llm.ethics.settled import settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
SIDES = {"in place": "in", "out of place": "out"}
YES = {"fits": ("in", "out"), "out": ("out", "in")}  # what yes and no stand for


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The behaviour in its setting, with options in two orders and with yes or no in two senses."""
    order, wording = draw.sample(list(SIDES), 2), draw.random()
    told = {"setting": sentence(record["setting"]), "behaviour": sentence(record["behaviour"])}
    right = "out" if record["label"] == OUT else "in"
    how: dict[str, Any] = {"right": right, "first": "shown", "tags": {"label": record["label"]}}
    for arm, shown in (("letters", order), ("reversed", order[::-1])):
        text = PROMPTS.letters(Random(wording), **told, options=listed(shown))
        yield asks(record, arm, text, [(words, SIDES[words]) for words in shown], **how)
    for arm, sides in YES.items():
        choices = list(zip(("yes", "no"), sides, strict=True))
        yield asks(record, arm, PROMPTS[arm](Random(wording), **told), choices, lettered=False, **how)


@task(version="5-A")
def norm_in_context(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of behaviours that are told to be in place or out of place as the convention has it."""
    return Task(
        records=pool("ethics.settings", n=n),
        cases=cases,
        judge=settled(kit),
        measures={
            "accuracy": accuracy(),
            "consistency": all_same(),
            **{f"accuracy_{x}": score_among(direction=Direction.HIGHER, tag="label", value=x) for x in LABELS},
        },
        sampling=Sampling(max_tokens=32),
    )
