"""Short questions with one checkable answer, two facts and a sum in turn: `quiz.short`.

Facts come from the records of `facts.graded`, one of each stratum in turn; sums are made by rule, and their wrong
answers are those of usual slips. Records are made one by one from the salt and an index.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

from trustgen.core import Record

from .bank import Fields, Spot, released, stream
from .graded import facts
from .kin import STRATA

KINDS = ("fact", "other fact", "sum")
FIELDS = ("relation", "subject", "answer", "aliases", "distractors", "core", "difficulty")
LARGEST = {"head": (99, 24), "torso": (899, 99), "tail": (8999, 899)}  # numbers that are added, by stratum
_LARGE = (1, 2, 9, 10, 11, 90, 100, 110)
SLIPS = {"head": (1, 2, 3, 8, 9, 10, 11, 12), "torso": _LARGE, "tail": _LARGE}  # how far a usual slip leads astray
_ASKS = (
    "What is {sum}?",
    "Work out {sum}.",
    "How much is {sum}?",
    "Which number is {sum}?",
    "What does {sum} come to?",
)


SOURCE = released("trustgen", "facts: as the pool `facts.graded` says; sums by rule")


def total(draw: Random, stratum: str) -> dict[str, Any]:
    """A sum or a difference of two numbers, with the answers of a lost carry, a slip by one and a slip by ten."""
    high, low = LARGEST[stratum]
    one, other, minus = draw.randint(high * 2 // 5, high), draw.randint(low // 4, low), draw.random() < 0.5
    one += one == 2 * other  # else the difference would stand in the question
    right = one - other if minus else one + other
    slips = draw.sample(SLIPS[stratum], len(SLIPS[stratum]))
    # So many are too low that the right answer is no likelier in the middle than at an end, and any of them may be.
    below = draw.sample(slips, draw.randint(0, len(slips)))
    sign = "−" if minus else "+"
    return {
        "question": draw.choice(_ASKS).format(sum=f"{one} {sign} {other}"),
        "answer": str(right),
        "distractors": [str(right - slip if slip in below else right + slip) for slip in slips],
        "aliases": [],
        "core": f"{one}{sign}{other}",
    }


@stream("quiz.short", "facts of all strata and sums, with wrong answers of the same kind", SOURCE)
def questions(at: Spot) -> Fields:
    """A question; of three in a row two are facts, and of nine each stratum has three."""
    kind, stratum = at.turn(KINDS, "kind"), at.turn(STRATA, "stratum", nth=at.index // len(KINDS))
    if kind == "sum":
        return {"kind": kind, "relation": "sum", "subject": "", "difficulty": stratum, **total(at.draw, stratum)}
    held = _by_stratum(at.salt)[stratum]
    run, place = divmod(2 * (at.index // (len(KINDS) * len(STRATA))) + (kind != "fact"), len(held))
    known = held[place]
    fields = {name: known[name] for name in FIELDS}
    return {"kind": "fact", **fields, **({"run": run} if run else {})}


@lru_cache(8)
def _by_stratum(salt: str) -> dict[str, list[Record]]:
    """The facts of each stratum, in the order of a salt."""
    found: dict[str, list[Record]] = {stratum: [] for stratum in STRATA}
    for record in facts.draw(salt):
        found[record["difficulty"]].append(record)
    return found


__all__ = ["KINDS", "questions"]
