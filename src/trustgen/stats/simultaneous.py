"""Limits that hold for every pair of groups at once, for measures that pick out the extreme ones.

Resampling adds noise to a maximum, so the percentile bootstrap of a gap never reaches 0, even when all groups are
treated alike. Instead, each group's rate gets Wilson's limits at Tukey's critical value, clusters kept whole; a
difference or ratio of two rates takes its limits from theirs and from their correlation over shared clusters (MOVER:
Zou and Donner 2008; for ratios, Donner and Zou 2012). If every pair's limits hold, so do the extreme pair's. Coverage
is nominal for two groups far apart and for any number treated alike; in between, it is higher.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .grades import Floats, Mask
from .intervals import LEVEL, effective_size, score_limits, student, tukey


class Limits(NamedTuple):
    """Rates of groups, their simultaneous limits, and the correlation of their estimates (groups × groups)."""

    rate: Floats
    low: Floats
    high: Floats
    correlation: Floats


def group_limits(hits: Floats, sizes: Floats, pairs: int) -> Limits:
    """Limits of each group's Σhits/Σsizes (clusters × groups), of which `pairs` pairs will be compared.

    Every group needs a case. Where clusters hold more than one case, Student's t on clusters − 1 replaces the normal.
    """
    counted = sizes.any(axis=1)
    hits, sizes = hits[counted], sizes[counted]
    clusters, groups = sizes.shape
    alone = bool((sizes.sum(axis=1) <= 1).all())
    df = math.inf if alone else max(clusters - 1, 1)
    # Tukey's value serves all pairs; for few of them Bonferroni's can be the smaller, and either is valid.
    critical = min(tukey(groups, df), student(df, 1 - (1 - LEVEL) / pairs))
    rate = hits.sum(axis=0) / sizes.sum(axis=0)
    ends = []
    for g in range(groups):
        own = sizes[:, g] > 0
        ends.append(score_limits(float(rate[g]), effective_size(hits[own, g], sizes[own, g]), critical))
    low, high = np.array(ends).T
    return Limits(rate, low, high, _correlation(hits, sizes))


def _correlation(hits: Floats, sizes: Floats) -> Floats:
    """Correlation of the groups' rates over the clusters that they share, 0 where they share none.

    For each pair, two cases are added, each favourable to one of the groups alone (compare Bonett and Price 2012):
    groups that no cluster told apart would otherwise be taken for bound together, and their difference for certain.
    """
    rate = (hits.sum(axis=0) + 1) / (sizes.sum(axis=0) + 2)
    residuals = hits - rate * sizes
    against = -(1 - rate)[:, None] * rate
    covariance = _cross(residuals) + against + against.T
    variance = (residuals**2).sum(axis=0) + (1 - rate) ** 2 + rate**2
    correlation = covariance / np.sqrt(np.outer(variance, variance))
    return np.where(_cross((sizes > 0).astype(np.float64)) > 0, correlation, 0.0)


def _cross(columns: Floats) -> Floats:
    """Sums of products of all pairs of columns; without BLAS, for the reason given in `resample`."""
    sums: Floats = np.einsum("gi,gj->ij", columns, columns)
    return sums


def _half(of: Floats, less: Floats, correlation: Floats) -> Floats:
    """Half-width of a difference from the half-widths of its terms."""
    half: Floats = np.sqrt(np.maximum(of**2 + less**2 - 2 * correlation * of * less, 0.0))
    return half


def difference_limits(groups: Limits) -> tuple[Floats, Floats]:
    """Limits of rate i less rate j, for all ordered pairs."""
    below, above = groups.rate - groups.low, groups.high - groups.rate
    difference = groups.rate[:, None] - groups.rate
    low = difference - _half(below[:, None], above, groups.correlation)
    high = difference + _half(above[:, None], below, groups.correlation)
    return low, high


def ratio_limits(groups: Limits) -> tuple[Floats, Floats]:
    """Limits of rate i over rate j, capped at 1, for all ordered pairs.

    They are the ratios R at which the interval of `rate i − R·rate j` just reaches 0. Each is found by bisection: its
    lower end crosses 0 once between R = 0 and the estimate, its upper end at most once above.
    """
    below, above = groups.rate - groups.low, groups.high - groups.rate
    top, bottom = np.broadcast_arrays(groups.rate[:, None], groups.rate)
    estimate = np.divide(top, bottom, out=np.ones(top.shape), where=bottom > 0).clip(None, 1.0)

    def under(ratio: Floats) -> Mask:
        """Whether a ratio lies below the lower limit."""
        outside: Mask = top - ratio * bottom > _half(below[:, None], ratio * above, groups.correlation)
        return outside

    def over(ratio: Floats) -> Mask:
        """Whether a ratio lies above the upper limit."""
        outside: Mask = ratio * bottom - top > _half(above[:, None], ratio * below, groups.correlation)
        return outside

    low, inside_low = np.zeros_like(estimate), estimate.copy()
    inside_high, high = estimate.copy(), np.ones_like(estimate)
    for _ in range(50):
        middle = (low + inside_low) / 2
        outside = under(middle)
        low, inside_low = np.where(outside, middle, low), np.where(outside, inside_low, middle)
        middle = (inside_high + high) / 2
        outside = over(middle)
        inside_high, high = np.where(outside, inside_high, middle), np.where(outside, middle, high)
    return low, high
