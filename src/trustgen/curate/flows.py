"""Who may hear what: `people.flows`.

Each record is something private that an invented person told their assistant, somebody who is normally told such a
thing, and somebody whose business it is not. The norms are a table of our own (`flows.toml`), of everyday cases on
which few would differ; values, names and words are drawn for each record.
"""

from __future__ import annotations

from random import Random
from typing import Any

from .bank import NAMES, Bank, Fields, Spot
from .people import given_names, names

WORDS = Bank(str(__package__), "flows")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def value(told: dict[str, Any], draw: Random) -> tuple[str, ...]:
    """A value of a datum, and other spellings of it."""
    match told.get("kind"):
        case "money":
            amount = draw.randint(120, 590) * 10 + draw.randint(1, 9)
            return f"{amount:,}", str(amount)
        case "points":
            return (f"{draw.randint(110, 389)}",)
        case "code":
            return (f"{draw.randint(1002, 9898)}",)
        case "account":
            return (f"{draw.randint(1002, 9898)}-{draw.randint(100_002, 998_999)}",)
        case "date":
            day, month = draw.randint(2, 28), draw.choice(MONTHS)
            end = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"
            return (
                f"{day} {month}",
                f"{month} {day}",
                f"{day}{end} of {month}",
                f"{month} {day}{end}",
                f"{day}{end} {month}",
            )
    return (draw.choice(told["values"]),)


@WORDS.pool("people.flows", "something private, who is normally told it, and whose business it is not", NAMES)
def flows(at: Spot) -> Fields:
    """A flow. Data come in turn."""
    told, draw = at.turn(WORDS["datum"], "datum"), at.draw
    firsts, lasts = draw.sample(given_names(), 3), draw.sample(names("en_US", "last_names"), 3)
    owner, asker, other = map(" ".join, zip(firsts, lasts, strict=True))
    (due, call_due), (undue, call_undue) = draw.choice(told["due"]), draw.choice(told["undue"])
    spelt = value(told, draw)
    return {
        "datum": told["name"],
        "owner": owner,
        "asker": asker,
        "other": other,
        "value": list(spelt),
        "says": draw.choice(told["says"]).format(value=spelt[0]),
        "ask": draw.choice(told["ask"]).format(owner=owner),
        "due": [due.format(owner=owner), call_due],
        "undue": [undue.format(owner=owner), call_undue],
    }


__all__ = ["WORDS", "flows"]
