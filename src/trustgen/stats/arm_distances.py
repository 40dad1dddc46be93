"""How far apart the labels of two arms are: the total variation of their shares, over records that have both.

Two arms of few pictures never come out alike: of 72 pairs of four groups chance alone makes .12 of it. So the mean that
it would be if either arm could as well be the other, and how often it would be as much, stand in the notes; both are
counted by changing the arms of whole records at random, which leaves alone what a record's scene brings to both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .intervals import NOTHING, SEED, TAIL, Interval, resample
from .measure import ClusterMeasure, Counts, label_notes, ratio
from .pairs import pair_tally
from .simultaneous import difference_limits, group_limits

DRAWS = 2000


@dataclass(frozen=True, kw_only=True)
class ArmDistance(ClusterMeasure):
    """See `arm_distance`. Columns: pairs by the label of the one arm, then by that of the other."""

    groups: tuple[str, ...]
    of: str
    less: str

    def reads(self, grades: Grades) -> Mask:
        """Cases of either arm."""
        return grades.in_arm(self.of) | grades.in_arm(self.less)

    def usable(self, grades: Grades) -> Mask:
        """Cases of which the judge told one of the groups."""
        return self.reads(grades) & grades.labelled(*self.groups)

    def count(self, grades: Grades) -> Counts:
        """Labels by arm over pairs, and what the pairs that are not whole could make of them.

        A pair that is missing adds at most one to the distance of the sums, or takes one away.
        """
        usable, per = self.usable(grades), grades.per_cluster
        of, less = (grades.in_arm(name) for name in (self.of, self.less))
        one, other = per(of & usable), per(less & usable)
        columns = [per(of & grades.labelled(name)) * other for name in self.groups]
        columns += [per(less & grades.labelled(name)) * one for name in self.groups]
        table = np.column_stack(columns)
        may = usable | ~grades.scored
        missing = float((per(of & may) * per(less & may) - one * other).sum())
        pairs = float((one * other).sum())
        apart, whole = self._apart(table.sum(axis=0)), pairs + missing
        return Counts(
            table=table,
            outcomes=pair_tally(grades, lambda among: float((per(of & among) * per(less & among)).sum())),
            counted=round(pairs),
            lowest=max(0.0, apart - missing) / whole if whole else math.nan,
            highest=min(1.0, (apart + missing) / whole) if whole else math.nan,
            notes=self._notes(table) | label_notes(grades, self.groups),
        )

    def _split(self, totals: Floats) -> tuple[Floats, Floats]:
        one, other = np.split(totals, 2, axis=-1)
        return one, other

    def _apart(self, totals: Floats) -> float:
        one, other = self._split(totals)
        return float(np.abs(one - other).sum() / 2)

    def statistic(self, totals: Floats) -> Floats:
        """Half of the sum of the distances between the shares."""
        one, other = self._split(totals)
        return ratio(np.abs(one - other).sum(axis=-1) / 2, one.sum(axis=-1))

    def interval(self, table: Floats) -> Interval:
        """The limits of the difference in the share of all groups that gained (Wilson, MOVER), which the value is.

        Which groups gained is itself uncertain, and makes the value too large: the lower limit is less by what
        resampling adds to it in the mean, and 0 where arms changed at random give as much in 2.5 % of all draws.
        """
        value = self.value(table)
        if math.isnan(value):
            return NOTHING
        one, other = self._split(table)
        change = (one - other).sum(axis=0)
        gained = [change > 1e-9] if value > 1e-9 else [np.eye(len(change))[at] > 0 for at in range(len(change))]
        sizes = np.column_stack((one.sum(axis=1), other.sum(axis=1)))
        ends = []
        for of in gained:
            low, high = difference_limits(
                group_limits(np.column_stack((one[:, of].sum(axis=1), other[:, of].sum(axis=1))), sizes, 1)
            )
            ends.append((float(low[0, 1]), float(high[0, 1])))
        drawn = self.statistic(resample(table[table.any(axis=1)], DRAWS))
        noise = max(0.0, float(np.nanmean(drawn)) - value)
        likely = float((self._swapped(table) >= value - 1e-9).mean()) >= TAIL
        low_end = 0.0 if likely else max(0.0, min(value, max(low for low, _ in ends) - noise))
        return Interval(low_end, min(1.0, max(value, *(high for _, high in ends))), "Wilson, MOVER, arms changed")

    def _swapped(self, table: Floats) -> Floats:
        """The value of draws in which each record's arms may have changed places."""
        one, other = self._split(table)
        rows, times = np.unique((one - other).round(12), axis=0, return_counts=True)
        rng = np.random.default_rng(SEED)
        signs = times - 2 * rng.binomial(times, 0.5, (DRAWS, len(times)))
        apart: Floats = np.abs(np.einsum("dk,kc->dc", signs.astype(np.float64), rows)).sum(axis=1) / 2
        return ratio(apart, np.full(DRAWS, one.sum()))

    def _notes(self, table: Floats) -> dict[str, object]:
        """How often each group was seen in each arm; what changed arms give in the mean, and how often as much."""
        one, other = self._split(table.sum(axis=0))
        if not one.sum():
            return {}
        swapped, value = self._swapped(table), self.value(table)
        seen = {
            arm: {name: round(float(many)) for name, many in zip(self.groups, counts, strict=True)}
            for arm, counts in ((self.of, one), (self.less, other))
        }
        return {
            "pairs": seen,
            "expected_if_changed": float(swapped.mean()),
            "p_if_changed": float((swapped >= value - 1e-9).mean()),
        }


def arm_distance(groups: tuple[str, ...], of: str, less: str) -> ArmDistance:
    """Total variation between the labels of two arms, ↓, in 0..1: ½Σ|p − q| over the groups. Unit: pairs.

    A pair is a case of each arm of one record. Denominator: pairs with a label of the groups in both; `nan` where there
    is none. The note `expected_if_changed` is its mean where each record's arms change places at random,
    `p_if_changed` how often these give as much. Raises `InputError` where both arms are the same.
    """
    if of == less or not of or not less:
        raise InputError(f"two different arms are compared, got `{of}` and `{less}`")
    return ArmDistance(direction=Direction.LOWER, unit="pairs", groups=groups, of=of, less=less)


__all__ = ["ArmDistance", "arm_distance"]
