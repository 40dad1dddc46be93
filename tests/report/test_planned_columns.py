"""Planned cases as columns, and verdicts joined on them: where every denominator begins."""

from __future__ import annotations

import numpy as np

from trustgen.core import Outcome, Verdict
from trustgen.stats.grades import Grades
from trustgen.stats.planned import Planned, Sheet, sheets

BATCHES = [  # id, task, arm, cluster, tags
    (
        ["c", "x", "a"],
        ["t", "other", "t"],
        ["pressed", "plain", "plain"],
        ["r2", "r9", "r1"],
        ['{"g":"f"}', "{}", "{}"],
    ),
    (["b"], ["t"], ["plain"], ["r2"], ['{"g":"m","k":"1"}']),
    ([], [], [], [], []),
]


def verdict(case: str, outcome: Outcome, score: float | None = None, label: str = "") -> Verdict:
    return Verdict(f"v{case}", f"r{case}", case, "t", "m", "j", outcome, score, label)


def test_columns_lie_in_the_order_of_ids_and_belong_to_one_task() -> None:
    planned = Planned.of("t", BATCHES)
    assert planned.ids.tolist() == [b"a", b"b", b"c"]
    assert planned.cluster.tolist() == [0, 1, 1]
    assert [planned.arms[i] for i in planned.arm] == ["plain", "plain", "pressed"]
    tags = {name: [values[i] for i in codes] for name, (codes, values) in planned.tags.items()}
    assert tags == {"g": ["", "m", "f"], "k": ["", "1", ""]}


def columns(verdicts: list[Verdict]) -> list[list[object]]:
    """One batch of what a sheet reads."""
    rows = [(v.case, v.outcome.value, v.score, v.label, v.confidence) for v in verdicts]
    return [list(column) for column in zip(*rows, strict=True)]


def filled(batches: list[list[list[str]]], verdicts: list[Verdict]) -> Grades:
    sheet = Sheet(Planned.of("t", batches))
    sheet.fill(columns(verdicts))
    return sheet.grades()


def test_a_case_without_a_verdict_is_skipped_and_a_foreign_verdict_is_passed_over() -> None:
    verdicts = [
        verdict("c", Outcome.SCORED, 0.5, "no"),
        verdict("b", Outcome.REFUSED, label="ignored"),
        *(verdict(case, Outcome.SCORED, 1.0, "yes") for case in ("aa", "x", "zz", "")),
    ]
    grades = filled(BATCHES, verdicts)
    everything = grades.in_arm("")
    assert {o: n for o, n in grades.tally(everything).items() if n} == {"scored": 1, "refused": 1, "skipped": 1}
    assert np.isnan(grades.score[:2]).all()
    assert grades.score[2] == 0.5
    assert [grades.labels[i] for i in grades.label] == ["", "", "no"]


def test_sheets_of_one_plan_do_not_share_what_is_written_on_them() -> None:
    planned = Planned.of("t", BATCHES)
    first, second = Sheet(planned), Sheet(planned)
    first.add(verdict("a", Outcome.SCORED, 1.0))
    assert first.grades().scored.tolist() == [True, False, False]
    assert not second.grades().scored.any()


def test_nothing_planned_is_no_error() -> None:
    for batches in ([], BATCHES[2:]):
        assert len(filled(batches, [verdict("a", Outcome.SCORED, 1.0)])) == 0


def test_one_walk_fills_the_sheet_of_every_pair_by_the_judge_of_its_task() -> None:
    batch = columns([verdict("a", Outcome.SCORED, 1.0)])
    found = [(("t", "m", "old"), columns([verdict("b", Outcome.SCORED, 0.0)])), (("t", "m", "j"), batch)]
    found += [(("t", "other", "j"), batch), (("other", "m", "j"), batch), (("none", "m", "j"), batch)]
    made = sheets([("t", "m"), ("other", "m"), ("empty", "m")], BATCHES, found, {"t": "j", "other": "k", "empty": "j"})
    tallies = {task: sheet.grades().scored.tolist() for (task, _), sheet in made.items()}
    assert tallies == {"t": [True, False, False], "other": [False], "empty": []}
