"""Facts in six languages: the names fit, nothing is given away, and what is lacking is named."""

from __future__ import annotations

import sys
from functools import cache
from itertools import islice
from random import Random

import pytest

from trustgen.core import Lost, MissingExtra, Outcome, Record, Reply, Response, expand
from trustgen.core.registry import load
from trustgen.curate.bank import RULE
from trustgen.curate.kin import STRATA, holds
from trustgen.curate.mixed import Mixed
from trustgen.curate.pool import Table
from trustgen.curate.tongues import languages, names, tongues


@cache
def records() -> tuple[Record, ...]:
    return tuple(tongues.draw("tongues"))


def test_every_fact_has_its_names_in_every_language() -> None:
    assert len(records()) > 6_000
    assert {record["relation"] for record in records()} == {"capital", "country_of_city", "country_of_division"}
    assert [record["difficulty"] for record in islice(records(), 18)] == [*STRATA] * 6
    for record in records()[:1_500]:
        assert list(record["tongues"]) == list(languages())
        assert record["core"]
        for told in record["tongues"].values():
            answers = (told["answer"], *told["aliases"])
            assert not any(holds(told["subject"], one) or holds(one, told["subject"]) for one in answers)
            assert not set(answers) & set(told["distractors"])
            assert len(told["distractors"]) == len(record["distractors"])


@pytest.mark.parametrize(
    ("language", "code", "told"),
    [("de", "NL", "Niederlande"), ("fr", "US", "États-Unis"), ("es", "DE", "Alemania"), ("it", "HU", "Ungheria")],
)
def test_countries_are_called_as_they_are(language: str, code: str, told: str) -> None:
    assert names(language)[code][0] == told
    assert "Vereinigten Königreich" in names("de")["GB"]
    assert {"Irã", "Irão"} <= set(names("pt")["IR"])
    assert names("fr")["MM"] == ("Myanmar", "Birmanie")


def test_a_capital_is_known_by_its_names_abroad() -> None:
    of = {
        record["subject"]: record["tongues"]["it"]["aliases"] for record in records() if record["relation"] == "capital"
    }
    assert {"Pechino", "Pekin"} <= set(of["China"])
    assert "Copenaghen" in of["Denmark"]
    assert not any(name.isupper() for names_ in of.values() for name in names_), "a code of an airport is no name"


def test_without_babel_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "babel", None)
    names.cache_clear()
    with pytest.raises(MissingExtra, match="babel"):
        names("de")
    names.cache_clear()


def test_a_language_without_names_is_lost_by_name_and_the_others_go_on() -> None:
    made = load("task", "llm.truthfulness.languages")(1)
    record = records()[0]
    told = {code: of for code, of in record["tongues"].items() if code != "it"}
    lacking = Record.of(record.pool, record.source, **{**record.fields, "tongues": told})
    arms = {item.arm: item for item in made.cases(lacking, Random(1))}
    assert arms["it"] == Lost("it", "language without names: Italian")
    assert [arm for arm, item in arms.items() if not isinstance(item, Lost)] == ["en", "de", "fr", "es", "pt"]


def test_a_country_is_right_by_its_own_name_and_wrong_by_another() -> None:
    made = load("task", "llm.truthfulness.languages")(60)
    seen = 0
    for record in made.records.select("s"):
        for case in expand(made, record, "s"):
            for said, score in (
                (case.expect.answer, 1.0),
                (f"{case.expect.answer}.", 1.0),
                (case.expect.wrong[0], 0.0),
            ):
                ruling = made.judge(case, Response("k", case.id, case.task, "m", "answered", (Reply(said),)))
                assert (ruling.outcome, ruling.score) == (Outcome.SCORED, score), (said, case.expect)
                seen += 1
    assert seen == 60 * 6 * 3


def test_a_mixed_pool_without_any_package_says_what_to_install() -> None:
    def absent() -> tuple[Record, ...]:
        raise MissingExtra("names", "babel", "pip install babel")

    lacking = Table("none", "nothing", RULE, absent)
    with pytest.raises(MissingExtra, match="pip install babel"):
        next(Mixed("mixed", "nothing", {lacking: 1}).draw("s"))
