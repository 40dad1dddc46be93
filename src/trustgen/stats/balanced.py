"""Accuracy averaged over classes, so that none of them counts more for being asked about more often."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .intervals import NOTHING, Interval, ratio_interval
from .measure import ClusterMeasure, Counts, ratio, unit_scores


def _of_class(grades: Grades, tag: str, value: str) -> Mask:
    """Which cases carry this value of the tag."""
    codes, values = grades.tag(tag)
    mask: Mask = np.array([known == value for known in values], np.bool_)[codes]
    return mask


@dataclass(frozen=True, kw_only=True)
class BalancedAccuracy(ClusterMeasure):
    """See `balanced_accuracy`. Columns are the sum of scores of each class, then its scored cases."""

    tag: str
    classes: tuple[str, ...]

    def reads(self, grades: Grades) -> Mask:
        """Cases of the arm that are of one of the classes."""
        of_any: Mask = np.logical_or.reduce([_of_class(grades, self.tag, value) for value in self.classes])
        return of_any & grades.in_arm(self.arm)

    def count(self, grades: Grades) -> Counts:
        """Sums of scores and scored cases, by cluster and class."""
        planned, usable, scores = self.reads(grades), self.usable(grades), unit_scores(grades)
        masks = [_of_class(grades, self.tag, value) for value in self.classes]
        hits = [grades.per_cluster(usable & mask, scores) for mask in masks]
        sizes = [grades.per_cluster(usable & mask) for mask in masks]
        every = [grades.per_cluster(planned & mask) for mask in masks]
        table = np.column_stack((*hits, *sizes))
        low = np.column_stack((*hits, *every))
        high = np.column_stack((*(h + a - n for h, a, n in zip(hits, every, sizes, strict=True)), *every))
        (right, seen), asked = np.split(table.sum(axis=0), 2), np.array([float(of.sum()) for of in every])
        of = {
            value: {"rate": float(rate), "counted": int(n), "planned": int(a)}
            for value, rate, n, a in zip(self.classes, ratio(right, seen), seen, asked, strict=True)
        }
        return self.counts(grades, table, (low, high), notes={"classes": of})

    def statistic(self, totals: Floats) -> Floats:
        """The mean of the classes' rates; `nan` where one of them has no scored case."""
        hits, sizes = np.split(totals, 2, axis=-1)
        mean: Floats = np.mean(ratio(hits, sizes), axis=-1)
        return mean

    def interval(self, table: Floats) -> Interval:
        """From the limits of each class's own rate, clusters kept whole (MOVER: Zou and Donner 2008)."""
        value = self.value(table)
        if math.isnan(value):
            return NOTHING
        hits, sizes = np.split(table, 2, axis=1)
        rates, ends = ratio(hits.sum(axis=0), sizes.sum(axis=0)), []
        for k in range(len(self.classes)):
            own = ratio_interval(hits[:, k], sizes[:, k])
            ends.append((rates[k] - own.low, own.high - rates[k]))
        below, above = np.array(ends).T / len(self.classes)
        bound = _together(hits, sizes)
        low, high = value - math.sqrt(below @ bound @ below), value + math.sqrt(above @ bound @ above)
        return Interval(max(low, 0.0), min(high, 1.0), "Wilson of each class, cluster-robust (MOVER)")


def _together(hits: Floats, sizes: Floats) -> Floats:
    """Correlation of the classes' rates over the clusters that they share, never below 0; 0 where they share none.

    For each pair, two cases are added, one that is right in both classes and one that is wrong in both: over few
    clusters, or none that fails, classes could otherwise seem to balance each other.
    """
    rate = (hits.sum(axis=0) + 1) / (sizes.sum(axis=0) + 2)
    off = hits - rate * sizes
    covariance = np.einsum("gi,gj->ij", off, off) + np.outer(rate, rate) + np.outer(1 - rate, 1 - rate)
    spread = np.sqrt(np.diag(covariance))
    share = np.einsum("gi,gj->ij", (sizes > 0).astype(np.float64), (sizes > 0).astype(np.float64)) > 0
    found: Floats = np.where(share, np.clip(covariance / np.outer(spread, spread), 0.0, 1.0), 0.0)
    return found


def balanced_accuracy(tag: str, classes: tuple[str, ...], arm: str = "") -> BalancedAccuracy:
    """Mean over classes of their mean scores, ↑, in 0..1 (Brodersen et al. 2010). Unit: (picked) cases.

    The classes are values of `tag`, which says what a case *is* (`clean`, `planted`), not what was answered. Each has
    its own denominator, its scored cases of the arm; one without any leaves no value (`nan`), since the others do not
    speak for it. Whoever answers the same to everything comes out at 1/K for K classes, however unequal these are. The
    bounds count each missing case as 0 and as 1 in its class; a class that was never planned leaves none.

    The interval joins those of the classes' own rates, each cluster-robust. It takes the size of a class for given.
    """
    if len(set(classes)) != len(classes) or len(classes) < 2 or not all(classes) or not tag:
        raise InputError(f"`balanced_accuracy` of {classes} by tag `{tag}`: name a tag and at least two of its values")
    return BalancedAccuracy(
        direction=Direction.HIGHER, unit="picked cases", arm=arm, primary=True, tag=tag, classes=classes
    )
