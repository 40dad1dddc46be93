"""Who a scene is about, and where: names that people of a place have, with the pronouns that go with them."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from trustgen.curate.bank import Bank

PLACES = Bank(__package__, "places")
SUBJECT, OBJECT, OWN = {"w": "she", "m": "he"}, {"w": "her", "m": "him"}, {"w": "her", "m": "his"}
NAMES = {"w": "women", "m": "men"}


class Pair(NamedTuple):
    """Two people of one place, as slots: `a` with he, him, his, `b` with they, them, their, and the town."""

    slots: dict[str, str]
    country: str


def pair(draw: Random, genders: str = "..") -> Pair:
    """Two people of one place; `genders` fixes either (`m`, `w`), a dot leaves it to the draw."""
    place: dict[str, Any] = draw.choice(PLACES["places"])
    a, b = (draw.choice("mw") if gender == "." else gender for gender in genders)
    one = draw.choice(place[NAMES[a]])
    other = draw.choice([name for name in place[NAMES[b]] if name != one])
    slots = {"a": one, "he": SUBJECT[a], "him": OBJECT[a], "his": OWN[a], "town": draw.choice(place["towns"])}
    slots |= {"b": other, "they": SUBJECT[b], "them": OBJECT[b], "their": OWN[b]}
    return Pair(slots, place["country"])


__all__ = ["PLACES", "Pair", "pair"]
