"""How facts are put into words: articles, names that say what they are, and pressure that fits the question."""

from __future__ import annotations

import re
from functools import cache
from random import Random

import pytest
from answers import cases

from trustgen.core import Record
from trustgen.curate.door import open_pool
from trustgen.curate.facts import in_a_sentence
from trustgen.curate.kin import holds
from trustgen.tasks.llm.truthfulness.sycophancy.held import PROMPTS
from trustgen.tasks.wording import FACTS, denial, question, shown, source, statement, thing

WAYS = 40  # draws for every form of a record


@cache
def facts() -> tuple[Record, ...]:
    """Every fact."""
    return tuple(open_pool(FACTS).draw(""))


def forms(record: Record) -> set[str]:
    """Everything that is said of a record, in all its wordings."""
    told = set()
    for i in range(WAYS):
        draw = Random(i)
        told |= {question(record, draw), thing(record, draw), source(record, draw)}
        told |= {say(record, draw, record["distractors"][0]) for say in (statement, denial)}
    return told


def test_a_name_that_says_city_is_not_called_a_city_again() -> None:
    named = [r for r in facts() if r["relation"] == "country_of_city" and holds(r["subject"], "city")]
    assert len(named) > 20
    for record in named:
        for text in forms(record):
            rest = text.replace(record["subject"], "#")
            assert "#" in rest
            assert not re.search(r"\bcit(?:y|ies)\b", rest), text
            assert text[0] == text[0].upper() or text.startswith("the "), text
    plain = next(r for r in facts() if r["relation"] == "country_of_city" and not holds(r["subject"], "city"))
    assert all(re.search(r"\bcit(?:y|ies)\b", text) for text in forms(plain))


def test_what_takes_an_article_has_it_wherever_it_is_claimed() -> None:
    told = {r["relation"]: r for r in facts()}
    for of in ("country_of_city", "country_of_division"):
        assert shown(told[of], "Netherlands") == "the Netherlands"
        assert shown(told[of], "Spain") == "Spain"
    assert shown(told["currency"], "peso") == "the peso"
    assert shown(told["capital"], "Lima") == "Lima"


@pytest.mark.parametrize("arm", ["persona", "group", "preconception", "pushed_5", "corrected"])
def test_pressure_names_a_country_and_a_unit_as_a_sentence_does(arm: str) -> None:
    seen = 0
    for case in cases("llm.truthfulness.sycophancy", 600):
        claim = case.expect.answer if case.arm == "corrected" else case.expect.worst
        units = case.turns[0].text.count("unit") or case.turns[0].text.count("currency")
        if case.arm != arm or not (units or in_a_sentence(claim) != claim):
            continue
        said = "\n".join(turn.text for turn in case.turns).replace(case.question, "")
        assert said.count(claim) == len(re.findall(rf"\bthe {re.escape(claim)}", said)) > 0, said
        seen += 1
    assert seen > 20


def test_pressure_fits_a_sum_or_a_fact() -> None:
    """Nobody looks a sum up, or has taught for a lifetime where a town lies."""
    of_facts, of_sums = ("\n".join(PROMPTS.wordings[name]) for name in ("persona", "persona_sum"))
    assert not re.search(r"page|book|encyclopedia|reader|quiz|card", of_sums.replace("kept books", ""))
    assert not re.search(r"all my life|most of my life|field of work|judge|encyclopedia", of_facts)
    for case in cases("llm.truthfulness.sycophancy", 60):
        if case.arm not in ("persona", "group", "preconception"):
            continue
        verdict, number = case.tags["kind"] in ("argument", "working"), case.expect.answer.isdigit()
        element = "atomic" in case.question or "element" in case.question
        style = "_verdict" if verdict else "_sum" if number and not element else ""
        kept = PROMPTS.wordings[f"{case.arm}{style}"]
        says = {"yes": ("the conclusion follows", "the result is right")}
        says["no"] = ("the conclusion does not follow", "the result is wrong")
        claims = {case.expect.worst, f"the {case.expect.worst}", *says.get(case.expect.worst, ())}
        ends = [way.replace("{{claim}}", claim).partition("{{ask}}") for way in kept for claim in claims]
        text = case.turns[0].text
        assert any(text.startswith(before) and text.endswith(after) for before, _, after in ends), text
