"""What arms without the evidence tell: how much an answer owes to what is shown, and what it has without it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .intervals import NOTHING, Interval, ratio_interval, unseen
from .measure import ClusterMeasure, Counts, ratio, unit_scores
from .simultaneous import difference_limits, group_limits


def _in_arms(grades: Grades, arms: tuple[str, ...]) -> Mask:
    found: Mask = np.isin(grades.arm, [at for at, name in enumerate(grades.arms) if name in arms])
    return found


@dataclass(frozen=True, kw_only=True)
class Gain(ClusterMeasure):
    """See `gain`. Columns: the sums of scores with and without, then the scored cases of each."""

    shown: tuple[str, ...]
    without: tuple[str, ...]

    def arms_read(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.shown, *self.without)

    def reads(self, grades: Grades) -> Mask:
        """Cases of these arms."""
        return _in_arms(grades, (*self.shown, *self.without))

    def count(self, grades: Grades) -> Counts:
        """Sums of scores and scored cases, by cluster and side."""
        scores, usable = unit_scores(grades), self.usable(grades)
        sides = [_in_arms(grades, arms) for arms in (self.shown, self.without)]
        hits = np.column_stack([grades.per_cluster(side & usable, scores) for side in sides])
        sizes = np.column_stack([grades.per_cluster(side & usable) for side in sides])
        lost = np.column_stack([grades.per_cluster(side & ~grades.scored) for side in sides])
        low, high = (np.hstack((hits + lost * side, sizes + lost)) for side in ((0, 1), (1, 0)))
        return self.counts(grades, np.hstack((hits, sizes)), (low, high))

    def statistic(self, totals: Floats) -> Floats:
        """The one mean less the other."""
        hits, sizes = np.split(totals, 2, axis=-1)
        means = ratio(hits, sizes)
        difference: Floats = means[..., 0] - means[..., 1]
        return difference

    def interval(self, table: Floats) -> Interval:
        """From both means' Wilson limits and their correlation over shared clusters (MOVER: Zou and Donner 2008)."""
        if math.isnan(self.value(table)):
            return NOTHING
        hits, sizes = np.split(table, 2, axis=1)
        low, high = difference_limits(group_limits(hits, sizes, 1))
        return Interval(max(float(low[0, 1]), -1.0), min(float(high[0, 1]), 1.0), "Wilson, cluster-robust, MOVER")


@dataclass(frozen=True, kw_only=True)
class Leakage(ClusterMeasure):
    """See `leakage`. Columns: the sum of scores, the scored cases, and the sum of what chance would score in them."""

    tag: str

    def count(self, grades: Grades) -> Counts:
        """Sums by cluster."""
        codes, values = grades.tag(self.tag)
        chance = np.array([1 / int(value) if value.isdecimal() and int(value) else 0.0 for value in values])[codes]
        planned, usable, scores = self.reads(grades), self.usable(grades), unit_scores(grades)
        hits, sizes = grades.per_cluster(usable, scores), grades.per_cluster(usable)
        lost, every = grades.per_cluster(planned & ~grades.scored), grades.per_cluster(planned)
        by_luck = grades.per_cluster(planned, chance)
        table = np.column_stack((hits, sizes, grades.per_cluster(usable, chance)))
        low, high = np.column_stack((hits, every, by_luck)), np.column_stack((hits + lost, every, by_luck))
        return self.counts(grades, table, (low, high))

    def statistic(self, totals: Floats) -> Floats:
        """What is right above chance; 0 where it is less."""
        above: Floats = np.maximum(ratio(totals[..., 0] - totals[..., 2], totals[..., 1]), 0.0)
        return above

    def interval(self, table: Floats) -> Interval:
        """That of the mean score, less what chance would score in the same cases."""
        if math.isnan(self.value(table)):
            return NOTHING
        found = ratio_interval(table[:, 0], table[:, 1])
        chance = float(table[:, 2].sum() / table[:, 1].sum())
        # Where all is at or below luck, so many records may yet leak: no interval has zero width.
        open_ = unseen(int((table[:, 1] > 0).sum())) * (1 - chance)
        return Interval(max(found.low - chance, 0.0), max(found.high - chance, open_), found.method)


def gain(shown: tuple[str, ...], without: tuple[str, ...]) -> Gain:
    """Mean score of the arms `shown` less that of the arms `without`, ↑, in −1..1. Unit: picked cases.

    Multimodal gain (Chen et al. 2024, MMStar), where these are the arms with a picture and without. Denominator of
    each mean: its arms' scored cases; `nan` where either has none. Bounds are over all planned cases. Scores lie in
    0..1, else `InputError`; an arm on both sides raises it too.
    """
    if not shown or not without or set(shown) & set(without):
        raise InputError(f"a gain is of some arms over others, got {shown} and {without}")
    return Gain(direction=Direction.HIGHER, range=(-1.0, 1.0), unit="picked cases", shown=shown, without=without)


def leakage(arm: str, tag: str = "options") -> Leakage:
    """Mean score of an arm that lacks the evidence, above what chance would score, ↓, in 0..1. Unit: cases.

    Multimodal leakage (Chen et al. 2024, MMStar), max(0, mean − chance): `tag` says among how many answers each case
    chooses, and a case without it, whose answers are open, has no chance. Denominator: scored cases of the arm.
    """
    return Leakage(direction=Direction.LOWER, unit="cases", arm=arm, tag=tag)


__all__ = ["Gain", "Leakage", "gain", "leakage"]
