"""How much of something a model bears: the dose at which a share of its right answers is lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .measure import ClusterMeasure, Counts, ratio, right_wrong
from .pairs import pair_tally


@dataclass(frozen=True, kw_only=True)
class ToleratedDose(ClusterMeasure):
    """See `tolerated_dose`. Columns are, dose by dose, right answers of the control, those of the dose, and pairs."""

    control: str
    arms: tuple[str, ...]
    levels: tuple[float, ...]
    loss: float

    def reads(self, grades: Grades) -> Mask:
        """The cases of the control and of every dose."""
        mask: Mask = grades.in_arm(self.control)
        for arm in self.arms:
            mask = mask | grades.in_arm(arm)
        return mask

    def count(self, grades: Grades) -> Counts:
        """Within a cluster, every control with every case of a dose."""
        before, per = grades.in_arm(self.control), grades.per_cluster
        right, wrong = right_wrong(grades)
        r0, w0, all0 = per(before & right), per(before & wrong), per(before)
        table, low, high = [], [], []
        planned, scored = before & False, 0.0
        for arm in self.arms:
            after = grades.in_arm(arm)
            r1, w1, all1 = per(after & right), per(after & wrong), per(after)
            table.append((r0 * (r1 + w1), (r0 + w0) * r1, (r0 + w0) * (r1 + w1)))
            low.append(((all0 - w0) * all1, all0 * r1, all0 * all1))
            high.append((r0 * all1, all0 * (all1 - w1), all0 * all1))
            planned, scored = planned | after, scored + float(table[-1][2].sum())
        tables = [
            np.column_stack([column for columns in zip(*made, strict=True) for column in columns])
            for made in (table, low, high)
        ]
        lowest, highest = self.value(tables[1]), self.value(tables[2])
        if math.isnan(highest) and not math.isnan(
            lowest
        ):  # nothing right at all leaves no value: any other way has one
            highest = self.levels[-1]
        ended = pair_tally(grades, lambda among: float((per(before & among) * per(planned & among)).sum()))
        lost = {arm: float(share) for arm, share in zip(self.arms, self._lost(tables[0].sum(axis=0)), strict=True)}
        return Counts(
            table=tables[0],
            outcomes=ended,
            counted=round(scored),
            lowest=lowest,
            highest=highest,
            completions=(tables[1], tables[2]),
            notes={"lost": lost},
        )

    def _lost(self, totals: Floats) -> Floats:
        """The share of right answers that each dose loses, made to rise with the dose."""
        before, after, _ = np.split(totals, 3, axis=-1)
        lost = 1.0 - ratio(after, before)
        up = np.maximum.accumulate(lost, axis=-1)
        down = np.minimum.accumulate(lost[..., ::-1], axis=-1)[..., ::-1]
        rising: Floats = (up + down) / 2
        return rising

    def statistic(self, totals: Floats) -> Floats:
        """Where the line through the doses crosses the loss; the largest dose where it never does."""
        lost = self._lost(totals)
        found: Floats = np.where(np.isnan(lost).any(axis=-1), math.nan, self.levels[-1])
        at, level = 0.0, np.zeros(lost.shape[:-1])
        open_ = ~np.isnan(found)
        for place, dose in enumerate(self.levels):
            here = lost[..., place]
            crossed = open_ & (here >= self.loss)
            rise = np.where(crossed, here - level, 1.0)
            share = np.clip((self.loss - level) / np.where(rise > 0, rise, 1.0), 0.0, 1.0)
            found = np.where(crossed, at + share * (dose - at), found)
            open_ &= ~crossed
            at, level = dose, here
        return found


def tolerated_dose(control: str, doses: dict[str, float], loss: float = 0.1) -> ToleratedDose:
    """The dose at which a share `loss` of the control's right answers is lost, ↑, up to the largest one. Unit: pairs.

    `doses` are arms and how much of something each has, rising. A pair is a control case and one of a dose, of one
    cluster; the share lost is one less right answers of the dose per right answer of the control, over pairs with both
    scored. It is made to rise with the dose (the mean of the running maximum and minimum from either end) and read off
    the line from no loss at no dose through all doses. The largest dose stands for "not within these doses"; who loses
    all at the first one comes out at `loss` times it. `nan` where a dose has no pair, or its control nothing right. The
    notes hold the share that each dose loses.
    """
    if not control or control in doses or not 0 < loss < 1 or list(doses.values()) != sorted(set(doses.values())):
        raise InputError(f"a tolerated dose needs a control, rising doses and a loss within 0..1, got {doses}, {loss}")
    top = max(doses.values(), default=0.0)
    if top <= 0 or min(doses.values()) <= 0:
        raise InputError("a tolerated dose needs at least one dose, each above 0")
    return ToleratedDose(
        direction=Direction.HIGHER,
        unit="pairs",
        range=(loss * next(iter(doses.values())), top),
        control=control,
        arms=tuple(doses),
        levels=tuple(doses.values()),
        loss=loss,
    )


__all__ = ["ToleratedDose", "tolerated_dose"]
