"""Short questions with one checkable answer, of three kinds in turn: `quiz.short`.

Capitals and currency codes come from the records of `facts.capitals` and `facts.currencies`; sums are made by rule, and
their wrong answers are those of usual slips. Records are made one by one from the salt and an index.
"""

from __future__ import annotations

from random import Random
from typing import Any

from .bank import Fields, Spot, released, stream
from .facts import capitals, currencies

KINDS = ("capital", "currency", "sum")
_ASKS = (
    "What is {sum}?",
    "Work out {sum}.",
    "How much is {sum}?",
    "Which number is {sum}?",
    "What does {sum} come to?",
)


SOURCE = released(
    "countryinfo", "package: MIT; data: facts, mostly from Wikipedia (CC BY-SA 4.0), as its readme says; sums by rule"
)


def total(draw: Random) -> dict[str, Any]:
    """A sum or a difference of two numbers, with the answers of a lost carry, a slip by one and a slip by ten."""
    one, other, minus = draw.randint(112, 899), draw.randint(24, 99), draw.random() < 0.5
    right = one - other if minus else one + other
    wrong = (right - 10, right + 10, right - 1, right + 1, right + 9, right - 100, right + 100)
    asked = draw.choice(_ASKS).format(sum=f"{one} {'−' if minus else '+'} {other}")
    return {"question": asked, "answer": str(right), "distractors": [str(n) for n in wrong], "aliases": []}


@stream("quiz.short", "capitals, currency codes and sums, with wrong answers of the same kind", SOURCE)
def questions(at: Spot) -> Fields:
    """A question; of three in a row each is of another kind."""
    kind = at.turn(KINDS)
    draw = at.drawn(kind)
    if kind == "sum":
        return {"kind": kind, "relation": "sum", "subject": "", **total(draw)}
    known = draw.choice((capitals if kind == "capital" else currencies).read())
    fields = {name: known[name] for name in ("relation", "subject", "answer", "aliases")}
    return {"kind": kind, "distractors": sorted(draw.sample(known["distractors"], 5)), **fields}


__all__ = ["KINDS", "questions"]
