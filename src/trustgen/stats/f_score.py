"""F1 of a label that says that something is there: the harmonic mean of precision and recall (van Rijsbergen 1979)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .measure import ClusterMeasure, Counts, label_notes, ratio


@dataclass(frozen=True, kw_only=True)
class F1(ClusterMeasure):
    """See `f1`. Columns: true positives, false positives, false negatives."""

    label: str
    there: str
    absent: str

    def arms_read(self) -> tuple[str, ...]:
        """Both."""
        return self.there, self.absent

    def reads(self, grades: Grades) -> Mask:
        """Cases of both arms."""
        return grades.in_arm(self.there) | grades.in_arm(self.absent)

    def count(self, grades: Grades) -> Counts:
        """What was said of what is there and of what is not, by cluster."""
        there, absent, per = grades.in_arm(self.there), grades.in_arm(self.absent), grades.per_cluster
        said, usable = grades.labelled(self.label), self.usable(grades)
        right, false, missed = per(there & said), per(absent & said), per(there & usable & ~said)
        open_, doubtful = per(there & ~grades.scored), per(absent & ~grades.scored)
        low = np.column_stack((right, false + doubtful, missed + open_))
        high = np.column_stack((right + open_, false, missed))
        notes = label_notes(grades, (self.label,))
        made = self.counts(grades, np.column_stack((right, false, missed)), (low, high), notes=notes)
        # With nothing there, F1 is 0 where the label is said at all, and else has no value.
        highest = made.lowest if math.isnan(made.highest) else made.highest
        return replace(made, highest=highest)

    def statistic(self, totals: Floats) -> Floats:
        """2·tp / (2·tp + fp + fn)."""
        right = 2 * totals[..., 0]
        return ratio(right, right + totals[..., 1] + totals[..., 2])


def f1(label: str, there: str, absent: str) -> F1:
    """F1 of a label over an arm in which it is right and one in which it is wrong, ↑, in 0..1. Unit: picked cases.

    `nan` where the label was never said and never due. Who always says it scores 2p / (1 + p), p being the share of
    scored cases in which it is right: that is no skill, and what to hold the value against. Bounds are over all planned
    cases. Raises `InputError` where both arms are the same.
    """
    if there == absent or not (label and there and absent):
        raise InputError(f"F1 needs a label, an arm where it is right and another: got {(label, there, absent)}")
    return F1(direction=Direction.HIGHER, unit="picked cases", label=label, there=there, absent=absent)


__all__ = ["F1", "f1"]
