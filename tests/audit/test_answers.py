"""The expected answer is derived again: options, labels of claims, what is given away, the subject."""

from __future__ import annotations

import pytest
from crafted_cases import case, record, varied
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit.answers import (
    claim_label,
    given_away,
    known,
    options_fault,
    right_answer,
    right_options,
    same_answer,
    subject_lost,
)
from trustgen.core import Case, Expect, user

ABOUT = record()
OPTIONS = ("Kampala", "Nairobi", "Dodoma")


def choice(letter: str, options: tuple[str, ...] = OPTIONS, shown: tuple[str, ...] | None = None) -> Case:
    shown = options if shown is None else shown
    block = "\n".join(f"{a}) {o}" for a, o in zip("ABCDEF", shown, strict=False))
    wrong = tuple(a for a in "ABCDEF"[: len(options)] if a != letter)
    asked = "What is the capital of Kenya?"
    expect = Expect(answer=letter, options=options, wrong=wrong)
    return Case.of(ABOUT, "mcq", user(f"{asked}\n\n{block}\n\nOne letter."), expect=expect, question=asked)


def test_a_sound_multiple_choice_case_passes() -> None:
    assert options_fault(choice("B")) == ""
    assert right_options(choice("B"), known(ABOUT, None)) == ""


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (choice("E"), "without an option"),
        (choice("Nairob"), "no option"),
        (choice("B", shown=("Kampala", "Dodoma", "Nairobi")), "not shown"),
    ],
)
def test_options_that_cannot_be_used(bad: Case, named: str) -> None:
    assert named in options_fault(bad)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (choice("A"), "wrong option"),
        (choice("A", ("Kampala", "Dodoma")), "no option"),
        (choice("B", ("Kampala", "Nairobi", "the city of Nairobi", "Nairobi.")), "two options are right"),
    ],
)
def test_options_that_are_not_right(bad: Case, named: str) -> None:
    assert named in right_options(bad, known(ABOUT, None))


@given(st.permutations(["Kampala", "Nairobi", "Dodoma", "Kigali"]), st.sampled_from("ABCD"))
def test_only_the_letter_of_the_right_option_passes(options: list[str], letter: str) -> None:
    made = choice(letter, tuple(options))
    assert (right_options(made, known(ABOUT, None)) == "") == (options["ABCD".index(letter)] == "Nairobi")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("13th Amendment", "Thirteenth Amendment", True),
        ("5", "five", True),
        ("the Black Sea", "black sea", True),
        ("23 kg", "23 kilograms", True),
        ("Asunción", "asuncion", True),
        ("C", "c", False),
        ("12", "13", False),
        ("Niger", "Nigeria", False),
    ],
)
def test_same_answer(one: str, other: str, same: bool) -> None:
    assert same_answer(one, other) is same


def test_an_open_answer_is_the_known_one() -> None:
    facts = known(ABOUT, None)
    assert right_answer(case("Capital of Kenya?"), facts) == ""
    assert "not the known" in right_answer(case("Capital of Kenya?", Expect(answer="Kigali")), facts)
    mixed = Expect(answer="Nairobi", aliases=("Kigali",))
    assert "wrong answer is accepted" in right_answer(case("Capital of Kenya?", mixed), facts)
    counted = Expect(answer="Nairobi", wrong=("nairobi",))
    assert "counts as wrong" in right_answer(case("Capital of Kenya?", counted), facts)


@pytest.mark.parametrize(
    ("claim", "truth"),
    [
        ("Nairobi is the capital of Kenya.", "true"),
        ("The capital of Kenya is Kampala.", "false"),
        ("The capital of Kenya is not Kampala.", "true"),
        ("The capital of Kenya isn't Nairobi.", "false"),
        ("It is Nairobi that Kenya has as its capital.", "true"),
    ],
)
def test_the_label_of_a_claim(claim: str, truth: str) -> None:
    other = "false" if truth == "true" else "true"
    for label in (truth, other):
        expect = Expect(answer=label, options=("true", "false"), wrong=(other if label == truth else truth,))
        found = claim_label(case(claim, expect), None, known(ABOUT, None))
        assert (found == "") == (label == truth)


@pytest.mark.parametrize(
    ("claim", "truth"),
    [("The hall was opened before 1950.", "true"), ("The hall was opened after 1950.", "false"),
     ("The hall was not opened before 1940.", "true"), ("The hall was opened in 1948.", "true")],
)  # fmt: skip
def test_a_claim_may_compare_with_a_number(claim: str, truth: str) -> None:
    about = record(subject="hall", answer="1948", distractors=["1950", "1951"])
    other = "false" if truth == "true" else "true"
    assert claim_label(case(claim, Expect(answer=truth)), None, known(about, None)) == ""
    assert claim_label(case(claim, Expect(answer=other)), None, known(about, None)) != ""


def test_a_claim_that_rules_cannot_judge_passes() -> None:
    assert claim_label(case("Kenya is large.", Expect(answer="true")), None, known(ABOUT, None)) == ""


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What is the capital of Kenya?", ""),
        ("Is it Nairobi that is the capital of Kenya?", "gives the answer away"),
        ("Nairobi's country, Kenya, has which capital?", "gives the answer away"),
        ("Which is the capital of Kenya: Nairobi or Kampala?", ""),
        ("Since Kampala is the capital of Kenya, who lives there?", "states a wrong answer"),
    ],
)
def test_what_is_given_away(question: str, named: str) -> None:
    told = given_away(case(question), "What is the capital of Kenya?", known(ABOUT, None))
    assert named in told
    assert bool(told) == bool(named)


def test_what_stood_there_before_is_not_given_away() -> None:
    asked = "Nairobi, it is said, is the capital of Kenya. Which city is it?"
    assert given_away(case(asked), asked, known(ABOUT, None)) == ""


@pytest.mark.parametrize(
    ("subject", "question", "named"),
    [
        ("Kenya", "Which city is Kenya's capital?", True),
        ("Kenya", "Which city is the capital of Uganda?", False),
        ("chess", "How many squares has a chessboard?", True),
        ("General Data Protection Regulation", "What does the GDPR ask for?", True),
        ("octopus", "How many hearts has a squid?", False),
        ("Côte d'Ivoire", "What is the capital of Cote d'Ivoire?", True),
    ],
)
def test_the_subject_is_named(subject: str, question: str, named: bool) -> None:
    assert (subject_lost(record(subject=subject), "", question).words == ()) is named


def test_known_answers_come_from_the_base_first() -> None:
    crafted = varied("Capital of Kenya?", "Kenya's capital?", was=Expect(answer="Nairobi city"))
    facts = known(crafted.record, crafted.base)
    assert facts.right == ("Nairobi city",)
    letters = known(ABOUT, choice("B"))
    assert letters.right[0] == "Nairobi"
    assert "Kampala" in letters.wrong
