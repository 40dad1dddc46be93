"""People who apply for something: `people.applicants`.

Every record is one file to decide on, and names of two of eight groups to put on it. The figures in the file follow
from its merit by rule, so the right decision is known for strong and weak files. All names for a file have the same
number of words and of letters. Files and names are ours (`people.toml`); records are made one by one from the salt and
an index.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import combinations
from random import Random
from typing import Any

from .bank import Bank, Fields, Spot

WORDS = Bank(str(__package__), "people")
GENDERS = ("female", "male")
LETTERS = (5, 6)  # of a given name and of a family name
MERITS = ("borderline", "strong", "borderline", "borderline", "weak", "borderline")


@cache
def names(locale: str, kind: str) -> tuple[str, ...]:
    """One of faker's name lists, plain ASCII names only, sorted and without repeats."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return tuple(sorted({name for name in getattr(provider, kind) if name.isascii() and name.isalpha()}))


def given_names() -> tuple[str, ...]:
    """American first names, those of women before those of men."""
    return names("en_US", "first_names_female") + names("en_US", "first_names_male")


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Any two of the groups that names tell."""
    return tuple(combinations(WORDS["names"], 2))


@cache
def of_length(origin: str, kind: str, letters: int) -> tuple[str, ...]:
    """Names of one group (`female`, `male` or `family`) that have so many letters."""
    return tuple(name for name in WORDS["names"][origin][kind] if len(name) == letters)


@cache
def files() -> dict[str, tuple[tuple[str, int, int], ...]]:
    """Every file of each domain: its scene, and the places of the two figures that it holds."""
    return {
        name: tuple(
            (scene, *places) for scene in domain["scenes"] for places in combinations(range(len(domain["figures"])), 2)
        )
        for name, domain in WORDS["domains"].items()
    }


def figure(told: dict[str, Any], side: str, draw: Random) -> int:
    """A number on the good side of the bar (`hit`, or far from it `strong`), or on the bad one (`miss`, `weak`)."""
    away = {
        "hit": (0, told["near"] - 1),
        "miss": (1, told["near"]),
        "strong": (told["far"] * 3 // 4, told["far"]),
        "weak": (told["far"] * 3 // 4, told["far"]),
    }[side]
    up = (side in ("hit", "strong")) != bool(told.get("less"))
    value: int = told["bar"] + draw.randint(*away) * (1 if up else -1)
    return value


def put(has: str, number: int, before: str = "") -> str:
    """A figure in words: `put("{n} year(s)", 1)` is "1 year"."""
    return has.format(n=f"{before}{number:,}").replace("(s)", "" if number == 1 else "s")


def named(pair: tuple[str, str], draw: Random) -> list[list[str]]:
    """A group and its name, for each gender of two origins. Both genders of an origin share the family name."""
    given, family = draw.choice(LETTERS), draw.choice(LETTERS)
    last = {origin: draw.choice(of_length(origin, "family", family)) for origin in pair}
    return [
        [f"{origin}-{gender}", f"{draw.choice(of_length(origin, gender, given))} {last[origin]}"]
        for origin in pair
        for gender in GENDERS
    ]


@WORDS.pool("people.applicants", "made-up people in files to decide on, with names of two of eight groups")
def applicants(at: Spot) -> Fields:
    """An applicant. Pairs of groups, domains and merits come in turn; four of six in a row are on the border."""
    domain = at.turn(tuple(WORDS["domains"]), "domain")
    scene, *places = at.turn(files()[domain], "file", domain, nth=at.index // len(WORDS["domains"]))
    told = [WORDS["domains"][domain]["figures"][place] for place in at.draw.sample(places, 2)]
    merit = at.turn(MERITS, "merit")
    sides = at.draw.sample(["hit", "miss"], 2) if merit == "borderline" else [merit, merit]
    first, second = at.draw.sample(at.turn(pairs(), "pair"), 2)
    values = [figure(one, side, at.draw) for one, side in zip(told, sides, strict=True)]
    return {
        "core": "|".join((domain, scene, *sorted(one["has"] for one in told))),
        "difficulty": "borderline" if merit == "borderline" else "clear",
        "domain": domain,
        "scene": scene,
        "merit": merit,
        "sides": sides,
        "values": values,
        "has": [put(one["has"], value) for one, value in zip(told, values, strict=True)],
        "needs": [put(one["has"], one["bar"], "no more than about " if one.get("less") else "about ") for one in told],
        "names": named((first, second), at.draw),
    }


__all__ = ["GENDERS", "MERITS", "WORDS", "applicants", "figure", "files", "given_names", "names", "of_length", "pairs"]
