"""Decisions compared between groups: the ratio of favourable rates, and their gap.

The groups are the values of a tag; a case without the tag is in none. How the intervals are made stands in
`simultaneous`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction

from .grades import Codes, Floats, Grades, Mask
from .intervals import NOTHING, Interval
from .measure import ClusterMeasure, Counts, as_labels, has_tag, label_notes, ratio
from .simultaneous import Limits, difference_limits, group_limits, ratio_limits


@dataclass(frozen=True, kw_only=True)
class GroupMeasure(ClusterMeasure):
    """Columns are the favourable decisions of each group, then the scored decisions of each group.

    The table takes 16 bytes for each cluster and group: 16 MB for 100,000 clusters and 10 groups.
    """

    tag: str
    favourable: tuple[str, ...]
    reference: str | None = None

    @abstractmethod
    def compare(self, rates: Floats) -> Floats:
        """One number from rates of shape (…, groups), `nan` for a group without any; shape (…)."""

    @abstractmethod
    def limits(self, groups: Limits) -> tuple[float, float]:
        """Both limits of that number."""

    @abstractmethod
    def bounds(self, low: Floats, high: Floats) -> tuple[float, float]:
        """The lowest and highest number while each planned group's rate lies anywhere in its own [low, high]."""

    def reads(self, grades: Grades) -> Mask:
        """Cases of the arm that have the tag."""
        return has_tag(grades, self.tag) & grades.in_arm(self.arm)

    def count(self, grades: Grades) -> Counts:
        """Favourable and scored decisions of each group in each cluster."""
        planned, usable = self.reads(grades), self.usable(grades)
        group, names = self._groups(grades, planned)

        def spread(mask: Mask) -> Floats:
            cell = grades.cluster[mask].astype(np.int64) * len(names) + group[mask]
            sums = np.bincount(cell, minlength=grades.clusters * len(names)).astype(np.float64)
            return sums.reshape(grades.clusters, len(names))

        table = np.hstack((spread(usable & grades.labelled(*self.favourable)), spread(usable)))
        hits, sizes = np.split(table.sum(axis=0), 2)
        asked = np.bincount(group[planned], minlength=len(names)).astype(np.float64)
        lowest, highest = self.bounds(ratio(hits, asked), ratio(hits + asked - sizes, asked))
        groups = {
            name: {"rate": float(rate), "favourable": int(f), "counted": int(n), "planned": int(a)}
            for name, rate, f, n, a in zip(names, ratio(hits, sizes), hits, sizes, asked, strict=True)
        }
        return Counts(
            table=table,
            outcomes=grades.tally(planned),
            counted=int(usable.sum()),
            lowest=lowest,
            highest=highest,
            notes={"groups": groups, **label_notes(grades, self.favourable)},
        )

    def _groups(self, grades: Grades, planned: Mask) -> tuple[Codes, list[str]]:
        """Each planned case's group, and the groups by name; a reference comes first, planned or not."""
        codes, values = grades.tag(self.tag)
        names = sorted({values[code] for code in np.unique(codes[planned])} - {self.reference})
        if self.reference is not None:
            names.insert(0, self.reference)
        place = {name: i for i, name in enumerate(names)}
        return np.array([place.get(value, 0) for value in values], np.int32)[codes], names

    def statistic(self, totals: Floats) -> Floats:
        """The comparison of the groups' rates."""
        hits, sizes = np.split(totals, 2, axis=-1)
        return self.compare(ratio(hits, sizes))

    def interval(self, table: Floats) -> Interval:
        """Limits that hold for all the compared pairs of groups."""
        if math.isnan(self.value(table)):
            return NOTHING
        hits, sizes = np.split(table, 2, axis=1)
        scored = sizes.any(axis=0)
        pairs = int(self.pairs(int(scored.sum())).sum()) // 2
        low, high = self.limits(group_limits(hits[:, scored], sizes[:, scored], pairs))
        return Interval(low, high, "Wilson, cluster-robust, all pairs (Tukey, MOVER)")

    def pairs(self, groups: int) -> Mask:
        """Which ordered pairs are compared: all, or those with the reference."""
        pairs = ~np.eye(groups, dtype=np.bool_)
        if self.reference is not None:
            first = np.arange(groups) == 0
            pairs &= first | first[:, None]
        return pairs


@dataclass(frozen=True, kw_only=True)
class Gap(GroupMeasure):
    """See `gap`."""

    def compare(self, rates: Floats) -> Floats:
        """Highest less lowest rate."""
        top, bottom = _extremes(rates)
        return top - bottom

    def limits(self, groups: Limits) -> tuple[float, float]:
        """The largest of the pairs' limits, in 0..1."""
        low, high = difference_limits(groups)
        return max(float(low.max()), 0.0), min(float(high.max()), 1.0)

    def bounds(self, low: Floats, high: Floats) -> tuple[float, float]:
        """Nearest: what the groups' ranges leave between them. Farthest: one at its top, another at its bottom."""
        pairs = self.pairs(len(low))
        if not pairs.any():
            return math.nan, math.nan
        return max(float(low.max() - high.min()), 0.0), float((high[:, None] - low)[pairs].max())


@dataclass(frozen=True, kw_only=True)
class Impact(GroupMeasure):
    """See `disparate_impact`."""

    def compare(self, rates: Floats) -> Floats:
        """Lowest over highest rate; with a reference, the least parity of another group with it."""
        if self.reference is None:
            top, bottom = _extremes(rates)
            return ratio(bottom, top)
        first, others = rates[..., :1], rates[..., 1:]
        parity = ratio(np.minimum(first, others), np.maximum(first, others))
        least = np.min(np.where(np.isnan(parity), np.inf, parity), axis=-1, initial=np.inf)
        return np.where(np.isfinite(least), least, math.nan)

    def limits(self, groups: Limits) -> tuple[float, float]:
        """The smallest of the compared pairs' limits, in 0..1."""
        pairs = self.pairs(len(groups.rate))
        low, high = ratio_limits(groups)
        return float(low[pairs].min()), float(high[pairs].min())

    def bounds(self, low: Floats, high: Floats) -> tuple[float, float]:
        """Farthest: one group at its bottom, another at its top. Nearest: as close as every pair's ranges allow.

        Only the smaller rate over the larger is compared, so 1 bounds every pair. It is also all that can be said of i
        over j where j's rate is surely 0 (from below) or possibly 0 (from above).
        """
        possible = self.pairs(len(low)) & (np.maximum(high[:, None], high) > 0)
        if not possible.any():
            return math.nan, math.nan
        least = ratio(*np.broadcast_arrays(low[:, None], high))[possible]
        most = ratio(*np.broadcast_arrays(high[:, None], low))[possible]
        return float(np.nanmin(least, initial=1.0)), float(np.nanmin(most, initial=1.0))


def _extremes(rates: Floats) -> tuple[Floats, Floats]:
    """Highest and lowest of the known rates; `nan` with fewer than two."""
    known = ~np.isnan(rates)
    enough = known.sum(axis=-1) >= 2
    top = np.max(np.where(known, rates, -np.inf), axis=-1, initial=-np.inf)
    bottom = np.min(np.where(known, rates, np.inf), axis=-1, initial=np.inf)
    return np.where(enough, top, math.nan), np.where(enough, bottom, math.nan)


def disparate_impact(
    tag: str, favourable: str | tuple[str, ...], reference: str | None = None, arm: str = ""
) -> Impact:
    """Ratio of favourable rates between groups, towards 1, in 0..1. Unit: cases.

    A group's rate is its cases with a favourable label over its scored cases (the denominator). The value is the lowest
    rate over the highest. With a `reference` group, every other group is compared with that one, the smaller rate over
    the larger, and the value is the least of these: favour in either direction counts, and the range stays 0..1.

    `nan` with fewer than two groups scored, no favourable decision in any, or the reference not scored. Lowest over
    highest is biased downwards, the more so with many groups or few cases; the interval does reach 1. The notes give
    each group's rate and counts. The four-fifths rule (US Uniform Guidelines on Employee Selection, 29 CFR 1607.4 D)
    holds this ratio against 0.8.
    """
    return Impact(
        direction=Direction.TARGET,
        target=1.0,
        unit="cases",
        tag=tag,
        favourable=as_labels(favourable),
        reference=reference,
        arm=arm,
    )


def gap(tag: str, favourable: str | tuple[str, ...], arm: str = "") -> Gap:
    """Highest less lowest favourable rate among groups (demographic parity difference), ↓, in 0..1. Unit: cases.

    A group's rate is its cases with a favourable label over its scored cases (the denominator). `nan` with fewer than
    two groups scored. Highest less lowest is biased upwards, the more so with many groups or few cases: in almost any
    sample it is above 0 though all groups are treated alike. Read the interval, which does reach 0. The notes give each
    group's rate and counts.
    """
    return Gap(direction=Direction.LOWER, unit="cases", tag=tag, favourable=as_labels(favourable), arm=arm)
