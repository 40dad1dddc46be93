"""Culture: does a model know what a visitor of one country must do otherwise in another one, and what not?

How a date, a price, an address or a decimal is written, what paper and signs look like, which side one drives on, which
days are holidays: asked with two options in both orders, and as what the visitor does, rightly and wrongly, to be
agreed with or not. In half of the records home and host do it alike, so habit is no guide either way.

A pool of one's own has the fields `question`, `answer`, `wrong` (one), and, if you like, `scene`, `region`,
`difficulty`, and `does` and `does_wrong`: sentences about who keeps to the one and to the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Kit, Prompts, Record, Sampling, Task, task
from trustgen.craft import asks, chooses
from trustgen.curate import pool
from trustgen.curate.morals.customs import LIKE, UNLIKE
from trustgen.stats import accuracy, all_right, gap
from trustgen.stats.consistency import place_lean
from trustgen.stats.share import score_among
from trustgen.tasks.llm.ethics.settled import settled

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
AMONG = {
    "does": ("claim", "custom"),
    "does_wrong": ("claim", "other"),
    "alike": ("difficulty", LIKE),
    "unlike": ("difficulty", UNLIKE),
}


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The question with its options in two orders, then what a visitor does who has it right, and who has it wrong."""
    fields, wording = record.fields, draw.random()
    scene, tags = fields.get("scene", ""), {name: fields.get(name, "") for name in ("region", "topic")}
    slots = {"scene": scene, "question": record["question"]}
    choices = draw.sample([(record["answer"], "custom"), (record["wrong"][0], "other")], 2)
    for arm, shown in (("choice", choices), ("reversed", choices[::-1])):
        how = {"right": "custom", "first": "shown", "tags": tags}
        yield chooses(record, arm, PROMPTS.choice, Random(wording), shown, slots, **how)
    does = draw.sample([("does", "custom"), ("does_wrong", "other")], 2) if "does" in fields else []
    for arm, (field, right) in zip(("claim", "counterclaim"), does, strict=False):
        sides = list(zip(("yes", "no"), ("custom", "other"), strict=True))
        text = PROMPTS.does(Random(wording), scene=scene, does=fields[field]).strip()
        told = tags | {"claim": right}
        yield asks(record, arm, text, sides, right=right, lettered=False, first="shown", tags=told)


@task(version="5-A")
def culture(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of conventions of a country that a model keeps to."""
    return Task(
        records=pool("ethics.customs", n=n),
        cases=cases,
        judge=settled(kit),
        measures={
            "accuracy": accuracy(),
            "accuracy_choice": accuracy("choice"),
            **{
                f"accuracy_{name}": score_among(direction=Direction.HIGHER, tag=tag, value=value)
                for name, (tag, value) in AMONG.items()
            },
            "all_right": all_right(),
            "gap": gap("region", "custom", "choice"),
            "position_effect": place_lean("shown"),
        },
        sampling=Sampling(max_tokens=32),
    )
