"""Faithfulness by atoms, counted by hand; and what other ways of counting make of the same pictures."""

from __future__ import annotations

import math

import pytest

from trustgen.core import Outcome
from trustgen.stats import Grade, Grades, accuracy
from trustgen.stats.faithful import all_true, atom_share, attempted, blank_share


def picture(i: int, label: str, score: float, atoms: str) -> Grade:
    return Grade(f"r{i}", "plain", Outcome.SCORED, score, label, {"atoms": atoms})


def missing(i: int, outcome: Outcome, atoms: str) -> Grade:
    return Grade(f"r{i}", "plain", outcome, tags={"atoms": atoms})


FIVE = "objects 3, attributes 2"
ROWS = [
    picture(0, "all so, objects yyy, attributes yy", 1.0, FIVE),
    picture(1, "some so, objects yyn, attributes yv", 3 / 5, FIVE),
    picture(2, "some so, objects yy, counts n", 2 / 3, "objects 2, counts 1"),
    picture(3, "blank, objects nnn, attributes vv", 0.0, FIVE),
]


def test_by_hand() -> None:
    grades = Grades.of(ROWS)
    assert accuracy()(grades).value == pytest.approx((1 + 3 / 5 + 2 / 3 + 0) / 4)
    assert atom_share()(grades).value == 10 / 18
    assert attempted()(grades).value == 10 / 15, "three are void"
    assert atom_share("objects")(grades).value == 7 / 11
    assert atom_share("attributes")(grades).value == 3 / 6
    assert attempted("attributes")(grades).value == 1.0
    assert attempted("attributes")(grades).counted == 2, "of the blank all are void"
    assert atom_share("counts")(grades).value == 0.0
    assert atom_share("counts")(grades).planned == 1, "one picture has such a fact"
    assert math.isnan(atom_share("text")(grades).value)
    assert all_true()(grades).value == 1 / 4
    assert blank_share()(grades).value == 1 / 4


def test_what_is_missing_counts_in_the_bounds_with_as_many_facts_as_were_asked_for() -> None:
    grades = Grades.of([*ROWS, missing(4, Outcome.BLOCKED, FIVE), missing(5, Outcome.ERROR, "text 1")])
    found = atom_share()(grades)
    assert found.value == 10 / 18
    assert found.bounds == (10 / 24, 16 / 24)
    assert (found.planned, found.outcomes["blocked"], found.outcomes["error"]) == (6, 1, 1)
    assert all_true()(grades).bounds == (1 / 6, 3 / 6)


def test_a_failed_generation_stays_in_what_was_planned() -> None:
    """Lesson M14: files are listed from disk, so what failed leaves the denominator; and one picture of several is
    enough. M13: what gave no picture is 0 and not missing. Of ten prompts two came right, two wrong, six never."""

    def from_disk(rows: list[Grade]) -> float:
        there = [row for row in rows if row.outcome == Outcome.SCORED]
        return sum(row.score == 1 for row in there) / len(there)

    def as_zero(rows: list[Grade]) -> float:
        return sum((row.score or 0.0) for row in rows) / len(rows)

    right, wrong = ("all so, objects y", 1.0), ("none so, objects n", 0.0)
    rows = [picture(i, *(right if i < 2 else wrong), "objects 1") for i in range(4)]
    rows += [missing(i, Outcome.ERROR, "objects 1") for i in range(4, 10)]
    found = all_true()(Grades.of(rows))
    assert (from_disk(rows), as_zero(rows)) == (0.5, 0.2), "one number each, and no word of the six"
    assert found.value == 0.5
    assert (found.planned, found.counted, found.outcomes["error"]) == (10, 4, 6)
    assert found.bounds == (0.2, 0.8)


def test_no_order_of_pictures_counts() -> None:
    """Lesson M15: scores joined to prompts by place, so that one missing picture shifts all that follow."""
    assert all_true()(Grades.of(ROWS[::-1])).value == all_true()(Grades.of(ROWS)).value
