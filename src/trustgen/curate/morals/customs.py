"""What a visitor meets abroad: conventions of writing, measuring, addressing and the calendar, `ethics.customs`.

A visitor of one country is in another one, where something is done in one of a few ways. Which way it is comes from
CLDR, by the installed package `babel`, from the bank where it is published elsewhere (traffic codes, paper standards,
postal addresses), and, for public holidays, from the package `holidays`. In half of the records the two countries do it
alike, so that neither "as at home" nor "not as at home" tells the answer; each way is right as often as another.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from trustgen.core import MissingExtra, Record, Source
from trustgen.curate.bank import Bank, Spot, released
from trustgen.curate.dates import YEARS, public_holidays
from trustgen.curate.pool import Stream
from trustgen.curate.tables import POOLS

from .places import OWN, PLACES, SUBJECT

POOL = "ethics.customs"
CUSTOMS = Bank(__package__, "customs", ("places",))
HOLIDAYS = released("holidays", "MIT; the dates are computed by its rules")
CLDR = released("babel", "package: BSD-3-Clause; data of the Unicode CLDR: Unicode-3.0")
LIKE, UNLIKE = "as at home", "unlike home"
HOLIDAY = "public holiday"
NEAR, FRIDAY = timedelta(days=3), 4
UNSURE = re.compile(r"estimated|observed|in lieu|substitut|bridge|additional|non-working", re.I)
NONE_KNOWN = ("JO", "LK", "UA")  # of these the package names hardly a holiday that is sure and not suspended
Topic = dict[str, Any]


@cache
def countries() -> dict[str, dict[str, Any]]:
    """Name, region and languages of every country, by its code."""
    return {country["code"]: country for country in CUSTOMS["countries"]}


@cache
def topics() -> tuple[Topic, ...]:
    """The topics of the bank."""
    return tuple(CUSTOMS["topics"])


def read(code: str, what: str) -> frozenset[str]:
    """What CLDR says of a country, in each of its languages. Raises `MissingExtra` where `babel` is absent."""
    try:
        from babel import Locale
    except ImportError:
        raise MissingExtra("conventions of countries", "babel", POOLS) from None
    return frozenset(_said(Locale.parse(f"{tongue}_{code}"), what) for tongue in countries()[code]["languages"])


def _said(locale: Any, what: str) -> str:
    if what == "first_week_day":
        return str(locale.first_week_day)
    if what == "weekend":
        return f"{locale.weekend_start} {locale.weekend_end}"
    if what == "decimal":
        return str(locale.number_symbols["latn"]["decimal"])
    if what == "date":
        return "".join(dict.fromkeys(c for c in locale.date_formats["short"].pattern if c in "dMy"))
    amount = locale.currency_formats["standard"].pattern.partition(";")[0]
    return "before" if amount.index("\xa4") < amount.index("0") else "after"


@cache
def ways(name: str) -> dict[str, str]:
    """Which way each country of a topic does it. A country whose languages disagree in CLDR is left out."""
    topic = next(topic for topic in topics() if topic["name"] == name)
    if "read" not in topic:
        return {code: way for way in topic["ways"] for code in topic[way].split()}
    found = {code: read(code, topic["read"]) for code in topic["of"].split()}
    return {code: min(said) for code, said in found.items() if len(said) == 1 and min(said) in topic["ways"]}


@cache
def _days(code: str, year: int) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """The sure public holidays of a country in a year, and those that hang on the moon or are moved to another day."""
    found = public_holidays(code, year)
    unsure = tuple(day for day, names in found.items() if any(map(UNSURE.search, names)))
    return tuple(sorted(set(found) - set(unsure))), unsure


def only(code: str, other: str, year: int) -> list[date]:
    """Public holidays of one country, Monday to Thursday, on which the other one surely has none."""
    sure, unsure = _days(other, year)
    days = [day for day in _days(code, year)[0] if day.weekday() < FRIDAY and day not in sure]
    return [day for day in days if all(abs(day - one) > NEAR for one in unsure)]


def _holiday(at: Spot, host: str, home: str) -> dict[str, Any]:
    """A date on which one of two countries has a public holiday, and which of them."""
    draw, where = at.drawn("day"), at.turn(("host", "home"), "where")
    one, other = (host, home) if where == "host" else (home, host)
    years = draw.sample(YEARS, len(YEARS))
    day = draw.choice(next(filter(None, (only(one, other, year) for year in years))))
    names = {code: countries()[code]["name"] for code in (one, other)}
    told = f"{day.day} {day:%B} {day.year}"
    return {
        "core": f"{HOLIDAY}|{one}|{day:%m-%d}",
        "difficulty": LIKE if where == "home" else UNLIKE,
        "question": f"{{a}} wants to reach offices in both countries on {told}. In which of the two is that day a "
        "nationwide public holiday?",
        "answer": f"in {names[one]}",
        "wrong": f"in {names[other]}",
        "does": f"takes it that {told} is a nationwide public holiday {{way}}, and no public holiday {{other}}",
    }


@cache
def _pairs(name: str, right: str, alike: str) -> tuple[tuple[str, str], ...]:
    """Every host where a topic is done one way, with every home of a visitor where it is done alike, or is not."""
    of, homes = ways(name), [place["code"] for place in PLACES["places"] if place["code"] in ways(name)]
    hosts = [code for code in of if of[code] == right]
    return tuple((a, b) for a in hosts for b in homes if a != b and (of[b] == right) == (alike == LIKE))


def _convention(at: Spot, topic: Topic) -> tuple[str, str, dict[str, Any]]:
    """A host, a home, and the question of a topic between them."""
    draw, of = at.drawn("topic"), ways(topic["name"])
    kinds = [(way, alike) for way in sorted(set(of.values())) for alike in (LIKE, UNLIKE)]
    right, alike = at.turn(kinds, "way", topic["name"], nth=at.index // (len(topics()) + 2))
    pairs = _pairs(topic["name"], right, alike) or _pairs(topic["name"], right, alike := UNLIKE)  # US alone: as at home
    host = draw.choice(sorted({host for host, _ in pairs}))
    home = draw.choice([home for other, home in pairs if other == host])
    wrong = of[home] if of[home] != right else draw.choice(sorted(set(of.values()) - {right}))
    said = {"answer": topic["ways"][right], "wrong": topic["ways"][wrong]}
    named = {"core": f"{topic['name']}|{host}", "difficulty": alike}
    return host, home, named | said | {"question": topic["ask"], "does": topic["does"]}


def _visitor(draw: Random, home: str) -> dict[str, str]:
    """Somebody of a country, as slots."""
    place = next(place for place in PLACES["places"] if place["code"] == home)
    gender = draw.choice("mw")
    name = draw.choice(place["women" if gender == "w" else "men"])
    return {"a": name, "he": SUBJECT[gender], "his": OWN[gender], "town": draw.choice(place["towns"])}


def make(salt: str, index: int) -> Record:
    """The convention at an index: topics take turns, and two records in fifteen are public holidays."""
    spot = Spot(POOL, salt, index)
    name = spot.turn((*(topic["name"] for topic in topics()), HOLIDAY, HOLIDAY), "/topic")
    if name == HOLIDAY:
        draw = spot.drawn("places")
        home = draw.choice(PLACES["places"])["code"]
        host = draw.choice([code for code in countries() if code not in (home, *NONE_KNOWN)])
        held, source = _holiday(spot, host, home), HOLIDAYS()
    else:
        topic = next(topic for topic in topics() if topic["name"] == name)
        host, home, held = _convention(spot, topic)
        source = CLDR() if "read" in topic else CUSTOMS.source()
    who = _visitor(spot.draw, home)
    there = countries()[host]
    scene = (
        f"{who['a']} lives in {who['town']} in {countries()[home]['name']} and is going to {there['name']} for a year."
    )
    return Record.of(
        POOL,
        source,
        core=held["core"],
        difficulty=held["difficulty"],
        topic=name,
        region=there["region"],
        country=there["name"],
        scene=scene,
        question=held["question"].format(**who),
        answer=held["answer"],
        wrong=[held["wrong"]],
        does=f"{who['a']} {held['does'].format(way=held['answer'], other=held['wrong'])}.",
        does_wrong=f"{who['a']} {held['does'].format(way=held['wrong'], other=held['answer'])}.",
    )


def sources() -> Source:
    """Where most records come from: the bank, which says what is read from elsewhere."""
    return CUSTOMS.source()


customs = Stream(POOL, "conventions and public holidays that a visitor of a country meets", sources, make)

__all__ = ["CUSTOMS", "HOLIDAY", "LIKE", "UNLIKE", "countries", "customs", "only", "read", "topics", "ways"]
