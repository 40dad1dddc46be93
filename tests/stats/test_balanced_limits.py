"""Limits of balanced accuracy: those of the classes joined, so one that never fails costs its own doubt only."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trustgen.stats import wilson
from trustgen.stats.balanced import balanced_accuracy

MEASURE = balanced_accuracy("class", ("x", "y"))

Generator = np.random.Generator


def apart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The measure's table over right and wrong of two classes, every case in a cluster of its own."""
    table = np.zeros((len(x) + len(y), 4))
    table[: len(x), 0], table[: len(x), 2] = x, 1
    table[len(x) :, 1], table[len(x) :, 3] = y, 1
    return table


def test_two_classes_by_hand() -> None:
    """100 of 100 and 0 of 100: .5 give or take half of √(.037² + 0²); reweighted cases gave ± .069."""
    low, high, _ = MEASURE.interval(apart(np.ones(100), np.zeros(100)))
    edge = 1 - wilson(100, 100)[0]
    assert (low, high) == (pytest.approx(0.5 - edge / 2), pytest.approx(0.5 + edge / 2))
    assert high - low == pytest.approx(0.037, abs=1e-4)
    x, y = np.repeat([1.0, 0], [190, 10]), np.repeat([1.0, 0], [3, 7])
    low, high, _ = MEASURE.interval(apart(x, y))
    (l1, h1), (l2, h2) = wilson(190, 200), wilson(3, 10)
    assert low == pytest.approx(0.625 - math.hypot(0.95 - l1, 0.3 - l2) / 2)
    assert high == pytest.approx(0.625 + math.hypot(h1 - 0.95, h2 - 0.3) / 2)


def test_classes_that_succeed_together_do_not_balance_each_other() -> None:
    """40 clusters, both classes right in a half of them and wrong in the others: as one case of each, not two."""
    table = np.tile(np.repeat([[1.0, 1.0], [0.0, 0.0]], 20, axis=0), 1)
    both = MEASURE.interval(np.hstack((table, np.ones((40, 2)))))
    against = MEASURE.interval(np.hstack((np.column_stack((table[:, 0], 1 - table[:, 1])), np.ones((40, 2)))))
    low, high = wilson(20, 40)
    assert both.high - both.low == pytest.approx(high - low, rel=0.02)
    assert against.high - against.low == pytest.approx((high - low) / math.sqrt(2), rel=0.02), (
        "never below independence"
    )


CELLS = [
    ((100, 100), (1.0, 0.0), 0.037, 0.99, 1.0),
    ((20, 200), (1.0, 0.3), 0.119, 0.95, 0.99),
    ((200, 10), (0.95, 0.3), 0.241, 0.925, 0.96),
    ((30, 30), (0.95, 0.9), 0.141, 0.915, 0.96),
]


@pytest.mark.parametrize("repeats", [200, pytest.param(4000, marks=pytest.mark.proof)])
@pytest.mark.parametrize(("sizes", "rates", "width", "least", "most"), CELLS)
def test_they_cover_and_are_narrow(
    sizes: tuple[int, int], rates: tuple[float, float], width: float, least: float, most: float, repeats: int
) -> None:
    rng, covered, widths, truth = np.random.default_rng(8), 0, [], sum(rates) / 2
    for _ in range(repeats):
        low, high, _ = MEASURE.interval(apart(*(rng.random(n) < p for n, p in zip(sizes, rates, strict=True))))
        covered += low <= truth <= high
        widths.append(high - low)
    print(
        f"\nclasses of {sizes} at {rates}: covered {100 * covered / repeats:.1f}, width {np.mean(widths):.3f}", end=""
    )
    room = 4 * math.sqrt(0.06 / repeats)
    assert least - room <= covered / repeats <= most + room
    assert np.mean(widths) == pytest.approx(width, abs=0.004)


@pytest.mark.parametrize("repeats", [100, pytest.param(1500, marks=pytest.mark.proof)])
@pytest.mark.parametrize(("clusters", "size", "rates", "icc"), [(60, 2, (0.8, 0.4), 0.5), (20, 3, (0.9, 0.9), 0.8)])
def test_so_they_do_over_clusters_that_hold_both(
    clusters: int, size: int, rates: tuple[float, float], icc: float, repeats: int
) -> None:
    rng, covered = np.random.default_rng(9), 0
    for _ in range(repeats):
        ease = rng.random((clusters, 1))
        hits = []
        for rate in rates:
            own = np.where(rng.random((clusters, size)) < icc, ease, rng.random((clusters, size)))
            hits.append((own < rate).sum(axis=1).astype(float))
        low, high, _ = MEASURE.interval(np.column_stack((*hits, *np.full((2, clusters), float(size)))))
        covered += low <= sum(rates) / 2 <= high
    print(
        f"\n{clusters} clusters of {size} a class at {rates}, icc {icc}: covered {100 * covered / repeats:.1f}", end=""
    )
    assert covered / repeats >= 0.93 - 4 * math.sqrt(0.05 / repeats)
