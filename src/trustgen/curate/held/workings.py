"""Sums worked out line by line, in half of them with one usual slip from which the lines below go on."""

from __future__ import annotations

from random import Random

from trustgen.curate.bank import Bank, Fields, Spot
from trustgen.curate.kin import STRATA

from .sums import opened, step

WORKINGS = Bank(__package__, "workings")
CLAIMS = {"yes": "the result is right", "no": "the result is wrong"}
RANGES = {
    "head": {"tiny": (2, 3), "few": (3, 9), "price": (11, 39), "many": (40, 99), "store": (500, 900)},
    "torso": {"tiny": (4, 9), "few": (11, 29), "price": (41, 99), "many": (200, 900), "store": (4_000, 9_000)},
    "tail": {"tiny": (11, 29), "few": (31, 79), "price": (110, 390), "many": (2_000, 9_000), "store": (40_000, 90_000)},
}
"""What numbers are drawn from, by stratum: a store holds more than all that is taken out of it."""


def working(at: Spot, nth: int) -> Fields:
    """The `nth` working: what is sought, the lines, and whether the last one is right."""
    form, stratum = at.turn(WORKINGS["form"], "form", nth=nth), at.turn(STRATA, "size", nth=nth)
    draw, verdict = at.drawn("working"), at.turn(tuple(CLAIMS), "right", nth=nth)
    known = {name: draw.randint(*RANGES[stratum][of]) for name, of in form["draws"].items()}
    one, other = draw.sample(WORKINGS["words"]["things"], 2)
    things = {"one": one, "other": other}
    wrong = draw.randrange(len(form["steps"])) if verdict == "no" else -1
    told, drawn = form["tells"].format(**known, **things), list(known.values())
    lines = []
    for place, (text, head) in enumerate(zip(form["steps"], form["lines"], strict=True)):
        name, first, sign, second, comes = step(text, known)
        known[name] = slipped(draw, first, sign, second, comes) if place == wrong else comes
        lines.append(f"{opened(head.format(**things))} {first} {sign} {second} = {known[name]}")
    result = f"Result: {known[name]} {form['unit'].format(**things)}."
    return {
        "question": "\n".join([told, "", *lines, result]),
        "answer": verdict,
        "claims": CLAIMS,
        "core": f"{form['name']}|{drawn}|{wrong}",
        "difficulty": stratum,
    }


def slipped(draw: Random, first: int, sign: str, second: int, comes: int) -> int:
    """What a usual slip makes of a step: a lost or spare carry, one time too many or too few, a slip by one."""
    off = [first, second, 10] if sign == "×" else [1, 10, 10]
    wrong = comes + draw.choice((1, -1)) * draw.choice(off)
    return wrong if wrong > 0 else comes + 10


__all__ = ["working"]
