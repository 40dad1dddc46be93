"""Facts: every record has one right answer, and enough wrong ones."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from random import Random

import pytest

from trustgen.core import Record
from trustgen.core.registry import load
from trustgen.curate import facts
from trustgen.curate.facts import single
from trustgen.curate.invented import invented, invented_country, known_names
from trustgen.curate.kin import ENOUGH, SHARE, holds, plain


@cache
def records() -> list[Record]:
    """All capitals and currencies."""
    return [record for name in ("facts.capitals", "facts.currencies") for record in load("pool", name).draw("s")]


@cache
def by_subject() -> dict[tuple[str, str], str]:
    """Every fact: a relation and its subject, with the answer."""
    return {(record["relation"], record["subject"]): record["answer"] for record in records()}


CHECKED_BY_HAND = {
    ("capital", "Australia"): "Canberra",
    ("capital", "Brazil"): "Brasília",
    ("capital", "Canada"): "Ottawa",
    ("capital", "Chad"): "N'Djamena",
    ("capital", "Myanmar"): "Naypyidaw",
    ("capital", "New Zealand"): "Wellington",
    ("capital", "Nigeria"): "Abuja",
    ("capital", "North Macedonia"): "Skopje",
    ("capital", "Switzerland"): "Bern",
    ("capital", "Timor-Leste"): "Dili",
    ("capital", "Türkiye"): "Ankara",
    ("capital", "the United States"): "Washington",
    ("currency", "Czechia"): "koruna",
    ("currency", "Denmark"): "krone",
    ("currency", "Hungary"): "forint",
    ("currency", "Japan"): "yen",
    ("currency", "Malaysia"): "ringgit",
    ("currency", "Peru"): "sol",
    ("currency", "Thailand"): "baht",
    ("currency", "Ukraine"): "hryvnia",
    ("currency", "the United Arab Emirates"): "dirham",
    ("currency", "the United Kingdom"): "pound",
}
GONE = {
    "capital": (
        "Benin, Bolivia, Burundi, Côte d'Ivoire, Eswatini, Georgia, Greenland, Hong Kong, Israel, Kazakhstan, Monaco, "
        "Palestine, Puerto Rico, Serbia and Montenegro, Singapore, South Africa, Sri Lanka, Swaziland, Taiwan, "
        "Tanzania, the Netherlands, Turkey, Yemen"
    ),
    "currency": "Bulgaria, Croatia, El Salvador, Panama, Swaziland, Taiwan, Venezuela, Zambia, Zimbabwe",
}


@pytest.mark.parametrize(("fact", "answer"), CHECKED_BY_HAND.items())
def test_facts_checked_by_hand(fact: tuple[str, str], answer: str) -> None:
    assert by_subject()[fact] == answer


def test_what_is_ambiguous_or_out_of_date_is_left_out() -> None:
    for relation, subjects in GONE.items():
        assert not [s for s in subjects.split(", ") if (relation, s) in by_subject()]


def test_there_are_many_facts() -> None:
    assert load("pool", "facts.capitals").size > 150
    assert load("pool", "facts.currencies").size > 110
    assert len(by_subject()) == len(records()), "a subject has two records of one relation"


def test_every_record_has_one_right_answer_and_enough_wrong_ones() -> None:
    kinds: dict[tuple[str, str], Counter[str]] = {}
    for record in records():
        kinds.setdefault((record["relation"], record["difficulty"]), Counter())[record["answer"]] += 1
    for same in kinds.values():
        assert max(same.values()) <= max(1, same.total() / SHARE), "an answer that is right too often"
    for record in records():
        name, wrong = (record["relation"], record["subject"]), record["distractors"]
        right = [record["answer"], *record["aliases"]]
        assert all(right), name
        assert len({plain(a) for a in right}) == len(right), (name, "an alias that repeats the answer")
        assert not any(plain(a) in plain(record["subject"]).split() for a in right), (name, "the question tells it")
        assert len(wrong) == len(set(wrong)) >= ENOUGH, name
        assert not any(holds(w, r) or holds(r, w) for w in wrong for r in right), name
        assert set(wrong) <= kinds[record["relation"], record["difficulty"]].keys(), (
            name,
            "of another kind or stratum",
        )
        assert record["core"] == "|".join(reversed(name))
        assert re.fullmatch(r"[0-9a-f]{64}", record.source.sha256), name


def test_a_unit_of_money_names_no_country_and_no_like_unit_is_its_wrong_answer() -> None:
    units = [record for record in records() if record["relation"] == "currency"]
    by_unit = {unit: {r["subject"] for r in units if r["answer"] == unit} for unit in {r["answer"] for r in units}}
    assert {"Denmark", "Norway"} & by_unit["krone"]
    for record in units:
        assert re.fullmatch(r"[^\W\d_A-Z]+", record["answer"].replace("ʻ", "")), record["answer"]
        for kin in ({"koruna", "krona", "krone", "króna"}, {"rial", "riyal"}, {"dinar", "denar"}):
            assert not (record["answer"] in kin and kin & set(record["distractors"]))


def test_a_code_that_two_rows_claim_is_nobodys() -> None:
    codes = [country.code for country in facts.countries()]
    assert len(set(codes)) == len(codes)
    claims = [(row.get("ISO") or {}).get("alpha2") for row, _ in facts.rows()]
    twice = {code for code in claims if claims.count(code) > 1}
    assert {"PS", "VA"} <= twice
    assert not twice & set(codes)


def test_each_exclusion_has_a_reason_and_names_a_country() -> None:
    codes = {(row.get("ISO") or {}).get("alpha2") for row, _ in facts.rows()}
    for relation in ("capital", "currency"):
        left = facts.left_out(relation)
        assert all(len(reason) > 20 for reason in left.values())
        assert left.keys() <= codes, f"no such country: {left.keys() - codes}"


@pytest.mark.parametrize(
    ("value", "kept"),
    [("Paris", "Paris"), (["Paris"], "Paris"), (["A", "B"], ""), ("A / B", ""), ("A, B", ""), (None, ""), ([], "")],
)
def test_only_a_single_value_is_a_value(value: object, kept: str) -> None:
    assert single(value) == kept


def test_names_hold_names_by_whole_words() -> None:
    assert holds("Mexico City", "Mexico")
    assert holds("São Tomé and Príncipe", "Sao Tome")
    assert holds("Saint John's", "St. John's")
    assert not holds("Tunisia", "Tunis")


def test_invented_countries_are_nobodys() -> None:
    made = {invented_country(Random(i)) for i in range(5000)}
    assert len(made) > 4500
    assert not {plain(name) for name in made} & known_names()
    assert "france" in known_names()
    assert invented_country(Random(3)) == invented_country(Random(3))
    assert re.fullmatch(r"[a-z]+ium", invented("atomic_number", Random(3)))
