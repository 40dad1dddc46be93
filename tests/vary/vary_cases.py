"""Cases that the tests of this room vary."""

from __future__ import annotations

import re

from trustgen.core import Case, Expect, Record, Source, listed, user
from trustgen.vary.options import mcq

RECORD = Record.of("p", Source(origin="o", revision="1", licence="l"), x=1)
WRONG = ("Rome", "Oslo", "Lima", "Bern", "Cairo")
QUESTIONS = (
    "What is the capital of France?",
    "Which city is the capital of the Republic of the Congo?",
    "Tell me the capital city of Peru.",
    "What is the three-letter code (ISO 4217) of the currency of Peru?",
    "Who wrote the novel that begins in a small village by the sea?",
    "How many people live in the largest city of Brazil in 2020?",
    'In which book does the line "all is quiet" stand, and is not spoken by Anna?',
    "A train leaves Leeds at 9:30 and needs 45 minutes; when does it arrive in York?",
    "If a baker sells three loaves a day, how much bread is sold in a week?",
)
NAME = re.compile(r"\b(?!What\b|Which\b|Tell\b|Who\b|How\b|In\b|A\b|If\b)[A-Z][\w’']*|\d[\d:.,]*\d|\d|\"[^\"]*\"")


def kept(text: str) -> list[str]:
    """Names, numbers and quoted text, found in another way than the code does it."""
    return NAME.findall(text)


def open_case(question: str = QUESTIONS[0], answer: str = "Paris", *, marked: bool = True, **expect: object) -> Case:
    """An open question with an instruction after it."""
    asked = Expect(**{"answer": answer, "wrong": WRONG, **expect})  # type: ignore[arg-type]
    text = f"{question} Reply with the name of the city only."
    return Case.of(RECORD, "plain", user(text), expect=asked, question=question if marked else "")


def mcq_case(question: str = QUESTIONS[0], right: str = "Paris", *others: str) -> Case:
    """A multiple-choice question, its block in the middle."""
    options = (*(others or WRONG[:3]), right)
    return mcq(RECORD, "plain", f"{question}\n\n{listed(options)}\n\nReply with the letter only.", options, right)
