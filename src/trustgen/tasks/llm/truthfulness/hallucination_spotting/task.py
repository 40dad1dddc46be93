"""Hallucination spotting: does the model see what a text says without support?

A passage about something that does not exist stands beside an answer, a dialogue or a summary. Each is shown once clean
and once with one planted statement, word for word the same otherwise. Half the pairs ask whether all is supported,
half whether anything is not, so that a liking for "yes" is worth nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random

from trustgen.core import BARE, Case, Direction, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import either
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric, yes_no
from trustgen.stats.balanced import balanced_accuracy
from trustgen.stats.share import score_among
from trustgen.tasks.llm.truthfulness.telling import PLANTS, Told, passage, planted, right, statements, summary

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
among = partial(score_among, direction=Direction.HIGHER)
FORMS = {"answer": 2, "dialogue": 3, "summary": 4}  # facts in the text that is checked
WHAT = {"answer": "answer", "dialogue": "guide's last reply", "summary": "summary"}
CLASSES, ASKS = ("clean", "planted"), ("supported", "unsupported")


def shown(record: Record, form: str, told: Sequence[Told], draw: Random) -> str:
    """The text that is checked. In a dialogue only its last turn can hold what is planted."""
    if form == "summary":
        return summary(record, told, 2)
    asks = [fact["ask"].format(subject=record["subject"]) for fact, _ in told]
    if form == "answer":
        return PROMPTS.answer(draw, question=asks[0], answer=statements(record, told))
    before, last = statements(record, told[:1]), statements(record, told[1:])
    return PROMPTS.dialogue(draw, first=asks[0], before=before, second=asks[1], last=last)


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """Each form, clean and planted."""
    for form, size in FORMS.items():
        asks, clean, plant = draw.choice(ASKS), right(draw.sample(record["facts"], size)), draw.choice(PLANTS)
        least = (form == "dialogue") + (plant == "added" and form != "summary")  # what was asked for is still answered
        bad, plant = planted(record, clean, draw.randrange(least, size), plant, draw)
        wording = draw.random()
        for kind, told in zip(CLASSES, (clean, bad), strict=True):
            same = Random(wording)
            asked = PROMPTS[asks](same, passage=passage(record), text=shown(record, form, told, same), what=WHAT[form])
            expect = either("yes" if (kind == "clean") == (asks == "supported") else "no")
            tags = {"class": kind, "asks": asks, "kind": record["kind"]} | ({"plant": plant} if told is bad else {})
            yield Case.of(record, form, user(asked), expect=expect, tags=tags)


@task(version="4-A")
def hallucination_spotting(n: int = 30, kit: Kit = BARE) -> Task:
    """Mean of the shares of clean and of planted texts that are told for what they are."""
    return Task(
        records=pool("passages.made", n=n),
        cases=cases,
        judge=ladder(yes_no(), judged(kit, rubric("answer"))),
        measures={
            "balanced_accuracy": balanced_accuracy("class", CLASSES),
            **{name: among(tag="class", value=of) for name, of in (("spotted", "planted"), ("cleared", "clean"))},
            **{f"balanced_accuracy_{form}": balanced_accuracy("class", CLASSES, form) for form in FORMS},
            **{f"spotted_{plant}": among(tag="plant", value=plant) for plant in PLANTS},
            **{f"accuracy_asked_{asks}": among(tag="asks", value=asks) for asks in ASKS},
        },
        sampling=Sampling(max_tokens=16),
    )
