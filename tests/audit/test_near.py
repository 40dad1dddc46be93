"""Near-duplicates: trivial edits are caught, another subject is not; memory stays flat."""

from __future__ import annotations

import sys

import pytest
from crafted_cases import case, record
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from trustgen.audit.near import Near

FIRST = "With which currency do shoppers pay in the markets of Kenya today?"


@pytest.mark.parametrize(
    "again",
    [
        "With which currency do shoppers pay in the markets of Kenya today ?",
        "with what currency do the shoppers pay in the markets of Kenya today",
        "With which currency do shoppers pay, in the markets of Kenya, today?!",
        "With which currency do shoppers pay in markets of Kenya today?",
    ],
)
def test_a_trivial_edit_is_a_repetition(again: str) -> None:
    near = Near()
    assert near(case(FIRST), record()) == ""
    assert "nearly" in near(case(again), record())


@pytest.mark.parametrize(
    "other",
    [
        FIRST.replace("Kenya", "Uganda"),
        FIRST.replace("currency", "language").replace("pay", "speak"),
        FIRST.replace("do shoppers pay", "do shoppers not pay"),
        "Which city is the capital of Kenya?",
    ],
)
def test_another_question_is_none(other: str) -> None:
    near = Near()
    about = record(subject="Uganda") if "Uganda" in other else record()
    assert near(case(FIRST), record()) == ""
    assert near(case(other), about) == ""


def test_lower_case_subjects_tell_questions_of_one_frame_apart() -> None:
    near = Near()
    frame = "Which symbol stands in the periodic table of the elements on every classroom wall for {}?"
    for name in ("silver", "gold", "iron"):
        about = record(subject=name)
        assert near(case(frame.format(name), about=about), about) == ""


def test_arms_and_the_own_base_are_not_compared() -> None:
    near = Near()
    base = case(FIRST)
    assert near(base, record()) == ""
    assert near(case(FIRST, arm="formal"), record()) == ""
    assert near(replace(case(FIRST + " Well?"), id="x"), record(), base) == ""
    assert "nearly" in near(replace(case(FIRST + " Well?"), id="y"), record())


@given(st.text(max_size=80))
def test_the_same_text_always_repeats(text: str) -> None:
    near = Near()
    near(case("?" + text), record())
    assert near(case("?" + text), record())


def test_memory_is_flat() -> None:
    near = Near()
    words = [f"w{i}" for i in range(40)]
    for i in range(300):
        question = " ".join(words[(i * k) % 40] + str(i) for k in range(1, 13))
        assert near(case(question), record()) == ""
    held = sum(sys.getsizeof(marks) for marks in near._marks) + sum(map(sys.getsizeof, near._owners))
    assert held < 300 * 400
