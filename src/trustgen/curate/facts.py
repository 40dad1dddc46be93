"""Facts about countries: `facts.capitals` and `facts.currencies`.

The rows are read from the installed packages when first needed: countries and capitals from `countryinfo`, the names
of the currencies in use from `faker`. A row becomes a record only if its answer is one, unambiguous, and not given
away by the question; what a rule cannot see stands, with reasons, in `left_out.toml`, and so do the names that have
changed. A country's people say how widely it is known: its strata are those of its facts.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import msgspec

from trustgen.core import Record, Source

from .kin import Fact, holds, plain, records_of, stratum
from .pool import Table

REGIONS = ("Africa", "Americas", "Asia", "Europe", "Oceania")
HEAD, TORSO = 16_000_000, 4_000_000  # people from which on a country is widely known, and known: about a third each
_TAKES_THE = re.compile(
    r"Republic|Islands|United|Federated|^(?:Bahamas|Comoros|Gambia|Maldives|Netherlands|Philippines|Seychelles)$"
)


class Country(msgspec.Struct, frozen=True):
    """One usable row: its name as it stands in a sentence, and where it was read."""

    code: str
    subject: str
    region: str
    capital: str
    currency: str
    people: int
    source: Source

    @property
    def known(self) -> str:
        """Its stratum."""
        return stratum(self.people, HEAD, TORSO)


def single(value: Any) -> str:
    """A field's value where it has exactly one, else ""."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else ""
    return value.strip() if isinstance(value, str) and not re.search(r"[/,;]", value) else ""


def today(name: str) -> str:
    """The name that a country or city has now."""
    return str(_left_out()["today"].get(name, name))


def in_a_sentence(name: str) -> str:
    """A country's name with its article where English uses one."""
    name = name.removeprefix("The ")
    return f"the {name}" if _TAKES_THE.search(name) else name


@cache
def _left_out() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "left_out.toml").read_text("utf-8"))


def left_out(relation: str) -> dict[str, str]:
    """The country codes that a relation leaves out by name, each with the reason."""
    rules = _left_out()["rule"]
    return {code: rule["reason"] for rule in rules if relation in rule["relations"] for code in rule["codes"]}


@cache
def currency_names() -> dict[str, str]:
    """ISO 4217 codes in use, with their English names; a code that is not here has been superseded."""
    from faker.providers.currency import Provider

    return {code: str(name) for code, name in Provider.currencies}


def _source(digest: str = "") -> Source:
    """Where a row comes from; `digest` is the SHA-256 of the file it was read from."""
    licence = "package: MIT; data: facts, mostly from Wikipedia (CC BY-SA 4.0), as its readme says"
    return Source(origin="countryinfo", revision=version("countryinfo"), licence=licence, sha256=digest)


@cache
def rows() -> tuple[tuple[dict[str, Any], str], ...]:
    """Every row of the package, without its map, and the SHA-256 of the file it stands in; by file name."""
    found = []
    for path in sorted((files("countryinfo") / "data").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".json"):
            raw = path.read_bytes()
            row = json.loads(raw)
            row.pop("geoJSON", None)
            found.append((row, sha256(raw).hexdigest()))
    return tuple(found)


@cache
def countries() -> tuple[Country, ...]:
    """Every row that has a name and a region and is the only row of its code, by code."""
    found = [
        Country(
            code=(row.get("ISO") or {}).get("alpha2") or "",
            subject=in_a_sentence(today(single(row.get("name")))),
            region=row.get("region") or "",
            capital=today(single(row.get("capital"))),
            currency=single(row.get("currencies")),
            people=row.get("population") or 0,
            source=_source(digest),
        )
        for row, digest in rows()
    ]
    seen = Counter(country.code for country in found)
    good = [c for c in found if c.code and seen[c.code] == 1 and c.subject and c.region in REGIONS]
    return tuple(sorted(good, key=lambda c: c.code))


@cache
def sovereign() -> dict[str, Country]:
    """Every undisputed state, by alpha-2 code."""
    out = left_out("capital").keys() & left_out("currency").keys()
    return {c.code: c for c in countries() if c.code not in out}


def _known(relation: str, read: Callable[[Country], tuple[str, tuple[str, ...]]]) -> Iterator[Fact]:
    """The fact of every country that has an answer."""
    out = left_out(relation)
    for country in countries():
        answer, aliases = read(country) if country.code not in out else ("", ())
        if answer:
            alike = frozenset(unit for units in _left_out()["alike"] if answer in units for unit in units)
            barred = alike - {answer}
            yield Fact(country.subject, answer, aliases, country.source, country.known, "", country.region, barred)


def _capital(country: Country) -> tuple[str, tuple[str, ...]]:
    """The capital, unless one name stands in the other: then the question would give the answer away."""
    name = country.capital
    if not name or holds(name, country.subject) or holds(country.subject, name):
        return "", ()
    return name, tuple(_left_out()["aliases"].get(name, ()))


def _currency(country: Country) -> tuple[str, tuple[str, ...]]:
    """The unit of the only currency, where it is still in use: the last word of its name, which names no country."""
    name = currency_names().get(country.currency, "")
    unit = _left_out()["units"].get(name) or name.rpartition(" ")[2].lower()
    also = {plain(text): text for text in (name, *_left_out()["spelt"].get(unit, ())) if plain(text) != plain(unit)}
    return (unit, tuple(also.values())) if name else ("", ())


@cache
def _all_capitals() -> tuple[Record, ...]:
    return tuple(records_of("facts.capitals", "capital", _known("capital", _capital)))


@cache
def _all_currencies() -> tuple[Record, ...]:
    return tuple(records_of("facts.currencies", "currency", _known("currency", _currency)))


capitals = Table("facts.capitals", "capital cities of sovereign states", _source, _all_capitals)
currencies = Table(
    "facts.currencies", "what money is called in sovereign states: the unit, such as peso", _source, _all_currencies
)


@cache
def capital_names() -> tuple[str, ...]:
    """The names of the capitals of `facts.capitals`, sorted."""
    return tuple(sorted(record["answer"] for record in capitals.read()))
