"""Intervals: known values, no zero width, the same whatever the order, and the coverage they promise."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from planted import RATES, accuracy_case, coverage, least_plausible
from scipy.stats import binomtest

from trustgen.stats import cluster_bootstrap, wilson
from trustgen.stats.intervals import (
    Interval,
    as_equal,
    effective_size,
    informative,
    ratio_interval,
    resample,
    score_limits,
    stretch,
    student,
    tukey,
    unseen,
)
from trustgen.stats.measure import ratio


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (10, 10), (50, 400), (1, 1)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_is_scipys(successes: int, n: int, level: float) -> None:
    theirs = binomtest(successes, n).proportion_ci(level, method="wilson")
    assert wilson(successes, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_over_nothing_is_nan_and_over_fractions_is_fine() -> None:
    assert all(math.isnan(end) for end in wilson(0, 0))
    low, high = wilson(2.5, 7.5)
    assert 0 < low < 1 / 3 < high < 1


def clustered_rate(scores: np.ndarray, clusters: np.ndarray) -> Interval:
    """The interval of the mean of scores whose clusters are named."""
    codes = np.unique(clusters, return_inverse=True)[1]
    return ratio_interval(np.bincount(codes, scores).astype(float), np.bincount(codes).astype(float))


def test_critical_values() -> None:
    assert student(math.inf) == pytest.approx(1.959964, abs=1e-6)
    assert tukey(2, math.inf) == pytest.approx(student(math.inf), abs=1e-6)
    assert tukey(2, 9) == pytest.approx(student(9), abs=1e-4)
    assert stretch(10) == pytest.approx(student(9) * math.sqrt(10 / 9))


def test_one_row_a_cluster_is_plain_wilson() -> None:
    scores = np.array([1.0, 0, 1, 1, 0, 1])
    low, high, method = clustered_rate(scores, np.array(list("abcdef")))
    assert (low, high) == wilson(4, 6)
    assert method == "Wilson"


def test_design_effect_by_hand() -> None:
    """Four clusters of two, alike within: 3 right, 1 wrong. p = 3/4 and Σ(hits − p·size)² = 3·.25 + 2.25 = 3.

    G/(G−1) = 4/3, so the variance of the mean is 4/64, against 3/128 for eight independent cases: a design effect of
    8/3. One cluster is wrong and three are right, so one shows both; with half a cluster's weight for the largest
    effect, 2: (8/3 + 2/2) / 1.5 = 22/9.
    """
    hits, sizes = np.array([2.0, 2, 2, 0]), np.full(4, 2.0)
    assert effective_size(hits, sizes) == pytest.approx(8 / (22 / 9))


def test_unequal_clusters_count_as_fewer_equal_ones() -> None:
    """Sizes 1, 1, 1, 9: (12)²/84 = 1.71 clusters, and the design effect is trusted as that many of four."""
    hits, sizes = np.array([1.0, 0, 1, 6]), np.array([1.0, 1, 1, 9])
    assert as_equal(sizes) == pytest.approx(144 / 84)
    assert as_equal(np.full(7, 3.0)) == 7
    assert informative(hits, sizes) == pytest.approx(2 * 144 / 84 / 4)  # two clusters show the rarer result, a failure
    p = 8 / 12
    squares = ((1 - p) ** 2 * 2 + p**2 + (6 - 9 * p) ** 2) * 4 / 3
    weight = 2 * 144 / 84 / 4
    effect = (weight * max(squares / (12 * p * (1 - p)), 1) + 0.5 * 7) / (weight + 0.5)
    assert effective_size(hits, sizes) == pytest.approx(12 / effect)
    found = ratio_interval(hits, sizes)
    low, high = score_limits(p, 12 / effect, student(1))  # never on fewer than one degree
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    two = np.array([2.0, 2, 2, 2, 4]), np.array([4.0, 4, 4, 4, 8])
    low, high = score_limits(0.5, effective_size(*two), student(24**2 / 128 - 1))
    assert ratio_interval(*two)[:2] == (pytest.approx(low), pytest.approx(high))


def test_alike_clusters_count_once() -> None:
    """Nothing but successes says nothing of the design effect, so a cluster counts as one case."""
    low, high, _ = clustered_rate(np.ones(40), np.repeat(np.arange(10), 4))
    assert high == 1.0
    assert low == pytest.approx(1 - 10 / (1 / student(9) ** 2 * 100 + 10), abs=1e-9)  # Wilson of 10 in 10, with t
    assert clustered_rate(np.ones(40), np.arange(40)).low > low


def test_a_few_failures_do_not_pass_for_knowledge_of_the_design_effect() -> None:
    """One failure among 100 clusters of 4 must not make 400 independent cases of them; a failing cluster still less."""
    clusters = np.repeat(np.arange(100), 4)
    none, case, cluster = np.zeros((3, 400))
    case[0] = 1
    cluster[:4] = 1
    highs = [clustered_rate(scores, clusters).high for scores in (none, case, cluster)]
    assert highs[1] > 1.5 * wilson(1, 400)[1]
    assert highs[2] > highs[0] > highs[1]


def test_an_interval_over_nothing_is_nan() -> None:
    empty = ratio_interval(np.empty(0), np.empty(0))
    assert math.isnan(empty.low)
    assert math.isnan(empty.high)
    nothing = cluster_bootstrap(lambda t: ratio(t[..., 0], t[..., 1]), np.zeros((5, 2)), span=(0, 1))
    assert math.isnan(nothing.low)


def test_a_single_cluster_is_wide() -> None:
    low, high, _ = clustered_rate(np.array([1.0, 0, 1, 1]), np.zeros(4))
    assert high - low > 0.9


def mean(totals: np.ndarray) -> np.ndarray:
    """Σhits/Σsizes."""
    return ratio(totals[..., 0], totals[..., 1])


def test_bootstrap_of_a_mean_is_students() -> None:
    """For a mean of many clusters the bootstrap must come to mean ± t·s/√G."""
    hits = np.random.default_rng(1).normal(0.5, 0.1, 400)
    low, high, method = cluster_bootstrap(mean, np.column_stack((hits, np.ones(400))), span=(0, 1), draws=20_000)
    half = student(399) * hits.std(ddof=1) / 20
    assert (low, high) == pytest.approx((hits.mean() - half, hits.mean() + half), abs=6e-4)
    assert method == "cluster bootstrap, 20000 draws"


def test_bootstrap_does_not_depend_on_order_but_on_its_seed() -> None:
    rng = np.random.default_rng(2)
    for table in (rng.random((900, 2)), rng.integers(0, 2, (900, 2)).astype(float)):
        shuffled = table[rng.permutation(900)]
        assert np.array_equal(resample(table), resample(shuffled))
        assert not np.array_equal(resample(table, seed=1), resample(table, seed=2))


def test_both_ways_of_drawing_clusters_are_multinomial() -> None:
    """Many equal rows are drawn as one, distinct rows one by one: mean and variance of a total are the same law's."""
    few = np.repeat([[0.0], [1.0]], [900, 300], axis=0)
    many = few + np.arange(1200)[:, None] * 1e-7
    for table in (few, many):
        totals = resample(table, 20_000)[:, 0]
        assert totals.mean() == pytest.approx(300, abs=0.6)
        assert totals.var() == pytest.approx(225, rel=0.05)


def test_equal_draws_leave_what_was_not_seen() -> None:
    table = np.column_stack((np.zeros(20), np.ones(20)))
    low, high, method = cluster_bootstrap(mean, table, span=(0, 1))
    assert (low, high) == (0.0, pytest.approx(wilson(0, 20)[1]))
    assert "unseen" in method
    assert unseen(300) == pytest.approx(3.84 / 303.84, abs=1e-4)


def test_undefined_draws_widen_to_the_range_and_are_counted() -> None:
    """Three clusters of ten count anything, so one draw in 35 has none of them: it may be anything."""
    table = np.zeros((10, 3))
    table[:, 2] = 1
    table[:3, 0] = 0.4, 0.5, 0.6
    table[:3, 1] = 1
    low, high, method = cluster_bootstrap(mean, table, span=(0, 1))
    assert (low, high) == (0.0, 1.0)
    assert "undefined" in method
    assert cluster_bootstrap(mean, table[:3], span=(0, 1)).low > 0.3


def test_draws_come_in_chunks() -> None:
    """Weights of 20,000 draws of 1,000 kinds would take 160 MB at once."""
    table = np.repeat(np.arange(1000.0)[:, None], 10, axis=0)
    tracemalloc.start()
    resample(table, 20_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 80e6


CELLS = {
    "240 cases": [accuracy_case(p, 240, 1) for p in RATES],
    "100 clusters of 4": [accuracy_case(p, 100, 4, 0.3) for p in RATES],
}


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_coverage_of_planted_rates(cells: list) -> None:
    """200 repeats a cell. A true 95 % would fall below the limit in any of the cells once in 10,000 times."""
    least = least_plausible(200, cells=18)
    assert 0.85 < least < 0.9
    assert min(coverage(cell, 200) for cell in cells) >= least
