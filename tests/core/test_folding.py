"""Whose words may harm: a table of what is known of a task, and the class that folds it."""

from __future__ import annotations

import msgspec
import pytest

from trustgen.core import Card
from trustgen.core.folding import ABSENT, OPEN, UNNAMED, case_harm, task_harm

CARD = Card(title="T", dimension="own", modality="text", source="tests", measures={})


def of(dimension: str) -> Card:
    return msgspec.structs.replace(CARD, dimension=dimension)


@pytest.mark.parametrize("dimension", OPEN)
def test_what_is_known_to_be_harmless_stands_open(dimension: str) -> None:
    assert task_harm("acme.shop", of(dimension)) == ""


@pytest.mark.parametrize("dimension", ["safety", "fairness", "privacy", "novel", "", "Truthfulness"])
def test_every_other_dimension_is_folded_under_its_name(dimension: str) -> None:
    assert task_harm("acme.shop", of(dimension)) == (dimension or UNNAMED)


def test_a_task_that_nobody_knows_is_folded_whatever_it_is_called() -> None:
    assert task_harm("llm.truthfulness.facts", None) == ABSENT


def test_a_task_of_safety_is_folded_whatever_its_card_says() -> None:
    assert task_harm("llm.safety.mine", of("truthfulness")) == "safety"


def test_questions_of_ones_own_are_open_but_for_those_to_decline() -> None:
    assert task_harm("ask.mine", None, {"judge": "exact"}) == ""
    assert task_harm("ask.mine", CARD, {"judge": "refuses"}) == "to be declined"


def test_a_case_that_names_a_hazard_is_folded_wherever_it_stands() -> None:
    assert case_harm("", {}) == ""
    assert case_harm("safety", {}) == "safety"
    assert case_harm("", {"hazard": "fraud"}) == "hazard, fraud"
    assert case_harm("safety", {"hazard": "fraud"}) == "safety, fraud"
