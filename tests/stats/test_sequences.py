"""Confidence sequences: fair games to the last digit, known limits, and no more than 5 % ever wrong on long paths.

The full form looks after every cluster of paths of 3,000 to 5,000; its table prints how often the truth was ever
excluded, in percent, and how wide the interval ends compared with Wilson's, which may be looked at once.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln
from scipy.stats import binom

from trustgen.core import InputError
from trustgen.stats import wilson
from trustgen.stats.sequences import beta_binomial, betting, empirical_bernstein, log_wealth, paired_betting

RATES = (0.02, 0.1, 0.3, 0.5, 0.9)
LOG20 = math.log(20)

Generator = np.random.Generator


# ── the game is fair ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.8])
@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (3, 1, 2), (2, 0, 3)])
def test_what_is_won_against_the_truth_is_1_on_average(rate: float, sizes: tuple[int, ...]) -> None:
    """Over every way in which the clusters can end, each weighted by its probability."""
    mean = 0.0
    for hits in product(*(range(size + 1) for size in sizes)):
        chance = math.prod(binom.pmf(h, s, rate) for h, s in zip(hits, sizes, strict=True))
        mean += chance * math.exp(log_wealth(np.array(hits, float), np.array(sizes, float), rate, 3)[-1])
    assert mean == pytest.approx(1, abs=1e-12)


def test_sizes_that_go_with_the_hits_leave_it_fair() -> None:
    """A cluster of 1 always hits, one of 3 never: the rate is E[hits]/E[sizes] = 1/4, not the mean share of 1/2."""
    big = log_wealth(np.array([0.0]), np.array([3.0]), 0.25, 3)
    small = log_wealth(np.array([1.0]), np.array([1.0]), 0.25, 3)
    assert (math.exp(big[0]) + math.exp(small[0])) / 2 == pytest.approx(1, abs=1e-12)


def test_beta_binomial_wealth_is_1_on_average() -> None:
    """Over all k of n under any one m; and the limits hold m exactly where less than 20 was won against it."""
    n, m = 9, 0.3
    k = np.arange(n + 1)
    wealth = np.exp(betaln(0.5 + k, 0.5 + n - k) - betaln(0.5, 0.5)) / (m**k * (1 - m) ** (n - k))
    assert float((binom.pmf(k, n, m) * wealth).sum()) == pytest.approx(1, abs=1e-12)
    low, high = beta_binomial(k, n)
    assert [bool(x) for x in (low <= m) & (m <= high)] == [bool(x) for x in wealth <= 20]


# ── known limits and laws ───────────────────────────────────────────────────────────────────────────────────────────


def test_beta_binomial_with_no_success_by_hand() -> None:
    """The wealth ratio/(1 − m)ⁿ is 20 at the upper limit, with ratio = B(½, ½ + n)/B(½, ½)."""
    low, high = beta_binomial(0, 50)
    ratio = math.exp(betaln(0.5, 50.5) - betaln(0.5, 0.5))
    assert float(low) == 0
    assert float(high) == pytest.approx(1 - (ratio / 20) ** (1 / 50), abs=1e-12)


def test_beta_binomial_is_vectorised_and_mirrored() -> None:
    k, n = np.array([[0, 3, 10], [7, 5, 0]]), np.array([10, 20, 10])
    low, high = beta_binomial(k, n)
    assert low.shape == high.shape == (2, 3)
    mirrored = beta_binomial(n - k, n)
    np.testing.assert_allclose(low, 1 - mirrored[1], atol=1e-9)
    assert [float(end) for end in beta_binomial(0, 0)] == [0, 1]


def test_empirical_bernstein_by_hand() -> None:
    """After one score of 1: bet ½ (the cap), its mean before ½, so the cost is ¼·(ln 2 − ½) and the centre 1."""
    low, high = empirical_bernstein([1.0], level=0.2)
    reach = (math.log(2 / 0.8) + 0.25 * (math.log(2) - 0.5)) / 0.5
    assert high[0] == 1
    assert low[0] == pytest.approx(max(0.0, 1 - reach))
    scores = np.full(400, 0.5)
    low, high = empirical_bernstein(scores)
    assert low[-1] == pytest.approx(1 - high[-1])
    assert high[-1] - low[-1] < 0.12  # scores that never vary need few: a coin of that mean has .19


def test_empirical_bernstein_bets_on_the_past_only() -> None:
    """The formulas, one score at a time: mean, variance and bet are taken before the score is seen."""
    scores = np.random.default_rng(8).beta(0.3, 0.4, 300)
    total = squares = staked = weighed = cost = 0.0
    for t, x in enumerate(scores, 1):
        mean, variance = (0.5 + total) / t, (0.25 + squares) / t
        bet = min(0.5, math.sqrt(2 * math.log(40) / (variance * t * math.log(1 + t))))
        cost += 4 * (x - mean) ** 2 * (-math.log(1 - bet) - bet) / 4
        staked, weighed, total = staked + bet, weighed + bet * x, total + x
        squares += (x - (0.5 + total) / (t + 1)) ** 2
    reach = (math.log(40) + cost) / staked
    low, high = empirical_bernstein(scores)
    assert (low[-1], high[-1]) == pytest.approx((weighed / staked - reach, weighed / staked + reach))


def test_betting_limits_are_where_20_is_won() -> None:
    hits, sizes = np.array([2.0, 0, 3, 1, 1, 0, 2, 2] * 6), np.array([3.0, 1, 3, 2, 1, 0, 2, 3] * 6)
    low, high, method = betting(hits, sizes, 3)
    assert 0 < low < hits.sum() / sizes.sum() < high < 1
    for limit in (low, high):
        assert log_wealth(hits, sizes, limit, 3)[-1] == pytest.approx(LOG20, abs=1e-6)
    assert method == "betting, anytime-valid"
    assert betting(hits[::-1], sizes[::-1], 3) == pytest.approx((low, high, method))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30),
    st.sampled_from([0.5, 0.9, 0.95]),
)
def test_laws_of_betting(rows: list[tuple[int, int]], level: float) -> None:
    hits = np.array([min(row) for row in rows], float)
    sizes = np.array([max(row) for row in rows], float)
    low, high, _ = betting(hits, sizes, 4, level)
    if sizes.sum() == 0:
        assert math.isnan(low)
        return
    assert 0 <= low <= hits.sum() / sizes.sum() <= high <= 1
    back = betting(sizes - hits, sizes, 4, level)
    assert (1 - back.high, 1 - back.low) == pytest.approx((low, high), abs=1e-9)
    wide = betting(hits, sizes, 4, 0.99)
    assert wide.low <= low + 1e-12
    assert wide.high >= high - 1e-12
    paired = paired_betting(2 * hits - sizes, sizes, 4, level)
    assert paired[:2] == pytest.approx((2 * low - 1, 2 * high - 1))


def test_all_right_ends_at_1_and_never_has_no_width() -> None:
    assert betting(np.ones(50), np.ones(50), 1).high == 1
    assert 0.85 < betting(np.ones(50), np.ones(50), 1).low < 0.95
    assert betting(np.zeros(50), np.ones(50), 1).low == 0


def test_how_wide() -> None:
    """Less than 1.75 times Wilson's after 1,000 cases; and scores that vary little gain by betting."""
    for rate in (0.02, 0.1, 0.5):
        low, high = wilson(1000 * rate, 1000)
        hits = np.zeros(1000)
        hits[: round(1000 * rate)] = 1
        bet, mixed = betting(hits, np.ones(1000), 1), beta_binomial(1000 * rate, 1000)
        assert bet.high - bet.low < 1.75 * (high - low)
        assert float(mixed[1] - mixed[0]) < 1.9 * (high - low)
    parts = np.tile([0.4, 0.6], 500)
    bet, mixed = betting(parts, np.ones(1000), 1), beta_binomial(parts.sum(), 1000)
    assert bet.high - bet.low < 0.3 * float(mixed[1] - mixed[0])


def test_what_cannot_be() -> None:
    for wrong in (
        lambda: betting([2.0], [1.0], 3),
        lambda: betting([2.0], [4.0], 3),
        lambda: betting([0.5], [1.0], 3, level=1.0),
        lambda: paired_betting([-2.0], [1.0], 3),
        lambda: beta_binomial(3, 2),
        lambda: empirical_bernstein([0.2, 1.2]),
    ):
        with pytest.raises(InputError):
            wrong()


# ── ever wrong ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _clusters(rng: Generator, rate: float, shape: tuple[int, int], most: int, icc: float) -> tuple[np.ndarray, ...]:
    """Hits and sizes; sizes lie anywhere in 1..most, and a cluster's cases correlate by icc."""
    own = rng.beta(rate * (1 - icc) / icc, (1 - rate) * (1 - icc) / icc, shape) if icc else np.full(shape, rate)
    sizes = rng.integers(1, most, shape, endpoint=True)
    return rng.binomial(sizes, own).astype(float), sizes.astype(float)


def _ever_betting(rate: float, most: int, icc: float, shape: tuple[int, int]) -> float:
    hits, sizes = _clusters(np.random.default_rng(20240229), rate, shape, most, icc)
    return float((log_wealth(hits, sizes, rate, most).max(-1) >= LOG20).mean())


def _ever_beta_binomial(rate: float, shape: tuple[int, int]) -> float:
    rng = np.random.default_rng(7)
    wins, n = (rng.random(shape) < rate).cumsum(-1), np.arange(1, shape[1] + 1)
    low, high = _edges(shape[1])
    return float(((low[n, wins] > rate) | (high[n, wins] < rate)).any(-1).mean())


def _edges(length: int) -> tuple[np.ndarray, np.ndarray]:
    """The limits for every count up to `length` cases, indexed by cases and successes."""
    n, k = np.mgrid[0 : length + 1, 0 : length + 1]
    return beta_binomial(np.minimum(k, n), n)


def _ever_bernstein(rate: float, alike: float, shape: tuple[int, int]) -> float:
    """Scores of a beta law: the smaller `alike`, the nearer to right or wrong."""
    x = np.random.default_rng(3).beta(rate * alike, (1 - rate) * alike, shape)
    low, high = empirical_bernstein(x)
    return float(((low > rate) | (high < rate)).any(-1).mean())


def test_ever_wrong_small() -> None:
    """At most 5 % in truth: 200 paths show more than 10 % once in a thousand times."""
    assert _ever_betting(0.1, 4, 0.3, (200, 500)) <= 0.1
    assert _ever_beta_binomial(0.3, (400, 250)) <= 0.09
    assert _ever_bernstein(0.2, 0.5, (200, 1000)) <= 0.1


def test_wilson_would_be_wrong() -> None:
    """What the sequences are for: Wilson's interval, looked at from the 20th case on, errs 3 times too often."""
    rng = np.random.default_rng(0)
    n = np.arange(20, 1001)
    share = (rng.random((300, 1000)) < 0.3).cumsum(-1)[:, 19:] / n
    z = (share - 0.3) / np.sqrt(0.21 / n)  # Wilson's interval holds the truth while this is below 1.96
    assert (np.abs(z) > 1.96).any(-1).mean() > 0.15


@pytest.mark.proof
@pytest.mark.parametrize(("most", "icc"), [(1, 0.0), (4, 0.0), (4, 0.3), (6, 0.7)])
def test_betting_is_hardly_ever_wrong(most: int, icc: float) -> None:
    shares = [_ever_betting(rate, most, icc, (1000, 3000)) for rate in RATES]
    print(f"\nbetting, clusters of 1..{most}, icc {icc}: ever excluded", *(f"{100 * share:.1f}" for share in shares))
    assert max(shares) <= 0.05


@pytest.mark.proof
def test_beta_binomial_is_hardly_ever_wrong() -> None:
    shares = []
    for rate in RATES:  # here through the wealth: limits for every count would not fit in memory
        rng = np.random.default_rng(7)
        wins, n = (rng.random((2000, 5000)) < rate).cumsum(-1), np.arange(1, 5001)
        won = betaln(0.5 + wins, 0.5 + n - wins) - betaln(0.5, 0.5)
        wealth = won - wins * math.log(rate) - (n - wins) * math.log1p(-rate)
        shares.append(float((wealth >= LOG20).any(-1).mean()))
    print("\nbeta-binomial: ever excluded", *(f"{100 * share:.1f}" for share in shares))
    assert max(shares) <= 0.05


@pytest.mark.proof
@pytest.mark.parametrize("alike", [0.01, 1.0, 20.0])
def test_empirical_bernstein_is_hardly_ever_wrong(alike: float) -> None:
    shares = [_ever_bernstein(rate, alike, (2000, 5000)) for rate in RATES]
    print(f"\nempirical Bernstein, beta({alike}): ever excluded", *(f"{100 * share:.1f}" for share in shares))
    assert max(shares) <= 0.05


@pytest.mark.proof
def test_what_valid_at_every_look_costs() -> None:
    """Mean width after n cases over Wilson's, by method."""
    rng = np.random.default_rng(5)
    for n in (100, 1000, 10000):
        for rate in RATES:
            widths = []
            for _ in range(50):
                x = (rng.random(n) < rate).astype(float)
                pairs = [betting(x, np.ones(n), 1)[:2], beta_binomial(x.sum(), n)]
                pairs.append(tuple(path[-1] for path in empirical_bernstein(x)))
                widths.append([float(high - low) for low, high in pairs])
            low, high = wilson(n * rate, n)
            ratios = np.mean(widths, axis=0) / (high - low)
            print(f"\nn {n:5d} rate {rate}: betting, beta-binomial, Bernstein", *ratios.round(2), end="")
            assert ratios[0] < 2
