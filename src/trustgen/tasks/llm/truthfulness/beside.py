"""What stands beside the fact that a case is about: facts of other countries, and the graph that triples are of."""

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
def known(pools: tuple[str, ...]) -> dict[str, list[Record]]:
    """Every record of some pools, by relation."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in (r for name in pools for r in open_pool(name).draw("")):
        found[record["relation"]].append(record)
    return found


def asides(record: Record, draw: Random, said: str, pools: tuple[str, ...]) -> tuple[Record, Record]:
    """Two records that tell nothing of what is `said`: one of another country and answer, and another fact of this
    country where there is one.
    """
    taken = f"{said} {record['answer']}"
    others = [r for r in known(pools)[record["relation"]] if r["subject"] not in said and r["answer"] not in taken]
    first, second = draw.sample([r for r in others if r["subject"] != record["subject"]], 2)
    own = [r for name, all_ in known(pools).items() if name != record["relation"] for r in all_]
    return first, next((r for r in own if r["subject"] == record["subject"]), second)


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
