"""How large a difference between two models is, in units that carry a word: Cohen's h, a ratio of rates, an odds ratio.

A p-value says whether there is a difference and `paired_difference` how many points it is. The same five points are
nothing at 50 % and half of all failures at 95 %; these sizes tell the two apart. Each is paired (the cases that both
models have) and keeps clusters whole; each has an interval, and words for its value and for the end of the interval
that lies nearest to no effect. Words are conventions, not findings: each names whose convention it is.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from .grades import Floats
from .intervals import ratio_interval
from .simultaneous import group_limits

WORDS = ("negligible", "small", "medium", "large")
COHEN = "Cohen 1988"
CHEN = "Chen, Cohen and Chen 2010"
MONSON = "Monson 1990"

_STEPS = {COHEN: (0.2, 0.5, 0.8), CHEN: (1.68, 3.47, 6.71), MONSON: (1.2, 1.5, 3.0)}


class Effect(msgspec.Struct, frozen=True):
    """Model b against model a, with 95 % limits. No effect is 0, or 1 for ratios, which run from 0 to infinity.

    `word` is for the value; `at_least` for the limit nearest to no effect ("negligible" where the interval holds it).
    Both are "" where the value is `nan`. `words` is whose words they are.
    """

    name: str
    value: float
    low: float
    high: float
    word: str
    at_least: str
    words: str
    counted: int


def cohen_h(hits: Floats, sizes: Floats) -> Effect:
    """Cohen's h, 2·arcsin√p_b − 2·arcsin√p_a, in −π..π (Cohen 1988). Words from .2, .5 and .8.

    `hits` and `sizes` are clusters × 2: what succeeded and was counted for a and for b. The interval takes each rate's
    Wilson limits (cluster-robust) to that scale and joins them by the rates' correlation (MOVER: Zou and Donner 2008).
    """
    counted = int(sizes[:, 1].sum())
    if not sizes.sum(axis=0).all():
        return _effect("cohen_h", math.nan, math.nan, math.nan, 0.0, COHEN, counted)
    limits = group_limits(hits, sizes, 1)
    mid, low, high = (2 * np.arcsin(np.sqrt(np.clip(x, 0, 1))) for x in (limits.rate, limits.low, limits.high))
    r = float(limits.correlation[0, 1])
    value = float(mid[1] - mid[0])
    below = _joined(float(mid[1] - low[1]), float(high[0] - mid[0]), r)
    above = _joined(float(high[1] - mid[1]), float(mid[0] - low[0]), r)
    low_h, high_h = max(value - below, -math.pi), min(value + above, math.pi)
    return _effect("cohen_h", value, low_h, high_h, 0.0, COHEN, counted)


def relative_risk(hits: Floats, sizes: Floats) -> Effect:
    """p_b over p_a, in 0..∞; `nan` where both are 0. Words from 1.2, 1.5 and 3, or one over these (Monson 1990).

    `hits` and `sizes` as for `cohen_h`. The limits are the ratios R at which the MOVER interval of p_b − R·p_a just
    reaches 0 (Donner and Zou 2012), infinite where p_a may be 0.
    """
    counted = int(sizes[:, 1].sum())
    if not sizes.sum(axis=0).all() or not hits.any():
        return _effect("relative_risk", math.nan, math.nan, math.nan, 1.0, MONSON, counted)
    limits = group_limits(hits, sizes, 1)
    (q, p), (ql, pl), (qu, pu) = (tuple(map(float, x)) for x in (limits.rate, limits.low, limits.high))
    r = float(limits.correlation[0, 1])
    value = p / q if q > 0 else math.inf
    low = _root(p * q - r * (p - pl) * (qu - q), pl * (2 * p - pl), qu * (2 * q - qu), upper=False)
    high = _root(p * q - r * (pu - p) * (q - ql), pu * (2 * p - pu), ql * (2 * q - ql), upper=True)
    return _effect("relative_risk", value, min(max(low, 0.0), value), max(high, value), 1.0, MONSON, counted)


def discordant_odds(hits: Floats, sizes: Floats) -> Effect:
    """Odds ratio of discordant clusters: where b succeeded more often over where a did, in 0..∞; `nan` with none.

    With one case a cluster this is the conditional maximum likelihood odds ratio of matched pairs, the size that
    McNemar's test tests (Breslow and Day 1980). `hits` and `sizes` as for `cohen_h`, but each cluster counted equally
    often for both. The interval is the score interval of the share of discordant clusters that go b's way (Wilson), as
    odds. `counted` is the number of discordant clusters. Words from 1.68, 3.47 and 6.71 (Chen, Cohen and Chen 2010).
    """
    both = (sizes > 0).all(axis=1)
    gain = hits[both, 1] / sizes[both, 1] - hits[both, 0] / sizes[both, 0]
    ups = (gain > 1e-12).astype(np.float64)
    downs = (gain < -1e-12).astype(np.float64)
    share = ratio_interval(ups, ups + downs)
    up, down = float(ups.sum()), float(downs.sum())
    if up + down == 0:
        return _effect("discordant_odds", math.nan, math.nan, math.nan, 1.0, CHEN, 0)
    value = up / down if down else math.inf
    return _effect("discordant_odds", value, _odds(share.low), _odds(share.high), 1.0, CHEN, int(up + down))


def word(value: float, source: str, none: float) -> str:
    """The word for an effect: how far it is from `none` on the steps of `source`; "" for `nan`."""
    if math.isnan(value):
        return ""
    size = abs(value) if none == 0 else max(value, 1 / value if value > 0 else math.inf)
    # A ratio and its inverse are the same size, also where rounding puts one of them just under a step.
    return WORDS[sum(size >= step * (1 - 1e-9) for step in _STEPS[source])]


def _effect(name: str, value: float, low: float, high: float, none: float, words: str, counted: int) -> Effect:
    nearest = min(max(none, low), high) if not math.isnan(low) else math.nan
    return Effect(name, value, low, high, word(value, words, none), word(nearest, words, none), words, counted)


def _joined(of: float, less: float, r: float) -> float:
    """Half-width of a difference from those of its terms, correlated by r."""
    return math.sqrt(max(of**2 + less**2 - 2 * r * of * less, 0.0))


def _root(middle: float, top: float, bottom: float, *, upper: bool) -> float:
    """A root R of bottom·R² − 2·middle·R + top = 0: the limit of a ratio. Infinite where the bottom may be 0.

    The smaller root is taken as top/(larger root's numerator), which stays finite when `bottom` goes through 0.
    """
    root = math.sqrt(max(middle**2 - top * bottom, 0.0))
    if upper:
        return (middle + root) / bottom if bottom > 1e-15 else math.inf
    return top / (middle + root) if middle + root > 0 else 0.0


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf
