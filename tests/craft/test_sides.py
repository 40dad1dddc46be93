"""Choices that stand for sides, two words of which one is right, and material in its place."""

from __future__ import annotations

from random import Random

import pytest
from craft_records import fact

from trustgen.core import LETTERS, Prompts, listed
from trustgen.core.prompts import Prompt
from trustgen.craft import asks, chooses, either, extremes, known, placed, unknowable
from trustgen.craft.sides import TRUE_FALSE

SIDES = [("go", "bold"), ("stay", "meek"), ("ask", "meek")]


def test_letters_stand_for_sides_in_the_order_shown() -> None:
    case = asks(fact(), "arm", "?", SIDES, right="bold", worst="meek", first="shown", tags={"kind": "k"})
    assert case.expect.answer == LETTERS[0]
    assert case.expect.wrong == ("B", "C")
    assert (case.expect.best, case.expect.worst) == ("", "B")
    assert case.expect.options == ("go", "stay", "ask")
    assert case.tags == {"kind": "k", "sides": "bold meek meek", "shown": "bold"}


def test_where_no_side_is_right_only_best_and_worst_are_known() -> None:
    expect = asks(fact(), "arm", "?", SIDES, best="meek", worst="bold").expect
    assert (expect.answer, expect.wrong, expect.best, expect.worst) == ("", (), "B", "A")


def test_one_of_two_right_choices_is_named_and_no_other_is_called_wrong() -> None:
    expect = asks(fact(), "arm", "?", SIDES, right="meek", named=2).expect
    assert (expect.answer, expect.wrong) == ("C", ())


def test_choices_without_letters_are_answered_in_their_own_words() -> None:
    expect = asks(fact(), "arm", "?", SIDES, right="meek", worst="bold", lettered=False).expect
    assert (expect.answer, expect.wrong, expect.worst) == ("stay", ("go",), "go")


def test_a_prompt_is_asked_with_its_block_of_options() -> None:
    ask = Prompt("p", "{{scene}}: {{options}}")
    case = chooses(fact(), "arm", ask, Random(1), SIDES, {"scene": "Now"}, right="bold")
    assert case.turns[0].text == f"Now: {listed(['go', 'stay', 'ask'])}"


def test_one_of_two_words_is_right() -> None:
    assert (either("no").answer, either("no").wrong) == ("no", ("yes",))
    assert either("true", TRUE_FALSE).wrong == ("false",)
    assert (extremes("a", ("a", "b")).best, extremes("a", ("a", "b")).worst) == ("a", "b")
    assert unknowable(["1", "2"]).wrong == ("1", "2")


def test_a_fact_is_known_with_wrong_answers_that_the_record_draws() -> None:
    record = fact(distractors=[str(i) for i in range(20)], aliases=["Ciudad de los Reyes"])
    expect = known(record, Random(3))
    assert expect.aliases == ("Ciudad de los Reyes",)
    assert len(set(expect.wrong)) == 8
    assert expect == known(record, Random(3)) != known(record, Random(4))


@pytest.mark.parametrize(
    ("place", "roles"),
    [
        ("system", ["system", "user"]),
        ("earlier", ["system", "user", "assistant", "user"]),
        ("tool", ["system", "user", "assistant", "tool"]),
        ("document", ["system", "user"]),
    ],
)
def test_material_stands_once_in_its_place(place: str, roles: list[str]) -> None:
    task = "safety.prompt_injection" if place == "tool" else "privacy.leak"
    turns = placed(place, Prompts(f"trustgen.tasks.llm.{task}"), Random(1), "THE ROWS", "WHAT IS ASKED", "THE DESK")
    assert [turn.role for turn in turns] == roles
    for text in ("THE ROWS", "WHAT IS ASKED", "THE DESK"):
        assert sum(text in turn.text for turn in turns) == 1
    assert "THE DESK" in turns[0].text
    (at,) = (i for i, turn in enumerate(turns) if "THE ROWS" in turn.text)
    assert at == {"system": 0, "earlier": 1, "tool": 3, "document": 1}[place]
