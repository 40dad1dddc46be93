"""Passages about places and bodies that do not exist: `passages.made`.

Each record is one of them (a bridge, a choir, a ferry …) with five facts that its passage tells and one that it holds
back. Every fact has another value that is as likely and wrong, so that a statement can be made true or false in the
same words. Nothing in them can be known beforehand: what a model says of them it has read, or made up. Records are made
one by one from the salt and an index; what can be told of which kind stands in `passages.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from .bank import NAMES, Bank, Fields, Spot
from .people import names

WORDS = Bank(str(__package__), "passages")
TOLD = 5  # facts in a passage; one more is held back


def person(draw: Random) -> str:
    """A first and a last name."""
    given = draw.choice(("first_names_female", "first_names_male"))
    return f"{draw.choice(names('en_US', given))} {draw.choice(names('en_US', 'last_names'))}"


def town(draw: Random) -> str:
    """A name such as "Thornwick"; over 400 are possible."""
    return f"{draw.choice(WORDS['starts'])}{draw.choice(WORDS['ends'])}"


def _year(draw: Random, low: int, high: int) -> str:
    return str(draw.randint(low, high))


def _count(draw: Random, low: int, high: int) -> str:
    return f"{draw.randint(low, high):,}"


MADE: dict[str, Callable[..., str]] = {"person": person, "town": town, "year": _year, "count": _count}


def _new(kind: str, draw: Random, taken: set[str]) -> str:
    """A value of a kind that shares no word with what is taken."""
    name, *limits = kind.split()
    while True:
        value = MADE[name](draw, *map(int, limits))
        words = set(value.split())
        if not words & taken:
            taken |= words
            return value


@WORDS.pool("passages.made", "made-up places and bodies, each with five facts to tell and one held back", NAMES)
def made(at: Spot) -> Fields:
    """A passage; of as many in a row as there are kinds, each is of another kind."""
    kind, draw = at.turn(WORDS["kind"], "kind"), at.draw
    taken: set[str] = set()
    home, name = _new("town", draw, taken), _new("town", draw, taken)
    facts = [
        {
            "field": fact["field"],
            "kind": fact["value"].split()[0],
            "value": _new(fact["value"], draw, taken),
            "other": _new(fact["value"], draw, taken),
            "says": draw.choice(fact["says"]),
            "short": fact["short"],
            "ask": draw.choice(fact["asks"]),
        }
        for fact in draw.sample(kind["facts"], TOLD + 1)
    ]
    return {
        "kind": kind["name"],
        "subject": draw.choice(kind["subjects"]).format(name=name),
        "what": kind["is"].format(town=home),
        "facts": facts[:TOLD],
        "held_back": facts[TOLD],
    }
