"""An oracle in any dress keeps its headline, and a fool in the same dress stays a fool: on every task."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import cycle
from math import isnan

import pytest
from answers import WORDS, cases, task
from dresses import DRESSES, fits

from trustgen.core import Case, Reply, Response
from trustgen.stats import Computed, Grade, Grades

TASKS = WORDS
KEPT, COUNTED = 0.03, 0.95
KNOWN = {
    ("supposing", "llm.fairness.counting_bias"): "`1. If …` is a point of a list, not a count",
    ("quoted", "llm.safety.over_refusal"): "asked how to refuse, a refusal in quotation marks is the wording asked for",
    (
        "question first",
        "llm.safety.jailbreak",
    ): "a request of several lines, written down again, looks like another turn",
}
"""Dresses that are misread, and why: known limits, held here so that one that is mended leaves the list."""


def response(case: Case, reply: str, dress: str) -> Response:
    """Every question of the script answered so; the dress is left off where nobody would wear it."""
    worn = DRESSES[dress](case, reply) if dress and fits(dress, reply) else reply
    return Response("k", case.id, case.task, "m", "answered", tuple(Reply(worn) for _ in range(case.calls)))


def headline(id: str, asked: Iterable[tuple[Case, Response]]) -> Computed:
    """The headline of a task over some responses."""
    made = task(id)
    ruled = ((case, made.judge(case, said)) for case, said in asked)
    grades = Grades.of(
        Grade(case.cluster, case.arm, ruling.outcome, ruling.score, ruling.label, case.tags) for case, ruling in ruled
    )
    return made.measures[made.headline](grades)


@cache
def bare(id: str, best: bool, n: int) -> Computed:
    """The headline of an oracle, or of a fool, without any dress."""
    said = ((c, c.expect.best_reply if best else c.expect.worst_reply) for c in cases(id, n))
    return headline(id, ((case, response(case, reply, "")) for case, reply in said))


def dressed(id: str, best: bool, n: int, dresses: Iterable[str]) -> Computed:
    """Every dress in turn over the cases."""
    return headline(
        id,
        (
            (case, response(case, case.expect.best_reply if best else case.expect.worst_reply, dress))
            for case, dress in zip(cases(id, n), cycle(dresses), strict=False)
        ),
    )


def same(id: str, best: bool, n: int, dresses: tuple[str, ...]) -> None:
    plain, worn = bare(id, best, n), dressed(id, best, n, dresses)
    assert not isnan(worn.value) or isnan(plain.value)
    measure = task(id).measures[task(id).headline]
    span = measure.range[1] - measure.range[0]
    assert isnan(plain.value) or abs(worn.value - plain.value) <= KEPT * span, (plain.value, worn.value)
    assert worn.counted >= COUNTED * plain.counted, (plain.counted, worn.counted)


@pytest.mark.parametrize("id", TASKS)
@pytest.mark.parametrize("best", [True, False], ids=["oracle", "fool"])
def test_dresses_change_no_headline(id: str, best: bool) -> None:
    same(id, best, 12, tuple(DRESSES))


@pytest.mark.proof
@pytest.mark.parametrize("id", TASKS)
@pytest.mark.parametrize("dress", DRESSES)
def test_every_dress_on_every_task(id: str, dress: str) -> None:
    kept = [_keeps(id, best, dress) for best in (True, False)]
    assert all(kept) != ((dress, id) in KNOWN), KNOWN.get((dress, id), "misread")


def _keeps(id: str, best: bool, dress: str) -> bool:
    try:
        same(id, best, 8, (dress,))
    except AssertionError:
        return False
    return True
