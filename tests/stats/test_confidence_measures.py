"""Stated confidence: known answers, slow counts, bounds over every completion, and planted miscalibration covered."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import least_plausible
from scipy.special import ndtr

from trustgen.core import InputError, Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.stated_confidence import (
    ConfidenceMeasure,
    brier,
    calibration_error,
    confidence_auroc,
    overconfidence,
)

MEASURES: dict[str, ConfidenceMeasure] = {
    "over": overconfidence(),
    "brier": brier(),
    "ece": calibration_error(edges="width", debiased=False),
    "auroc": confidence_auroc(),
}
LEVELS = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])


def said(sure: float | None, score: float | None, cluster: str = "r") -> Grade:
    if score is None:
        return Grade(cluster, "plain", Outcome.REFUSED)
    return Grade(cluster, "plain", Outcome.SCORED, score, confidence=sure)


def graded(sure: np.ndarray, score: np.ndarray, cluster: np.ndarray) -> Grades:
    zero = np.zeros(len(sure), np.int32)
    columns = (cluster.astype(np.int32), zero, ("plain",), zero, score.astype(float), zero, ("",))
    return Grades(*columns, confidence=sure.astype(float))


def value(measure: ConfidenceMeasure, rows: list[Grade]) -> float:
    return measure.value(measure.count(Grades.of(rows)).table)


def planted(rng: np.random.Generator, clusters: int, size: int, over: float) -> Grades:
    """A model that is right with its stated confidence less `over` of its distance to .3, clusters correlated."""
    sure = LEVELS[rng.integers(0, len(LEVELS), (clusters, size))]
    shared = math.sqrt(0.3) * rng.normal(size=(clusters, 1)) + math.sqrt(0.7) * rng.normal(size=(clusters, size))
    right = ndtr(shared) < sure - over * (sure - 0.3)
    return graded(sure.ravel(), right.ravel(), np.repeat(np.arange(clusters), size))


def test_known_answers() -> None:
    rows = [said(0.9, 1), said(0.9, 0), said(0.6, 1), said(0.2, 0)]
    assert value(overconfidence(), rows) == pytest.approx(2.6 / 4 - 0.5)
    assert value(brier(), rows) == pytest.approx((0.01 + 0.81 + 0.16 + 0.04) / 4)
    assert value(MEASURES["ece"], rows) == pytest.approx((0.8 + 0.4 + 0.2) / 4)
    assert value(confidence_auroc(), rows) == pytest.approx((0.5 + 1 + 0 + 1) / 4)


def test_extremes() -> None:
    perfect = [said(1.0, 1, c) for c in "abc"] + [said(0.0, 0, c) for c in "abc"]
    worst = [said(0.0, 1, c) for c in "abc"] + [said(1.0, 0, c) for c in "abc"]
    assert [value(m, perfect) for m in MEASURES.values()] == [0, 0, 0, 1]
    assert [value(m, worst) for m in MEASURES.values()] == [0, 1, 1, 0]
    silent = [said(None, 1), said(None, 0), said(0.5, None)]
    for measure in (*MEASURES.values(), calibration_error()):
        found = measure(Grades.of(silent))
        assert math.isnan(found.value)
        assert math.isnan(found.low)
        assert (found.counted, found.planned) == (0, 3)
        assert found.notes["scored_without_confidence"] == 2
        assert math.isnan(found.worst) == (measure == calibration_error()), "no bound is known where bins move"
        assert math.isnan(measure(Grades.of([])).worst)
    assert math.isnan(value(confidence_auroc(), [said(0.3, 1), said(0.9, 1)]))


SAID = st.builds(
    said,
    st.sampled_from((None, 0.0, 0.15, 0.5, 0.81, 0.89, 1.0)),
    st.sampled_from((0.0, 0.25, 0.5, 1.0)),
    st.sampled_from("rst"),
)


@given(st.lists(SAID, max_size=12))
def test_counted_the_slow_way(rows: list[Grade]) -> None:
    pairs = [(r.confidence, r.score) for r in rows if r.confidence is not None and r.score is not None]
    right, wrong = ([c for c, s in pairs if (s >= 0.5) is side] for side in (True, False))
    bins: dict[int, list[float]] = {}
    for c, s in pairs:
        bins.setdefault(max(math.ceil(c * 10 - 1e-9), 1), []).append(c - s)
    slow = {
        "over": math.nan if not pairs else sum(c - s for c, s in pairs) / len(pairs),
        "brier": math.nan if not pairs else sum((c - s) ** 2 for c, s in pairs) / len(pairs),
        "ece": math.nan if not pairs else sum(abs(sum(g)) for g in bins.values()) / len(pairs),
        "auroc": math.nan
        if not (right and wrong)
        else float(np.mean([(c > d) + (c == d) / 2 for c, d in product(right, wrong)])),
    }
    assert {name: value(m, rows) for name, m in MEASURES.items()} == pytest.approx(slow, nan_ok=True, abs=1e-9)
    if pairs:
        parts = brier().count(Grades.of(rows)).notes
        whole = parts["reliability"] - parts["resolution"] + parts["uncertainty"] + parts["within_bins"]  # type: ignore[operator]
        assert whole == pytest.approx(slow["brier"], abs=1e-9)


def test_auroc_as_sklearn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    right = rng.random(3000) < 0.7
    for digits in (1, 6):  # few values, and more than there are levels
        sure = np.round(np.clip(0.6 + 0.15 * right + 0.2 * rng.normal(size=3000), 0, 1), digits)
        found = confidence_auroc().count(graded(sure, right, np.arange(3000))).table
        assert confidence_auroc().value(found) == pytest.approx(metrics.roc_auc_score(right, sure), abs=5e-4)


def test_plain_error_is_biased_and_the_debiased_one_less() -> None:
    rng = np.random.default_rng(1)
    plain, debiased, said_so = [], [], []
    for _ in range(150):
        cases = planted(rng, 200, 1, 0.0)
        counts = calibration_error(debiased=False).count(cases)
        plain.append(calibration_error(debiased=False).value(counts.table))
        said_so.append(counts.notes["expected_if_calibrated"])
        debiased.append(calibration_error().value(counts.table))
    assert np.mean(plain) > 0.04
    assert np.mean(said_so) == pytest.approx(np.mean(plain), rel=0.1)
    assert np.mean(debiased) < 0.7 * np.mean(plain)
    far = [calibration_error().value(calibration_error().count(planted(rng, 200, 1, 0.3)).table) for _ in range(150)]
    assert np.mean(far) == pytest.approx(0.3 * (LEVELS - 0.3).mean(), abs=0.008)


def covered(repeats: int, clusters: int, size: int, over: float, seed: int = 2) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    gap = over * (LEVELS - 0.3)
    p = LEVELS - gap
    right, wrong = p / p.sum(), (1 - p) / (1 - p).sum()
    truths = {
        "over": gap.mean(),
        "brier": ((LEVELS - 1) ** 2 * p + LEVELS**2 * (1 - p)).mean(),
        "ece": gap.mean(),
        "auroc": (right * (wrong.cumsum() - wrong / 2)).sum(),
    }
    measures = {**MEASURES, "ece": calibration_error()}
    held = dict.fromkeys(measures, 0)
    for _ in range(repeats):
        cases = planted(rng, clusters, size, over)
        for name, measure in measures.items():
            found = measure.interval(measure.count(cases).table)
            held[name] += found.low - 1e-12 <= truths[name] <= found.high + 1e-12
    return {name: count / repeats for name, count in held.items()}


def test_intervals_hold_planted_truths() -> None:
    assert min(covered(20, 100, 2, 0.2).values()) >= least_plausible(20, 4)


@pytest.mark.proof
@pytest.mark.parametrize(("clusters", "size"), [(200, 1), (100, 3)])
@pytest.mark.parametrize("over", [0.0, 0.1, 0.3])
def test_coverage(clusters: int, size: int, over: float) -> None:
    shares = covered(400, clusters, size, over)
    print(f"\n{clusters} clusters of {size}, over {over}:", *(f"{k} {100 * v:.1f}" for k, v in shares.items()))
    assert min(shares.values()) >= 0.90


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match="lies outside"):
        overconfidence()(Grades.of([said(90, 1)]))
    with pytest.raises(InputError, match="bins"):
        brier(bins=0)
    with pytest.raises(InputError, match="edges"):
        calibration_error(edges="even")  # type: ignore[arg-type]
