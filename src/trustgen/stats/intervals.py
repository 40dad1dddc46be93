"""Intervals for rates and for anything else, when cases come in clusters.

A cluster is a record: the cases made from it share a fact, a person or an image, so they succeed and fail together.
An interval that takes them for independent is too narrow; everything here resamples or sums whole clusters.

No interval has zero width: a sample in which every cluster does the same says little about the clusters not seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from .grades import Floats

LEVEL = 0.95
TAIL = 0.025  # what lies beyond each of two limits at this level
DRAWS = 2000
SEED = 0

Statistic = Callable[[Floats], Floats]
"""Column totals, shape (…, columns), to values, shape (…); `nan` where undefined."""


class Interval(NamedTuple):
    """Both limits, and how they were made."""

    low: float
    high: float
    method: str


NOTHING = Interval(math.nan, math.nan, "nothing counted")


def wilson(successes: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927; Brown, Cai and DasGupta 2001): low and high in [0, 1].

    `successes` may be fractional and `n` an effective size. For scores between 0 and 1 it is conservative, since no
    such score varies more than a coin of the same mean. `n` = 0 gives `nan`, `nan`.
    """
    if n <= 0:
        return math.nan, math.nan
    return score_limits(successes / n, n, NormalDist().inv_cdf((1 + level) / 2))


def score_limits(p: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's limits for a rate `p` over an effective size `n` > 0 at a critical value `z`; they hold `p`."""
    shrink = 1 + z * z / n
    middle = (p + z * z / (2 * n)) / shrink
    half = z / shrink * math.sqrt(max(p * (1 - p), 0.0) / n + z * z / (4 * n * n))
    return max(0.0, min(middle - half, p)), min(1.0, max(middle + half, p))


def unseen(clusters: int, level: float = LEVEL) -> float:
    """How large a share of clusters may behave otherwise when `clusters` of them all behave alike.

    Wilson's upper limit for 0 of `clusters`: the rule of three (Hanley and Lippman-Hand 1983), fit for small counts.
    """
    return wilson(0, clusters, level)[1]


def student(df: float, level: float = LEVEL) -> float:
    """Two-sided critical value of Student's t; with infinite `df`, of the normal."""
    if math.isinf(df):
        return NormalDist().inv_cdf((1 + level) / 2)
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2))


@lru_cache(maxsize=256)
def tukey(groups: int, df: float, level: float = LEVEL) -> float:
    """Critical value that holds for every pair among `groups` at once (Tukey's range); for two groups, Student's t."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(level, groups, df)) / math.sqrt(2)


def as_equal(sizes: Floats) -> float:
    """How many clusters of one size tell as much as clusters of these: (Σsizes)²/Σsizes² (Kish 1965)."""
    return float(sizes.sum()) ** 2 / float((sizes**2).sum())


def informative(hits: Floats, sizes: Floats) -> float:
    """How many equal clusters the estimate of a design effect rests on: those with the rarer result.

    Where sizes differ, a few large clusters carry it, and most of those counted add nothing.
    """
    rarer = min(int((hits > 0).sum()), int((hits < sizes).sum()))
    return rarer * as_equal(sizes) / len(sizes)


def effective_size(hits: Floats, sizes: Floats) -> float:
    """How many independent cases carry as much information as these clustered ones.

    `hits[g]` of `sizes[g]` counted cases of cluster g succeeded; every size is above 0. Cases alone in their clusters
    count in full. Otherwise their number is divided by the design effect: the cluster-robust variance of the ratio
    Σhits/Σsizes (linearised, G/(G−1) corrected) over p(1−p)/n, with two guards:

    - It is at least 1, as in the presentation standards of the US National Center for Health Statistics (Parker et al.
      2017): by chance, or for a model that answers by position, it can look as if clustering added information.
    - Few failures (or few successes) tell little of the design effect. So it is averaged with its largest value,
      Σsizes²/n (whole clusters alike): the estimate weighs as the clusters with the rarer result (`informative`), the
      largest value as half a cluster. With no failure at all the size is n²/Σsizes², the number of equal clusters.
      This guard is our own; the coverage proof in the tests is made with it.
    """
    n, clusters = float(sizes.sum()), len(sizes)
    if sizes.max() <= 1:
        return n
    largest = float((sizes**2).sum()) / n
    p = float(hits.sum()) / n
    spread = n * p * (1 - p)
    if clusters < 2 or spread <= 0:
        return n / largest
    squares = float(((hits - p * sizes) ** 2).sum()) * clusters / (clusters - 1)
    weight = informative(hits, sizes)
    effect = (weight * max(squares / spread, 1.0) + 0.5 * largest) / (weight + 0.5)
    return n / effect


def ratio_interval(hits: Floats, sizes: Floats, level: float = LEVEL) -> Interval:
    """Interval of Σhits/Σsizes over clusters, with 0 ≤ hits ≤ sizes; clusters of size 0 carry nothing.

    Wilson's when no cluster counts more than once; otherwise Wilson's over `effective_size` with Student's t (after
    Korn and Graubard 1998; Dean and Pagano 2015) on one degree of freedom less than there are clusters, reckoned
    `as_equal`. Nothing counted gives `nan`, `nan`.
    """
    hits, sizes = hits[sizes > 0], sizes[sizes > 0]
    n = float(sizes.sum())
    if n == 0:
        return NOTHING
    successes = float(hits.sum())
    if sizes.max() <= 1:
        return Interval(*wilson(successes, n, level), "Wilson")
    z = student(max(as_equal(sizes) - 1, 1), level)
    return Interval(*score_limits(successes / n, effective_size(hits, sizes), z), "Wilson, cluster-robust")


def resample(table: Floats, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Column totals of `draws` resamples of the table's rows (clusters), shape (draws, columns).

    Each resample draws as many clusters as there are, with replacement: multinomial weights, not Poisson ones, so that
    every draw has the size of the sample. Clusters with equal rows are drawn as one with their joint probability, which
    is the same law; and rows are put in order first, so the order of cases changes nothing. Weights come in chunks of
    8 MB or one draw, so memory is that of a few tables whatever `draws`.
    """
    rng = np.random.default_rng(seed)
    rows, times = np.unique(table.round(12), axis=0, return_counts=True)
    clusters, kinds = len(table), len(rows)
    kind = np.repeat(np.arange(kinds), times)

    totals = np.empty((draws, table.shape[1]))
    weights = np.empty((max(1, min(draws, 1_000_000 // kinds)), kinds))
    for start in range(0, draws, len(weights)):
        chunk = weights[: draws - start]
        if kinds < 400 + clusters // 5:  # measured: a binomial a kind costs as much as five draws of a cluster
            chunk[:] = rng.multinomial(clusters, times / clusters, len(chunk))
        else:
            for row in chunk:
                row[:] = np.bincount(kind[rng.integers(0, clusters, clusters)], minlength=kinds)
        # Not `@`: threads of a BLAS library wait on one another, for up to a minute where the cores are busy.
        totals[start : start + len(chunk)] = np.einsum("dk,kc->dc", chunk, rows)
    return totals


def stretch(clusters: int, level: float = LEVEL) -> float:
    """How many standard errors of a bootstrap over `clusters` clusters make an interval of this level.

    A bootstrap's spread is too small by √((G−1)/G), and its normal quantile should be Student's: the expanded
    percentile interval of Hesterberg (2015, "What teachers should know about the bootstrap").
    """
    return student(clusters - 1, level) * math.sqrt(clusters / (clusters - 1))


def cluster_bootstrap(
    statistic: Statistic,
    table: Floats,
    *,
    span: tuple[float, float],
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Interval:
    """Percentile bootstrap of `statistic` over clusters, with percentiles expanded for few clusters (`stretch`).

    `table` holds what each cluster adds to the totals that the statistic reads; `span` is the statistic's range.
    Rows of zeros carry nothing and are left out. An undefined draw counts as the lower end of `span` for the lower
    limit and as the upper end for the upper one, and `method` says how many there were.

    When every defined draw is equal (one cluster, or clusters all alike) the interval is `unseen_interval`. A statistic
    undefined on the sample itself gives `nan`, `nan`.
    """
    table = table[table.any(axis=1)]
    value = float(statistic(table.sum(axis=0)))
    if math.isnan(value):
        return NOTHING
    return percentile_interval(
        value, statistic(resample(table, draws, seed)), clusters=len(table), span=span, level=level
    )


def percentile_interval(
    value: float, values: Floats, *, clusters: int, span: tuple[float, float], level: float = LEVEL
) -> Interval:
    """The limits that `cluster_bootstrap` describes, from the draws' `values`."""
    undefined = np.isnan(values)
    defined = values[~undefined]
    if clusters < 2 or len(defined) == 0 or float(np.ptp(defined)) <= 1e-12 * (span[1] - span[0]):
        return unseen_interval(value, clusters, span, level)
    lost = int(undefined.sum())
    method = f"cluster bootstrap, {len(values)} draws" + (f", {lost} undefined" if lost else "")
    tail = NormalDist().cdf(-stretch(clusters, level))
    low = float(np.quantile(np.where(undefined, span[0], values), tail))
    high = float(np.quantile(np.where(undefined, span[1], values), 1 - tail))
    return Interval(min(low, value), max(high, value), method)


def unseen_interval(value: float, clusters: int, span: tuple[float, float], level: float = LEVEL) -> Interval:
    """Where the value may be if a share `unseen` of clusters did anything: moved so far towards each end of `span`."""
    share = unseen(clusters, level)
    low, high = (value + share * (end - value) for end in span)
    return Interval(low, high, f"clusters all alike: unseen share of {share:.3g}")


def bisect(reached: Callable[[float], bool], low: float, high: float, times: int) -> float:
    """Where `reached` turns true between `low` and `high`, by so many halvings."""
    for _ in range(times):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
