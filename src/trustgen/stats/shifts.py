"""How far a score moves when the same item is asked otherwise: over pairs, so that gains never cancel losses.

A published suite takes the difference of the two sums: .2 and .4 that become .4 and .2 have not moved by that. Here
every item is held against itself first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from trustgen.core import Direction

from .grades import Floats, Grades, Mask
from .measure import Counts, MeanMeasure, ratio_counts, unit_scores
from .pairs import pair_tally

Way = Literal["moved", "worse", "drop"]


@dataclass(frozen=True, kw_only=True)
class Shift(MeanMeasure):
    """See `shift`. Columns are what pairs add, and how many they are."""

    conditional: ClassVar[bool] = True

    control: str
    way: Way
    apart: str = ""

    def count(self, grades: Grades) -> Counts:
        """Every changed case against its cluster's control."""
        before, per, score = grades.in_arm(self.control), grades.per_cluster, unit_scores(grades)
        after = self._after(grades)
        controls, scored = per(before), per(before & grades.scored)
        known = (controls > 0) & (scored == controls)
        # A cluster with several controls has their mean.
        base = np.divide(per(before & grades.scored, score), controls, out=np.zeros(len(controls)), where=known)
        mine, sure = base[grades.cluster], known[grades.cluster]
        counts = after & grades.scored & sure & (mine > 0)
        open_ = after & (controls > 0)[grades.cluster] & ~(sure & ((mine <= 0) | grades.scored))
        missing = per(open_)
        made = ratio_counts(
            per(counts, self._adds(score - mine)),
            per(counts),
            may_hit=missing,
            may_miss=missing,
            outcomes=pair_tally(grades, lambda among: float((per(before & among) * per(after & among)).sum())),
        )
        return replace(made, counted=int(counts.sum()))

    def _after(self, grades: Grades) -> Mask:
        mask: Mask = ~grades.in_arm(self.control)
        mask &= grades.in_arm(self.arm)
        return mask & ~grades.in_arm(self.apart) if self.apart else mask

    def _adds(self, change: Floats) -> Floats:
        if self.way == "moved":
            return np.abs(change)
        return np.clip(-change, 0.0, None) if self.way == "drop" else (change < -1e-9).astype(np.float64)


def shift(control: str, way: Way = "moved", arm: str = "", *, apart: str = "") -> Shift:
    """How far scores move from their control's, ↓, in 0..1. Unit: pairs.

    The mean |change| (`moved`), the mean fall where a gain is 0 (`drop`), or the share that fell (`worse`).

    A pair is a case of another arm (of one, where it is named; not of `apart`) with the control of its cluster.
    Denominator: pairs with both scored, whose control has a score above 0: of what failed from the start nothing can
    fall.
    """
    return Shift(direction=Direction.LOWER, unit="pairs", arm=arm, control=control, way=way, apart=apart)


__all__ = ["shift"]
