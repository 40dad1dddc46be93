"""Questions whose first answer that comes to mind is wrong: sums with a lure, and pairs of countries that mislead.

A pair of countries misleads where what is seen first orders it the other way: the area on a flat map that of the globe,
the number of people the area, the area how many people there are or how close they live. Half are asked
for the one that has more, half for the one that has less, so that each country is as often right as wrong.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from math import cos, radians
from typing import NamedTuple

from trustgen.curate.bank import Bank, Fields, Spot
from trustgen.curate.facts import in_a_sentence, rows, sovereign
from trustgen.curate.kin import holds
from trustgen.curate.places import SPELT

from .arguments import ARGUMENTS
from .sums import opened, step

INTUITIONS = Bank(__package__, "intuitions", ("arguments",))
KINDS = ("sum", "country")
APART = {"area": (1.4, 2.5), "map": (1.4, 2.5), "people": (2.0, 4.0), "density": (2.0, 4.0)}
"""How many times as much is true of the right one at least, for numbers age; and from when on the two are not near."""


class Place(NamedTuple):
    """A country under one question: what is true of it, and what is seen first."""

    name: str
    true: float
    seen: float


def intuition(at: Spot, nth: int) -> Fields:
    """The `nth` question: sums and countries in turn."""
    return _sum(at, nth // 2) if at.turn(KINDS, "lure", nth=nth) == "sum" else _pair(at, nth // 2)


def _sum(at: Spot, nth: int) -> Fields:
    """A sum in words, its answer and its lure."""
    form, draw, words = at.turn(INTUITIONS["sum"], "sum", nth=nth), at.drawn("lure"), INTUITIONS["words"]
    known = {name: draw.randrange(low, high + 1, by) for name, (low, high, by) in form["draws"].items()}
    drawn = list(known.values())
    for text in form["steps"]:
        name, *_, comes = step(text, known)
        known[name] = comes
    who = draw.choice(ARGUMENTS["banks"]["names"])
    slots = {"who": who, "Who": who, "town": draw.choice(words["towns"]), "things": draw.choice(words["things"])}
    if "d" in form["draws"] and "a" in form["draws"]:  # a dear thing beside a cheap one
        slots["one"], slots["other"] = draw.choice(words["pairs"])
    else:
        slots["one"] = draw.choice(words["wares"])
    return {
        "question": draw.choice(form["asks"]).format(**known, **slots),
        "answer": str(known["answer"]),
        "distractors": [str(known["lure"])],
        "style": "sum",
        "core": f"{form['name']}|{drawn}",
    }


def _pair(at: Spot, nth: int) -> Fields:
    """Two countries, of which the wrong one looks right; asked for more or for less, so that a name tells nothing."""
    form, way = at.turn(INTUITIONS["country"], "country", nth=nth), at.turn(("more", "less"), "way", nth=nth)
    found, draw = _misleading(form["name"]), at.drawn("lure")
    most = at.turn(sorted(found), "of", form["name"], nth=nth // len(INTUITIONS["country"]))
    least, apart = draw.choice(found[most])
    answer, wrong = (most, least) if way == "more" else (least, most)
    claims = {one: in_a_sentence(one) for one in (answer, wrong)}
    a, b = draw.sample(list(claims.values()), 2)
    return {
        "question": draw.choice(form[way]).format(a=a, b=b, A=opened(a)),
        "answer": answer,
        "aliases": list(_spelt().get(answer, ())),
        "distractors": [wrong],
        "claims": claims,
        "style": "fact",
        "core": f"{form['name']}|{answer}|{wrong}",
        "difficulty": "far" if apart >= APART[form["name"]][1] else "near",
    }


@cache
def _misleading(form: str) -> dict[str, list[tuple[str, float]]]:
    """Of every country that has more of something than it seems: those that seem to have more, and how far apart."""
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for one in _places(form):
        for other in _places(form):
            apart = one.true / other.true
            if apart >= APART[form][0] and one.seen < other.seen and not holds(other.name, one.name):
                found[one.name].append((other.name, apart))
    return found


@cache
def _spelt() -> dict[str, tuple[str, ...]]:
    """What else a state is called, by its name."""
    return {sovereign()[code].subject.removeprefix("the "): names for code, names in SPELT.items()}


@cache
def _places(form: str) -> tuple[Place, ...]:
    """Every state whose row has what the questions need."""
    made = []
    for row, _ in rows():
        country = sovereign().get((row.get("ISO") or {}).get("alpha2") or "")
        middle, area = row.get("latlng") or [], row.get("area") or 0
        if country and len(middle) == 2 and area and country.people:
            people, name = country.people, country.subject.removeprefix("the ")
            seen = area / cos(radians(middle[0])) ** 2 if form == "map" else area if form == "people" else people
            true = {"map": area, "area": area, "people": people, "density": people / area}[form]
            made.append(Place(name, true, seen))
    return tuple(made)


__all__ = ["intuition"]
