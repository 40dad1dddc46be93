"""How sure a reply says to be: read where it is plain, left alone where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from trustgen.core import Case, Expect, Outcome, Reply, Response, user
from trustgen.judge import matches, stated
from trustgen.judge.stated import split

JUDGE = stated(matches("capital"))
CASE = Case(
    "c",
    "t",
    "stated",
    (user("What is the capital of France? Say how sure you are, in per cent."),),
    Expect(answer="Paris", wrong=("Lyon", "Nice")),
    ("r",),
)


def said(*replies: str):
    """The ruling on a conversation."""
    return JUDGE(CASE, Response("k", "c", "t", "m", "answered", tuple(map(Reply, replies))))


@pytest.mark.parametrize(
    ("reply", "score", "sure"),
    [
        ("Paris. I am 100 % sure.", 1.0, 1.0),
        ("Paris, 90%", 1.0, 0.9),
        ("Lyon (85 percent)", 0.0, 0.85),
        ("**Paris** - Confidence: 70", 1.0, 0.7),
        ("Paris\n\n95", 1.0, 0.95),
        ("95 %\nParis", 1.0, 0.95),
        ("Paris. My confidence is 0.6.", 1.0, 0.6),
        ("Paris, with a certainty of 40/100.", 1.0, 0.4),
        ("I'm 85 percent certain that it is Paris.", 1.0, 0.85),
        ("The capital of France is Nice. Confidence level: 12.5 %", 0.0, 0.125),
        ("Paris: 99,5 %", 1.0, 0.995),
        ("Paris. 90 %. So I am 90 % sure.", 1.0, 0.9),
        ("I do not know. 0 %", 0.0, 0.0),
    ],
)
def test_plain_statements_are_read_and_the_answer_beside_them(reply: str, score: float, sure: float) -> None:
    ruling = said(reply)
    assert (ruling.outcome, ruling.score, ruling.confidence) == (Outcome.SCORED, score, sure)


@pytest.mark.parametrize(
    "reply",
    [
        "Paris",
        "Paris, I am quite sure.",
        "Paris, but I am not 100 % sure.",
        "Paris, I'm never 100% certain.",
        "Paris, between 80 and 90 %",
        "Paris, 80-90 %",
        "Paris, 80 % to 90 %",
        "Paris, more than 50 %",
        "Paris, 120 %",
        "Paris. Confidence: 1",
        "Paris. Confidence: 8/10",
        "Paris. Confidence: 7.5",
        "Paris, since 987.",
    ],
)
def test_what_is_unclear_is_not_read_and_the_answer_still_is(reply: str) -> None:
    ruling = said(reply)
    assert (ruling.outcome, ruling.score, ruling.label) == (Outcome.SCORED, 1.0, "right")
    assert ruling.confidence is None


def test_a_number_alone_is_no_answer() -> None:
    assert said("90 %").outcome == Outcome.UNPARSED
    assert said("Confidence: 90").outcome == Outcome.UNPARSED
    assert said("90").outcome == Outcome.UNPARSED


def test_two_answers_with_two_percentages_are_none() -> None:
    ruling = said("Paris 90 %, Lyon 10 %")
    assert (ruling.outcome, ruling.confidence) == (Outcome.UNPARSED, None)


def test_only_the_last_reply_is_read() -> None:
    ruling = said("Lyon, 10 %", "Paris, 80 %")
    assert (ruling.score, ruling.confidence) == (1.0, 0.8)


@given(
    st.integers(0, 100), st.sampled_from(("{} %", "{}%", "{} percent", "I am {} % sure.", "({}/100)", "{} out of 100"))
)
def test_every_percentage_is_read_in_every_form(number: int, form: str) -> None:
    ruling = said(f"Paris. {form.format(number)}")
    assert (ruling.score, ruling.confidence) == (1.0, number / 100)


@given(st.text(st.characters(exclude_categories=("Cs", "Nd")), max_size=200))
def test_a_reply_without_digits_is_left_as_it_is(reply: str) -> None:
    assert split(reply) == (reply, None)


def test_its_key_follows_the_judge_inside() -> None:
    assert stated(matches("capital")).key == JUDGE.key
    assert stated(matches("code")).key != JUDGE.key
    assert JUDGE.key != matches("capital").key


@pytest.mark.parametrize("piece", [" ", "\n", "9", "90 % ", "sure ", "90-", "not ", "confidence: ", "1.", "x"])
def test_a_huge_reply_takes_time_in_step_with_its_length(piece: str) -> None:
    assert in_step(said, piece * (200_000 // len(piece)))


@pytest.mark.parametrize(
    ("reply", "right", "sure"),
    [("12", True, None), ("12.", True, None), ("12\n90", True, 0.9), ("12, 90 %", True, 0.9), ("13", False, None)],
)
def test_a_bare_number_is_the_answer_where_the_answer_is_one(reply: str, right: bool, sure: float | None) -> None:
    """Asked for an atomic number, "12" is no sureness of 12 %."""
    case = Case("c", "t", "stated", CASE.turns, Expect(answer="12", wrong=("13", "11")), ("r",))
    ruling = stated(matches("number"))(case, Response("k", "c", "t", "m", "answered", (Reply(reply),)))
    assert (ruling.outcome, ruling.score, ruling.confidence) == (Outcome.SCORED, float(right), sure)
