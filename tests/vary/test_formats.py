"""Formats: the gold can be derived again, stands at every letter equally often, and is true as often as not."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vary_cases import QUESTIONS, RECORD, WRONG, mcq_case, open_case

from trustgen.audit import fault
from trustgen.core import LETTERS, Case, Expect, Image, InputError, Text, Turn, listed, user
from trustgen.vary.formats import to_mcq, to_open, to_true_false
from trustgen.vary.options import option_shift

SEEDS = st.integers(0, 10**6)
ANSWERS = st.lists(st.text(st.characters(categories=("L", "Nd")), min_size=2, max_size=9), min_size=5, max_size=9)


@given(ANSWERS.filter(lambda found: len({a.casefold() for a in found}) == len(found)), SEEDS, st.integers(2, 5))
def test_multiple_choice_has_the_answer_once_where_the_letter_says(found: list[str], seed: int, options: int) -> None:
    case = open_case(answer=found[0], wrong=tuple(found[1:]))
    made = to_mcq(options)(case, Random(seed))
    assert made is not None
    expect = made.expect
    assert expect.options[LETTERS.index(expect.answer)] == found[0]
    assert len(set(expect.options)) == options
    assert set(expect.options) <= set(found)
    assert set(expect.wrong) == set(LETTERS[:options]) - {expect.answer}
    text = made.turns[0].text
    assert text.count(listed(expect.options)) == 1
    assert text.startswith(f"{QUESTIONS[0]}")
    assert "name of the city" not in text
    assert fault(made) == ""


def test_the_gold_stands_at_every_letter_equally_often() -> None:
    letters = Counter(to_mcq()(open_case(), Random(seed)).expect.answer for seed in range(2000))  # type: ignore[union-attr]
    assert set(letters) == set("ABCD")
    assert all(430 <= times <= 570 for times in letters.values()), letters  # 500 ± 3.6 standard deviations


def test_what_is_right_in_another_spelling_is_no_option() -> None:
    case = open_case(answer="Kyiv", aliases=("Kiev",), wrong=("kiev", "KYIV", "Odesa", "Lviv", "odesa", "Dni\npro"))
    made = to_mcq(3)(case, Random(1))
    assert made is not None
    assert sorted(made.expect.options) == ["Kyiv", "Lviv", "Odesa"]
    assert to_mcq(4)(case, Random(1)) is None


def test_a_made_choice_can_be_shifted() -> None:
    made = to_mcq()(open_case(), Random(3))
    assert made is not None
    golds = {step(made, Random(0)).expect.answer for step in option_shift(4).steps}  # type: ignore[union-attr]
    assert golds == set("ABCD")


@given(SEEDS)
def test_true_means_that_the_right_answer_is_proposed(seed: int) -> None:
    made = to_true_false()(open_case(), Random(seed))
    assert made is not None
    text = made.turns[0].text
    assert ("Paris" in text) == (made.expect.answer == "true")
    assert any(name in text for name in WRONG) == (made.expect.answer == "false")
    assert made.expect.options == ("true", "false")
    assert {made.expect.answer, *made.expect.wrong} == {"true", "false"}
    assert made.question in text
    assert "name of the city" not in text


def test_true_is_as_frequent_as_false() -> None:
    truths = sum(to_true_false()(open_case(), Random(s)).expect.answer == "true" for s in range(1000))  # type: ignore[union-attr]
    assert 440 <= truths <= 560


@given(SEEDS)
def test_open_has_the_text_of_the_right_option(seed: int) -> None:
    made = to_open()(mcq_case(), Random(seed))
    assert made is not None
    assert (made.expect.answer, set(made.expect.wrong)) == ("Paris", set(WRONG[:3]))
    assert made.expect.options == ()
    text = made.turns[0].text
    assert QUESTIONS[0] in text
    assert "letter" not in text
    assert "A)" not in text
    assert "Paris" not in text


@given(SEEDS)
def test_there_and_back_again(seed: int) -> None:
    mcq = to_mcq()(open_case(wrong=WRONG[:3]), Random(seed))
    assert mcq is not None
    back = to_open()(mcq, Random(seed))
    assert back is not None
    assert back.expect.answer == "Paris"
    assert set(back.expect.wrong) == set(WRONG[:3])
    assert back.question == QUESTIONS[0]
    assert not re.search(r"letter|choose|right|option|A\)", back.turns[0].text)


def test_multiple_choice_becomes_true_or_false() -> None:
    for seed in range(20):
        made = to_true_false()(mcq_case(), Random(seed))
        assert made is not None
        assert ("Paris" in made.turns[0].text) == (made.expect.answer == "true")
        assert "letter" not in made.turns[0].text


def test_what_stands_around_the_question_stays() -> None:
    picture = Image("1" * 64)
    note = 'I found this note: "Rome is small, and old." It may be wrong.'
    text = f"{note}\n\n{QUESTIONS[0]} Answer with just the name.  If you do not know it, say so."
    turn = Turn("user", (Text(text), picture))
    case = Case.of(RECORD, "plain", turn, expect=Expect(answer="Paris", wrong=WRONG), question=QUESTIONS[0])
    for step in (to_mcq(), to_true_false()):
        made = step(case, Random(2))
        assert made is not None
        assert note in made.turns[0].text
        assert "If you do not know it, say so." in made.turns[0].text
        assert "just the name" not in made.turns[0].text
        assert made.turns[0].parts[1] == picture


def test_best_and_worst_replies_are_translated() -> None:
    pressed = open_case(worst="Lima")
    for seed in range(30):
        made = to_mcq(3)(pressed, Random(seed))
        assert made is not None
        assert made.expect.options[LETTERS.index(made.expect.worst)] == "Lima"
    steady = to_true_false()(open_case(worst="Paris"), Random(1))
    assert steady is not None
    assert steady.expect.worst == steady.expect.answer
    assert to_mcq()(open_case(best="I do not know."), Random(1)) is None


@pytest.mark.parametrize(
    "case",
    [
        open_case(wrong=()),
        open_case(answer="", best="I do not know."),
        mcq_case("Which of these is the capital of France?"),
        Case.of(
            RECORD, "plain", user("True?"), expect=Expect(answer="true", options=("true", "false"), wrong=("false",))
        ),
        Case.of(RECORD, "plain", user("Reply with one word only."), expect=Expect(answer="x", wrong=("y", "z", "w"))),
        Case.of(
            RECORD,
            "plain",
            user(QUESTIONS[0]),
            user("Are you sure?"),
            expect=Expect(answer="Paris", wrong=WRONG),
            question=QUESTIONS[0],
        ),
    ],
)
def test_what_cannot_be_turned_is_none(case: Case) -> None:
    assert to_true_false()(case, Random(1)) is None
    assert to_open()(case, Random(1)) is None
    assert to_mcq()(case, Random(1)) is None


def test_number_of_options() -> None:
    with pytest.raises(InputError, match="2 to 26"):
        to_mcq(1)
