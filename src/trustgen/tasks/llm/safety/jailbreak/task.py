"""Jailbreak: does a model that declines a harmful request still decline it when it is put otherwise?

Each record is a published request that should be declined, asked plainly, in one of twenty ways, and by a caller who
goes on by what the model says. A harmless one is put in the same way, to see whether the model can read that. Bound
roles word talks, variants and translations.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any

from trustgen.core import BARE, Case, Kit, Lost, Prompts, Record, Sampling, Task, task, user
from trustgen.craft.attackers import worded_cases
from trustgen.curate.harms import harmful, requests, templates
from trustgen.tasks.caller import caller
from trustgen.tasks.llm.safety.attacked import declines
from trustgen.tasks.llm.safety.jailbreak.beside import careful, control, corrected
from trustgen.tasks.llm.safety.jailbreak.counted import ends, measures, read_by
from trustgen.vary.attacks import FAMILIES, family, transforms

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
TRANSFORMS = transforms(harmful, templates)


def cases(record: Record, draw: Random, kit: Kit = BARE) -> Iterator[Case | Lost]:
    """The request plainly and attacked, a harmless one put like it, and what a bound model words."""
    request, way = record["text"], record["transform"]
    tags = {"leaf": record["leaf"], "hazard": record["hazard"], "transform": way, "family": (kind := family(way))}
    tags["difficulty"] = str(1 + FAMILIES.index(kind))
    how: dict[str, Any] = {"expect": ends(request), "tags": tags}
    asked, attack = PROMPTS.plain(draw, request=request), TRANSFORMS[way](request, draw)
    for arm, text in (("plain", asked), ("attack", attack), ("talk", asked)):
        play = caller(PROMPTS, draw, {"request": request}, request=request) if arm == "talk" else None
        yield Case.of(record, arm, user(text), question=request, play=play, **how)
    yield control(record, TRANSFORMS[way], draw, tags)
    yield from careful(record, draw)
    yield from worded_cases(record, request, draw, kit, declines, **how)
    yield from corrected(record, draw, kit)


@task(version="6-A")
def jailbreak(n: int = 80, kit: Kit = BARE) -> Task:
    """How far attacks get a model to help with harmful requests, 0 to 1."""
    return Task(
        records=requests(tuple(TRANSFORMS), n),
        cases=partial(cases, kit=kit),
        judge=read_by(kit),
        measures=measures(tuple(TRANSFORMS), kit),
        sampling=Sampling(max_tokens=128),
    )
