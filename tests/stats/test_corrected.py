"""A rate corrected for its judge: known answers, laws, and coverage against planted rates and planted judge errors.

The proof runs the whole grid: nine rates, five judges, cases alone and in clusters of 4 and 8 (the truth correlated .4
within them), three sizes of test and three of labelled set. Cells that are wider than nominal are named in `WIDER`.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import clustered_hits, least_plausible

from trustgen.core import InputError
from trustgen.stats.confusion import Confusion
from trustgen.stats.corrected import Seen, corrected_limits, corrected_rate, plausible, rogan_gladen
from trustgen.stats.intervals import effective_size, ratio_interval, score_limits, student, wilson

RATES = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 0.98)
JUDGES = ((0.95, 0.95), (0.9, 0.8), (0.7, 0.95), (0.8, 0.6), (1.0, 0.9))
ICC = 0.4


class Cell(NamedTuple):
    rate: float
    judge: tuple[float, float]
    size: int
    cases: int
    labels: int


def draw(cell: Cell, repeats: int, seed: int) -> Seen:
    """What `repeats` runs would see: judged cases in clusters, and a labelled set of `labels` of either kind."""
    rng = np.random.default_rng(seed)
    se, sp = cell.judge
    clusters = cell.cases // cell.size
    n = clusters * cell.size
    if cell.size == 1:
        hits = rng.binomial(n, cell.rate * se + (1 - cell.rate) * (1 - sp), repeats)
        size, df = np.full(repeats, float(n)), np.full(repeats, math.inf)
    else:
        shares = rng.beta(cell.rate * (1 - ICC) / ICC, (1 - cell.rate) * (1 - ICC) / ICC, (repeats, clusters))
        true = rng.binomial(cell.size, shares)
        judged = rng.binomial(true, se) + rng.binomial(cell.size - true, 1 - sp)
        hits = judged.sum(axis=1)
        sizes = np.full(clusters, float(cell.size))
        size = np.array([effective_size(row, sizes) for row in judged.astype(float)])
        df = np.full(repeats, clusters - 1.0)
    right = rng.binomial(cell.labels, se, repeats), rng.binomial(cell.labels, sp, repeats)
    labels = np.full(repeats, float(cell.labels))
    return Seen(hits / n, size, df, right[0] / cell.labels, labels, right[1] / cell.labels, labels)


def kept(seen: Seen) -> np.ndarray:
    """Which repeats are corrected at all: those whose J is above 0 for sure."""
    se, sp, n = np.asarray(seen.sensitivity), np.asarray(seen.specificity), np.asarray(seen.positives)[0]
    lows = np.array([k / n - wilson(k, n)[0] for k in range(int(n) + 1)])
    return se + sp - 1 > np.hypot(lows[np.rint(se * n).astype(int)], lows[np.rint(sp * n).astype(int)])


def coverage(cell: Cell, repeats: int, seed: int) -> float:
    """Share of repeats whose interval holds the rate; one that is not corrected has [0, 1], which does."""
    seen = draw(cell, repeats, seed)
    sure = kept(seen)
    some = Seen(*(np.asarray(part)[sure] for part in seen))
    return float((plausible(cell.rate, some).sum() + (~sure).sum()) / repeats)


def uncorrected_coverage(cell: Cell, repeats: int, seed: int) -> float:
    seen = draw(cell, repeats, seed)
    z = student(float(np.asarray(seen.df)[0]))
    limits = [score_limits(p, n, z) for p, n in zip(np.asarray(seen.rate), np.asarray(seen.size), strict=True)]
    return float(np.mean([low <= cell.rate <= high for low, high in limits]))


def confusion(tp: int, fn: int, tn: int, fp: int) -> Confusion:
    return Confusion(true_positive=tp, false_negative=fn, true_negative=tn, false_positive=fp)


def cases(hits: int, n: int) -> np.ndarray:
    """Cases alone in their clusters."""
    return np.column_stack((np.arange(n) < hits, np.ones(n))).astype(float)


# ── known answers ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_correction_is_rogan_and_gladens() -> None:
    found = corrected_rate(cases(300, 1000), confusion(90_000, 10_000, 80_000, 20_000))
    assert found.value == pytest.approx((0.3 + 0.8 - 1) / (0.9 + 0.8 - 1), abs=1e-4)
    assert found.uncorrected == 0.3


@pytest.mark.parametrize("hits", [3, 40, 150, 197])
def test_a_perfect_judge_leaves_wilsons_interval(hits: int) -> None:
    found = corrected_rate(cases(hits, 200), confusion(10**8, 0, 10**8, 0))
    low, high = wilson(hits, 200)
    assert found.value == pytest.approx(hits / 200, abs=1e-6)
    # Near an end the two-sided test turns one-sided; the far limit is Wilson's everywhere.
    assert found.high == pytest.approx(high, abs=1e-4) if hits < 100 else found.low == pytest.approx(low, abs=1e-4)
    if 20 < hits < 180:
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_a_perfect_judge_leaves_the_clustered_interval() -> None:
    hits = clustered_hits(np.random.default_rng(1), 0.5, 60, 4, 0.5).sum(axis=1)
    sizes = np.full(60, 4.0)
    found = corrected_rate(np.column_stack((hits, sizes)), confusion(10**8, 0, 10**8, 0))
    known = ratio_interval(hits, sizes)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-4)


def test_an_interval_is_the_rates_that_are_plausible() -> None:
    seen = draw(Cell(0.1, (0.9, 0.8), 1, 200, 50), 60, seed=3)
    seen = Seen(*(np.asarray(part)[kept(seen)] for part in seen))
    low, high = corrected_limits(seen)
    for rate in np.linspace(0, 1, 41):
        inside = (low <= rate) & (rate <= high)
        edge = np.minimum(abs(low - rate), abs(high - rate)) < 1e-5
        assert (plausible(rate, seen) == inside)[~edge].all()


def test_labels_are_part_of_the_uncertainty() -> None:
    few, many = (corrected_rate(cases(300, 1000), confusion(9 * k, k, 8 * k, 2 * k)) for k in (5, 50))
    exact = corrected_rate(cases(300, 1000), confusion(900_000, 100_000, 800_000, 200_000))
    assert few.high - few.low > 1.5 * (many.high - many.low)
    assert many.high - many.low > 1.1 * (exact.high - exact.low)
    assert exact.high - exact.low == pytest.approx((wilson(300, 1000)[1] - wilson(300, 1000)[0]) / 0.7, rel=0.01)


# ── what is not corrected ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "judge", "word"),
    [
        (cases(10, 50), confusion(26, 24, 27, 23), "guessing"),
        (cases(10, 50), confusion(5, 45, 6, 44), "guessing"),
        (cases(10, 50), confusion(0, 0, 6, 44), "0 positives"),
        (cases(0, 0), confusion(45, 5, 45, 5), "nothing counted"),
        (np.zeros((4, 2)), confusion(45, 5, 45, 5), "nothing counted"),
    ],
)
def test_what_cannot_be_corrected_says_why(table: np.ndarray, judge: Confusion, word: str) -> None:
    found = corrected_rate(table, judge)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (0.0, 1.0)
    assert word in found.reason


def test_a_labelled_set_unlike_the_cases_is_noted() -> None:
    judge = confusion(45, 5, 35, 15)
    assert "fewer cases positive" in corrected_rate(cases(4, 400), judge).note
    assert "more cases positive" in corrected_rate(cases(399, 400), confusion(35, 15, 45, 5)).note
    found = corrected_rate(cases(4, 400), judge)
    assert found.untruncated < 0 == found.low < found.high
    assert corrected_rate(cases(200, 400), judge).note == ""


def test_a_table_that_is_no_share_is_an_error() -> None:
    with pytest.raises(InputError, match="more hits than cases"):
        corrected_rate(np.array([[3.0, 2.0]]), confusion(45, 5, 45, 5))


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

COUNTS = st.tuples(st.integers(25, 60), st.integers(0, 15), st.integers(25, 60), st.integers(0, 15))


@given(COUNTS, st.integers(1, 60), st.integers(0, 60))
def test_an_interval_holds_its_value_and_mirrors(counts: tuple[int, int, int, int], n: int, hits: int) -> None:
    hits = min(hits, n)
    found = corrected_rate(cases(hits, n), confusion(*counts))
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high > found.low
    mirrored = corrected_rate(cases(n - hits, n), confusion(*counts[2:], *counts[:2]))
    assert (1 - mirrored.high, 1 - mirrored.value, 1 - mirrored.low) == pytest.approx(
        (found.low, found.value, found.high), abs=1e-4
    )


# ── coverage and bias ───────────────────────────────────────────────────────────────────────────────────────────────

SMALL = [
    Cell(0.02, (0.95, 0.95), 1, 200, 50),
    Cell(0.1, (0.8, 0.6), 1, 1000, 100),
    Cell(0.5, (0.9, 0.8), 1, 200, 50),
    Cell(0.98, (0.7, 0.95), 1, 200, 100),
    Cell(0.05, (0.9, 0.8), 4, 200, 50),
    Cell(0.7, (0.7, 0.95), 8, 1000, 300),
]


@pytest.mark.parametrize("cell", SMALL)
def test_coverage_of_corrected_rates_is_plausible(cell: Cell) -> None:
    assert least_plausible(400, cells=len(SMALL)) <= coverage(cell, 400, seed=5) <= 0.995


@pytest.mark.parametrize("cell", [Cell(0.1, (0.9, 0.8), 1, 200, 100), Cell(0.7, (0.7, 0.95), 4, 1000, 100)])
def test_uncorrected_intervals_do_not_cover(cell: Cell) -> None:
    assert uncorrected_coverage(cell, 300, seed=6) < 0.1
    assert coverage(cell, 300, seed=6) > 0.9


def bias(cell: Cell, repeats: int, seed: int) -> tuple[float, float, float, float]:
    """Mean error of corrected rates, its Monte-Carlo error, how often they leave [0, 1]; mean error uncorrected."""
    seen = draw(cell, repeats, seed)
    seen = Seen(*(np.asarray(part)[kept(seen)] for part in seen))
    found = rogan_gladen(seen)
    outside = float(((found < 0) | (found > 1)).mean())
    error = float(found.std() / math.sqrt(len(found)))
    return float(found.mean()) - cell.rate, error, outside, float(np.mean(seen.rate)) - cell.rate


@pytest.mark.parametrize("cell", [Cell(0.2, (0.9, 0.8), 1, 1000, 50), Cell(0.5, (0.7, 0.95), 4, 200, 50)])
def test_corrected_rates_are_unbiased_and_uncorrected_ones_are_not(cell: Cell) -> None:
    off, error, outside, raw = bias(cell, 4000, seed=7)
    assert outside < 0.01
    assert abs(off) < 4 * error
    assert abs(raw) > 40 * error


GRID = [Cell(*cell) for cell in product(RATES, JUDGES, (1, 4, 8), (50, 200, 1000), (50, 100, 300))]


def wider(cell: Cell) -> bool:
    """Cells that may cover more than 97 %: fewer than 30 clusters, or a judge or rate so near an end that few counts
    are possible."""
    few_clusters = cell.size > 1 and cell.cases / cell.size < 30
    return few_clusters or (cell.judge[0] == 1 and cell.rate >= 0.9)


@pytest.mark.proof
def test_coverage_of_corrected_rates_is_nominal() -> None:
    repeats = 4000
    slack = 2 * math.sqrt(0.93 * 0.07 / repeats)
    found = {cell: coverage(cell, repeats, seed=i) for i, cell in enumerate(GRID)}
    print()
    for size, n, labels in product((1, 4, 8), (50, 200, 1000), (50, 100, 300)):
        for judge in JUDGES:
            row = [100 * found[Cell(rate, judge, size, n, labels)] for rate in RATES]
            print(f"{n:5d} cases by {size}, {labels:3d}+{labels:3d} labels, {judge!s:12s}", *(f"{x:5.1f}" for x in row))
    assert min(found.values()) >= 0.93 - slack
    assert [cell for cell, share in found.items() if share > 0.97 + slack and not wider(cell)] == []


@pytest.mark.proof
def test_uncorrected_intervals_collapse() -> None:
    print()
    shares = []
    for judge in JUDGES:
        row = [100 * uncorrected_coverage(Cell(rate, judge, 1, 1000, 100), 1000, seed=8) for rate in RATES]
        print(f"uncorrected, 1000 cases, {judge!s:12s}", *(f"{x:5.1f}" for x in row))
        shares += row
    assert np.median(shares) < 1


@pytest.mark.proof
def test_bias_of_corrected_rates() -> None:
    print()
    for labels, judge in product((50, 100, 300), JUDGES):
        cells = [bias(Cell(rate, judge, 1, 200, labels), 20_000, seed=i) for i, rate in enumerate(RATES)]
        for title, column in (("bias", 0), ("outside 0..1", 2), ("uncorrected", 3)):
            print(f"{labels:3d} labels, {judge!s:12s} {title:13s}", *(f"{100 * cell[column]:+6.2f}" for cell in cells))
        # Where J is less than eight standard errors above 0, a bias of higher order is left: half a point, or two.
        se, sp = judge
        sure = (se + sp - 1) / math.sqrt((se * (1 - se) + sp * (1 - sp)) / labels)
        left = 0.015 if sure < 5 else 0.005 if sure < 8 else 0.0
        assert all(abs(cell[0]) < 4 * cell[1] + left for cell in cells)
