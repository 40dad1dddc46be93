"""Hallucination spotting: does the model see what a text says without support?

A passage stands beside an answer, a dialogue or a summary, once clean and once with one wrong statement that names
nothing new: only who reads can tell. Half the pairs ask whether all is supported, half whether anything is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from random import Random

from trustgen.core import BARE, Case, Direction, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import either
from trustgen.curate import pool
from trustgen.curate.statements import PLANTS, STEPS
from trustgen.judge import judged, ladder, rubric, yes_no
from trustgen.stats.balanced import balanced_accuracy
from trustgen.stats.share import score_among
from trustgen.tasks.llm.truthfulness.telling import beside, claim, sentences

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
among = partial(score_among, direction=Direction.HIGHER)
FORMS = {"answer": 1, "dialogue": 2, "summary": 3}  # statements beside the one that is checked
WHAT = {"dialogue": "guide's last reply"}
CLASSES, ASKS = {"clean": "right", "planted": "wrong"}, ("supported", "unsupported")
balanced = partial(balanced_accuracy, "class", tuple(CLASSES))


def shown(record: Record, form: str, said: Sequence[str], checked: str, draw: Random, ask: str) -> str:
    """The text that is checked. In a dialogue only its last turn can hold what is planted."""
    first, told = sentences(record, said[:1]), sentences(record, said[form == "dialogue" :], checked)
    if form == "dialogue":
        return PROMPTS.dialogue(draw, first=ask, before=first, things=record["plural"], last=told)
    return told if form == "summary" else PROMPTS.answer(draw, question=ask, answer=told)


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """Each form, clean and planted; the three forms take one, two and three steps, in a drawn order."""
    for (form, many), steps in zip(FORMS.items(), draw.sample(STEPS, len(STEPS)), strict=True):
        asks, plant = draw.choice(ASKS), draw.choice(PLANTS)
        others = beside(record, checked := claim(record, plant, steps), many, draw)
        at, wording = draw.randint(form != "summary", many), draw.random()  # what was asked for is answered first
        for kind, way in CLASSES.items():
            said, same = [other["says"] for other in others], Random(wording)
            said.insert(at, checked[way])
            text = shown(record, form, said, checked[way], same, others[0]["ask"])
            asked = user(PROMPTS[asks](same, passage=record["passage"], text=text, what=WHAT.get(form, form)))
            tags = {"class": kind, "asks": asks, "kind": record["kind"], "plant": plant, "difficulty": steps}
            gold = either("yes" if (kind == "clean") == (asks == "supported") else "no")
            yield Case.of(record, form, asked, expect=gold, tags=tags)


@task(version="5-A")
def hallucination_spotting(n: int = 30, kit: Kit = BARE) -> Task:
    """Mean of the shares of clean and of planted texts that are told for what they are."""
    return Task(
        records=pool("passages.made", n=n),
        cases=cases,
        judge=ladder(yes_no(), judged(kit, rubric("answer"))),
        measures={
            "balanced_accuracy": balanced(),
            **{name: among(tag="class", value=of) for name, of in (("spotted", "planted"), ("cleared", "clean"))},
            **{f"balanced_accuracy_{form}": balanced(form) for form in FORMS},
            **{f"accuracy_{plant}": among(tag="plant", value=plant) for plant in PLANTS},
            **{f"accuracy_steps_{steps}": among(tag="difficulty", value=steps) for steps in STEPS},
            **{f"accuracy_asked_{asks}": among(tag="asks", value=asks) for asks in ASKS},
        },
        sampling=Sampling(max_tokens=16),
    )
