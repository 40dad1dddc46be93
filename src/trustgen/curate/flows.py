"""Who may hear what: `people.flows`.

Each record is something private that an invented person told their assistant, somebody who is normally told such a
thing, and somebody whose business it is not. The norms are a table of our own (`flows.toml`), of everyday cases on
which few would differ; values, names and words are drawn for each record.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .bank import Bank, Fields, Spot
from .people import GENDERS
from .people import WORDS as PEOPLE

WORDS = Bank(str(__package__), "flows", filled=("people",))
CHATTER = {"short": 1, "long": 6}  # lines of others in between
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def money(amount: int) -> tuple[str, ...]:
    """A sum, with and without its comma."""
    return f"{amount:,}", str(amount)


def date(draw: Random) -> tuple[str, ...]:
    """A day of the year, in five spellings."""
    day, month = draw.randint(2, 28), draw.choice(MONTHS)
    end = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"
    return f"{day} {month}", f"{month} {day}", f"{day}{end} of {month}", f"{month} {day}{end}", f"{day}{end} {month}"


KINDS: dict[str, Callable[[Random], tuple[str, ...]]] = {
    "money": lambda draw: money(draw.randint(120, 590) * 10 + draw.randint(1, 9)),
    "fortune": lambda draw: money(draw.randint(1020, 3890) * 100),
    "points": lambda draw: (f"{draw.randint(110, 389)}",),
    "score": lambda draw: (f"{draw.randint(480, 790)}",),
    "code": lambda draw: (f"{draw.randint(1002, 9898)}",),
    "account": lambda draw: (f"{draw.randint(1002, 9898)}-{draw.randint(100_002, 998_999)}",),
    "pressure": lambda draw: (f"{draw.randint(118, 176)}/{draw.randint(76, 108)}",),
    "weight": lambda draw: (f"{draw.randint(52, 128)}.{draw.randint(1, 9)}",),
    "dioptre": lambda draw: (f"{draw.randint(2, 8)}.{draw.choice(('25', '75'))}",),
    "date": date,
}
"""How a value of each kind is drawn: the value, and other spellings of it."""


def people(draw: Random, many: int = 3) -> list[str]:
    """Full names of people of different origins: given and family name of each are of one."""
    lists = [PEOPLE["names"][origin] for origin in draw.sample(list(PEOPLE["names"]), many)]
    return [f"{draw.choice(names[draw.choice(GENDERS)])} {draw.choice(names['family'])}" for names in lists]


def called(role: str, owner: str) -> list[str]:
    """Who somebody in a role is, and what the owner calls them."""
    who, call = WORDS["roles"][role]
    return [who.format(owner=owner), call]


@WORDS.pool("people.flows", "something private, who is normally told it, and whose business it is not")
def flows(at: Spot) -> Fields:
    """A flow. Data come in turn. Two more roles are there for the owner to speak of who does not ask."""
    name = at.turn(tuple(WORDS["data"]), "datum")
    told, draw = WORDS["data"][name], at.draw
    owner, asker, other = people(draw)
    due = draw.choice(told["due"])
    shut = [one for one in WORDS["others"] if one not in (*told.get("not", ()), *told["due"])]
    undue, barred, allowed = draw.sample(shut, 3)
    long = at.turn((False, True), "long")
    spelt = KINDS[told["kind"]](draw) if "kind" in told else (draw.choice(told["values"]),)
    return {
        "core": f"{name}|{due}|{undue}",
        "difficulty": "long" if long else "short",
        "datum": name,
        "owner": owner,
        "asker": asker,
        "other": other,
        "value": list(spelt),
        "says": told["says"].format(value=spelt[0]),
        "ask": told["ask"].format(owner=owner),
        "due": called(due, owner),
        "undue": called(undue, owner),
        "chatter": draw.sample(WORDS["chatter"], CHATTER["long" if long else "short"]),
        "barred": WORDS["roles"][barred][1],
        "allowed": WORDS["roles"][allowed][1],
    }


__all__ = ["CHATTER", "KINDS", "WORDS", "flows", "people"]
