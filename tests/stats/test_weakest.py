"""The least of noisy values: against another hand, and whether its value, its chances and its limits hold."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import fixed_quad
from scipy.special import ndtr
from scipy.stats import norm

from trustgen.core import InputError
from trustgen.stats.intervals import wilson
from trustgen.stats.weakest import Least, least


def by_another_hand(y: np.ndarray, error: np.ndarray) -> tuple[float, np.ndarray]:
    """From the textbook (Gelman et al. 2013, section 5.4): posterior of each at a τ, E[min] = ∫ x dP(min ≤ x)."""
    values, chances, logs = [], [], []
    for k in range(16):
        tau = 0.3 * (k + 0.5) / 16
        variance = error**2 + tau**2
        mu = float(np.average(y, weights=1 / variance))
        marginal = norm.logpdf(y, mu, np.sqrt(variance)).sum() + 0.5 * math.log(2 * math.pi / (1 / variance).sum())
        logs.append(marginal + norm.logpdf(tau, 0, 0.1))
        precision = 1 / error**2 + 1 / tau**2
        mean, sd = (y / error**2 + mu / tau**2) / precision, precision**-0.5
        ends = np.linspace((mean - 9 * sd).min(), (mean + 9 * sd).min(), 41)

        def survive(x: np.ndarray, skip: int = -1, m: np.ndarray = mean, s: np.ndarray = sd) -> np.ndarray:
            kept = [i for i in range(len(y)) if i != skip]
            return np.prod([ndtr((m[i] - x) / s[i]) for i in kept], axis=0)

        def total(f: object, between: np.ndarray = ends) -> float:
            return sum(fixed_quad(f, a, b, n=40)[0] for a, b in pairwise(between))

        values.append(ends[0] + total(survive))
        chances.append(
            [total(lambda x, i=i: norm.pdf(x, mean[i], sd[i]) * survive(x, i)) for i in range(len(y))]  # noqa: B023
        )
    weights = np.exp(np.array(logs) - max(logs))
    return float(np.average(values, weights=weights)), np.average(chances, axis=0, weights=weights)


def test_another_hand_gets_the_same() -> None:
    rng = np.random.default_rng(0)
    for n in (2, 3, 5, 8, 11):
        y, error = rng.random(n), rng.uniform(0.01, 0.2, n)
        half = error * norm.ppf(0.975)
        found = least(y, y - half, y + half)
        value, chances = by_another_hand(y, error)
        assert found.value == pytest.approx(value, abs=1e-9)
        assert found.chances == pytest.approx(chances, abs=1e-9)


def test_one_value_is_itself() -> None:
    assert least([0.7], [0.6], [0.75]) == Least(0.7, 0.6, 0.75, (1.0,))


def test_a_value_far_below_is_named_and_is_the_least() -> None:
    y = np.array([0.8, 0.2, 0.8, 0.8])
    found = least(y, y - 0.05, y + 0.05)
    assert found.chances[1] > 0.999
    assert found.value == pytest.approx(0.2, abs=0.02)


def test_equal_values_have_even_chances_and_the_least_is_never_above_the_mean() -> None:
    rng = np.random.default_rng(1)
    even = least([0.8] * 7, [0.75] * 7, [0.85] * 7)
    assert even.chances == pytest.approx([1 / 7] * 7)
    for _ in range(50):
        y = rng.normal(0.8, 0.03, 5)
        found = least(y, y - 0.06, y + 0.06)
        assert found.low <= found.value <= y.mean()
        assert found.value >= y.min() - 0.03


def test_wrong_input_is_named() -> None:
    for values, low, high in (
        ([], [], []),
        ([0.5], [0.6], [0.7]),
        ([math.nan], [0.0], [1.0]),
        ([0.5], [0.4, 0.3], [1]),
    ):
        with pytest.raises(InputError, match="`least` needs"):
            least(values, low, high)


# ── whether it holds ────────────────────────────────────────────────────────────────────────────────────────────────


def simulated(
    rng: np.random.Generator, repeats: int, tasks: int, cases: int, spread: float, dimensions: int = 8
) -> np.ndarray:
    """Of each repeat: the least's error, the lowest value's, whether the limits hold, the chance said, whether true."""
    rows = []
    for _ in range(repeats):
        truth = np.clip(0.8 + spread * rng.standard_normal(dimensions), 0.02, 0.98)
        hits = rng.binomial(cases, np.repeat(truth[:, None], tasks, 1))
        y = (hits / cases).mean(1)
        limits = np.array([[wilson(h, cases) for h in row] for row in hits])
        below = np.sqrt(((hits / cases - limits[..., 0]) ** 2).sum(1)) / tasks
        above = np.sqrt(((limits[..., 1] - hits / cases) ** 2).sum(1)) / tasks
        found = least(y, y - below, y + above)
        named = int(np.argmax(found.chances))
        rows.append(
            (
                found.value - truth.min(),
                y.min() - truth.min(),
                found.low <= truth.min() <= found.high,
                found.chances[named],
                named == truth.argmin(),
            )
        )
    return np.array(rows, float)


CELLS = [(t, n, s) for t, n in ((1, 50), (4, 20), (4, 200)) for s in (0.0, 0.02, 0.05, 0.1)]


def check(cells: list[tuple[int, int, float]], repeats: int) -> None:
    rng = np.random.default_rng(2)
    said = []
    for tasks, cases, spread in cells:
        rows = simulated(rng, repeats, tasks, cases, spread)
        ours, lowest = np.sqrt((rows[:, :2] ** 2).mean(0))
        noise = lowest / math.sqrt(repeats)
        assert ours <= lowest + noise, "no worse than the lowest value"
        assert abs(rows[:, 0].mean()) <= max(0.6 * abs(rows[:, 1].mean()), 0.025)
        assert rows[:, 2].mean() >= 0.95 - 2.5 * math.sqrt(0.05 * 0.95 / repeats)
        if spread:
            said.append(rows[:, 3:])
    chance, true = np.vstack(said).T
    for low, high in ((0.0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        bin_ = (low <= chance) & (chance < high)
        if bin_.sum() >= 30:
            assert true[bin_].mean() == pytest.approx(chance[bin_].mean(), abs=0.06 + 2.5 / math.sqrt(4 * bin_.sum()))


def test_the_least_its_chances_and_its_limits_hold() -> None:
    check([(4, 20, 0.0), (4, 20, 0.05), (4, 200, 0.05)], 60)


@pytest.mark.proof
def test_they_hold_in_every_cell() -> None:
    check(CELLS, 400)


def test_who_is_asked_more_does_not_stand_first_for_that() -> None:
    """Models alike in 8 dimensions of one task, asked 50 or 200 cases. By the lowest value the second led mostly."""
    rng = np.random.default_rng(3)
    few, many = (simulated(rng, 200, 1, n, 0.05) for n in (50, 200))
    by_lowest, by_least = np.mean(many[:, 1] > few[:, 1]), np.mean(many[:, 0] > few[:, 0])
    assert by_lowest > 0.65
    assert 0.35 < by_least < 0.6
