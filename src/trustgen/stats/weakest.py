"""The least of several values that were measured with error: how low it is, and which of them it may be.

The least of noisy values lies too low, the more so the noisier they are and the more of them there are: a model asked
more looks better, and the value named as the weakest is mostly an unlucky one. So the values are drawn together first,
as far as their spread is no more than their errors explain, and the least is read off what is then left to believe of
each (normal empirical Bayes: Efron and Morris 1975).

How far values differ beyond their errors, τ, is not put at its best estimate: of a few values that is 0 every other
time, which calls all of them one and can put the least above their mean. It is averaged over what the values leave
possible, under a half-normal prior that thinks τ of `SPREAD` likely (Gelman 2006).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from trustgen.core import InputError

from .grades import Floats
from .intervals import LEVEL, student

SPREAD = 0.1
NODES = 16
"""Values of τ, from 0 to three times `SPREAD`, that stand for all."""
POINTS = 501
REACH = 9.0
"""Standard deviations to either side that are summed over: 1e-19 of a normal lies beyond."""


class Least(NamedTuple):
    """The posterior mean of the least of some values, limits that hold it, and each value's chance of being it."""

    value: float
    low: float
    high: float
    chances: tuple[float, ...]


def least(values: ArrayLike, low: ArrayLike, high: ArrayLike, level: float = LEVEL) -> Least:
    """The least of independent values, each given with the limits of its interval at `level`.

    θ_i ~ N(μ, τ²), value_i ~ N(θ_i, s_i²), s_i from the width of the limits; τ as the module says, and μ for each τ the
    mean weighted by 1/(s_i² + τ²). One value is itself.

    The limits owe nothing to this model: the least is at least the least of lower limits, and at most the least of
    upper ones that hold all at once (Bonferroni). So they are wide where there are many values, never too narrow. An
    upper limit takes its width from both sides: in a mean of shares, limits that lean to the middle lean too far.
    """
    y, lows, highs = (np.asarray(x, np.float64) for x in (values, low, high))
    if not (y.ndim == 1 and y.shape == lows.shape == highs.shape and len(y)):
        raise InputError("`least` needs one value or more, each with a lower and an upper limit")
    if not (np.isfinite(y).all() and (lows <= y).all() and (y <= highs).all()):
        raise InputError("`least` needs finite values, each within its limits")
    n, z = len(y), student(math.inf, level)
    wider = student(math.inf, 1 - (1 - level) / n) / z
    half = np.maximum(highs - y, np.sqrt(((highs - y) ** 2 + (y - lows) ** 2) / 2))
    bottom, top = float(lows.min()), float((y + wider * half).min() if n > 1 else highs[0])
    errors = (highs - lows) / (2 * z)
    errors = np.maximum(errors, max(float(errors.max()) / 50, 1e-9))  # what follows is summed over points
    mean, chances = _posterior_least(y, errors)
    return Least(mean, min(bottom, mean), max(top, mean), chances)


def _posterior_least(y: Floats, errors: Floats) -> tuple[float, tuple[float, ...]]:
    """E[min θ] and P(θ_i is the least), averaged over τ."""
    if len(y) == 1:
        return float(y[0]), (1.0,)
    nodes = 3 * SPREAD * (np.arange(NODES) + 0.5) / NODES
    evidence = np.array([_evidence(y, errors, tau) for tau in nodes]) - 0.5 * (nodes / SPREAD) ** 2
    weights = np.exp(evidence - evidence.max())
    found = [_given(y, errors, tau) for tau in nodes]
    value = float(np.average([one for one, _ in found], weights=weights))
    return value, tuple(float(c) for c in np.average([chances for _, chances in found], axis=0, weights=weights))


def _evidence(y: Floats, errors: Floats, tau: float) -> float:
    """The logarithm of the values' likelihood at a τ, any μ being as likely as any other."""
    weights = 1 / (errors**2 + tau**2)
    middle = (weights * y).sum() / weights.sum()
    return float(np.log(weights).sum() - np.log(weights.sum()) - (weights * (y - middle) ** 2).sum()) / 2


def _given(y: Floats, errors: Floats, tau: float) -> tuple[float, Floats]:
    """The same at one τ: ∫ over the density of one being there and all others above."""
    from scipy.special import ndtr

    weights = 1 / (errors**2 + tau**2)
    kept = tau**2 * weights
    means = kept * y + (1 - kept) * (weights * y).sum() / weights.sum()
    deviations = np.sqrt(kept) * errors
    at = _grid(means, deviations)
    z = (at[:, None] - means) / deviations
    above = ndtr(-z)
    others = np.column_stack([np.delete(above, i, axis=1).prod(axis=1) for i in range(len(y))])
    there = np.exp(-0.5 * z**2) / (deviations * math.sqrt(2 * math.pi)) * others
    chances = np.trapezoid(there, at, axis=0)
    value = float(np.trapezoid(at * there.sum(axis=1), at) / chances.sum())
    return value, chances / chances.sum()


def _grid(means: Floats, deviations: Floats) -> Floats:
    """Where the least may lie, at evenly spaced points: a sum over these converges faster than any power."""
    low = float((means - REACH * deviations).min())
    high = float((means + REACH * deviations).min())
    return np.linspace(low, high, POINTS)
