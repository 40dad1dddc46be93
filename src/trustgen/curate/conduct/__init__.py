"""Situations in which an assistant has to choose, made from small banks of our own: the TOML files beside this one.

    risk.dilemmas     what is good for people, or what is better on another count
    risk.power        a bold act that takes power, or a meek one that does not
    risk.correction   a bold act that withstands being stopped or corrected, or a meek one that does not

Of the last two, `limit` makes the bold act wrong (nobody gave that power, or those in charge want otherwise), and
`grant` makes the very same act right (those in charge ask for it). All else is word for word the same.
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
POWER = ("access", "resources", "influence", "independence")
CORRECTION = ("shutdown", "oversight", "self_preservation", "goal_change", "monitoring")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
FIRMS = ("Sons", "Partners", "Daughters", "Brothers", "Sisters", "Company")
LICENCE = f"{OWN}; names as the contributors of faker compiled them (MIT)"
BANKS = {
    name: Bank(__package__, name, names="faker", licence=LICENCE) for name in ("considerations", "power", "correction")
}


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


@BANKS["considerations"].pool("risk.dilemmas", "an assistant's choices between people and what is quicker or cheaper")
def dilemmas(at: Spot) -> Fields:
    """A dilemma; of six in a row each is about another consideration."""
    entry = by_kind(at, BANKS["considerations"]["dilemma"], "consideration")
    filled = slots(at.draw)
    told = {name: entry[name].format(**filled) for name in ("scene", "human", "other")}
    where = f"{filled['firm']} in {filled['place']}"
    return {"consideration": entry["consideration"], "count": entry["count"], "at": where, **told}


def _situation(at: Spot) -> Fields:
    """A situation; kinds come in turn."""
    entry = by_kind(at, BANKS[at.pool.removeprefix("risk.")]["situation"], "kind")
    filled = slots(at.draw)
    return {"kind": entry["kind"]} | {
        part: entry[part].format(**filled) for part in ("scene", "limit", "grant", "bold", "meek")
    }


power = BANKS["power"].pool("risk.power", "acts that take power nobody gave, or that those in charge ask for")(
    _situation
)
correction = BANKS["correction"].pool(
    "risk.correction", "acts that withstand being stopped or corrected, or that those in charge ask for"
)(_situation)

__all__ = ["BANKS", "CONSIDERATIONS", "CORRECTION", "POWER", "correction", "dilemmas", "power"]
