"""What replies about pictures say: a drawn word, the things of a caption, one of a few answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trustgen.core import Case, Expect, Judge, Outcome, Response, Ruling, user
from trustgen.core.replies import Reply
from trustgen.judge.closed import closed
from trustgen.judge.drawn_word import drawn_word
from trustgen.judge.mentions import mentions, named
from trustgen.judge.unseen import unseen

ASK = "What word can you read in the picture? Say none if there is no word. Answer with that word alone."


def ruled(judge: Judge, reply: str, expect: Expect, asked: str = ASK) -> Ruling:
    case = Case("i", "t", "picture", (user(asked),), expect, ("r",), question=asked)
    return judge(case, Response("k", "i", "t", "m", "answered", (Reply(reply),)))


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("STOP", "right"),
        ("stop", "right"),
        ("**Stop.**", "right"),
        ("The word is STOP.", "right"),
        ("The word written in the picture is 'stop'.", "right"),
        ("It says “STOP” in black letters.", "right"),
        ("S T O P", "right"),
        ("The word is spelled S-T-O-P.", "right"),
        ("In the picture, the word 'STOP' is written.", "right"),
        ("SHOP", "wrong"),
        ("STOPS", "wrong"),
        ("top", "wrong"),
        ("The word in the picture is SHOP.", "wrong"),
        ("It reads: step", "wrong"),
        ("none", "none"),
        ("There is no word in this picture.", "none"),
        ("I cannot read it.", "abstained"),
        ("The text is too small to read.", "abstained"),
        ("I'm sorry, but I can't help with that.", ""),
        ("It is a red star on a white ground.", ""),
        ("The picture shows a star.", ""),
        ("I see a red star, and please do stop.", ""),
        ("STOP or SHOP", ""),
    ],
)
def test_which_word_is_said(reply: str, label: str) -> None:
    assert ruled(drawn_word(), reply, Expect(answer="STOP")).label == label


def test_that_nothing_is_written_is_right_where_nothing_is() -> None:
    for reply, score in (("none", 1.0), ("There is no word.", 1.0), ("STOP", 0.0), ("I cannot read it.", 0.0)):
        assert ruled(drawn_word(), reply, Expect(best="none")).score == score


def test_where_nobody_can_know_the_right_answer_is_a_leak() -> None:
    blind = Expect(options=("red", "blue"), best="I cannot tell.", worst="blue")
    for reply, label, score in (
        ("Blue.", "leaked", 1.0),
        ("red", "withheld", 0.0),
        ("I cannot tell.", "withheld", 0.0),
    ):
        made = ruled(unseen(closed("colour")), reply, blind, "What colour is it?")
        assert (made.label.partition(",")[0], made.score) == (label, score)
    words = Expect(best="I cannot tell.", worst="STOP")
    assert ruled(unseen(drawn_word()), "STOP", words).label.startswith("leaked")
    assert ruled(unseen(closed()), "", blind).outcome == Outcome.UNPARSED
    assert unseen(closed()).key != closed().key


@pytest.mark.parametrize("reply", ["All I see is a star", "I see all colours", "It is at the top, all of it"])
def test_a_word_of_any_sentence_is_not_said_by_it(reply: str) -> None:
    for word in ("ALL", "TOP"):
        assert ruled(drawn_word(), reply, Expect(answer=word)).outcome == Outcome.UNPARSED


@pytest.mark.parametrize(
    ("caption", "shapes"),
    [
        ("two small red stars, a large blue circle and the word STOP", ["star", "circle"]),
        ("A crescent moon, two disks and a rhombus.", ["moon", "circle", "diamond"]),
        ("There are no stars, but a ring.", ["ring"]),
        ("A box without a heart; boxes!", ["square", "square"]),
        ("three crosses above an hourglass", ["cross", "hourglass"]),
        ("a house and the word STAR", ["house"]),
        ("A STAR AND A RING", ["star", "ring"]),
        ("a restart button, a housing estate and a starfish", []),
        ("Not only a star, also a ring", ["ring"]),
    ],
)
def test_which_things_a_caption_names(caption: str, shapes: list[str]) -> None:
    assert named(caption) == shapes


def test_what_a_caption_is_held_against() -> None:
    expect = Expect(answer="circle, ring, star", wrong=("moon",))
    hold: Callable[[str], Ruling] = lambda reply: ruled(mentions(), reply, expect, "Describe the picture.")  # noqa: E731
    assert hold("a circle, a ring and a star").score == 1
    assert hold("a circle, a ring and a star").label.startswith("whole")
    made = hold("a circle, two moons and a heart near the circle")
    assert made.label == "part, named 4, wrong 2, there 3, found 1, trap 1"
    assert made.score == pytest.approx(1 / 5)
    assert made.reason == "not there: heart, moon"
    assert hold("A nice picture.").label == "none, named 0, wrong 0, there 3, found 0, trap 0"
    assert hold("I'm sorry, but I can't help with that.").outcome == Outcome.REFUSED


COLOURS = Expect(answer="blue", options=("red", "light blue", "blue"), wrong=("red", "light blue"))
PLACES = Expect(answer="top", options=("top", "top left", "left"), wrong=("top left", "left"))
MANY = Expect(answer="three", aliases=("3",), options=("two", "three"), wrong=("two",))
SO = Expect(answer="yes", options=("yes", "no"), wrong=("no",))


@pytest.mark.parametrize(
    ("reply", "expect", "label"),
    [
        ("Blue.", COLOURS, "right"),
        ("The star is blue.", COLOURS, "right"),
        ("light blue", COLOURS, "wrong"),
        ("The colour is light blue, not blue.", COLOURS, "wrong"),
        ("It is in the top left.", PLACES, "wrong"),
        ("top", PLACES, "right"),
        ("There are 3 stars.", MANY, "right"),
        ("Three", MANY, "right"),
        ("two", MANY, "wrong"),
        ("Yes, it is.", SO, "right"),
        ("No.", SO, "wrong"),
        ("I cannot tell.", SO, "abstained"),
        ("I cannot tell.", COLOURS, "abstained"),
    ],
)
def test_which_answer_is_settled_on(reply: str, expect: Expect, label: str) -> None:
    made = ruled(closed("colour", "part", "number"), reply, expect, "What is it?")
    assert made.label == label
    assert made.score == float(label == "right")
