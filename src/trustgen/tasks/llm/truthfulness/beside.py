"""What stands beside the fact that a case is about: other facts, and triples of the graph that it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from trustgen.core import Expect, Record
from trustgen.craft import RIVALS, asked_along, path_of
from trustgen.craft.graph_walk import Step
from trustgen.craft.retrieve import Retriever, Triple
from trustgen.curate.door import open_pool
from trustgen.tasks.wording import brief, question

COUNTRIES = "graph.countries"
NOISE = 5  # triples of other countries, whose ends are rivals too


class Shown(NamedTuple):
    """One arm of a question to a graph: the `prompt` that shows the triples ("" for none), the bare question and the
    question as it is asked, and what is right.
    """

    arm: str
    prompt: str
    triples: Sequence[Triple]
    question: str
    asked: str
    expect: Expect
    tags: dict[str, str]


@cache
def known(pool: str) -> tuple[dict[str, list[Record]], dict[str, list[Record]]]:
    """Every record of a pool, by relation and by subject."""
    by_relation: dict[str, list[Record]] = defaultdict(list)
    by_subject: dict[str, list[Record]] = defaultdict(list)
    for record in open_pool(pool).draw(""):
        by_relation[record["relation"]].append(record)
        by_subject[record["subject"]].append(record)
    return by_relation, by_subject


def asides(record: Record, draw: Random, said: str, pool: str) -> tuple[Record, Record]:
    """Two records that tell nothing of what is `said`: one of another subject and answer, and another fact of this
    subject where there is one.
    """
    by_relation, by_subject = known(pool)
    taken, apart = f"{said} {record['answer']}", list[Record]()
    while len(apart) < 2:
        other = draw.choice(by_relation[record["relation"]])
        if other["subject"] not in taken and other["answer"] not in taken and other not in apart:
            apart.append(other)
    own = [r for r in by_subject[record["subject"]] if r["answer"] != record["answer"]]
    return apart[0], own[0] if own else apart[1]


@cache
def graph(pool: str) -> Retriever:
    """All triples on the paths of a pool's records, and a retriever over them."""
    return Retriever.of(open_pool(pool).draw(""))


def edges(steps: Sequence[Step]) -> list[Triple]:
    """The triples of a path."""
    return [Triple(s.subject, s.words, s.object) for s in steps]


def falsified(steps: Sequence[Step], answer: str) -> list[Triple]:
    """The triples of a path with another answer at its end."""
    *before, last = steps
    made = Triple(answer, last.words, last.object) if last.back else Triple(last.subject, last.words, answer)
    return [*edges(before), made]


def beside(held: Retriever, last: Step, named: set[str], count: int, draw: Random) -> dict[Triple, str]:
    """Triples like the last step of a path that name nothing of the question, each with the wrong answer at its end."""
    found: dict[Triple, str] = {}
    taken = {*named, last.subject, last.object}
    for triple in draw.sample(held.triples, len(held.triples)):
        if triple.words == last.words and not taken & {triple.subject, triple.object}:
            found[triple] = triple.subject if last.back else triple.object
            taken |= {triple.subject, triple.object}
        if len(found) == count:
            break
    return found


def of_countries(record: Record, draw: Random) -> Iterator[Shown]:
    """The question of a record of `graph.countries` in its six arms."""
    steps, right, false = path_of(record), record["answer"], record["false_answer"]
    usual = record["relation"] in ("capital", "currency")
    ask = question(record, draw) if usual else asked_along(steps, record["subject"], draw)
    short, gold, found = f"{ask} {brief(record, draw)}", edges(steps), graph(COUNTRIES).find(ask)
    noise = beside(graph(COUNTRIES), steps[-1], {record["subject"], right, false, *record["aliases"]}, NOISE, draw)
    noisy = draw.sample((*gold, *noise), len(gold) + NOISE)
    spare = [d for d in record["distractors"] if d != false and d not in noise.values()]
    others = (*noise.values(), *draw.sample(spare, RIVALS - 1 - NOISE))
    truth = Expect(answer=right, aliases=tuple(record["aliases"]), wrong=(false, *others))
    lie, bound = falsified(steps, false), Expect(answer=false, wrong=(right, *others))
    tags = {"hops": str(len(steps)), "path": "; ".join(map(" ".join, gold))}
    tags |= {"subject": record["subject"], "found": "all" if set(gold) <= set(found) else "not all"}
    yield Shown("none", "", (), ask, short, truth, tags)
    for arm, triples in {"gold": gold, "retrieved": found, "noisy": noisy, "contradictory": lie}.items():
        yield Shown(arm, "given", triples, ask, short, truth, tags)
    yield Shown("edited", "only", lie, ask, short, bound, tags)
