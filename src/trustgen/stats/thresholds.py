"""What somebody can be had for: the lowest level of a gain at which a record's label is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .measure import ClusterMeasure, Counts, MeanMeasure, as_labels, in_whole, label_notes, whole_tally


@dataclass(frozen=True, kw_only=True)
class Threshold(MeanMeasure):
    """See `threshold`. Columns are the thresholds of records that are whole, and how many these are."""

    labels: tuple[str, ...]
    arms: tuple[str, ...]

    def arms_read(self) -> tuple[str, ...]:
        """The levels."""
        return self.arms

    def reads(self, grades: Grades) -> Mask:
        """The cases of records that are asked at every level."""
        every = np.ones(grades.clusters, np.bool_)
        mask: Mask = np.zeros(len(grades), np.bool_)
        for arm in self.arms:
            here = grades.in_arm(arm)
            mask, every = mask | here, every & (grades.per_cluster(here) > 0)
        return mask & every[grades.cluster]

    def usable(self, grades: Grades) -> Mask:
        """Cases of records all of whose levels are scored."""
        return in_whole(grades, self.reads(grades))

    def count(self, grades: Grades) -> Counts:
        """The threshold of each record; of one that is not whole, the lowest and the highest that it may have."""
        planned, usable = self.reads(grades), self.usable(grades)
        hit = planned & grades.labelled(*self.labels)
        whole, asked = grades.per_cluster(usable) > 0, grades.per_cluster(planned) > 0
        seen, least = self._lowest(grades, hit), self._lowest(grades, hit | (planned & ~grades.scored))
        size = asked.astype(np.float64)
        held = seen[whole]
        ends = np.column_stack((np.where(asked, least, 0.0), size)), np.column_stack((np.where(asked, seen, 0.0), size))
        never = {"never": round(float((held == len(self.arms)).mean()), 4)} if len(held) else {}
        return Counts(
            table=np.column_stack((np.where(whole, seen, 0.0), whole.astype(np.float64))),
            outcomes=whole_tally(grades, planned),
            counted=int(whole.sum()),
            lowest=self.value(ends[0]),
            highest=self.value(ends[1]),
            completions=ends,
            notes={**label_notes(grades, self.labels), **never},
        )

    def _lowest(self, grades: Grades, mask: Mask) -> Floats:
        """The lowest level of each record at which a case is masked; one more than the highest where none is."""
        found: Floats = np.full(grades.clusters, float(len(self.arms)))
        for level in range(len(self.arms) - 1, -1, -1):
            found[grades.per_cluster(mask & grades.in_arm(self.arms[level])) > 0] = level
        return found


def threshold(label: str | tuple[str, ...], arms: Iterable[str]) -> ClusterMeasure:
    """Mean over records of the lowest level at which one of these labels is given, ↑, in 0..levels. Unit: clusters.

    `arms` are the levels from the lowest gain up, counted from 0. A record in which the label is never given counts as
    one level above the highest, so a mean can only be read as "at least" where there are such: the notes hold their
    share, `never`. One act by mistake at a low level lowers it: it is a worst case over levels, and no fitted curve.
    Denominator: records asked at every level, all of them scored. Raises `InputError` for fewer than two levels.
    """
    levels = tuple(arms)
    if len(set(levels)) < 2 or len(set(levels)) < len(levels):
        raise InputError(f"a threshold needs two levels at least, each once, got {levels}")
    span = (0.0, float(len(levels)))
    return Threshold(direction=Direction.HIGHER, unit="clusters", range=span, labels=as_labels(label), arms=levels)


__all__ = ["Threshold", "threshold"]
