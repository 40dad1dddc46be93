"""Two models on the same cases: the difference, paired, with whole clusters kept together.

An unpaired test throws away that both models met the same cases, and so misses real changes; a test that takes the
cases of a cluster for independent sees changes that are none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trustgen.core import Direction, InputError, Measure

from .grades import Floats, Grades, Mask
from .intervals import DRAWS, LEVEL, NOTHING, SEED, percentile_interval, resample

STEPS = 50
"""Into how many steps the largest difference of a cluster is split, where differences are no whole numbers."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Model b less model a, over the cases that both have.

    `a` and `b` are the measure over these cases, so they can differ from either model's own estimate; `counted` is how
    many cases these are and `missing` how many of the planned ones at least one model lacks. `clusters` is how many
    clusters the difference rests on. `p` is two-sided; `nan` where either value is. `better` is "" unless they differ.
    """

    a: float
    b: float
    difference: float
    low: float
    high: float
    method: str
    p: float
    p_method: str
    counted: int
    missing: int
    clusters: int
    level: float
    better: Literal["a", "b", ""]

    @property
    def different(self) -> bool:
        """Whether the p-value and the interval both say so."""
        return self.p < 1 - self.level and not self.low <= 0 <= self.high


def paired_difference(
    a: Grades,
    b: Grades,
    measure: Measure,
    *,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Difference:
    """The measure of b less that of a, over the cases that can be counted for both.

    `a` and `b` hold the same planned cases in the same order, else `InputError`. The interval resamples clusters, the
    same ones for both models (`cluster_bootstrap`, with its fallback where all draws are equal). The p-value is

    - by counting for a share: under the null the two models are exchangeable, so each cluster may be swapped. The test
      is exact; where no cluster differs by more than one case it is McNemar's, with the mid-p. Where the two are
      counted over different units (flip rates), what is swapped is hits less the size times the rate of both together;
      between models that differ in size alone it errs on the safe side.
    - the bootstrap's otherwise: twice the smaller share of draws on one side of 0, with the interval's expansion for
      few clusters; beyond the draws, Student's tail. For measures that pick out an extreme group it is approximate, as
      the biases of two extremes need not cancel.
    """
    same_cases(a, b)
    planned = measure.reads(a)
    shared = measure.usable(a) & measure.usable(b)
    both = _both(a, b, measure, shared)
    width = both.shape[1] // 2
    value_a, value_b = measure.value(both[:, :width]), measure.value(both[:, width:])
    difference = value_b - value_a
    interval, p, p_method = NOTHING, math.nan, NOTHING.method
    if not math.isnan(difference):
        values = _draws(measure, both, draws, seed)
        reach = measure.range[1] - measure.range[0]
        interval = percentile_interval(difference, values, clusters=len(both), span=(-reach, reach), level=level)
        p, p_method = _exact_p(measure, both) or (_bootstrap_p(values, len(both)), f"cluster bootstrap, {draws} draws")
    made = Difference(
        a=value_a,
        b=value_b,
        difference=difference,
        low=interval.low,
        high=interval.high,
        method=interval.method,
        p=p,
        p_method=p_method,
        counted=int(shared.sum()),
        missing=int(planned.sum() - shared.sum()),
        clusters=len(both),
        level=level,
        better="",
    )
    return replace(made, better=_better(measure, value_a, value_b)) if made.different else made


def paired_p(a: Grades, b: Grades, measure: Measure, *, draws: int = DRAWS, seed: int = SEED) -> float:
    """The p-value of `paired_difference` alone, which costs little where it is exact; `nan` where there is none."""
    same_cases(a, b)
    both = _both(a, b, measure, measure.usable(a) & measure.usable(b))
    width = both.shape[1] // 2
    if math.isnan(measure.value(both[:, width:]) - measure.value(both[:, :width])):
        return math.nan
    exact = _exact_p(measure, both)
    return exact[0] if exact else _bootstrap_p(_draws(measure, both, draws, seed), len(both))


def _both(a: Grades, b: Grades, measure: Measure, shared: Mask) -> Floats:
    """What each cluster counts for a, then for b, over the shared cases; clusters that count for neither left out."""
    both = np.hstack((measure.count(a.where(shared)).table, measure.count(b.where(shared)).table))
    return both[both.any(axis=1)]


def same_cases(a: Grades, b: Grades) -> None:
    """Raise `InputError` where two models were not graded on the same cases in the same order."""
    if len(a) != len(b):
        raise InputError(f"{len(a)} planned cases against {len(b)}: compare two models on the same cases")
    same = np.array_equal(a.cluster, b.cluster) and a.arms == b.arms and np.array_equal(a.arm, b.arm)
    if not same or a.tags.keys() != b.tags.keys():
        raise InputError("the two models' cases differ or are in another order: compare two models of one edition")
    for name, (codes, values) in a.tags.items():
        if b.tags[name][1] != values or not np.array_equal(codes, b.tags[name][0]):
            raise InputError(f"the two models' cases differ in the tag `{name}`: compare two models of one edition")


def _draws(measure: Measure, both: Floats, draws: int, seed: int) -> Floats:
    """Differences in resamples of the clusters; all equal if no cluster departs from the rest.

    For shares, two cases are added, one that only a has right and one that only b has (Agresti and Caffo 2000; Bonett
    and Price 2012): where few cases differ, or all in one direction, plain percentiles fall short (90 % or less).
    """
    width = both.shape[1] // 2
    if measure.share:
        hits_a, sizes_a, hits_b, sizes_b = both.T
        a, b = hits_a.sum() / sizes_a.sum(), hits_b.sum() / sizes_b.sum()
        pull = (hits_b - b * sizes_b) / sizes_b.sum() - (hits_a - a * sizes_a) / sizes_a.sum()
        if np.abs(pull).max() <= 1e-12:
            return np.full(draws, b - a)
        both = np.vstack((both, [[0, 1, 1, 1], [1, 1, 0, 1]]))
    totals = resample(both, draws, seed)
    drawn: Floats = measure.statistic(totals[:, width:]) - measure.statistic(totals[:, :width])
    return drawn


def _better(measure: Measure, a: float, b: float) -> Literal["a", "b", ""]:
    if measure.direction == Direction.TARGET and measure.target is not None:
        a, b = -abs(a - measure.target), -abs(b - measure.target)
    elif measure.direction == Direction.LOWER:
        a, b = -a, -b
    return "a" if a > b else "b" if b > a else ""


def _exact_p(measure: Measure, both: Floats) -> tuple[float, str] | None:
    """The exact test of a share; `None` for other measures."""
    if not measure.share:
        return None
    hits_a, sizes_a, hits_b, sizes_b = both.T
    gains = hits_b - hits_a
    whole = np.array_equal(sizes_a, sizes_b) and np.array_equal(gains, np.rint(gains))
    if not whole:
        # What each model has beyond its due at the rate of both together, which no swap changes.
        rate = (hits_a.sum() + hits_b.sum()) / (sizes_a.sum() + sizes_b.sum())
        gains = gains - rate * (sizes_b - sizes_a)
        # Rounded alike in both directions, so that the test stays exact.
        largest = float(np.abs(gains).max(initial=0.0))
        gains = np.rint((gains / largest * STEPS).round(9)) if largest > 1e-12 else np.zeros(len(gains))
    steps = np.rint(gains[gains != 0]).astype(np.int64)
    if whole and (np.abs(steps) <= 1).all():
        p = mid_p(int((steps > 0).sum()), len(steps))
        alone = bool((sizes_a <= 1).all())
        return p, "mid-p McNemar" if alone else "mid-p McNemar, by cluster"
    return swap_p(steps), "exact swap of clusters"


def mid_p(wins: int, differing: int) -> float:
    """Two-sided mid-p of McNemar's test: what was seen counts half (Lancaster 1961; Fagerland et al. 2013).

    The exact test says less than it may, since counts are whole: at 100 cases with a fifth differing it errs in 3 % of
    equal pairs and finds .1 in 54 %; this one in 4.6 % and 62 %. It gives no guarantee for one number of differing
    cases, as the exact one does, but over what may differ, up to half of the cases, its error stays below the level
    (20 to 400 cases, at 5 % and down to a hundredth of it; where every case differs it reaches 6.5 %, at 50).
    """
    from scipy.special import bdtr

    fewer = min(wins, differing - wins)
    below = float(bdtr(fewer - 1, differing, 0.5)) if fewer else 0.0
    return below + float(bdtr(fewer, differing, 0.5)) if differing else 1.0


def swap_p(steps: NDArray[np.int64]) -> float:
    """Two-sided p of the sum of `steps` when each step's sign is a fair coin.

    The sum's characteristic function is ∏cos(step·t); its inverse Fourier transform is the exact distribution, good to
    about 1e-12.
    """
    seen = abs(int(steps.sum()))
    if not seen:
        return 1.0
    sizes, times = np.unique(np.abs(steps), return_counts=True)
    reach = int((sizes * times).sum())
    length = 1 << (2 * reach).bit_length()  # a power of two, so that every angle stands in one table of cosines
    wave = np.cos(2 * math.pi * np.arange(length) / length)
    with np.errstate(divide="ignore"):
        logs, negative = np.log(np.abs(wave)), wave < 0
    at = np.arange(length // 2 + 1)
    total, turned = np.zeros(len(at)), np.zeros(len(at), np.bool_)
    for size, count in zip(sizes.tolist(), times.tolist(), strict=True):
        angle = (size * at) & (length - 1)
        total += count * logs[angle]
        if count % 2:
            turned ^= negative[angle]
    chance = np.fft.irfft(np.where(turned, -1.0, 1.0) * np.exp(total), length)  # of the sums 0, 1, …
    return min(1.0, max(0.0, 2 * float(chance[seen : reach + 1].sum())))  # the distribution is symmetric


def _bootstrap_p(values: Floats, clusters: int) -> float:
    """Two-sided p that agrees with the percentile interval: an undefined draw lies on both sides of 0.

    Where no draw crosses 0, what is left of the tail is Student's, over the draws' spread: no number of draws would do
    for a family of thousands of tests.
    """
    if clusters < 2:
        return 1.0
    from scipy.special import ndtri, stdtr

    undefined = np.isnan(values)
    side = min((undefined | (values <= 0)).sum(), (undefined | (values >= 0)).sum())
    share = min((1 + float(side)) / (1 + len(values)), 0.5)
    wider, spread = math.sqrt(clusters / (clusters - 1)), float(values.std())
    p = min(1.0, 2 * float(stdtr(clusters - 1, ndtri(share) / wider)))
    if side or not spread > 0:
        return p
    return min(p, 2 * float(stdtr(clusters - 1, -abs(float(values.mean())) / (spread * wider))))
