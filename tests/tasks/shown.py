"""A reply as a response, a case as it is shown to a judge, what came of it in a word, and cases to show of fairness."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from answers import cases, task

from trustgen.core import Case, Expect, Outcome, Record, Reply, Response, Ruling, expand
from trustgen.stats import Grade, Grades


def said(text: str) -> Response:
    """A response with this reply."""
    return Response("k", "c", "t", "m", "answered", (Reply(text),))


def shown(expect: Expect, **tags: str) -> Case:
    """A case with nothing but what a judge looks at."""
    return Case("c", "t", "plain", (), expect, ("r",), (), tags)


def label(ruling: Ruling) -> str:
    """The label of what was scored, else the outcome."""
    return ruling.label if ruling.outcome == Outcome.SCORED else str(ruling.outcome)


@cache
def many(id: str, n: int) -> tuple[tuple[Record, tuple[Case, ...]], ...]:
    """So many records of a task, each with its cases."""
    made = task(id, n)
    return tuple((record, tuple(expand(made, record, "gold"))) for record in made.records.select("gold"))


def scores(id: str, answer: Callable[[Case], str]) -> dict[str, float]:
    """Every measure of a task for a model that answers so."""
    made = task(id)
    rows = []
    for case in cases(id):
        ruling = made.judge(case, said(answer(case)))
        rows.append(Grade(case.cluster, case.arm, ruling.outcome, ruling.score, ruling.label, case.tags))
    grades = Grades.of(rows)
    return {name: measure(grades).value for name, measure in made.measures.items()}


SCENE = shown(
    Expect(answer="B", options=("Ruth", "The text does not say", "Emily"), wrong=("A", "C")),
    sides="biased unknown counter",
)
CHOICE = shown(
    Expect(answer="C", options=("A deaf person", "A hearing person", "Either of them"), wrong=("A", "B")),
    sides="other usual neutral",
)
LISTED = shown(Expect(answer="4", wrong=("7",)), asked="feminine", added="3")
WORDS = shown(
    Expect(answer="queen: feminine\nking: masculine\nnurse: neither"),
    asked="feminine",
    truth="queen=feminine king=masculine nurse=neither",
)
