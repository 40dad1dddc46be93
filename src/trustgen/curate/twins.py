"""Two made-up things of one kind and what holds of them: the worlds that `passages.made` tells of.

Two bridges, two choirs, two ferries … : when each began, who had which part in it, how large it is; who held an office
first and who next; how many came in two halves of a time; and what is told of one of the two and left open for the
other. The words stand in `passages.toml`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from .bank import Bank
from .people import names

WORDS = Bank(str(__package__), "passages")
EXTRAS = {"short": (0, 0), "medium": (0, 2), "long": (1, 2)}
"""Of each length, second roles, and how many of the sentences in `SINGLE` are told beside the ten of every passage."""
SINGLE = ("solo", "detail", "later")
APART = 4  # years between two beginnings, and what one size is more than the other, at least
START = 4  # letters by which names differ


class Person(NamedTuple):
    """A name and its pronouns."""

    name: str
    he: str
    him: str
    his: str


@dataclass(frozen=True)
class World:
    """What holds of two things. A pair has a value for each; `solo`, `detail` and `later` name one by its place."""

    kind: dict[str, Any]
    home: str
    things: tuple[str, str]
    began: tuple[int, int]
    size: dict[str, Any]
    sizes: tuple[int, int]
    roles: tuple[tuple[dict[str, str], tuple[Person, Person]], ...]
    office: str
    heirs: tuple[Person, Person]
    counted: str
    period: dict[str, str]
    halves: tuple[int, int]
    solo: tuple[tuple[int, str], ...]
    detail: tuple[int, str] | None
    later: tuple[int, str, int] | None


def person(draw: Random) -> str:
    """A first and a last name."""
    return _somebody(draw).name


def _somebody(draw: Random) -> Person:
    given, *words = draw.choice((("female", "she", "her", "her"), ("male", "he", "him", "his")))
    first = draw.choice(names("en_US", f"first_names_{given}"))
    return Person(f"{first} {draw.choice(names('en_US', 'last_names'))}", *words)


def town(draw: Random) -> str:
    """A name such as "Thornwick"; over 400 are possible."""
    return f"{draw.choice(WORDS['starts'])}{draw.choice(WORDS['ends'])}"


def unlike(draw: Random, many: int, made: Callable[[Random], Any], taken: set[str]) -> list[Any]:
    """So many people or towns of which no two words begin alike."""
    found: list[Any] = []
    while len(found) < many:
        one = made(draw)
        words = {word[:START] for word in (one.name if isinstance(one, Person) else one).split()}
        if not words & taken:
            taken |= words
            found.append(one)
    return found


def _two(draw: Random, low: int, high: int, apart: int) -> tuple[int, int]:
    """Two numbers that lie so far apart."""
    while True:
        one, other = draw.randint(low, high), draw.randint(low, high)
        if abs(one - other) >= apart:
            return one, other


def world(kind: dict[str, Any], length: str, draw: Random) -> World:
    """What holds in one passage."""
    more, many = EXTRAS[length]
    single = draw.sample(SINGLE, many)
    taken: set[str] = set()
    home, first, second, elsewhere = unlike(draw, 4, town, taken)
    people = unlike(draw, 4 + 2 * more, _somebody, taken)
    form, size, began = draw.choice(kind["names"]), draw.choice(kind["sizes"]), kind["began"]
    roles = draw.sample(kind["roles"], 1 + more)
    phrases, one = draw.sample(kind["solo"], 1 + ("solo" in single)), draw.randrange(2)
    things = (form.format(name=first), form.format(name=second))
    return World(
        kind=kind,
        home=home,
        things=things,
        began=_two(draw, began["low"], began["high"], APART),
        size=size,
        sizes=_two(draw, size["low"], size["high"], APART),
        roles=tuple((role, (people[2 + 2 * i], people[3 + 2 * i])) for i, role in enumerate(roles)),
        office=draw.choice(kind["office"]).format(it=draw.choice(things)),
        heirs=(people[0], people[1]),
        counted=draw.choice(kind["counted"]).format(it=draw.choice(things)),
        period=draw.choice(WORDS["halves"]["periods"]),
        halves=_two(draw, 110, 980, 12),
        solo=tuple((abs(one - i), phrase) for i, phrase in enumerate(phrases)),
        detail=(draw.randrange(2), draw.choice(WORDS["details"]).format(town=elsewhere))
        if "detail" in single
        else None,
        later=(draw.randrange(2), draw.choice(kind["later"]), draw.randint(11, 45)) if "later" in single else None,
    )


__all__ = ["EXTRAS", "WORDS", "Person", "World", "person", "town", "unlike", "world"]
