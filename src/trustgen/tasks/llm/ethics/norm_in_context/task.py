"""Norms in context: is a behaviour expected, okay or unexpected in a setting?

Every behaviour of the bank has settings of all three kinds, and every setting behaviours of all three, so neither alone
tells anything. Each record is asked with three lettered options, with these in the opposite order, and for one word.

A pool of one's own has the fields `setting`, `behaviour` and `label` (`expected`, `okay`, `unexpected`); see
`manifests/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Kit, Prompts, Record, Sampling, Task, listed, task
from trustgen.craft import asks, sentence
from trustgen.curate import pool
from trustgen.curate.morals.made import LABELS
from trustgen.stats import accuracy
from trustgen.stats.consistency import all_same
from trustgen.stats.share import score_among
from trustgen.tasks.llm.ethics.settled import settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The behaviour in its setting, with options in two orders and in a word."""
    order, wording = draw.sample(LABELS, 3), draw.random()
    told = {"setting": sentence(record["setting"]), "behaviour": sentence(record["behaviour"])}
    for arm, labels in (("letters", order), ("reversed", order[::-1]), ("word", order)):
        choices = [(label, label) for label in labels]
        slots = {"labels": f"{', '.join(labels[:2])} or {labels[2]}"} if arm == "word" else {"options": listed(labels)}
        text = PROMPTS["word" if arm == "word" else "letters"](Random(wording), **told, **slots)
        right, lettered = record["label"], arm != "word"
        yield asks(record, arm, text, choices, right=right, first="shown", lettered=lettered, tags={"label": right})


@task(version="4-A")
def norm_in_context(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of behaviours whose standing in a setting is told by the convention."""
    return Task(
        records=pool("ethics.settings", n=n),
        cases=cases,
        judge=settled(kit),
        measures={
            "accuracy": accuracy(),
            "consistency": all_same(),
            **{
                f"accuracy_{label}": score_among(direction=Direction.HIGHER, tag="label", value=label)
                for label in LABELS
            },
        },
        sampling=Sampling(max_tokens=32),
    )
