"""Rates from a judge on all cases and people's labels on some: the reference library, laws, and coverage.

The proof runs rates from .02 to .98, judges from useless to nearly right, 40 to 300 labels of 1,000 cases, cases alone
and in clusters of four, labels at random and where the judge is unsure. Cells with few telling labels are guarded, and
so cover more than 97 %; they are named in `guarded`.
"""

from __future__ import annotations

import math
from itertools import product
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import least_plausible

from trustgen.core import InputError
from trustgen.stats.intervals import wilson
from trustgen.stats.predicted import Predicted, predicted_rate

RATES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
ICC = 0.4


class Judge(NamedTuple):
    """Right with these chances; or, with `sureness`, one that gives probabilities, further apart the smaller it is."""

    sensitivity: float = 0.9
    specificity: float = 0.9
    sureness: float = 0.0


def planted(rng: np.random.Generator, rate: float, judge: Judge, size: int, n: int = 1000) -> tuple[np.ndarray, ...]:
    """The judge's verdicts, the truth, and the clusters of n cases."""
    shares = rng.beta(rate * (1 - ICC) / ICC, (1 - rate) * (1 - ICC) / ICC, n // size) if size > 1 else np.full(n, rate)
    share = np.repeat(shares, size).clip(1e-6, 1 - 1e-6)
    if judge.sureness:
        sure = rng.beta(share * judge.sureness, (1 - share) * judge.sureness)
        truth = rng.random(n) < sure
        return sure**1.3, truth.astype(float), np.repeat(np.arange(n // size), size)  # **1.3: it is not calibrated
    truth = rng.random(n) < share
    said = np.where(truth, rng.random(n) < judge.sensitivity, rng.random(n) >= judge.specificity)
    return said.astype(float), truth.astype(float), np.repeat(np.arange(n // size), size)


def chosen(rng: np.random.Generator, judged: np.ndarray, labels: int, unsure: bool) -> tuple[np.ndarray, np.ndarray]:
    """Which cases are labelled, and the chance of each: equal, or half equal and half by the judge's uncertainty."""
    n = len(judged)
    if not unsure:
        picked = np.zeros(n, bool)
        picked[rng.choice(n, labels, replace=False)] = True
        return picked, np.full(n, labels / n)
    doubt = np.sqrt(judged * (1 - judged))
    share = doubt / doubt.sum() if doubt.any() else np.full(n, 1 / n)  # a judge that is sure of everything
    chance = np.minimum(labels / n / 2 + labels / 2 * share, 1)
    return rng.random(n) < chance, chance


def repeat(
    rng: np.random.Generator, rate: float, judge: Judge, labels: int, size: int, unsure: bool
) -> tuple[Predicted, Predicted]:
    """One run: prediction-powered, and from labels alone."""
    judged, truth, clusters = planted(rng, rate, judge, size)
    picked, chance = chosen(rng, judged, labels, unsure)
    known = np.where(picked, truth, np.nan)
    given_chances = chance if unsure else None
    return (
        predicted_rate(judged, known, chances=given_chances, clusters=clusters),
        predicted_rate(judged, known, chances=given_chances, clusters=clusters, tuning=0.0),
    )


def simulated(
    rate: float, judge: Judge, labels: int, *, size: int = 1, unsure: bool = False, repeats: int = 300, seed: int = 11
) -> tuple[float, float, float]:
    """Coverage, mean width, and mean width from labels alone."""
    rng = np.random.default_rng(seed)
    found = [repeat(rng, rate, judge, labels, size, unsure) for _ in range(repeats)]
    covered = float(np.mean([one.low <= rate <= one.high for one, _ in found]))
    widths = [[one.high - one.low for one in pair] for pair in found]
    mean, alone = np.mean(widths, axis=0)
    return covered, float(mean), float(alone)


# ── the reference library ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("rate", "judge"), [(0.3, Judge()), (0.8, Judge(0.7, 0.6)), (0.5, Judge(sureness=1.0))])
@pytest.mark.parametrize("tuning", [None, 0.0, 0.6])
def test_equal_chances_alone_in_clusters_are_the_librarys(rate: float, judge: Judge, tuning: float | None) -> None:
    ppi = pytest.importorskip("ppi_py")
    rng = np.random.default_rng(2)
    judged, truth, _ = planted(rng, rate, judge, 1)
    picked, _ = chosen(rng, judged, 120, unsure=False)
    ours = predicted_rate(judged, np.where(picked, truth, np.nan), tuning=tuning)
    theirs = (truth[picked], judged[picked], judged[~picked])
    assert ours.value == pytest.approx(float(ppi.ppi_mean_pointestimate(*theirs, lam=tuning).item()), abs=1e-9)
    low, high = (float(end.item()) for end in ppi.ppi_mean_ci(*theirs, alpha=0.05, lam=tuning))
    assert ours.error == pytest.approx((high - low) / 2 / NormalDist().inv_cdf(0.975), abs=1e-9)


# ── known answers and laws ──────────────────────────────────────────────────────────────────────────────────────────


def test_labels_alone_are_a_wilson_interval_but_for_few() -> None:
    labels = np.full(2000, np.nan)
    labels[:800] = np.arange(800) < 240
    found = predicted_rate(np.full(2000, 0.5), labels)
    assert (found.tuning, found.value, found.method) == (0.0, pytest.approx(0.3), "labels alone")
    assert (found.low, found.high) == pytest.approx(wilson(240, 800), abs=1e-3)
    assert found.worth == pytest.approx(800, rel=0.01)


def test_a_judge_moves_the_rate_by_what_labels_do_not_show() -> None:
    # Judge and people agree on all labelled cases; the judge sees more positives in the others.
    judged = np.array([1.0] * 20 + [0.0] * 80 + [1.0] * 450 + [0.0] * 450)
    labels = np.concatenate((judged[:100], np.full(900, np.nan)))
    assert predicted_rate(judged, labels, tuning=1.0).value == pytest.approx(0.5)
    assert predicted_rate(judged, labels, tuning=0.0).value == pytest.approx(0.2)


@pytest.mark.parametrize("unsure", [False, True])
def test_copies_of_a_case_in_one_cluster_tell_nothing_more(unsure: bool) -> None:
    rng = np.random.default_rng(3)
    judged, truth, clusters = planted(rng, 0.4, Judge(sureness=1.0), 1, 400)
    picked, chance = chosen(rng, judged, 80, unsure)
    known = np.where(picked, truth, np.nan)
    chances = chance if unsure else None
    once = predicted_rate(judged, known, chances=chances, clusters=clusters, tuning=0.5)
    four = [np.repeat(part, 4) for part in (judged, known, clusters)]
    many = predicted_rate(*four[:2], chances=np.repeat(chance, 4) if unsure else None, clusters=four[2], tuning=0.5)
    assert (many.value, many.error) == pytest.approx((once.value, once.error))
    apart = predicted_rate(*four[:2], chances=np.repeat(chance, 4) if unsure else None, tuning=0.5)
    assert apart.error == pytest.approx(once.error / 2)


@given(st.integers(0, 10_000), st.integers(2, 40), st.booleans())
def test_the_rate_lies_in_its_interval_whatever_the_order(seed: int, labels: int, unsure: bool) -> None:
    rng = np.random.default_rng(seed)
    judged, truth, clusters = planted(rng, rng.random(), Judge(sureness=2.0), 2, 80)
    picked, chance = chosen(rng, judged, labels, unsure)
    known = np.where(picked & (chance < 1), truth, np.where(chance == 1, truth, np.nan))
    found = predicted_rate(judged, known, chances=chance, clusters=clusters)
    if math.isnan(found.value):
        return
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high > found.low
    assert 0 <= found.tuning <= 1
    order = rng.permutation(80)
    again = predicted_rate(judged[order], known[order], chances=chance[order], clusters=clusters[order])
    assert (again.low, again.value, again.high) == pytest.approx((found.low, found.value, found.high))


def test_all_labelled_is_the_plain_mean() -> None:
    truth = (np.arange(300) < 90).astype(float)
    found = predicted_rate(1 - truth, truth)
    assert (found.value, found.tuning) == (pytest.approx(0.3), 0.0)
    assert (found.low, found.high) == pytest.approx(wilson(90, 300), abs=2e-3)


@pytest.mark.parametrize("known", [[], [1.0]])
def test_too_few_labels_are_nan(known: list[float]) -> None:
    found = predicted_rate(np.zeros(5), [*known, *[math.nan] * (5 - len(known))])
    assert math.isnan(found.value)
    assert (found.labelled, found.cases, found.worth) == (len(known), 5, 0.0)
    assert math.isnan(predicted_rate([], []).value)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"judged": [0.5, 1.2, 0.0]}, "verdict lies outside"),
        ({"judged": [0.5, math.nan, 0.0]}, "verdict lies outside"),
        ({"labels": [1.0, 2.0, math.nan]}, "label lies outside"),
        ({"chances": [0.5, 0.0, 0.5]}, "chance to be labelled"),
        ({"chances": [0.5, 0.5, 1.0]}, "chance 1 has no label"),
        ({"chances": [0.5, 0.5]}, "3 verdicts need as many"),
        ({"clusters": np.array(["a", "b"])}, "3 verdicts need as many"),
    ],
)
def test_unusable_columns_are_errors(change: dict[str, object], word: str) -> None:
    columns = {"judged": [0.5, 1.0, 0.0], "labels": [1.0, 0.0, math.nan], **change}
    with pytest.raises(InputError, match=word):
        predicted_rate(**columns)  # type: ignore[arg-type]


# ── coverage, bias and width ────────────────────────────────────────────────────────────────────────────────────────

SMALL = [
    (0.02, Judge(), 40, 1, False),
    (0.3, Judge(), 100, 1, False),
    (0.5, Judge(0.7, 0.7), 40, 4, False),
    (0.9, Judge(0.99, 0.99), 40, 1, False),
    (0.1, Judge(sureness=0.5), 100, 4, True),
    (0.7, Judge(sureness=3.0), 100, 1, True),
]


@pytest.mark.parametrize(("rate", "judge", "labels", "size", "unsure"), SMALL)
def test_coverage_of_predicted_rates_is_plausible(
    rate: float, judge: Judge, labels: int, size: int, unsure: bool
) -> None:
    covered, _, _ = simulated(rate, judge, labels, size=size, unsure=unsure)
    assert covered >= least_plausible(300, cells=len(SMALL))


def test_a_good_judge_narrows_the_interval_and_a_useless_one_does_not_widen_it() -> None:
    _, width, alone = simulated(0.5, Judge(), 100, repeats=100)
    assert 0.6 < width / alone < 0.75
    _, width, alone = simulated(0.5, Judge(0.5, 0.5), 100, repeats=100)
    assert 0.97 < width / alone < 1.02


def test_labels_where_the_judge_is_unsure_narrow_it_more() -> None:
    _, anywhere, _ = simulated(0.5, Judge(sureness=0.5), 100, repeats=100)
    _, unsure, _ = simulated(0.5, Judge(sureness=0.5), 100, unsure=True, repeats=100)
    assert unsure < 0.95 * anywhere


def test_chances_that_are_not_told_bias_the_rate() -> None:
    rng = np.random.default_rng(5)
    told, untold = [], []
    for _ in range(300):
        judged, truth, _ = planted(rng, 0.15, Judge(sureness=0.5), 1)
        picked, chance = chosen(rng, judged, 100, unsure=True)
        known = np.where(picked, truth, np.nan)
        told.append(predicted_rate(judged, known, chances=chance, tuning=0.0).value - 0.15)
        untold.append(predicted_rate(judged, known, tuning=0.0).value - 0.15)
    error = float(np.std(told)) / math.sqrt(len(told))
    assert abs(np.mean(told)) < 4 * error
    assert abs(np.mean(untold)) > 10 * error


JUDGES = (Judge(), Judge(0.7, 0.7), Judge(0.99, 0.99), Judge(sureness=0.5), Judge(sureness=3.0))
GRID = [
    (judge, size, unsure, labels)
    for judge, size, unsure, labels in product(JUDGES, (1, 4), (False, True), (40, 100, 300))
    if judge.sureness or not unsure
]


def guarded(rate: float, judge: Judge, labels: int) -> bool:
    """Few labels tell of the variance: under ten positives, negatives, or cases on which judge and people differ."""
    differ = labels * (0.01 if judge.sensitivity == 0.99 else 0.3 if judge.sensitivity == 0.7 else 0.1)
    return min(labels * rate, labels * (1 - rate), differ) < 10


@pytest.mark.proof
@pytest.mark.parametrize(("judge", "size", "unsure", "labels"), GRID)
def test_coverage_of_predicted_rates_is_nominal(judge: Judge, size: int, unsure: bool, labels: int) -> None:
    repeats = 2500
    slack = 2 * math.sqrt(0.93 * 0.07 / repeats)
    found = {
        rate: simulated(rate, judge, labels, size=size, unsure=unsure, repeats=repeats, seed=i)
        for i, rate in enumerate(RATES)
    }
    name = f"sureness {judge.sureness}" if judge.sureness else f"{judge.sensitivity}/{judge.specificity}"
    print(f"\n{name:12s} by {size}, {labels:3d} labels {'unsure' if unsure else 'random'}:", end="")
    print(*(f"{100 * covered:5.1f}" for covered, _, _ in found.values()), end=" | width against labels alone")
    print(*(f"{width / alone:5.2f}" for _, width, alone in found.values()), end="")
    for rate, (covered, _, _) in found.items():
        assert covered >= 0.93 - slack
        assert covered <= 0.97 + slack or guarded(rate, judge, labels)
