"""A rate corrected for its judge's error, with an interval that carries what the labelled set leaves unknown.

A judge of sensitivity Se and specificity Sp calls a share p = θ·Se + (1 − θ)·(1 − Sp) positive when a share θ is. Rogan
and Gladen (1978) solve for θ. Taking Se and Sp for exact makes the interval too narrow; leaving the rate uncorrected
puts it around the wrong value altogether.

The interval inverts a score test. For each θ, what was seen is compared with the likeliest p, Se and Sp under that θ
(restricted maximum likelihood, after Miettinen and Nurminen 1985; Tebbs and Roths 2008 for linear contrasts). θ cannot
leave [0, 1], and cutting an interval there would leave some very short or empty; so the test orders outcomes as Feldman
and Cousins (1998) do, which keeps its level and never leaves nothing. Against the closed form of Lang and Reiczigel
(2014), measured on the same grid, it is nearer to 95 % where rates, or Se and Sp, are close to 0 or 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trustgen.core import InputError

from .confusion import Confusion
from .grades import Floats
from .intervals import LEVEL, effective_size

Number = float | Floats
_HALVINGS = 44
_BITS = 20
_FEW = 16


class Seen(NamedTuple):
    """What a correction rests on; numbers, or arrays of one shape for many corrections at once.

    `rate` is the uncorrected share over an effective `size` of cases whose design effect has `df` degrees of freedom
    (infinite for cases alone in their clusters); Se was seen on `positives` labelled rows, Sp on `negatives`.
    """

    rate: Number
    size: Number
    df: Number
    sensitivity: Number
    positives: Number
    specificity: Number
    negatives: Number


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A corrected rate in [0, 1] with its interval; `nan` in [0, 1] with a `reason` where no correction is possible.

    `uncorrected` is the rate as judged. `untruncated` is the correction before it was held inside [0, 1]: outside it,
    the judge called more cases (or fewer) positive than its own error explains, which chance may do when a rate is near
    an end. `note` says when that goes beyond chance: then the labelled set is not like the cases.
    """

    value: float
    low: float
    high: float
    method: str
    uncorrected: float
    untruncated: float
    reason: str = ""
    note: str = ""


METHOD = "Rogan-Gladen, score interval with the labels' uncertainty"


def corrected_rate(table: Floats, judge: Confusion, level: float = LEVEL) -> Corrected:
    """The rate that a judge with this confusion would have reported had it made no mistakes.

    `table` has one row a cluster: what the judge called positive, and what it read (`RatioMeasure.count(…).table`).
    Both that rate and the confusion's shares are over what the judge could read, so they are about the same thing.
    Labelled rows are taken for independent of the cases, and of one another but for the confusion's design effects.

    No correction is made, and `reason` says so, where nothing was counted, where the labelled set lacks positives or
    negatives, and where the lower limit of Youden's J = Se + Sp − 1 is not above 0: such a judge may be guessing.
    Raises `InputError` where a cluster has more hits than cases, a negative number, or a part of one: a judge that
    calls every reply half right has no sensitivity, and .5 read with .9 and .8 would be corrected to .36.
    """
    hits, sizes = table[:, 0], table[:, 1]
    if (hits < 0).any() or (hits > sizes + 1e-9).any():
        raise InputError("a cluster has more hits than cases, or fewer than none: pass the table of a share")
    if not np.array_equal(hits, np.rint(hits)):
        raise InputError("some scores are part marks, which no share of right and wrong holds: count the share ≥ .5")
    hits, sizes = hits[sizes > 0], sizes[sizes > 0]
    rate = float(hits.sum() / sizes.sum()) if len(sizes) else math.nan
    if reason := _hopeless(rate, judge, level):
        return Corrected(
            value=math.nan, low=0.0, high=1.0, method="none", uncorrected=rate, untruncated=math.nan, reason=reason
        )
    seen = _seen(rate, hits, sizes, judge)
    low, high = (float(end) for end in corrected_limits(seen, level))
    untruncated = float(rogan_gladen(seen))
    return Corrected(
        value=min(max(untruncated, low), high),
        low=low,
        high=high,
        method=METHOD,
        uncorrected=rate,
        untruncated=untruncated,
        note=_misfit(seen, level),
    )


def _seen(rate: float, hits: Floats, sizes: Floats, judge: Confusion) -> Seen:
    return Seen(
        rate,
        effective_size(hits, sizes),
        math.inf if sizes.max() <= 1 else max(len(sizes) - 1, 1),
        judge.true_positive / judge.positives,
        judge.positives / judge.effect[0],
        judge.true_negative / judge.negatives,
        judge.negatives / judge.effect[1],
    )


def band(table: Floats, judge: Confusion, shift: float, level: float = LEVEL) -> tuple[float, float]:
    """The outermost corrected limits where, on these replies, Se and Sp may each lie `shift` off the labelled ones.

    A corrected rate falls as Se rises and rises with Sp, as long as the rate lies between 1 − Sp and Se; so the ends
    are at two corners. 0 and 1 where the judge may then be guessing, or where there is no correction.
    """
    hits, sizes = table[table[:, 1] > 0].T
    rate = float(hits.sum() / sizes.sum()) if len(sizes) else math.nan
    if _hopeless(rate, judge, level):
        return 0.0, 1.0
    low, high = band_limits(_seen(rate, hits, sizes, judge), shift, level)
    return float(low), float(high)


def band_limits(seen: Seen, shift: float, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Both ends of `band`, for many corrections at once."""
    se, sp = np.asarray(seen.sensitivity, np.float64), np.asarray(seen.specificity, np.float64)
    off = np.reshape((shift, -shift), (2, *(1,) * se.ndim))
    se, sp = np.minimum(se + off, 1.0), np.minimum(sp - off, 1.0)
    guessing = se + sp <= 1
    held = seen._replace(sensitivity=np.where(guessing, 1.0, se), specificity=np.where(guessing, 1.0, sp))
    low, high = corrected_limits(held, level)
    return np.where(guessing[0], 0.0, low[0]), np.where(guessing[1], 1.0, high[1])


def rogan_gladen(seen: Seen) -> Floats:
    """θ = (p + Sp − 1)/(Se + Sp − 1), less the bias that dividing by an estimate brings; may leave [0, 1].

    To second order that bias is (θ·var Se − (1 − θ)·var Sp)/(Se + Sp − 1)²: 3 points at Se .8, Sp .6 on 50 + 50 labels,
    of which 1.6 at most are left; at 100 + 100 it is .4, and none can be measured for a J of 9 standard errors or more.
    """
    p, se, sp = (np.asarray(share, np.float64) for share in (seen.rate, seen.sensitivity, seen.specificity))
    j = se + sp - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = (p + sp - 1) / j
        spread = plain * se * (1 - se) / np.maximum(np.asarray(seen.positives) - 1, 1)
        bias = (spread - (1 - plain) * sp * (1 - sp) / np.maximum(np.asarray(seen.negatives) - 1, 1)) / j**2
        value: Floats = np.where(j > 0, plain - bias, np.nan)
    return value


def corrected_limits(seen: Seen, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Both ends of the θ in [0, 1] that `plausible` keeps; every Se + Sp must exceed 1. Good to 1e-6."""
    p, se, sp = (np.asarray(share, np.float64) for share in (seen.rate, seen.sensitivity, seen.specificity))
    middle = np.clip((p + sp - 1) / (se + sp - 1), 0.0, 1.0)
    kept = np.stack((middle, middle))
    ends = lost = np.stack((np.zeros_like(middle), np.ones_like(middle)))
    whole = plausible(lost, seen, level)
    # A call on few numbers costs as much as one on a hundred: where there are few, 32 places at a time, not two.
    parts = 32 if lost.size <= _FEW else 2
    steps = np.arange(1, parts).reshape(-1, *(1,) * lost.ndim) / parts
    for _ in range(math.ceil(_BITS / math.log2(parts))):
        between = kept + (lost - kept) * steps
        inside = np.cumprod(plausible(between, seen, level), axis=0).sum(axis=0)  # places before the first one lost
        kept, lost = kept + (lost - kept) * inside / parts, kept + (lost - kept) * (inside + 1) / parts
    low, high = np.where(whole, ends, lost)
    return low, high


def plausible(theta: Number, seen: Seen, level: float = LEVEL) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether a true rate `theta` is not rejected by what was seen, at this level. Shapes as in `Seen`."""
    theta, gap, judged, labels = _restricted(theta, seen)
    j = np.asarray(seen.sensitivity, np.float64) + seen.specificity - 1
    spread = judged + labels
    # Only the spread between clusters is estimated with few degrees of freedom (Satterthwaite 1946).
    df = np.minimum(seen.df, 1e6) * np.maximum(spread / np.maximum(judged, 1e-15), 1.0) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = np.sqrt(spread)
        u = np.where(sd > 0, gap / sd, np.where(np.abs(gap) < 1e-12, 0.0, np.copysign(np.inf, gap)))
        below, above = (np.where(sd > 0, part * j / sd, np.inf) for part in (theta, 1 - theta))
    radius = _radius(below, above, df, level)
    kept: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (u <= _reach(radius, above)) & (-u <= _reach(radius, below))
    return kept


def _radius(below: Floats, above: Floats, df: Floats, level: float) -> Floats:
    """The critical distance, in standard errors, when the ends of [0, 1] are `below` and `above` away.

    Feldman and Cousins's ordering for a normal estimate of a bounded quantity, with Student's t for the normal. With
    both ends far it is the two-sided critical value, at an end the one-sided one.
    """
    from scipy.special import stdtr, stdtrit

    widest = stdtrit(df, (1 + level) / 2)
    low, high = np.zeros_like(widest), widest
    for _ in range(24):
        radius = (low + high) / 2
        held = stdtr(df, _reach(radius, above)) - stdtr(df, -_reach(radius, below)) >= level
        low, high = np.where(held, low, radius), np.where(held, radius, high)
    return np.where(np.minimum(below, above) < widest, high, widest)


def _reach(radius: Floats, end: Floats) -> Floats:
    """How far outcomes are kept on the side whose end of [0, 1] is `end` standard errors away."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach: Floats = np.where(radius <= end, radius, (radius**2 + end**2) / (2 * end))
    return reach


def _restricted(theta: Number, seen: Seen) -> tuple[Floats, Floats, Floats, Floats]:
    """θ; how far what was seen lies from it; the variances of that from cases and from labels, under that θ.

    Each likeliest share solves n(x − share) = m·share·(1 − share) for a common multiplier, found by halving: the
    remaining distance falls as the multiplier rises.
    """
    theta, p, n, _, se, positives, sp, negatives = np.broadcast_arrays(
        *(np.asarray(part, np.float64) for part in (theta, *seen))
    )
    false = 1 - sp
    most = 100 * (n + positives + negatives)
    low, high = -most, most
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_HALVINGS):
            m = (low + high) / 2
            short = _likeliest(p, n, m) - theta * _likeliest(se, positives, -m * theta)
            rising = short - (1 - theta) * _likeliest(false, negatives, -m * (1 - theta)) > 0
            low, high = np.where(rising, m, low), np.where(rising, high, m)
        m = (low + high) / 2
        at_p = _likeliest(p, n, m)
        at_se, at_false = _likeliest(se, positives, -m * theta), _likeliest(false, negatives, -m * (1 - theta))
    labels = theta**2 * at_se * (1 - at_se) / positives + (1 - theta) ** 2 * at_false * (1 - at_false) / negatives
    gap = p - theta * se - (1 - theta) * false
    return theta, gap, at_p * (1 - at_p) / n, labels


def _likeliest(share: Floats, n: Floats, m: Floats) -> Floats:
    """The root in [0, 1] of m·x² − (n + m)·x + n·share = 0, without cancellation; divides by 0 where it is not read."""
    b, held = n + m, n * share
    root = np.sqrt(np.maximum(b * b - 4 * m * held, 0.0))
    x: Floats = np.minimum(np.maximum(np.where(b > 0, 2 * held / (b + root), (b - root) / (2 * m)), 0.0), 1.0)
    return x


def _hopeless(rate: float, judge: Confusion, level: float) -> str:
    """Why there is no correction; "" where there is one."""
    if math.isnan(rate):
        return "nothing counted"
    j, lowest, _ = judge.youden(level)
    if math.isnan(j):
        return f"labelled set has {judge.positives} positives and {judge.negatives} negatives read: it needs both"
    if lowest <= 0:
        return f"sensitivity + specificity − 1 is {j:.2f}, as low as {lowest:.2f}: the judge may be guessing"
    return ""


def _misfit(seen: Seen, level: float) -> str:
    """Says so when the judged rate lies further outside what any θ in [0, 1] explains than chance would have it."""
    from scipy.special import stdtrit

    for theta, side, word in ((0.0, -1, "fewer"), (1.0, 1, "more")):
        _, gap, judged, labels = _restricted(theta, seen)
        spread = float(judged + labels)
        if side * float(gap) > float(stdtrit(min(float(seen.df), 1e6), (1 + level) / 2)) * math.sqrt(spread) + 1e-12:
            return f"the judge calls {word} cases positive than its labelled errors explain: label some of these cases"
    return ""
