"""What an arm without the evidence tells: how much of an answer comes without what it should be read off."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction

from .grades import Floats, Grades
from .intervals import NOTHING, Interval, ratio_interval, unseen
from .measure import ClusterMeasure, Counts, ratio, unit_scores


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


def leakage(arm: str, tag: str = "options") -> Leakage:
    """Mean score of an arm that lacks the evidence, above what chance would score, ↓, in 0..1. Unit: cases.

    max(0, mean − chance), after multimodal leakage (Chen et al. 2024, MMStar), which takes off what the language model
    behind a model has, where here luck is taken off. `tag` says among how many answers each case chooses; one without
    it, whose answers are open, has no chance. Denominator: scored cases of the arm.
    """
    return Leakage(direction=Direction.LOWER, unit="cases", arm=arm, tag=tag)


__all__ = ["Leakage", "leakage"]
