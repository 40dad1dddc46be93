"""The shape that all measures share: count in each cluster, add up, then an interval and two bounds around the value.

Whatever a measure counts, it leaves a table of sums, one row a cluster, and reads its value off the column totals.
That is what makes it fast (nothing is resampled case by case) and what lets `compare` recompute it under any weights.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from trustgen.core import OUTCOMES, Direction, InputError, Measure

from .grades import Computed, Floats, Grades, Mask
from .intervals import Interval, cluster_bootstrap, ratio_interval

RIGHT = 0.5
"""A case is right from this score on, where a measure needs right or wrong."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a measure found in the cases.

    `table` has one row a cluster; a cluster in which nothing was counted has a row of zeros. `lowest` and `highest`
    bound the value over every way in which the missing cases could have ended; `nan` where no way gives a value, or
    where no bound is known. `completions` are the tables that these two ways leave, where they can be written down.
    """

    table: Floats
    outcomes: dict[str, int]
    counted: int
    lowest: float
    highest: float
    completions: tuple[Floats, Floats] | None = None
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ClusterMeasure(Measure):
    """A measure that is read off its counts in each cluster."""

    summed: ClassVar[bool] = True

    @abstractmethod
    def count(self, grades: Grades) -> Counts:
        """Sums for each cluster, outcomes and bounds."""

    @abstractmethod
    def statistic(self, totals: Floats) -> Floats:
        """The value at column totals of shape (…, columns), shape (…); `nan` over an empty denominator."""

    def interval(self, table: Floats) -> Interval:
        """The 95 % interval: percentiles over resampled clusters, unless the measure knows better."""
        return cluster_bootstrap(self.statistic, table, span=self.range)

    def counts(
        self,
        grades: Grades,
        table: Floats,
        ends: tuple[Floats, Floats],
        counted: float | None = None,
        notes: Mapping[str, object] | None = None,
    ) -> Counts:
        """Counts of a table, where `ends` are those that the lowest and the highest completion would leave.

        `counted` is how many units that are, where they are not the usable cases.
        """
        return Counts(
            table=table,
            outcomes=grades.tally(self.reads(grades)),
            counted=int(self.usable(grades).sum()) if counted is None else round(counted),
            lowest=self.value(ends[0]),
            highest=self.value(ends[1]),
            completions=ends,
            notes=notes or {},
        )

    def __call__(self, grades: Grades) -> Computed:
        """Value, interval and bounds; `nan` for what is undefined."""
        counts = self.count(grades)
        value, interval = self.value(counts.table), self.interval(counts.table)
        worst, best = self._ends(counts.lowest, counts.highest)
        return Computed(
            value=value,
            low=interval.low,
            high=interval.high,
            method=interval.method,
            worst=worst,
            best=best,
            bounds=(counts.lowest, counts.highest),
            joint=self._joint(counts, value, interval),
            counted=counts.counted,
            unit=self.unit,
            clusters=int(counts.table.any(axis=1).sum()),
            outcomes=counts.outcomes,
            notes=counts.notes,
        )

    def _joint(self, counts: Counts, value: float, plain: Interval) -> tuple[float, float]:
        """Limits that carry both sampling and what is missing: each taken at the completion worst for it.

        An interval says nothing of missing cases, and bounds say nothing of cases not drawn; the worse of the two still
        passes a value at its limit far too often. The limit at the extreme completion does not (Horowitz and Manski
        2000 give the bounds, Vansteelandt et al. 2006 the name, uncertainty region). Where no table of a completion can
        be written down, the sampling error is taken to be that of the cases seen, and moves along with the bound.
        """
        lowest, highest = counts.lowest, counts.highest
        if math.isnan(lowest) or math.isnan(highest):
            return math.nan, math.nan
        if lowest == highest == value:
            return plain.low, plain.high
        low, high = plain.low + lowest - value, plain.high + highest - value
        if counts.completions is not None:
            low, high = self.interval(counts.completions[0]).low, self.interval(counts.completions[1]).high
        bottom, top = self.range
        low, high = bottom if math.isnan(low) else low, top if math.isnan(high) else high
        # fmin and fmax pass over a plain interval of nothing; no limit lies within a bound or within the plain limit.
        return (
            max(bottom, float(np.fmin(min(low, lowest), plain.low))),
            min(top, float(np.fmax(max(high, highest), plain.high))),
        )

    def _ends(self, lowest: float, highest: float) -> tuple[float, float]:
        if math.isnan(lowest) or math.isnan(highest):
            return math.nan, math.nan
        if self.direction == Direction.HIGHER:
            return lowest, highest
        if self.direction == Direction.LOWER or self.target is None:
            return highest, lowest
        best = min(max(self.target, lowest), highest)
        return max(lowest, highest, key=lambda end: abs(end - best)), best


class MeanMeasure(ClusterMeasure):
    """A mean: columns are a sum and what it is over."""

    def statistic(self, totals: Floats) -> Floats:
        """The one over the other."""
        return ratio(totals[..., 0], totals[..., 1])


class RatioMeasure(MeanMeasure):
    """A share: columns are what succeeded and what was counted."""

    share: ClassVar[bool] = True

    def interval(self, table: Floats) -> Interval:
        """Wilson's, cluster-robust where clusters count more than once."""
        return ratio_interval(table[:, 0], table[:, 1])


@dataclass(frozen=True, kw_only=True)
class WholeMeasure(RatioMeasure):
    """A share of clusters that takes all cases of each: those are counted whose planned cases are all scored."""

    def usable(self, grades: Grades) -> Mask:
        """Cases of whole clusters."""
        return in_whole(grades, self.reads(grades))

    def cases_each(self, grades: Grades) -> float:
        """Planned cases of a cluster, in the mean."""
        asked = grades.per_cluster(self.reads(grades))
        return float(asked.sum() / (asked > 0).sum()) if asked.any() else 1.0


def ratio(hits: Floats, sizes: Floats) -> Floats:
    """hits/sizes, `nan` where the size is 0."""
    share: Floats = np.divide(hits, sizes, out=np.full(np.shape(sizes), math.nan), where=sizes > 0)
    return share


def ratio_counts(
    hits: Floats,
    sizes: Floats,
    *,
    may_hit: Floats,
    may_miss: Floats,
    outcomes: dict[str, int],
    sure_hit: Floats | float = 0.0,
    sure_miss: Floats | float = 0.0,
    notes: Mapping[str, object] | None = None,
) -> Counts:
    """Counts of a share, from sums for each cluster.

    `may_hit` missing units could turn out to be successes, `may_miss` could be counted and fail (most could be either);
    of those not counted, `sure_hit` would succeed and `sure_miss` would fail however the missing cases ended. One
    success more raises a share and one failure more lowers it, so a bound takes all of one kind, none of the other.
    """
    sure = hits + sure_hit, sizes + sure_hit + sure_miss
    low, high = np.column_stack((sure[0], sure[1] + may_miss)), np.column_stack((sure[0] + may_hit, sure[1] + may_hit))
    lowest = highest = math.nan
    if sizes.sum() + sure[1].sum() + may_hit.sum() + may_miss.sum() > 0:
        # A share of nothing has no value; only the completions of the other kind give one.
        (hit, counted), (hit_more, counted_more) = low.sum(axis=0), high.sum(axis=0)
        lowest = float(hit / counted) if counted else 1.0
        highest = float(hit_more / counted_more) if counted_more else 0.0
    return Counts(
        table=np.column_stack((hits, sizes)),
        outcomes=outcomes,
        counted=round(float(sizes.sum())),
        lowest=lowest,
        highest=highest,
        completions=(low, high),
        notes=notes or {},
    )


def in_whole(grades: Grades, planned: Mask) -> Mask:
    """Which planned cases are of a cluster all of whose planned cases are scored."""
    whole: Mask = planned & (grades.per_cluster(planned & ~grades.scored) == 0)[grades.cluster]
    return whole


def whole_tally(grades: Grades, planned: Mask) -> dict[str, int]:
    """Outcomes of clusters: a whole one is `scored`, another ends as the earliest of its cases' other outcomes."""
    asked = grades.per_cluster(planned) > 0
    ended = np.zeros(len(asked), np.int64)
    for code in range(len(OUTCOMES) - 1, 0, -1):  # downwards, so that the earliest outcome is written last
        ended[grades.per_cluster(planned & grades.ended(OUTCOMES[code])) > 0] = code
    counts = np.bincount(ended[asked], minlength=len(OUTCOMES))
    return {outcome.value: int(counts[i]) for i, outcome in enumerate(OUTCOMES)}


def unit_scores(grades: Grades) -> Floats:
    """Scores in [0, 1], 0 for cases not scored. A score outside raises: the measure would leave its range."""
    scores = np.where(grades.scored, grades.score, 0.0)
    outside = ~((scores > -1e-9) & (scores < 1 + 1e-9))
    if outside.any():
        raise InputError(f"score {scores[outside][0]} lies outside 0..1: this measure needs a judge that scores 0 to 1")
    return scores.clip(0.0, 1.0)


def really_right(grades: Grades, cases: Mask, sensitivity: float, specificity: float) -> tuple[float, float]:
    """Of scored cases, the share judged right, and the share that is (Rogan and Gladen, within 0..1); `nan` of none."""
    scored = cases & grades.scored
    if not scored.any() or sensitivity + specificity <= 1:
        return math.nan, math.nan
    judged = float((unit_scores(grades)[scored] >= RIGHT).mean())
    return judged, min(max((judged + specificity - 1) / (sensitivity + specificity - 1), 0.0), 1.0)


def right_wrong(grades: Grades) -> tuple[Mask, Mask]:
    """Which cases are scored and right, which scored and wrong."""
    right = unit_scores(grades) >= RIGHT
    return grades.scored & right, grades.scored & ~right


def has_tag(grades: Grades, name: str) -> Mask:
    """Which cases have the tag at all."""
    codes, values = grades.tag(name)
    tagged: Mask = np.array([value != "" for value in values], np.bool_)[codes]
    return tagged


def label_notes(grades: Grades, labels: tuple[str, ...]) -> dict[str, object]:
    """Names the labels that no scored case carries: a misspelt label would otherwise read as a rate of 0."""
    never = [label for label in labels if not grades.labelled(label).any()]
    return {"labels_never_seen": never} if never and grades.scored.any() else {}


def as_labels(label: str | tuple[str, ...]) -> tuple[str, ...]:
    """One label or several, as a tuple of distinct ones."""
    labels = (label,) if isinstance(label, str) else tuple(dict.fromkeys(label))
    if not labels or not all(labels):
        raise InputError(f"a measure needs the labels it counts, got {label!r}: name at least one, none of them empty")
    return labels
