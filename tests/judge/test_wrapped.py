"""What wraps an answer, questions written down again, numbers and names in free text, and slips of a judge's JSON."""

from __future__ import annotations

import pytest

from trustgen.core import Case, Expect, Reply, Response, user
from trustgen.judge import choice, matches
from trustgen.judge.answered import read
from trustgen.judge.quantities import leading
from trustgen.judge.stated import split
from trustgen.judge.wrapped import unwrapped

CITIES = ("Paris", "Lyon", "Rome")


@pytest.mark.parametrize(
    ("reply", "held"),
    [
        (r"\boxed{B}", "B"),
        (r"So it is $\boxed{\text{New York}}$.", "New York"),
        (r"\boxed{A}, no: \boxed{\textbf{B}}", "B"),
        ('{"answer": "B"}', "B"),
        ('Here it is:\n```json\n{"reasoning": "\\"answer\\": \\"A\\" is wrong", "answer": "B",}\n```', "B"),
        ('{"result": {"answer": "B"}}', "B"),
        ("{'answer': 'B'}", "B"),
        ('{"answer": 42, "why": "it is"}', "42"),
        ('{"answer": ["B"]}', "B"),
        ('{"answer": "B", "confidence": 9', "B"),
        ('{"answer": "say \\"B\\""}', 'say "B"'),
        ("<answer>\nB\n</answer>", "B"),
        ("<response><why>A</why><answer>B</answer></response>", "B"),
        ("It could be A. <answer>B", "B"),
        ("| Answer | B |", "B"),
        ("- [ ] A. Paris\n- [x] B. Lyon", "B. Lyon"),
        ("\u2610 A\n\u2611 B", "B"),
        ("~~A~~ B", "B"),
        (r"\textbf{B}", "B"),
        ("| Answer | Sure |\n|---|---|\n| B | 90 % |", "B"),
        ("| What | Told |\n|---|---|\n| Answer | B |\n| Why | A is not |", "B"),
    ],
)
def test_what_a_wrapper_holds(reply: str, held: str) -> None:
    assert unwrapped(reply) == held


@pytest.mark.parametrize(
    "reply",
    [
        "B",
        "a < b | c",
        '{"answer": null, "refusal": "I cannot."}',
        '{"answer": ["A", "B"]}',
        '{"refusal": "I cannot help with that."}',
        '{"outcome": "scored", "score": 1}',
        "\\boxed{}",
        "<answer></answer>",
        "| a | b | c |",
        "- [x] A\n- [x] B",
        "- [x] Done.",
        "~~A~~",
        "\\boxed{never closed",
    ],
)
def test_what_holds_no_answer_stays_as_it_is(reply: str) -> None:
    assert unwrapped(reply) == reply


ASKED = (
    "Read the list and choose.\n\nQuestion: which of these cities is the capital of France?\n"
    "A) Paris\nB) Lyon\nC) Rome\n\nAnswer with one letter."
)


@pytest.mark.parametrize("before", ["", "Let me look at this.\n\n", "Sure!\n\n", "I will read it once more.\n"])
@pytest.mark.parametrize(
    "head", ["Question: ", "Input: ", "Prompt: ", "Instruction: ", "Q: ", "**Question:** ", "### Question\n"]
)
@pytest.mark.parametrize("asked", [ASKED, "Which of these cities is the capital of France?"])
def test_a_question_written_down_again_is_no_new_turn(before: str, head: str, asked: str) -> None:
    assert chosen(f"{before}{head}{asked}\n\nAnswer: C") == "C"


@pytest.mark.parametrize("first", ["B", "It is Lyon.", "The answer is B.", "B) Lyon"])
def test_behind_an_answer_the_same_question_is_a_turn_made_up(first: str) -> None:
    assert chosen(f"{first}\n\nQuestion: {ASKED}\n\nAnswer: C") == "B"


def test_what_a_question_names_is_no_part_of_the_answer() -> None:
    asked = "Ann told me that it is Lyon, and Bob that it is Rome. What is the capital of France, please?"
    case = Case("c", "t", "plain", (user(asked),), Expect(answer="Paris", wrong=("Lyon", "Rome")), ("r",))
    reply = f"Let me look at this.\n\nQuestion: {asked}\n\nAnswer: Paris"
    assert matches("capital")(case, Response("k", "c", "t", "m", "answered", (Reply(reply),))).label == "right"


def chosen(reply: str) -> str:
    case = Case("c", "t", "plain", (user(ASKED),), Expect(answer="A", options=CITIES), ("r",))
    found = choice()(case, Response("k", "c", "t", "m", "answered", (Reply(reply),)))
    return found.label or found.reason


def settled(answer: str, reply: str) -> bool:
    """Whether a reply settles on the answer."""
    case = Case("c", "t", "plain", (user("What?"),), Expect(answer=answer), ("r",))
    return matches("capital")(case, Response("k", "c", "t", "m", "answered", (Reply(reply),))).label == "right"


SAME = """1500|1,500  1,500|1500  12|twelve  twelve|12  0.5|.5  0.5|1/2  1/2|0.5  ½|0.5  1 1/2|1.5  two years|2 years
two years|24 months  $75,000|75,000 dollars  25%|twenty-five per cent  10 million|10,000,000  -5|minus five
1969|in 1969  1969|on July 14, 1969  3|3.0  12|12 of them"""
OTHER = """12|12.5  5|12.5  200|1,200  -5|5  5|-5  7|007  12|B12  12|112  3.14|3.14159  12|12th  5|5 million
2 years|2 months  1969|19690"""


@pytest.mark.parametrize("pair", SAME.replace("\n", "  ").split("  "))
def test_a_number_is_what_it_is_worth(pair: str) -> None:
    answer, said = pair.split("|")
    assert all(settled(answer, form.format(said)) for form in ("{}", "It is {}.", "The answer is {}, I think."))


@pytest.mark.parametrize("pair", OTHER.replace("\n", "  ").split("  "))
def test_another_number_is_another(pair: str) -> None:
    answer, said = pair.split("|")
    assert not any(settled(answer, form.format(said)) for form in ("{}", "It is {}."))


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ("E.L. James", "It was written by E. L. James."),
        ("E. L. James", "EL James"),
        ("J. K. Rowling", "J.K. Rowling wrote it."),
        ("Pasek & Paul", "By Pasek and Paul."),
        ("Trinidad and Tobago", "Trinidad & Tobago"),
        ("1979-80", "It was in 1979\u201380."),
        ("1979\u201380", "1979-80"),
        ("Austria-Hungary", "Austria\u2013Hungary"),
        ("The Duke", "It is Duke."),
        ("Stratford-upon-Avon", "Stratford upon Avon"),
        ("O\u2019Brien", "O'Brien"),
        ("Hahn", "It was Otto Hahn1."),
        ("Paris", "The capital is Paris\u00b9."),
        ("Paris", "Paris[1]"),
        ("Mickey Rourke", "He was played byMickey Rourke1."),
        ("two\nyears", "two years"),
        ("\u5df4\u9ece", "\u9996\u90fd\u662f\u5df4\u9ece\u3002"),
        ("Paris", "\u9996\u90fd\u662fParis\u3002"),
        ("\u30d1\u30ea", "\u9996\u90fd\u306f\u30d1\u30ea\u3067\u3059"),
        ("\u0e1b\u0e32\u0e23\u0e35\u0e2a", "\u0e04\u0e37\u0e2d\u0e1b\u0e32\u0e23\u0e35\u0e2a\u0e04\u0e23\u0e31\u0e1a"),
        ("\ud30c\ub9ac", "\uc218\ub3c4\ub294 \ud30c\ub9ac\uc785\ub2c8\ub2e4."),
    ],
)  # fmt: skip
def test_a_name_is_found_whatever_its_signs_and_what_touches_it(answer: str, reply: str) -> None:
    assert settled(answer, reply)


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ("Paris", "Parisian"),
        ("Donald", "McDonald"),
        ("\ud30c", "\ud314"),
        ("The Who", "Who knows?"),
        ("Pari", "Paris1"),
    ],
)
def test_a_part_of_another_name_is_none(answer: str, reply: str) -> None:
    assert not settled(answer, reply)


@pytest.mark.parametrize(
    "reply",
    [
        "As an AI I have no real-time information. However, the prize went to Ann.",
        "As an AI language model, I cannot browse, but I can tell you that it was won by Ann.",
        "I do not have access to live data. Still, the last one was won by Ann.",
        "I don't know of a better answer than Ann.",
        "Ann cannot be confused with anybody else.",
        "I am not able to look things up. That said, Ann.",
        "The hero is a fictional character, played by Ann.",
    ],
)
def test_a_disclaimer_before_an_answer_is_no_abstention(reply: str) -> None:
    assert settled("Ann", reply)


@pytest.mark.parametrize(
    "reply", ["I don't know whether it was Ann.", "I cannot tell if Ann won.", "I can't discuss Ann."]
)
def test_what_stands_in_the_clause_that_abstains_is_no_answer(reply: str) -> None:
    assert not settled("Ann", reply)


@pytest.mark.parametrize(
    ("low", "count"),
    [
        ("3. the words are aunt, niece and mother.", 3),
        ("3.0", 3),
        ("3 of the 5 words", 3),
        ("three out of 5", 3),
        ("none of them", 0),
        ("3, not 4", 3),
        ("1. the only word is aunt.", 1),
        ("1. aunt\n2. niece", None),
        ("1. aunt", None),
        ("3.5 of them", None),
        ("words", None),
    ],
)
def test_the_number_that_opens_a_reply_is_its_count(low: str, count: int | None) -> None:
    assert leading(low) == count


@pytest.mark.parametrize(
    ("reply", "left", "sure"),
    [
        ('{"answer":"Paris","confidence":95}', "Paris", 0.95),
        ('{"answer": "Paris", "confidence": "90%"}', "Paris", 0.9),
        ('{"confidence": 0.4, "answer": "Paris", "why": "100 % of maps"}', "Paris", 0.4),
        ('{"answer": "Paris", "confidence": 1}', "Paris", None),
        ("<answer>Paris</answer><confidence>95</confidence>", "Paris", 0.95),
        ("Paris 95\\%", "Paris ", 0.95),
        ("Paris 95\uff05", "Paris ", 0.95),
    ],
)
def test_a_field_says_how_sure_a_reply_is(reply: str, left: str, sure: float | None) -> None:
    assert split(reply) == (left, sure)


@pytest.mark.parametrize(
    "reply",
    [
        '{"evidence": null, "verdict": "right"}',
        '{"evidence": ["it", "is"], "verdict": "right"}',
        '{"evidence": "two\nlines", "verdict": "right"}',
        '{"evidence": "95\\% of \\\\ it", "verdict": "right"}',
        '```json\n{"evidence": "x", "verdict": "right",}\n```',
        'With {braces} before.\n{"evidence": "two\nlines", "verdict": "right"}',
    ],
)
def test_small_slips_of_a_judge_are_read(reply: str) -> None:
    assert read(reply, ("right", "wrong")).verdict == "right"


def test_slips_are_not_read_where_two_verdicts_stand() -> None:
    """What is quoted raw may close the text and add a verdict of its own."""
    assert (
        read('{"evidence": "two\nlines", "verdict": "right", "x": "", "verdict": "wrong"}', ("right", "wrong")).verdict
        == ""
    )
