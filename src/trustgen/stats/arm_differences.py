"""How far two arms lie apart: the share of a label in one less its share in the other.

Unlike `gap`, which takes the highest less the lowest of any groups, this one has a sign: an instrument in which a model
should do a thing here and not there must tell it from one that does the opposite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .intervals import NOTHING, Interval
from .measure import ClusterMeasure, Counts, as_labels, label_notes, ratio, unit_scores
from .simultaneous import difference_limits, group_limits


@dataclass(frozen=True, kw_only=True)
class ArmDifference(ClusterMeasure):
    """See `arm_difference` and `gain`. Columns: what counts in the arms `of` and in those taken off, by label or score,
    then how many are scored in each."""

    labels: tuple[str, ...] = ()
    of: tuple[str, ...]
    less: tuple[str, ...]
    among: tuple[str, ...] = ()

    def arms_read(self) -> tuple[str, ...]:
        """Those of both sides."""
        return (*self.of, *self.less)

    def reads(self, grades: Grades) -> Mask:
        """Cases of either side."""
        return grades.in_arms(self.arms_read())

    def usable(self, grades: Grades) -> Mask:
        """Scored cases, of the labels of the denominator where it has some."""
        usable: Mask = super().usable(grades)
        return usable & grades.labelled(*self.among) if self.among else usable

    def count(self, grades: Grades) -> Counts:
        """What counts and what is scored on each side, in each cluster."""
        usable = self.usable(grades)
        arms = [grades.in_arms(names) for names in (self.of, self.less)]
        adds = grades.labelled(*self.labels).astype(np.float64) if self.labels else unit_scores(grades)
        hits = np.column_stack([grades.per_cluster(arm & grades.scored, adds) for arm in arms])
        sizes = np.column_stack([grades.per_cluster(arm & usable) for arm in arms])
        lost = np.column_stack([grades.per_cluster(arm & ~grades.scored) for arm in arms])
        low, high = (np.hstack((hits + lost * side, sizes + lost)) for side in ((0, 1), (1, 0)))
        notes = label_notes(grades, self.among or self.labels)
        return self.counts(grades, np.hstack((hits, sizes)), (low, high), notes=notes)

    def statistic(self, totals: Floats) -> Floats:
        """The one rate less the other."""
        hits, sizes = np.split(totals, 2, axis=-1)
        rates = ratio(hits, sizes)
        difference: Floats = rates[..., 0] - rates[..., 1]
        return difference

    def interval(self, table: Floats) -> Interval:
        """From both rates' Wilson limits and their correlation over shared clusters (MOVER: Zou and Donner 2008)."""
        if math.isnan(self.value(table)):
            return NOTHING
        hits, sizes = np.split(table, 2, axis=1)
        low, high = difference_limits(group_limits(hits, sizes, 1))
        return Interval(max(float(low[0, 1]), -1.0), min(float(high[0, 1]), 1.0), "Wilson, cluster-robust, MOVER")


def arm_difference(
    label: str | tuple[str, ...],
    of: str,
    less: str,
    *,
    direction: Direction = Direction.HIGHER,
    among: tuple[str, ...] = (),
) -> ArmDifference:
    """Share of a label in the arm `of` less its share in the arm `less`, in −1..1, ↑ unless said. Unit: picked cases.

    Denominator of each share: the arm's scored cases, with a label of `among` where some are named; `nan` where either
    has none. Records that are in both arms count as pairs. Bounds are over all planned cases. Nearer to 0 is better
    where the direction is `TARGET`. Raises `InputError` where both arms are the same.
    """
    if of == less or not of or not less:
        raise InputError(f"two different arms are compared, got `{of}` and `{less}`")
    return ArmDifference(
        direction=direction,
        range=(-1.0, 1.0),
        target=0.0 if direction == Direction.TARGET else None,
        unit="picked cases",
        labels=as_labels(label),
        of=(of,),
        less=(less,),
        among=among,
    )


def gain(shown: tuple[str, ...], without: tuple[str, ...]) -> ArmDifference:
    """Mean score of the arms `shown` less that of the arms `without`, ↑, in −1..1. Unit: picked cases.

    Multimodal gain (Chen et al. 2024, MMStar), where these are the arms with a picture and without. Denominator of
    each mean: its arms' scored cases; `nan` where either has none. Bounds are over all planned cases. Scores lie in
    0..1, else `InputError`; an arm on both sides raises it too.
    """
    if not shown or not without or set(shown) & set(without):
        raise InputError(f"a gain is of some arms over others, got {shown} and {without}")
    return ArmDifference(
        direction=Direction.HIGHER, range=(-1.0, 1.0), unit="picked cases", of=tuple(shown), less=tuple(without)
    )
