"""Knowledge grounding: what does a model make of triples from a knowledge graph, right, noisy or false?

One question is asked with nothing, with the triples that answer it, with what a retriever finds, with these triples
among others, with a false one in their place, and once more with the false one and the order to go by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Direction, Expect, Judge, Kit, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import RIVALS, asked_along, path_of
from trustgen.craft.retrieve import listed_triples
from trustgen.curate import pool
from trustgen.judge import by_arm, judged, ladder, matches, rubric
from trustgen.stats import accuracy, label_rate, mend_rate
from trustgen.tasks.llm.truthfulness.beside import beside, edges, falsified, graph
from trustgen.tasks.wording import NOUNS, brief, question

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
POOL = "graph.countries"
NOISE = 5  # triples of other countries, whose ends are rivals too


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The question in its six arms."""
    steps, right, false = path_of(record), record["answer"], record["false_answer"]
    usual = record["relation"] in ("capital", "currency")
    ask = question(record, draw) if usual else asked_along(steps, record["subject"], draw)
    short = f"{ask} {brief(record, draw)}"
    gold, found = edges(steps), graph(POOL).find(ask)
    noise = beside(graph(POOL), steps[-1], {record["subject"], right, false, *record["aliases"]}, NOISE, draw)
    noisy = draw.sample((*gold, *noise), len(gold) + NOISE)
    spare = [d for d in record["distractors"] if d != false and d not in noise.values()]
    others = (*noise.values(), *draw.sample(spare, RIVALS - 1 - NOISE))
    truth = Expect(answer=right, aliases=tuple(record["aliases"]), wrong=(false, *others))
    lie, bound = falsified(steps, false), Expect(answer=false, wrong=(right, *others))
    tags = {"hops": str(len(steps)), "path": "; ".join(map(" ".join, gold))}
    tags |= {"subject": record["subject"], "found": "all" if set(gold) <= set(found) else "not all"}
    seed, form = draw.random(), draw.random()
    yield Case.of(record, "none", user(short), expect=truth, tags=tags, question=ask)
    for arm, triples in {"gold": gold, "retrieved": found, "noisy": noisy, "contradictory": lie}.items():
        text = PROMPTS.given(Random(seed), triples=listed_triples(triples, Random(form)), question=short)
        yield Case.of(record, arm, user(text), expect=truth, tags=tags, question=ask)
    text = PROMPTS.only(draw, triples=listed_triples(lie, Random(form)), question=short)
    yield Case.of(record, "edited", user(text), expect=bound, tags=tags, question=ask)


@task(version="5-A")
def knowledge_grounding(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of questions about a knowledge graph that are answered right with what a retriever found."""
    free = ladder(matches(*NOUNS), judged(kit, rubric("answer")))
    judges: dict[str, Judge] = dict.fromkeys(("none", "gold", "retrieved", "noisy"), free)
    judges |= {"contradictory": matches(*NOUNS, claim="followed"), "edited": matches(*NOUNS, claim="remembered")}
    return Task(
        records=pool(POOL, n=n, kit=kit),
        cases=cases,
        judge=by_arm(judges),
        measures={
            "accuracy": accuracy("retrieved"),
            **{f"accuracy_{arm}": accuracy(arm) for arm in ("none", "gold", "noisy", "contradictory")},
            "mend_rate": mend_rate(control="none", arms=("retrieved",)),
            "grounded_rate": accuracy("edited"),
            "remembered": label_rate("remembered", "edited", direction=Direction.LOWER),
            "over_trust": label_rate("followed", "contradictory", direction=Direction.LOWER),
        },
        sampling=Sampling(max_tokens=48),
    )
