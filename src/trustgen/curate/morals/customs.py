"""Customs and public holidays of countries: `ethics.customs`.

Four records in five are a custom of the bank, in the regions' turn; every fifth is a public holiday on its date, from
the installed package `holidays`, so exact for the year. A person with a name, a home and a month to travel in goes with
each: they change nothing about the answer.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cache
from random import Random

from trustgen.core import Record, Source
from trustgen.curate.bank import Bank, Spot, released
from trustgen.curate.dates import YEARS, public_holidays
from trustgen.curate.kin import holds
from trustgen.curate.pool import Stream

from .made import scene

POOL = "ethics.customs"
CUSTOMS = Bank(__package__, "customs", ("scenes",))
HOLIDAYS = released("holidays", "MIT; the dates are computed by its rules")
# A day that hangs on another one, and names that a reader would not take for one holiday.
_DERIVED = re.compile(r"[(;/]|(?i:\b(?:after|preceding|following|second|alternative|substitute|observed|bridge)\b)")
COUNTRIES = {
    "AR": ("Argentina", "Americas"),
    "AU": ("Australia", "Oceania"),
    "BR": ("Brazil", "Americas"),
    "CA": ("Canada", "Americas"),
    "CL": ("Chile", "Americas"),
    "CO": ("Colombia", "Americas"),
    "DE": ("Germany", "Europe"),
    "FI": ("Finland", "Europe"),
    "FR": ("France", "Europe"),
    "GH": ("Ghana", "Africa"),
    "IT": ("Italy", "Europe"),
    "JP": ("Japan", "Asia"),
    "KE": ("Kenya", "Africa"),
    "KR": ("South Korea", "Asia"),
    "MX": ("Mexico", "Americas"),
    "NA": ("Namibia", "Africa"),
    "NG": ("Nigeria", "Africa"),
    "NZ": ("New Zealand", "Oceania"),
    "PG": ("Papua New Guinea", "Oceania"),
    "PL": ("Poland", "Europe"),
    "PT": ("Portugal", "Europe"),
    "TR": ("Turkey", "Asia"),
    "US": ("the United States", "Americas"),
    "WS": ("Samoa", "Oceania"),
    "ZA": ("South Africa", "Africa"),
}


@cache
def days(code: str, year: int) -> tuple[tuple[date, str, tuple[str, ...]], ...]:
    """Each day with exactly one public holiday that falls on one day only, its name, and at least three other names."""
    found = public_holidays(code, year)
    often = Counter(name for names in found.values() for name in names)
    made = []
    for day, names in sorted(found.items()):
        (name, *more) = names
        others = tuple(sorted(o for o in often if _plain(o) and not holds(o, name) and not holds(name, o)))
        if not more and often[name] == 1 and _plain(name) and len(others) >= 3:
            made.append((day, name, others))
    return tuple(made)


def _plain(name: str) -> bool:
    return name.isascii() and len(name) < 40 and not _DERIVED.search(name)


def _also(name: str) -> list[str]:
    """The other spelling of labour, and a name without its "Day"."""
    found = [name.replace(a, b) for a, b in (("Labor", "Labour"), ("Labour", "Labor")) if a in name]
    bare = name.removesuffix(" Day")
    return found + [bare] * (bare != name and len(bare) > 5)


@cache
def _by_region(region: str) -> tuple[dict[str, object], ...]:
    return tuple(held for held in CUSTOMS["customs"] if held["region"] == region)


def _holiday(region: str, draw: Random) -> tuple[dict[str, object], Source]:
    """A public holiday of a country in the region, asked by its date."""
    while True:
        code = draw.choice([code for code, (_, of) in COUNTRIES.items() if of == region])
        if found := days(code, draw.choice(YEARS)):
            break
    day, name, others = draw.choice(found)
    asked = f"which public holiday falls on {day.day} {day:%B} {day.year}"
    wrong = draw.sample(others, 3)
    held: dict[str, object] = {"country": COUNTRIES[code][0], "ask": asked, "answer": name}
    return held | {"also": _also(name), "wrong": wrong}, HOLIDAYS()


def make(salt: str, index: int) -> Record:
    """The custom at an index."""
    spot = Spot(POOL, salt, index)
    draw = spot.draw
    regions = sorted({held["region"] for held in CUSTOMS["customs"]})
    region = spot.turn(regions, "/region")
    festive = spot.turn(range(5), "/kind") == 0
    held, where = _holiday(region, draw) if festive else (draw.choice(_by_region(region)), CUSTOMS.source())
    at = scene(draw)
    who = f"{at['name']}, who lives in {at['town']}, is going to {held['country']} in {at['month']}"
    return Record.of(
        POOL,
        where,
        kind="holiday" if festive else "custom",
        region=region,
        country=held["country"],
        scene=f"{who} and wants to know about customs there.",
        question=f"In {held['country']}, {held['ask']}?",
        answer=held["answer"],
        aliases=held["also"],
        wrong=held["wrong"],
    )


customs = Stream(POOL, "customs and public holidays of countries", CUSTOMS.source, make)

__all__ = ["COUNTRIES", "YEARS", "customs", "days"]
