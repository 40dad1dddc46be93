"""Limits for pairs of groups: published and closed-form answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trustgen.stats import wilson
from trustgen.stats.simultaneous import Limits, difference_limits, group_limits, ratio_limits


def apart(*counts: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Groups of (favoured, decided), each decision in a cluster of its own."""
    hits, sizes = [], []
    for g, (favoured, decided) in enumerate(counts):
        own = np.eye(len(counts))[g]
        sizes += [own] * decided
        hits += [own] * favoured + [own * 0] * (decided - favoured)
    return np.array(hits), np.array(sizes)


def test_two_proportions_of_newcombe() -> None:
    """56/70 less 48/80 is .0524 to .3339 by method 10 (Newcombe 1998, Statistics in Medicine 17:873, table II a)."""
    low, high = difference_limits(group_limits(*apart((56, 70), (48, 80)), pairs=1))
    assert (low[0, 1], high[0, 1]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (low[1, 0], high[1, 0]) == pytest.approx((-0.3339, -0.0524), abs=5e-5)


def test_ratio_limits_solve_the_quadratic() -> None:
    """Without correlation the limits have a closed form (Donner and Zou 2012); here of 12/40 over 60/80."""
    low, high = ratio_limits(group_limits(*apart((12, 40), (60, 80)), pairs=1))
    (l1, u1), (l2, u2) = wilson(12, 40), wilson(60, 80)
    one, two = 12 / 40, 60 / 80
    product = one * two
    expected_low = (product - math.sqrt(product**2 - l1 * u2 * (2 * one - l1) * (2 * two - u2))) / (u2 * (2 * two - u2))
    expected_high = (product + math.sqrt(product**2 - u1 * l2 * (2 * one - u1) * (2 * two - l2))) / (
        l2 * (2 * two - l2)
    )
    assert (low[0, 1], high[0, 1]) == pytest.approx((expected_low, expected_high), abs=1e-9)


def test_a_rate_of_0_over_another_has_a_lower_limit_of_0() -> None:
    low, high = ratio_limits(group_limits(*apart((0, 30), (20, 30)), pairs=1))
    assert low[0, 1] == pytest.approx(0, abs=1e-12)
    assert 0.05 < high[0, 1] < 0.3


def test_rates_that_rise_together_differ_less() -> None:
    ends = (np.array([0.5, 0.6]), np.array([0.4, 0.5]), np.array([0.6, 0.7]))
    widths = []
    for r in (-0.5, 0.0, 0.5):
        low, high = difference_limits(Limits(*ends, np.array([[1, r], [r, 1]])))
        widths.append(high[0, 1] - low[0, 1])
    assert widths == sorted(widths, reverse=True)
    assert widths[1] == pytest.approx(2 * math.sqrt(0.02))


def test_clusters_that_hold_both_groups_correlate_them() -> None:
    alike = np.repeat([[1.0, 1.0], [0.0, 0.0]], 50, axis=0)
    together = group_limits(alike, np.ones_like(alike), pairs=1)
    assert 0.9 < together.correlation[0, 1] < 1
    opposed = np.column_stack((alike[:, 0], 1 - alike[:, 1]))
    assert -1 <= group_limits(opposed, np.ones_like(alike), pairs=1).correlation[0, 1] < -0.9
    assert group_limits(*apart((5, 10), (5, 10)), pairs=1).correlation[0, 1] == 0


def test_more_pairs_need_more_room() -> None:
    widths = []
    for groups in (2, 3, 8):
        limits = group_limits(*apart(*[(25, 50)] * groups), pairs=groups * (groups - 1) // 2)
        widths.append(limits.high[0] - limits.low[0])
    assert widths == sorted(widths)
    few = group_limits(*apart(*[(25, 50)] * 8), pairs=7)
    assert few.high[0] - few.low[0] < widths[2]
