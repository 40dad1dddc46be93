"""Coverage beyond the grid of `test_coverage`: few cases, rates at the ends, unequal records, losses that choose.

Where an interval holds its promise a cell is held to it; where it does not, the figure is held as well, so that the
documents can say where it is weak, and how much. Simulated cells print what they found; the first ones are exact.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from planted import grades
from scipy.stats import binom

from trustgen.core import OUTCOMES, Outcome
from trustgen.stats import accuracy, wilson
from trustgen.stats.intervals import ratio_interval
from trustgen.stats.stopping import looks, narrow_enough

Generator = np.random.Generator
REPEATS = [150, pytest.param(3000, marks=pytest.mark.proof)]


def _room(repeats: int) -> float:
    """Four standard errors of a share of 93 % or so."""
    return 4 * math.sqrt(0.065 / repeats)


# ── cases alone, exactly ────────────────────────────────────────────────────────────────────────────────────────────

FINE = np.round(np.arange(0.005, 0.9951, 0.0005), 4)
ALONE = {1: 0.793, 3: 0.828, 5: 0.833, 8: 0.837, 10: 0.838, 15: 0.841, 50: 0.895, 200: 0.920}
"""Least coverage of Wilson's interval over rates of .005 to .995; its mean over them is .951 to .957 throughout."""


@pytest.mark.parametrize("n", ALONE)
def test_cases_alone_are_covered_on_average_and_not_at_every_rate(n: int) -> None:
    limits = np.array([wilson(k, n) for k in range(n + 1)])
    held = (limits[:, :1] <= FINE) & (limits[:, 1:] >= FINE)
    covered = (held * binom.pmf(np.arange(n + 1)[:, None], n, FINE)).sum(axis=0)
    assert covered.min() == pytest.approx(ALONE[n], abs=6e-4)
    assert 0.95 <= covered.mean() <= 0.96


# ── clusters ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _unequal(rng: Generator, clusters: int, p: float, icc: float) -> tuple[np.ndarray, np.ndarray]:
    """Hits and sizes of clusters of 1 to 50 cases, small ones more often, that correlate by `icc`."""
    sizes = np.floor(np.exp(rng.uniform(0, math.log(51), clusters))).clip(1, 50)
    own = rng.beta(p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc, clusters)
    return rng.binomial(sizes.astype(int), own).astype(float), sizes


CLUSTERS = [  # rate, correlation, clusters, least coverage
    (0.9, 0.7, 40, 0.93),
    (0.5, 0.7, 10, 0.95),
    (0.5, 0.7, 40, 0.93),
    (0.1, 0.7, 80, 0.92),
    (0.05, 0.7, 100, 0.905),
    (0.02, 0.7, 150, 0.93),
    (0.005, 0.3, 40, 0.95),
    (0.995, 0.7, 15, 0.95),
    (0.5, 0.3, 15, 0.95),
    (0.9, 0.3, 100, 0.93),
]


@pytest.mark.parametrize("repeats", REPEATS)
@pytest.mark.parametrize(("p", "icc", "clusters", "least"), CLUSTERS)
def test_records_of_1_to_50(p: float, icc: float, clusters: int, least: float, repeats: int) -> None:
    """89 to 93 % before clusters were reckoned as equal ones: weak still at .05, where the few large ones decide."""
    rng, covered, width = np.random.default_rng(5), 0, 0.0
    for _ in range(repeats):
        low, high, _ = ratio_interval(*_unequal(rng, clusters, p, icc))
        covered, width = covered + (low <= p <= high), width + high - low
    print(
        f"\n{clusters} records of 1..50, {p}, {icc}: {100 * covered / repeats:.1f}, {width / repeats:.2f} wide", end=""
    )
    assert covered / repeats >= least - _room(repeats)


@pytest.mark.parametrize("repeats", REPEATS)
@pytest.mark.parametrize(("p", "least"), [(0.005, 0.94), (0.995, 0.94)])
@pytest.mark.parametrize("clusters", [6, 40])
def test_records_of_4_at_the_ends(p: float, clusters: int, least: float, repeats: int) -> None:
    rng, covered, icc = np.random.default_rng(6), 0, 0.3
    for _ in range(repeats):
        own = rng.beta(p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc, clusters)
        low, high, _ = ratio_interval(rng.binomial(4, own).astype(float), np.full(clusters, 4.0))
        covered += low <= p <= high
    print(f"\n{clusters} records of 4 at {p}: {100 * covered / repeats:.1f}", end="")
    assert covered / repeats >= least - _room(repeats)


STOPPED = [  # rate, correlation, width, clusters at most, least coverage
    (0.02, 0.7, 0.06, 1200, 0.905),
    (0.05, 0.7, 0.06, 1200, 0.895),
    (0.1, 0.7, 0.2, 400, 0.895),
    (0.05, 0.3, 0.06, 800, 0.915),
    (0.3, 0.7, 0.1, 1000, 0.93),
]


@pytest.mark.parametrize("repeats", [60, pytest.param(1500, marks=pytest.mark.proof)])
@pytest.mark.parametrize(("p", "icc", "width", "clusters", "least"), STOPPED)
def test_records_of_1_to_50_stopped_at_a_width(
    p: float, icc: float, width: float, clusters: int, least: float, repeats: int
) -> None:
    """88 to 91 % before; below 93 % still where the rarer result sits in a few large records."""
    rng, measure, covered = np.random.default_rng(7), accuracy(), 0
    for _ in range(repeats):
        table = np.column_stack(_unequal(rng, clusters, p, icc))
        end = next(n for n in looks(measure, clusters, 16) if n == clusters or narrow_enough(measure, table[:n], width))
        low, high, _ = measure.interval(table[:end])
        covered += low <= p <= high
    print(f"\nrecords of 1..50, {p}, icc {icc}, until {width}: {100 * covered / repeats:.1f}", end="")
    assert covered / repeats >= least - _room(repeats)


# ── what is lost is not lost at random ──────────────────────────────────────────────────────────────────────────────

LOST = [  # cases, share of the wrong ones lost, of the right ones; coverage of the interval at most
    (200, 0.1, 0.0, 0.95),
    (200, 0.3, 0.02, 0.72),
    (200, 0.5, 0.0, 0.2),
    (1000, 0.3, 0.02, 0.1),
]


@pytest.mark.parametrize("repeats", REPEATS)
@pytest.mark.parametrize(("n", "wrong", "right", "most"), LOST)
def test_what_is_lost_by_outcome(n: int, wrong: float, right: float, most: float, repeats: int) -> None:
    """The interval is one of the cases counted and misses the rate of those planned; the joint limits hold it."""
    rng, truth, refused = np.random.default_rng(8), 0.8, OUTCOMES.index(Outcome.REFUSED)
    plain = joint = 0
    for _ in range(repeats):
        score = (rng.random(n) < truth).astype(float)
        lost = rng.random(n) < np.where(score == 1, right, wrong)
        ended = np.where(lost, refused, 0).astype(np.int32)
        found = accuracy()(replace(grades(np.arange(n), score), outcome=ended))
        plain += found.low <= truth <= found.high
        joint += found.joint[0] <= truth <= found.joint[1]
    print(f"\n{n}, lost {wrong} and {right}: {100 * plain / repeats:.1f}, joint {100 * joint / repeats:.1f}", end="")
    assert plain / repeats <= most + _room(repeats)
    assert joint / repeats >= 0.95 - _room(repeats)
