"""What stands beside the fact that a case is about: other facts, and the graph that triples are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from random import Random

from trustgen.core import Record
from trustgen.craft.graph_walk import Step
from trustgen.craft.retrieve import Retriever, Triple
from trustgen.curate.door import open_pool


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
