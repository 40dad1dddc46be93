"""Two models compared: paired, by direction, and honest about what cannot be compared."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_run import COWARD, FACTORIES, FACTS, HIRING, LEANING, REMOTE, SHIFTS, SMALL, make_run

from trustgen.core import FolderError, InputError, registry
from trustgen.report import compare_models
from trustgen.report.compare import _verdict
from trustgen.store import NotApplicable, RunFolder


def test_the_difference_is_over_the_cases_that_both_have(run: Path) -> None:
    facts = compare_models(run, REMOTE, SMALL)[0]
    scores: dict[str, dict[str, float]] = {REMOTE: {}, SMALL: {}}
    for v in RunFolder.open(run).verdicts():
        if v.task == FACTS and v.model in scores and v.score is not None:
            scores[v.model][v.case] = v.score
    both = scores[REMOTE].keys() & scores[SMALL].keys()
    assert (facts.counted, facts.missing) == (len(both), 80 - len(both)) == (72, 8)
    assert facts.a == pytest.approx(sum(scores[REMOTE][c] for c in both) / 72)
    assert facts.b == pytest.approx(sum(scores[SMALL][c] for c in both) / 72)
    assert facts.difference == pytest.approx(facts.b - facts.a)
    assert facts.low < facts.difference < facts.high < 0
    assert facts.p < 0.001


def test_verdicts_follow_the_direction_of_each_headline(run: Path) -> None:
    rows = compare_models(run, REMOTE, SMALL)
    assert {r.task: (r.measure, r.verdict) for r in rows} == {
        FACTS: ("accuracy", "worse"),
        LEANING: ("flip_rate", "worse"),
        HIRING: ("disparate_impact", "tie"),
        SHIFTS: ("all_right", "worse"),
    }
    assert rows[0].difference < 0 < rows[1].difference, "accuracy fell, and the flip rate rose"


def test_turned_round_it_is_the_opposite(run: Path) -> None:
    for there, back in zip(compare_models(run, REMOTE, SMALL), compare_models(run, SMALL, REMOTE), strict=True):
        assert back.difference == pytest.approx(-there.difference)
        assert {there.verdict, back.verdict} in ({"better", "worse"}, {"tie"})
        assert (there.counted, there.missing) == (back.counted, back.missing)


def test_a_model_ties_with_itself(run: Path) -> None:
    for row in compare_models(run, REMOTE, REMOTE):
        assert (row.verdict, row.difference, row.p) == ("tie", 0.0, 1.0)
        assert row.low <= 0 <= row.high


def test_an_unknown_model_lists_those_of_the_run(run: Path) -> None:
    with pytest.raises(InputError, match=r"unknown model `smolm2`: .* has `organism/coward.*`, `openai.*`, `smollm2`"):
        compare_models(run, REMOTE, "smolm2")


def test_what_was_not_planned_for_both_is_not_comparable(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=5, lacking=(NotApplicable(SHIFTS, SMALL, "logprobs"),))
    row = compare_models(folder, REMOTE, SMALL)[-1]
    assert (row.verdict, row.reason) == ("not comparable", "`smollm2` lacks the level logprobs")
    assert math.isnan(row.difference)


def test_nothing_counted_for_both_is_not_comparable(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=5, status="stopped", asked=0.0)
    for row in compare_models(folder, COWARD, SMALL):
        assert row.verdict == "not comparable"
        assert row.reason.endswith("no case is counted for both models")


@pytest.mark.parametrize("how", ["gone", "other version"])
def test_a_task_that_is_not_installed_is_not_comparable(run: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    load = registry.load

    def without(kind: str, name: str) -> Any:
        if name == FACTS and how == "gone":
            raise InputError("task `facts` is gone")
        made = load(kind, name)
        if name == FACTS:
            monkeypatch.setattr(made, "version", "2-A")
        return made

    monkeypatch.setattr(registry, "load", without)
    first, *others = compare_models(run, REMOTE, SMALL)
    assert (first.verdict, first.title) == ("not comparable", FACTS)
    assert first.reason in ("task `facts` is gone", "the run has version 1-A, installed is 2-A")
    assert {row.verdict for row in others} == {"worse", "tie"}


def test_a_measure_of_another_making_is_not_comparable(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged = SimpleNamespace(direction="higher", range=(0.0, 1.0), target=None, arm="", primary=False)
    monkeypatch.setitem(FACTORIES[FACTS].measures, "accuracy", plugged)
    first, *others = compare_models(run, REMOTE, SMALL)
    assert first.reason == "accuracy: a measure of this kind has no paired difference"
    assert len(others) == 3


def test_a_run_without_numbers_is_not_compared(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=2, status="running", count=False, seal=False)
    with pytest.raises(FolderError, match="to resume"):
        compare_models(folder, REMOTE, SMALL)


@pytest.mark.parametrize(
    ("better", "a", "b", "target", "verdict"),
    [
        ("b", 0.4, 0.6, None, "better"),
        ("a", 0.4, 0.6, None, "worse"),
        ("", 0.4, 0.6, None, "tie"),
        ("b", 0.2, 0.4, 0.5, "better"),
        ("a", 0.8, 0.9, 0.5, "worse"),
        ("b", 0.2, 0.6, 0.5, "tie"),
    ],
)
def test_values_on_both_sides_of_a_target_prove_nothing(
    better: str, a: float, b: float, target: float | None, verdict: str
) -> None:
    assert _verdict(better, a, b, target) == verdict
