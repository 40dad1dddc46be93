"""Effect sizes: known values, what swapping the models does, the words, and planted truths covered."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import grades, least_plausible

from trustgen.stats.effects import (
    cohen_h,
    discordant_odds,
    relative_risk,
    word,
)


def paired(only_a: int, only_b: int, both: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    rows = [[1, 0]] * only_a + [[0, 1]] * only_b + [[1, 1]] * both + [[0, 0]] * neither
    hits = np.array(rows, float)
    return hits, np.ones_like(hits)


COUNTS = st.tuples(*[st.integers(0, 20)] * 4).filter(lambda c: sum(c) > 0)


def test_known_values() -> None:
    hits, sizes = paired(10, 30, 40, 20)  # .5 against .7
    h = cohen_h(hits, sizes)
    assert h.value == pytest.approx(2 * math.asin(math.sqrt(0.7)) - 2 * math.asin(math.sqrt(0.5)))
    assert h.word == "small"
    risk = relative_risk(hits, sizes)
    assert risk.value == pytest.approx(1.4)
    assert 1 < risk.low < 1.4 < risk.high < 2
    odds = discordant_odds(hits, sizes)
    assert odds.value == pytest.approx(3.0)
    from scipy.stats import binomtest

    share = binomtest(30, 40).proportion_ci(method="wilson")
    assert (odds.low, odds.high) == pytest.approx((share.low / (1 - share.low), share.high / (1 - share.high)))
    assert (odds.counted, odds.word) == (40, "small")


@given(COUNTS)
def test_swapping_the_models_turns_the_effect(counts: tuple[int, int, int, int]) -> None:
    hits, sizes = paired(*counts)
    for effect in (cohen_h, relative_risk, discordant_odds):
        one, other = effect(hits, sizes), effect(hits[:, ::-1], sizes[:, ::-1])
        if math.isnan(one.value):
            assert math.isnan(other.value)
            continue
        assert one.low <= one.value <= one.high
        assert one.word == other.word
        if effect is cohen_h:
            assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low), abs=1e-9)
        else:
            turned = [1 / x if x else math.inf for x in (other.value, other.high, other.low)]
            assert (one.value, one.low, one.high) == pytest.approx(turned, rel=1e-6)


def test_no_effect_and_nothing() -> None:
    hits, sizes = paired(0, 0, 5, 5)
    assert discordant_odds(hits, sizes).word == ""
    assert math.isnan(discordant_odds(hits, sizes).low)
    assert cohen_h(hits, sizes).at_least == "negligible"
    assert math.isnan(relative_risk(*paired(0, 0, 0, 9)).value)
    assert relative_risk(*paired(0, 9, 0, 9)).value == math.inf
    assert math.isnan(cohen_h(np.zeros((0, 2)), np.zeros((0, 2))).value)


def test_words_are_those_of_the_source() -> None:
    assert [word(x, "Cohen 1988", 0.0) for x in (0.1, -0.2, 0.5, -0.9)] == ["negligible", "small", "medium", "large"]
    assert [word(x, "Monson 1990", 1.0) for x in (1.1, 1 / 1.3, 2.0, 0.0)] == ["negligible", "small", "medium", "large"]
    assert word(1.5 - 1e-12, "Monson 1990", 1.0) == "medium"  # as 18/12 and the inverse of 12/18
    assert word(math.nan, "Cohen 1988", 0.0) == ""


def covered(repeats: int, clusters: int, size: int, seed: int = 3) -> dict[str, float]:
    """Two models that share hard items, right with .6 and .75."""
    from scipy.special import ndtri
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(seed)
    p, q = 0.6, 0.75
    both = multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]).cdf([ndtri(p), ndtri(q)])
    truth = {
        "cohen_h": 2 * math.asin(math.sqrt(q)) - 2 * math.asin(math.sqrt(p)),
        "relative_risk": q / p,
        "discordant_odds": (q - both) / (p - both),
    }
    held = dict.fromkeys(truth, 0)
    cluster = np.repeat(np.arange(clusters), size)
    for _ in range(repeats):
        hard = np.repeat(rng.normal(size=clusters), size) * math.sqrt(0.3) + rng.normal(size=len(cluster)) * math.sqrt(
            0.2
        )
        a, b = (
            grades(cluster, (hard + math.sqrt(0.5) * rng.normal(size=len(cluster)) < ndtri(x)).astype(float))
            for x in (p, q)
        )
        hits = np.column_stack([np.bincount(cluster, one.score) for one in (a, b)])
        sizes = np.full_like(hits, size)
        for e in (effect(hits, sizes) for effect in (cohen_h, relative_risk, discordant_odds)):
            held[e.name] += e.low <= truth[e.name] <= e.high
    if size > 1:
        del held["discordant_odds"]  # a cluster's direction, no longer a case's
    return {name: count / repeats for name, count in held.items()}


def test_intervals_hold_the_truth() -> None:
    assert min(covered(100, 150, 1).values()) >= least_plausible(100, 3)


@pytest.mark.proof
@pytest.mark.parametrize(("clusters", "size"), [(200, 1), (100, 4)])
def test_coverage(clusters: int, size: int) -> None:
    shares = covered(1500, clusters, size)
    print(f"\n{clusters} clusters of {size}:", *(f"{name} {100 * share:.1f}" for name, share in shares.items()))
    assert min(shares.values()) >= 0.93
    assert max(shares.values()) <= 0.97
