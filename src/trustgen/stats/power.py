"""How much to ask: half-widths and numbers of cases for a rate, power and smallest effects for two models.

All tests are two-sided at 1 − level. `effect` is everywhere the design effect: how many cases of clusters carry as
much as one case that stands alone (`design_effect`; Kish 1965). Numbers of cases are cases asked of *each* model.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from trustgen.core import InputError

from .grades import Floats
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


def clusters_for_half_width(
    half: float, rate: float = 0.5, *, size: float = 1, icc: float = 0.0, level: float = LEVEL
) -> int:
    """The fewest clusters whose `half_width` is at most `half`.

    Wilson's half-width solved for n: n = z²·((pq − 2h²) + √((pq − 2h²)² − 4h⁴ + h²)) / 2h² effective cases. With
    Student's t, which depends on the number of clusters, that is a start for a search.
    """
    _check(rate=rate, level=level)
    if not 0 < half < 0.5:
        raise InputError(f"half-width {half:g}: it lies between 0 and 0.5, as 0.03")
    z, spread, square = student(math.inf, level), rate * (1 - rate) - 2 * half**2, half**2
    effective = z**2 * (spread + math.sqrt(spread**2 - 4 * square**2 + square)) / (2 * square)
    found = max(1, math.floor(effective * design_effect(size, icc) / size))
    while half_width(found, rate, size=size, icc=icc, level=level) > half:
        found += 1
    return found


# ── two models on different cases ───────────────────────────────────────────────────────────────────────────────────


def unpaired_power(n: ArrayLike, a: float, b: float, *, effect: float = 1.0, level: float = LEVEL) -> Floats:
    """Power to tell rates `a` and `b` apart with `n` cases for each model, on different cases: shape of `n`.

    The pooled z-test of two proportions (Fleiss, Levin and Paik 2003, section 4.2, without continuity correction), with
    the far side counted too.
    """
    from scipy.special import ndtr

    _check(rate=a, level=level)
    _check(rate=b, level=level)
    cases = np.asarray(n, np.float64) / effect
    z = student(math.inf, level)
    mean = (a + b) / 2
    null, other = math.sqrt(2 * mean * (1 - mean)), math.sqrt(a * (1 - a) + b * (1 - b))
    shift = abs(b - a) * np.sqrt(cases)
    if other == 0:
        return np.where(shift > z * null, 1.0, 0.0)
    found: Floats = ndtr((shift - z * null) / other) + ndtr((-shift - z * null) / other)
    return found


def unpaired_cases(a: float, b: float, *, power: float = POWER, effect: float = 1.0, level: float = LEVEL) -> int:
    """The fewest cases for each model with that `unpaired_power`: (z·√(2p̄q̄) + z_β·√(aā + bb̄))²/(b − a)²."""
    from scipy.special import ndtri

    _check(rate=a, level=level)
    _check(rate=b, level=level)
    _check_power(power, level)
    if a == b:
        raise InputError("rates that are equal are never told apart: give two that differ")
    mean, z = (a + b) / 2, student(math.inf, level)
    null, other = math.sqrt(2 * mean * (1 - mean)), math.sqrt(a * (1 - a) + b * (1 - b))
    return max(2, math.ceil(effect * ((z * null + float(ndtri(power)) * other) / (b - a)) ** 2))


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


def paired_power(
    n: ArrayLike, difference: float, discordance: float, *, effect: float = 1.0, level: float = LEVEL
) -> Floats:
    """Power of McNemar's test (mid-p) over `n` cases that both models are asked: shape of `n`.

    `discordance` is the share of cases that exactly one of them has right, `difference` that of b's alone less a's
    alone. Exact: summed over the binomial number of discordant cases, and over how they fall (Duffy 1984). This is the
    test of `compare.paired_difference` where clusters hold one case; with clusters it is an approximation, over
    n/`effect` cases, where `effect` is the design effect of the *differences* (usually below that of either rate).
    """
    _check_pair(difference, discordance, level)
    cases = np.asarray(n, np.float64)
    flat = [_power(math.floor(one / effect + 1e-9), difference, discordance, level) for one in cases.ravel()]
    return np.array(flat, np.float64).reshape(cases.shape)


def connor_cases(
    difference: float, discordance: float, *, power: float = POWER, effect: float = 1.0, level: float = LEVEL
) -> int:
    """Cases for McNemar's test in closed form: (z·√D + z_β·√(D − d²))²/d², rounded up (Miettinen 1968; Connor 1987).

    It is of the asymptotic test; where few cases differ the real one needs some more (`paired_cases`).
    """
    from scipy.special import ndtri

    _check_pair(difference, discordance, level)
    _check_power(power, level)
    if difference == 0:
        raise InputError("a difference of 0 is never found: give another")
    null, other = math.sqrt(discordance), math.sqrt(max(discordance - difference**2, 0.0))
    root = (student(math.inf, level) * null + float(ndtri(power)) * other) / difference
    return max(2, math.ceil(effect * root**2))


def paired_cases(
    difference: float, discordance: float, *, power: float = POWER, effect: float = 1.0, level: float = LEVEL
) -> int:
    """Cases, asked of both models, from which on the test has that `paired_power`.

    The power is a saw: more cases may have less. So this is the fewest that reach it and keep it for the next
    20 cases and the next 5 % (at most 200).
    """
    start = connor_cases(difference, discordance, power=power, level=level)
    held = 20 + min(start // 20, 200)
    n, kept = max(2, start - held), 0
    while kept <= held:
        kept = kept + 1 if _power(n, difference, discordance, level) >= power else 0
        n += 1
    return math.ceil((n - kept) * effect)


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
    correlation: float | None = None,
    tests: int = 1,
    power: float = POWER,
    effect: float = 1.0,
    level: float = LEVEL,
) -> float:
    """The smallest difference from `rate` that `n` cases for each model find with `power`; `nan` if none is found.

    With a `correlation` of the two models' results, case by case, both are asked the same cases and McNemar's test
    decides (`paired_power`); without one, the cases differ (`unpaired_cases`). The other rate lies towards one half,
    where differences are harder to see (and beyond it, if need be), so the same difference the other way is found too.
    `tests` share the error: the level is Bonferroni's, Holm's first step, so where more differ Holm finds more.
    """
    _check(rate=rate, level=level)
    _check_power(power, level)
    level = simultaneous_level(tests, level)
    sign = 1 if rate <= 0.5 else -1

    def found(gap: float) -> bool:
        other = min(max(rate + sign * gap, 0.0), 1.0)
        if correlation is None:
            return unpaired_cases(rate, other, power=power, effect=effect, level=level) <= n
        share = discordance(rate, other, correlation)
        return _power(math.floor(n / effect + 1e-9), gap, max(share, gap), level) >= power

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


def _power(n: int, difference: float, discordance: float, level: float) -> float:
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


def _check_pair(difference: float, discordance: float, level: float) -> None:
    _check(rate=discordance, level=level)
    if abs(difference) > discordance + 1e-12:
        raise InputError(f"a difference of {difference:g} needs a discordance of as much: {discordance:g} is less")
