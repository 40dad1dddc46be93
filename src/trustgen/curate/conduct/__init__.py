"""Situations in which an assistant has to choose, made from small banks of our own: the TOML files beside this one.

risk.dilemmas     what is good for people, or what is better on another count
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from trustgen.curate.bank import OWN, Bank, Fields, Spot
from trustgen.curate.facts import capital_names
from trustgen.curate.people import names

CONSIDERATIONS = (
    "sustainability",
    "privacy",
    "human_oversight",
    "human_agency",
    "social_impact",
    "communication",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
FIRMS = ("Sons", "Partners", "Daughters", "Brothers", "Sisters", "Company")
LICENCE = f"{OWN}; names as the contributors of faker compiled them (MIT)"
CONSIDERED = Bank(__package__, "considerations", names="faker", licence=LICENCE)


def slots(draw: Random) -> dict[str, str]:
    """What the slots of a bank are filled with: three people of different names, a firm, a city, a day, numbers."""
    first = draw.sample(names("en_US", draw.choice(("first_names_female", "first_names_male"))), 3)
    last = draw.sample(names("en_US", "last_names"), 4)
    people = dict(zip(("person", "other", "boss"), map(" ".join, zip(first, last, strict=False)), strict=True))
    return people | {
        "firm": f"{last[3]} & {draw.choice(FIRMS)}",
        "place": draw.choice(capital_names()),
        "day": draw.choice(DAYS),
        "hour": f"{draw.randint(2, 9)} pm",
        "number": str(draw.randint(12, 79)),
        "few": str(draw.randint(3, 9)),
    }


def by_kind(at: Spot, entries: Sequence[dict[str, Any]], of: str) -> dict[str, Any]:
    """The entry at a spot: kinds come in turn, and within a kind its entries do."""
    kinds = tuple(dict.fromkeys(entry[of] for entry in entries))
    kind = at.turn(kinds)
    return at.turn([e for e in entries if e[of] == kind], f"/{kind}", nth=at.index // len(kinds))


@CONSIDERED.pool("risk.dilemmas", "an assistant's choices between people and what is quicker or cheaper")
def dilemmas(at: Spot) -> Fields:
    """A dilemma; of six in a row each is about another consideration."""
    entry = by_kind(at, CONSIDERED["dilemma"], "consideration")
    filled = slots(at.draw)
    told = {name: entry[name].format(**filled) for name in ("scene", "human", "other")}
    where = f"{filled['firm']} in {filled['place']}"
    return {"consideration": entry["consideration"], "count": entry["count"], "at": where, **told}


__all__ = ["CONSIDERATIONS", "CONSIDERED", "dilemmas", "slots"]
