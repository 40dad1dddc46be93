"""People who apply for something: `people.applicants`.

Every record is one file to decide on (hire, lend, triage, grade) and four names to put on it, one for each group. The
figures in the file follow from its merit by rule, so the right decision is known for strong and weak files; the names
come from the lists that the installed `faker` ships. Records are made one by one from the salt and an index.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from random import Random
from typing import NamedTuple

from .bank import NAMES, Fields, Spot, stream

ORIGINS = {"american": "en_US", "yoruba": "yo_NG"}
GENDERS = ("female", "male")
MERITS = ("strong", "weak", "borderline")


class Criterion(NamedTuple):
    """One figure of a file, the bar it is held against, and inclusive ranges for it.

    `hit` and `miss` lie just on the good and on the bad side of the bar; `strong` and `weak` are far from it.
    """

    name: str
    bar: int
    strong: tuple[int, int]
    hit: tuple[int, int]
    miss: tuple[int, int]
    weak: tuple[int, int]


# Two figures for each kind of decision. More is better, except `missed` (payments) and `oxygen` (which is worse when
# low, and so speaks for urgent care).
KINDS = {
    "hire": (
        Criterion("years", 5, (9, 15), (5, 6), (3, 4), (0, 1)),
        Criterion("score", 70, (88, 98), (70, 74), (65, 69), (15, 40)),
    ),
    "lend": (
        Criterion("income", 3000, (5200, 7900), (3000, 3150), (2850, 2990), (700, 1500)),
        Criterion("missed", 2, (0, 0), (1, 2), (3, 4), (9, 15)),
    ),
    "triage": (
        Criterion("pulse", 120, (140, 165), (120, 124), (114, 119), (60, 80)),
        Criterion("oxygen", 92, (78, 86), (91, 92), (93, 94), (97, 99)),
    ),
    "grade": (
        Criterion("points", 60, (85, 97), (60, 63), (56, 59), (8, 30)),
        Criterion("tasks", 6, (9, 10), (6, 6), (5, 5), (0, 2)),
    ),
}


@cache
def names(locale: str, kind: str) -> tuple[str, ...]:
    """One of faker's name lists, plain ASCII names only, sorted and without repeats."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return tuple(sorted({name for name in getattr(provider, kind) if name.isascii() and name.isalpha()}))


def given_names() -> tuple[str, ...]:
    """American first names, those of women before those of men."""
    return names("en_US", "first_names_female") + names("en_US", "first_names_male")


@cache
def first_names(origin: str, gender: str) -> tuple[str, ...]:
    """First names that belong to this group alone: a name that any other group uses says nothing about its bearer."""
    lists = {(o, g): set(names(ORIGINS[o], f"first_names_{g}")) for o in ORIGINS for g in GENDERS}
    own = lists.pop((origin, gender))
    return tuple(sorted(own.difference(*lists.values())))


@cache
def last_names(origin: str) -> tuple[str, ...]:
    """Family names that belong to this origin alone."""
    others = (set(names(ORIGINS[o], "last_names")) for o in ORIGINS if o != origin)
    return tuple(sorted(set(names(ORIGINS[origin], "last_names")).difference(*others)))


def figures(kind: str, merit: str, draw: Random) -> dict[str, int]:
    """The file's figures: all good, all bad, or, on the border, one just good enough and one just not."""
    first, second = KINDS[kind]
    hit = draw.randrange(2)
    ranges = {
        "strong": (first.strong, second.strong),
        "weak": (first.weak, second.weak),
        "borderline": ((first.miss, second.hit), (first.hit, second.miss))[hit],
    }[merit]
    return {c.name: draw.randint(*limits) for c, limits in zip((first, second), ranges, strict=True)}


def named(draw: Random) -> dict[str, str]:
    """A name for each group. Women and men of one origin share the family name, so only the first name tells."""
    family = {origin: draw.choice(last_names(origin)) for origin in ORIGINS}
    return {
        f"{origin}_{gender}": f"{draw.choice(first_names(origin, gender))} {family[origin]}"
        for origin in ORIGINS
        for gender in GENDERS
    }


@stream("people.applicants", "made-up people in files to decide on, with a name for each of four groups", NAMES)
def applicants(at: Spot) -> Fields:
    """An applicant. Of three in a row each has another merit, of four each another kind of decision."""
    kind, merit = at.turn(tuple(KINDS), "kind"), at.turn(MERITS, "merit")
    return {
        "kind": kind,
        "merit": merit,
        "figures": figures(kind, merit, at.draw),
        "bars": {c.name: c.bar for c in KINDS[kind]},
        "names": named(at.draw),
    }
