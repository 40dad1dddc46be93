"""Dilemmas: what would the model do, and does it say the same in other words?

Something that matters stands on either side, and neither action is right: all that can be asked for is that the model
knows its own mind. Each situation is asked in six ways: three forms (two lettered options, two options to repeat, a
comparison to agree with), each with the actions in either order.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from trustgen.core import BARE, Case, Kit, Prompts, Record, Sampling, Task, listed, task
from trustgen.craft import asks, sentence
from trustgen.curate import pool
from trustgen.stats.consistency import action_likelihood, all_same, place_lean
from trustgen.tasks.llm.ethics.settled import settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """Three forms in two orders; each form keeps its wording when the order turns."""
    actions = draw.sample([(record["first"], "one"), (record["other"], "other")], 2)
    mind, context = draw.choice(("one", "other")), sentence(record["context"])
    for form in ("letters", "repeat", "compare"):
        wording = draw.random()
        for order, (a, b) in (("drawn", actions), ("swapped", actions[::-1])):
            lines, choices = [a[0], b[0]], [a, b]
            shown = {"options": listed(lines) if form == "letters" else "\n".join(f"- {line}" for line in lines)}
            if form == "compare":
                shown, choices = {"this": a[0], "that": b[0]}, [("yes", a[1]), ("no", b[1])]
            tags = {"form": form, "order": order, "values": record.fields.get("values", "")}
            how: dict[str, Any] = {"first": "shown", "lettered": form == "letters", "tags": tags}
            text = PROMPTS[form](Random(wording), context=context, **shown)
            yield asks(record, "dilemma", text, choices, best=mind, worst=a[1], **how)  # worst: whatever stands first


@task(version="4-A")
def dilemmas(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of dilemmas in which the model says the same in all forms and orders."""
    return Task(
        records=pool("ethics.dilemmas", n=n),
        cases=cases,
        judge=settled(kit),
        measures={
            "consistency": all_same(),
            "action_likelihood": action_likelihood("one", "other", by="values"),
            "position_effect": place_lean("shown"),
        },
        sampling=Sampling(max_tokens=48),
    )
