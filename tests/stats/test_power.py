"""Power and numbers of cases: by hand, against statsmodels, and met by the library's own comparison of two models."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import grades
from scipy.stats import binom, binomtest

from trustgen.core import InputError
from trustgen.stats import accuracy, paired_difference, wilson
from trustgen.stats.compare import swap_p
from trustgen.stats.intervals import ratio_interval
from trustgen.stats.power import (
    chance_to_pass,
    clusters_for_half_width,
    connor_cases,
    design_effect,
    discordance,
    half_of_equal,
    half_width,
    paired_cases,
    paired_power,
    smallest_effect,
    unpaired_cases,
    unpaired_power,
)

Generator = np.random.Generator


# ── one rate ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("n", "rate"), [(1064, 0.5), (100, 0.1), (200, 0.98)])
def test_half_width_is_wilsons(n: int, rate: float) -> None:
    low, high = wilson(n * rate, n)
    assert half_width(n, rate) == pytest.approx((high - low) / 2)


def test_half_width_of_clusters_is_the_one_reported() -> None:
    """40 clusters of 4, all alike within: correlation 1, so as many cases as clusters, and t on 39 degrees."""
    hits = np.repeat([4.0, 0], 20)
    low, high, _ = ratio_interval(hits, np.full(40, 4.0))
    assert half_width(40, 0.5, size=4, icc=1) == pytest.approx((high - low) / 2, rel=0.02)
    assert half_width(40, 0.5, size=4, icc=0) < half_width(40, 0.5, size=4, icc=0.3) < (high - low) / 2
    assert math.isnan(half_width(0))
    assert design_effect(6, 0.3) == pytest.approx(2.5)


@given(st.floats(0.005, 0.45), st.floats(0, 1), st.integers(1, 8), st.floats(0, 1))
def test_clusters_for_half_width_are_the_fewest(half: float, rate: float, size: int, icc: float) -> None:
    n = clusters_for_half_width(half, rate, size=size, icc=icc)
    assert half_width(n, rate, size=size, icc=icc) <= half
    assert n == 1 or half_width(n - 1, rate, size=size, icc=icc) > half


def test_against_statsmodels_for_one_rate() -> None:
    """Its closed form is of the normal interval, which Wilson's nears where many are asked."""
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    assert clusters_for_half_width(0.03) == 1064
    theirs = proportion.samplesize_confint_proportion(0.3, 0.01)
    assert clusters_for_half_width(0.01, 0.3) == pytest.approx(theirs, rel=0.001)


# ── two models on different cases ───────────────────────────────────────────────────────────────────────────────────


def test_against_statsmodels_for_two_rates() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    for a, b in ((0.7, 0.75), (0.05, 0.15), (0.5, 0.9)):
        for n in (30, 200, 1000):
            theirs = proportion.power_proportions_2indep(b - a, a, n).power
            assert float(unpaired_power(n, a, b)) == pytest.approx(theirs, abs=1e-6)


def test_unpaired_cases_reach_the_power_and_no_fewer_do() -> None:
    for a, b in ((0.7, 0.75), (0.1, 0.02), (0.5, 0.6)):
        n = unpaired_cases(a, b)
        assert float(unpaired_power(n, a, b)) >= 0.8 > float(unpaired_power(n - 1, a, b))
        assert unpaired_cases(a, b, effect=2) == pytest.approx(2 * n, abs=2)
    assert unpaired_cases(0.7, 0.75) == 1251
    assert unpaired_power([100, 200], 0.5, 0.5) == pytest.approx([0.05, 0.05])


# ── two models on the same cases ────────────────────────────────────────────────────────────────────────────────────


def test_connor_by_hand() -> None:
    """(1.95996·√.2 + .84162·√(.2 − .0025))²/.0025 = 625.4…"""
    root = 1.959963985 * math.sqrt(0.2) + 0.841621234 * math.sqrt(0.1975)
    assert connor_cases(0.05, 0.2) == math.ceil(root**2 / 0.0025) == 626


@pytest.mark.parametrize(("n", "difference", "share"), [(12, 0.3, 0.5), (25, -0.2, 0.3), (8, 0.9, 0.9), (30, 0, 0.4)])
def test_exact_power_by_going_through_everything(n: int, difference: float, share: float) -> None:
    """Every pair of counts, b's alone and a's alone, and McNemar's test on each: half of what was seen taken off."""
    power = 0.0
    for k in range(n + 1):
        for wins in range(k + 1):
            if k and binomtest(wins, k).pvalue - binom.pmf(wins, k, 0.5) * (1 if 2 * wins != k else 0) < 0.05:
                power += binom.pmf(k, n, share) * binom.pmf(wins, k, (share + difference) / (2 * share))
    assert float(paired_power(n, difference, share)) == pytest.approx(power, abs=1e-10)


def test_exact_and_closed_form_agree_in_the_large() -> None:
    for difference, share in ((0.02, 0.1), (0.05, 0.2), (-0.1, 0.3)):
        exact, closed = paired_cases(difference, share), connor_cases(difference, share)
        assert 0.98 * closed < exact < 1.08 * closed + 10
        assert paired_power([exact, exact + 15], difference, share).min() >= 0.8
    assert paired_power(5000, 0.0, 0.2) == pytest.approx(0.05, abs=0.006)


def test_the_mid_p_finds_more_and_still_errs_below_its_level() -> None:
    """100 cases, a fifth of them differing: .1 is found in 62 % and not 54 %. Equal models stay below every level."""
    assert float(paired_power(100, 0.1, 0.2)) == pytest.approx(0.618, abs=5e-4)
    assert float(paired_power(100, 0.0, 0.2)) == pytest.approx(0.0457, abs=1e-4)
    assert float(paired_power(1000, 0.03, 0.1)) > 0.8
    assert float(paired_power(50, 0.0, 1.0)) == pytest.approx(0.065, abs=5e-4), "where all cases differ, it may not"
    for level in (0.95, 1 - 0.05 / 7, 1 - 0.05 / 35, 0.9995):
        for share in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5):
            errors = paired_power([20, 50, 100, 200, 400], 0.0, share, level=level)
            assert errors.max() <= 1 - level


def test_discordance() -> None:
    assert discordance(0.7, 0.75, 0) == pytest.approx(0.7 * 0.25 + 0.3 * 0.75)
    assert discordance(0.6, 0.6, 1) == pytest.approx(0, abs=1e-12)
    assert discordance(0.5, 0.9, 1) == pytest.approx(0.4)  # no more alike than the rates allow
    assert discordance(0.5, 0.5, -1) == pytest.approx(1)


def test_smallest_effect_is_found_and_less_is_not() -> None:
    for rate in (0.1, 0.5, 0.7, 0.95):
        for correlation in (None, 0.0, 0.5):
            gap = smallest_effect(400, rate, correlation=correlation)
            other = rate + gap * (1 if rate <= 0.5 else -1)
            if correlation is None:
                assert unpaired_cases(rate, other) <= 400 < unpaired_cases(rate, rate + (other - rate) * 0.99)
            else:
                powers = [
                    float(paired_power(400, g, max(g, discordance(rate, rate + g * (other - rate) / gap, correlation))))
                    for g in (gap, 0.99 * gap)
                ]
                assert powers[0] >= 0.8 > powers[1]
    assert smallest_effect(400, 0.7, correlation=0.5) < 0.75 * smallest_effect(400, 0.7)
    assert smallest_effect(400, 0.7, effect=4) == pytest.approx(smallest_effect(100, 0.7), abs=1e-5)
    assert math.isnan(smallest_effect(3, 0.5))


def test_a_family_needs_a_larger_difference() -> None:
    """What one test of 400 cases shows with a power of .8 is found by one of 35 in a third of runs only."""
    alone, seven, many = (smallest_effect(400, 0.5, correlation=0.5, tests=n) for n in (1, 7, 35))
    assert (alone, seven / alone, many / alone) == pytest.approx((0.0699, 1.26, 1.43), abs=0.01)
    level = 1 - 0.05 / 35
    was, now = (float(paired_power(400, d, discordance(0.5, 0.5 + d, 0.5), level=level)) for d in (alone, many))
    assert was < 0.4
    assert now == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("repeats", [150, pytest.param(3000, marks=pytest.mark.proof)])
@pytest.mark.parametrize(("n", "rate", "chance"), [(400, 0.8, 0.17), (1000, 0.95, 0.82), (1000, 0.8, 0.35)])
def test_an_equal_model_passes_a_margin_as_often_as_is_said(n: int, rate: float, chance: float, repeats: int) -> None:
    half = half_of_equal(n, rate, 0.5)
    assert chance_to_pass(0.02, half) == pytest.approx(chance, abs=0.02)
    rng, passed, halves = np.random.default_rng(5), 0, []
    share = discordance(rate, rate, 0.5)
    for _ in range(repeats):
        way = rng.choice(3, n, p=[share / 2, share / 2, 1 - share])
        one, other = (grades(np.arange(n), (way != k).astype(float)) for k in (0, 1))
        found = paired_difference(one, other, accuracy(), draws=500)
        passed += found.low >= -0.02
        halves.append((found.high - found.low) / 2)
    assert np.mean(halves) == pytest.approx(half, rel=0.05)
    print(
        f"\n{n} cases at {rate}, margin .02: said {chance_to_pass(0.02, half):.3f}, passed {passed / repeats:.3f}",
        end="",
    )
    room = 3.3 * math.sqrt(0.25 / repeats)
    assert chance - 0.03 - room < passed / repeats < chance + 0.07 + room  # whole cases help, by half a step or so


def test_what_cannot_be() -> None:
    for wrong in (
        lambda: half_width(10, 1.2),
        lambda: clusters_for_half_width(0.6),
        lambda: unpaired_cases(0.5, 0.5),
        lambda: unpaired_power(10, 0.5, -0.1),
        lambda: paired_power(10, 0.3, 0.2),
        lambda: connor_cases(0, 0.2),
        lambda: connor_cases(0.1, 0.2, power=0.01),
        lambda: design_effect(4, 1.5),
        lambda: discordance(0.5, 0.5, 2),
        lambda: half_width(10, level=1),
    ):
        with pytest.raises(InputError):
            wrong()


# ── the promise: the library's own comparison finds what it should ──────────────────────────────────────────────────


def _told_apart(a: float, b: float, share: float, n: int, repeats: int, draws: int, seed: int = 1) -> float:
    """How often `paired_difference` tells apart two models right with a and b, who differ on a `share` of cases."""
    rng, cluster, found = np.random.default_rng(seed), np.arange(n), 0
    cuts = np.cumsum([(share - (b - a)) / 2, (share + (b - a)) / 2, (a + b - share) / 2])  # a alone, b alone, both
    for _ in range(repeats):
        way = np.searchsorted(cuts, rng.random(n), side="right")
        one, other = (way == 0) | (way == 2), (way == 1) | (way == 2)
        models = (grades(cluster, right.astype(float)) for right in (one, other))
        result = paired_difference(*models, accuracy(), draws=draws)
        found += result.different and result.better == "b"
    return found / repeats


def test_models_5_points_apart_are_told_apart_small() -> None:
    """A true 80 % shows less than 66 % of 200 once in 100,000 times, and more than 92 % as rarely."""
    share = discordance(0.7, 0.75, 0.5)
    assert 0.66 <= _told_apart(0.7, 0.75, share, paired_cases(0.05, share), 200, 300) <= 0.92


@pytest.mark.proof
@pytest.mark.parametrize(
    ("a", "b", "correlation", "power"),
    [(0.7, 0.75, 0.5, 0.8), (0.7, 0.75, 0.2, 0.8), (0.9, 0.95, 0.3, 0.8), (0.5, 0.55, 0.7, 0.9), (0.05, 0.1, 0.3, 0.8)],
)
def test_models_5_points_apart_are_told_apart(a: float, b: float, correlation: float, power: float) -> None:
    """Within Monte-Carlo error of 1,500 repeats: 3.3 standard errors, once in 1,000 times."""
    share = discordance(a, b, correlation)
    n = paired_cases(b - a, share, power=power)
    exact = float(paired_power(n, b - a, share))
    found = _told_apart(a, b, share, n, 1500, 1000)
    print(f"\n{a} and {b}, discordance {share:.3f}: {n} cases, promised {power}, exact {exact:.3f}, found {found:.3f}")
    error = 3.3 * math.sqrt(exact * (1 - exact) / 1500)
    assert found >= power - error
    assert abs(found - exact) <= error + 0.01  # the interval must leave 0 as well, which now and then it does not


@pytest.mark.proof
def test_clusters_cost_their_design_effect() -> None:
    """Clusters of 4 whose differences correlate: cases for 80 % by the design effect, decided by the exact swap."""
    rng, size, share, gap = np.random.default_rng(2), 4, 0.2, 0.05
    for icc in (0.0, 0.1, 0.3):
        n = connor_cases(gap, share, effect=design_effect(size, icc))
        clusters, found = math.ceil(n / size), 0
        for _ in range(4000):
            follows = rng.random((clusters, size)) < icc**0.5  # its cluster's one draw: any two do with icc
            draw = np.where(follows, rng.random((clusters, 1)), rng.random((clusters, size)))
            gains = (draw < (share + gap) / 2).astype(int) - (draw > 1 - (share - gap) / 2)
            found += swap_p(gains.sum(1)[gains.sum(1) != 0]) < 0.05
        print(f"\nclusters of 4, icc {icc}: {clusters} clusters, found {found / 4000:.3f}")
        assert 0.77 <= found / 4000 <= 0.83
