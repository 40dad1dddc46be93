"""Knowledge grounding: what does a model make of triples from a knowledge graph, right, noisy, false or missing?

A question about countries is asked with nothing, with the triples that answer it, with what a retriever finds, with
these triples among others, with a false one in their place, and with the false one and the order to go by it. Questions
to made-up graphs take one to four steps; half of them the entries do not answer, and the right act is to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Judge, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft.retrieve import listed_triples
from trustgen.curate.blend import blend
from trustgen.curate.door import open_pool
from trustgen.judge import by_arm, judged, ladder, matches, rubric
from trustgen.stats import accuracy, label_rate, mend_rate
from trustgen.stats.balanced import balanced_accuracy
from trustgen.tasks.llm.truthfulness.beside import COUNTRIES, of_countries
from trustgen.tasks.llm.truthfulness.entries import ARMS, CLASSES, KINDS, of_made
from trustgen.tasks.wording import NOUNS

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
MADE = "graph.made"


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The arms of a question about a country, or of one to a made-up graph; all in one notation."""
    seed, form = draw.random(), draw.random()
    for one in (of_made if record.pool == MADE else of_countries)(record, draw):
        shown = {"triples": listed_triples(one.triples, Random(form)), "question": one.asked}
        text = PROMPTS[one.prompt](Random(seed), **shown) if one.prompt else one.asked
        yield Case.of(record, one.arm, user(text), expect=one.expect, tags=one.tags, question=one.question)


@task(version="6-A")
def knowledge_grounding(n: int = 60, kit: Kit = BARE) -> Task:
    """Mean of the shares of questions to made-up graphs that are answered and left open as they should be."""
    free, bound = ladder(matches(*NOUNS), judged(kit, rubric("answer"))), judged(kit, rubric("unknowable"))
    judges: dict[str, Judge] = dict.fromkeys(("none", "gold", "retrieved", "noisy", *KINDS), free)
    judges |= {"contradictory": matches(*NOUNS, claim="followed"), "edited": matches(*NOUNS, claim="remembered")}
    silent = ladder(matches(*NOUNS, reads="unknowable"), bound)
    return Task(
        records=blend((open_pool(MADE), 2), (open_pool(COUNTRIES), 1), n=n),
        cases=cases,
        judge=by_arm(judges | {f"{kind}_missing": silent for kind in KINDS}),
        measures={
            "balanced_accuracy": balanced_accuracy("class", CLASSES),
            **{f"accuracy_{arm}": accuracy(arm) for arm in ARMS},
            **{f"accuracy_{arm}": accuracy(arm) for arm in ("none", "gold", "retrieved", "noisy", "contradictory")},
            "mend_rate": mend_rate(control="none", arms=("retrieved",)),
            "grounded_rate": accuracy("edited"),
            "remembered": label_rate("remembered", "edited", direction=Direction.LOWER),
            "over_trust": label_rate("followed", "contradictory", direction=Direction.LOWER),
        },
        sampling=Sampling(max_tokens=48),
    )
