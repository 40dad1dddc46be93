"""What else than the models could make a finding of `compare`: cases missing for one, a judge that errs unequally."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from made_run import REMOTE, SMALL

from trustgen.report.compare import Difference, Pairing, compare_models, differences
from trustgen.report.terminal import print_comparison
from trustgen.stats import ClusterMeasure, Grades, accuracy, flip_rate
from trustgen.stats.grades import SCORED, Mask

ERROR = 4


def graded(right: Mask, lost: Mask | None = None) -> Grades:
    """Cases alone in their records, right or wrong, some lost."""
    gone = np.zeros(len(right), np.bool_) if lost is None else lost
    return Grades(
        np.arange(len(right), dtype=np.int32),
        np.zeros(len(right), np.int32),
        ("",),
        np.where(gone, ERROR, SCORED).astype(np.int32),
        np.where(gone, np.nan, right.astype(np.float64)),
        np.zeros(len(right), np.int32),
        ("",),
    )


def compared(a: Grades, b: Grades, measure: ClusterMeasure | None = None) -> Difference:
    """One headline of two models."""
    (row,) = differences([Pairing("t", "T", "accuracy", measure or accuracy(), a, b)])
    return row


def test_a_judge_that_reads_one_model_better_explains_two_equal_ones() -> None:
    """Equal models, sensitivity .95 for b and .85 for a: "different" in 98 % of 1,000 cases, and not a word of it."""
    rng = np.random.default_rng(1)
    right = rng.random(4000) < 0.8
    seen = [graded(right & (rng.random(4000) < se)) for se in (0.85, 0.95)]
    row = compared(*seen)
    assert row.verdict == "better"
    assert row.explained is not None
    assert row.explained.sensitivity == pytest.approx(0.1, abs=0.03)
    assert row.explained.specificity == pytest.approx(row.difference / (1 - row.explained.rate))


def test_a_finding_that_no_judge_could_make_says_nothing_of_judges(capsys: pytest.CaptureFixture[str]) -> None:
    row = compared(graded(np.arange(200) < 2), graded(np.arange(200) < 198))
    assert row.explained is not None
    assert row.explained.sensitivity > 1 < row.explained.specificity
    print_comparison([row], "a", "b")
    assert "a judge right more often" not in capsys.readouterr().out


def test_pairs_have_no_such_figure() -> None:
    assert compared(graded(np.arange(9) < 4), graded(np.arange(9) < 5), flip_rate("plain")).explained is None


def test_what_b_lost_bounds_the_difference(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """b lost 30 % of its wrong answers and came out better in 64 % of runs; nothing said otherwise."""
    monkeypatch.setenv("COLUMNS", "80")
    rng = np.random.default_rng(2)
    right = [rng.random(1000) < 0.7 for _ in range(2)]
    lost = ~right[1] & (rng.random(1000) < 0.5)
    row = compared(graded(right[0]), graded(right[1], lost))
    assert row.missing == lost.sum()
    a, n = right[0].mean(), 1000
    assert row.lowest == pytest.approx(right[1].sum() / n - a)
    assert row.highest == pytest.approx((right[1].sum() + lost.sum()) / n - a)
    print_comparison([row], "a", "b")
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert f"{lost.sum()} cases missing for either: b − a over all planned lies in [" in flat
    assert row.verdict == "better"
    assert ": they could undo it" in flat
    assert "as judged, and on the cases that both have" in flat


def test_nothing_missing_leaves_the_difference_as_its_own_bound() -> None:
    row = compared(graded(np.arange(20) < 9), graded(np.arange(20) < 12))
    assert (row.lowest, row.highest) == pytest.approx((row.difference, row.difference))


def test_turned_round_the_bounds_turn_too(run: Path) -> None:
    for there, back in zip(compare_models(run, REMOTE, SMALL), compare_models(run, SMALL, REMOTE), strict=True):
        assert (back.lowest, back.highest) == pytest.approx((-there.highest, -there.lowest), nan_ok=True)
        assert math.isnan(there.lowest) or there.lowest <= there.highest
        assert there.explained == back.explained
