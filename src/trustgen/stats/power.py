"""How much to ask: the half-width of a rate, and power and smallest effects for two models on the same cases.

All tests are two-sided at 1 − level. The design effect is how many cases of clusters carry as much as one case that
stands alone (`design_effect`; Kish 1965). Numbers of cases are cases asked of *each* model.
"""

from __future__ import annotations

import math

import numpy as np

from trustgen.core import InputError

from .intervals import LEVEL, score_limits, student
from .multiplicity import simultaneous_level

POWER = 0.8
SPREADS = 9.0
"""Standard deviations of the number of discordant cases that a power is summed over: 1e-18 of it lies outside."""


def design_effect(size: float, icc: float) -> float:
    """1 + (size − 1)·icc: clusters of `size` cases, any two of which correlate by `icc` (Kish 1965)."""
    if size < 1 or not 0 <= icc <= 1:
        raise InputError(f"clusters of {size:g} with correlation {icc:g}: need a size of 1 or more, an icc in 0..1")
    return 1 + (size - 1) * icc


# ── one rate ────────────────────────────────────────────────────────────────────────────────────────────────────────


def half_width(clusters: float, rate: float = 0.5, *, size: float = 1, icc: float = 0.0, level: float = LEVEL) -> float:
    """Half the width of the interval of a rate over `clusters` of `size` cases each, if the rate comes out as `rate`.

    Wilson's interval over clusters·size/`design_effect` cases; with Student's t where clusters hold more than one, as
    `ratio_interval` has it. (That one also guards its estimate of the design effect, which costs a little more where
    few clusters show the rarer result.)
    """
    _check(rate=rate, level=level)
    if clusters <= 0:
        return math.nan
    low, high = score_limits(rate, clusters * size / design_effect(size, icc), _critical(clusters, size, level))
    return (high - low) / 2


# ── two models on the same cases ────────────────────────────────────────────────────────────────────────────────────


def discordance(a: float, b: float, correlation: float) -> float:
    """Share of cases that exactly one of two models has right: a + b − 2·P(both), at a correlation of their results.

    A correlation that rates so far apart cannot have is brought to the nearest one they can.
    """
    _check(rate=a, level=LEVEL)
    _check(rate=b, level=LEVEL)
    if not -1 <= correlation <= 1:
        raise InputError(f"correlation {correlation:g}: it lies in -1..1")
    both = a * b + correlation * math.sqrt(a * (1 - a) * b * (1 - b))
    return a + b - 2 * min(max(both, a + b - 1, 0.0), a, b)


def clusters_to_show(
    difference: float, half: float, clusters: int, *, tests: int = 1, power: float = POWER, level: float = LEVEL
) -> int:
    """About how many clusters in all show a difference like one that was seen over `clusters`; 0 if none can be named.

    `half` is half the width of its 95 % interval, from which its standard error is taken; that falls with the root of
    the clusters: n = k·((z + z_β)·s/d)². `tests` is how many tests share the error (Bonferroni's level, so Holm needs
    no more). What was seen may be larger or smaller than what is true, so this is a size to plan with and no promise.
    """
    from scipy.special import ndtri

    _check_power(power, level)
    if not (clusters >= 2 and half > 0 and abs(difference) > 0) or math.isinf(half):
        return 0
    error = half / student(clusters - 1, LEVEL)
    z = student(math.inf, 1 - (1 - level) / max(tests, 1))
    found = clusters * ((z + float(ndtri(power))) * error / difference) ** 2
    return max(math.ceil(found), clusters + 1) if math.isfinite(found) else 0


def smallest_effect(
    n: float,
    rate: float = 0.5,
    *,
    correlation: float,
    tests: int = 1,
    power: float = POWER,
    level: float = LEVEL,
) -> float:
    """The smallest difference from `rate` that `n` cases, asked of both, find with `power`; `nan` if none is found.

    `correlation` is that of the two models' results, case by case; McNemar's test decides (`paired_power`). The other
    rate lies towards one half, where differences are harder to see (and beyond it, if need be), so the same difference
    the other way is found too.
    `tests` share the error: the level is Bonferroni's, Holm's first step, so where more differ Holm finds more.
    """
    _check(rate=rate, level=level)
    _check_power(power, level)
    level = simultaneous_level(tests, level)
    sign = 1 if rate <= 0.5 else -1

    def found(gap: float) -> bool:
        other = min(max(rate + sign * gap, 0.0), 1.0)
        share = discordance(rate, other, correlation)
        return paired_power(math.floor(n + 1e-9), gap, max(share, gap), level=level) >= power

    low, high = 0.0, rate if sign < 0 else 1 - rate
    if n < 2 or not found(high):
        return math.nan
    while high - low > 1e-5:
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


def half_of_equal(n: float, rate: float, correlation: float, level: float = LEVEL) -> float:
    """Half the width of the interval of the difference between two models that are both right at `rate`, paired.

    Over `n` cases and the two that `paired_difference` adds, one for each model: z·√(D·n + 2)/(n + 2).
    """
    _check(rate=rate, level=level)
    if n <= 0:
        return math.inf
    return student(math.inf, level) * math.sqrt(discordance(rate, rate, correlation) * n + 2) / (n + 2)


def chance_to_pass(margin: float, half: float, level: float = LEVEL) -> float:
    """How likely a model that is no worse is shown to be worse by no more than `margin`, 0..1.

    `half` is half the width of the interval of its difference, in the same unit. What is held against the margin is
    the limit on the worse side, which lies `half` from a difference that varies about 0 by half/z.
    """
    from scipy.special import ndtr

    if not half > 0 or math.isinf(half):
        return 1.0 if half == 0 else 0.0
    return float(ndtr(student(math.inf, level) * (margin / half - 1)))


def paired_power(n: int, difference: float, discordance: float, *, level: float = LEVEL) -> float:
    """Power of McNemar's test (mid-p) over `n` cases that both models are asked, in 0..1.

    `discordance` is the share of cases that exactly one of them has right, `difference` that of b's alone less a's
    alone. Exact: summed over the binomial number of discordant cases, and over how they fall (Duffy 1984). This is the
    test of `compare.paired_difference` where clusters hold one case.
    """
    from scipy.special import bdtr, bdtrc
    from scipy.stats import binom

    if n < 1 or discordance == 0:
        return 0.0
    spread = SPREADS * math.sqrt(n * discordance * (1 - discordance)) + SPREADS
    k = np.arange(max(0, int(n * discordance - spread)), min(n, int(n * discordance + spread)) + 1)
    least = binom.ppf((1 - level) / 2, k, 0.5)  # the first count whose tail reaches α/2: one below it rejects
    mid_p = binom.cdf(least, k, 0.5) + binom.cdf(least - 1, k, 0.5)
    worst = np.where(mid_p < 1 - level, least, least - 1)
    share = (discordance + difference) / (2 * discordance)
    rejects = worst >= 0
    seen, tail = k[rejects], worst[rejects]
    sides = bdtr(tail, seen, share) + bdtrc(seen - tail - 1, seen, share)
    return float((binom.pmf(seen, n, discordance) * sides).sum())


def _critical(clusters: float, size: float, level: float) -> float:
    return student(math.inf if size <= 1 else max(clusters - 1, 1), level)


def _check(*, rate: float, level: float) -> None:
    if not 0 <= rate <= 1:
        raise InputError(f"rate {rate:g}: a rate lies in 0..1")
    if not 0 < level < 1:
        raise InputError(f"level {level:g}: a level lies between 0 and 1, as 0.95")


def _check_power(power: float, level: float) -> None:
    if not 1 - level < power < 1:
        raise InputError(f"power {power:g}: it lies between {1 - level:g} and 1, as 0.8")
