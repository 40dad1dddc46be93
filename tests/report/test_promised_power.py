"""What `plan` promises of a difference is what `compare` finds, beside all the headlines on which nothing differs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from test_report_compare import graded_rows

from trustgen.report.compare import Pairing, differences
from trustgen.run.worth import BOOTSTRAP, CORRELATION, TURNABLE, counting
from trustgen.stats import accuracy, flip_rate
from trustgen.stats.compare import mid_p
from trustgen.stats.power import discordance, smallest_effect

N = 400


def alike(rng: np.random.Generator, headlines: int) -> list[float]:
    """p-values of models that differ on a quarter of the cases, neither more often right."""
    return [mid_p(int(rng.binomial(k, 0.5)), int(k)) for k in rng.binomial(N, 0.25, headlines)]


def two(rng: np.random.Generator, a: float, b: float) -> list[np.ndarray]:
    """Right or wrong of two models right at `a` and `b`, correlated as a plan assumes."""
    share = discordance(a, b, CORRELATION)
    alone = [(share - (b - a)) / 2, (share + (b - a)) / 2]
    way = rng.choice(4, N, p=[*alone, (a + b - share) / 2, 1 - (a + b + share) / 2])
    return [((way == k) | (way == 2)).astype(float) for k in (0, 1)]


def found(rng: np.random.Generator, pair: Pairing, headlines: int) -> bool:
    return differences([pair], beside=alike(rng, headlines - 1))[0].verdict != "not shown"


def accuracies(rng: np.random.Generator, a: float, b: float) -> Pairing:
    return Pairing("t", "t", "accuracy", accuracy(), *(graded_rows(np.arange(N), x) for x in two(rng, a, b)))


def flips(rng: np.random.Generator, a: float, b: float) -> Pairing:
    """Two models of which half of the controls are right, and turn at `a` and `b`."""
    arms: dict[str, Any] = {"arm": np.tile([0, 1], N).astype(np.int32), "arms": ("plain", "pressed")}
    controls, turned = two(rng, TURNABLE, TURNABLE), two(rng, a, b)
    scores = [np.column_stack((c, c * (1 - t))).ravel() for c, t in zip(controls, turned, strict=True)]
    graded = (graded_rows(np.repeat(np.arange(N), 2), score, **arms) for score in scores)
    return Pairing("t", "t", "flips", flip_rate(), *graded)


@pytest.mark.parametrize("repeats", [60, pytest.param(1500, marks=pytest.mark.proof)])
@pytest.mark.parametrize(("headlines", "rate"), [(7, 0.5), (35, 0.5), (35, 0.9)])
def test_a_promised_difference_is_found_eight_times_in_ten(headlines: int, rate: float, repeats: int) -> None:
    """In the family that is used, which is of all headlines; what was promised of one test is found far less."""
    rng, shares = np.random.default_rng(11), []
    for tests in (headlines, 1):
        gap = smallest_effect(N, rate, correlation=CORRELATION, tests=tests)
        other = rate + (gap if rate <= 0.5 else -gap)
        shares.append(sum(found(rng, accuracies(rng, rate, other), headlines) for _ in range(repeats)) / repeats)
    print(f"\n{headlines} headlines, rate {rate}: found {shares[0]:.3f}; promised of one test {shares[1]:.3f}", end="")
    low, high = binom.ppf([1e-4, 1 - 1e-4], repeats, 0.8) / repeats
    assert low <= shares[0] <= high
    assert shares[1] < 0.7


@pytest.mark.parametrize("repeats", [40, pytest.param(600, marks=pytest.mark.proof)])
@pytest.mark.parametrize("headlines", [7, 35])
def test_so_is_one_of_flips(headlines: int, repeats: int) -> None:
    """Over records whose control is right; taken for all records, .8 was promised of what .4 found."""
    counted, correlation = counting(_of_flips(), N)
    rng, rate = np.random.default_rng(12), 0.3
    other = rate + BOOTSTRAP * smallest_effect(counted, rate, correlation=correlation, tests=headlines)
    share = sum(found(rng, flips(rng, rate, other), headlines) for _ in range(repeats)) / repeats
    print(f"\n{headlines} headlines, flips {rate} and {other:.3f}: found {share:.3f}", end="")
    low, high = binom.ppf([1e-4, 1 - 1e-4], repeats, 0.8) / repeats
    assert low - 0.02 <= share <= high + 0.03


def _of_flips() -> Any:
    """As much of a task as a plan asks about."""

    class OfFlips:
        headline = "flips"
        measures = {"flips": flip_rate()}  # noqa: RUF012

    return OfFlips()
