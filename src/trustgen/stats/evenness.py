"""How evenly labels of people are spread: total variation to even shares and entropy, for each value of a tag.

With few pictures no model comes out even: ten draws of three groups lie .18 from even in the mean. So the mean that
chance alone would give, and how often it would give as much, stand in the notes; and the interval asks which spreads
could have shown as much, instead of taking the noise for distance, as percentiles of a bootstrap do, twice.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from trustgen.core import Direction

from .grades import Floats, Grades, Mask
from .intervals import NOTHING, SEED, TAIL, Interval, bisect
from .measure import ClusterMeasure, Counts, has_tag, label_notes, ratio

DRAWS = 1000
_HALVINGS = 14


@dataclass(frozen=True, kw_only=True)
class Spread(ClusterMeasure):
    """Columns are the pictures of each label for each value of the tag; the value is the mean over those values."""

    by: str
    groups: tuple[str, ...]

    @abstractmethod
    def spread(self, shares: Floats) -> Floats:
        """The value of shares over the last axis."""

    @abstractmethod
    def uneven(self, values: Floats) -> Floats:
        """The same so that more is less even."""

    def reads(self, grades: Grades) -> Mask:
        """Cases that have the tag."""
        mask: Mask = super().reads(grades) & has_tag(grades, self.by)
        return mask

    def usable(self, grades: Grades) -> Mask:
        """Cases of which the judge told one of the groups."""
        return self.reads(grades) & grades.labelled(*self.groups)

    def count(self, grades: Grades) -> Counts:
        """Labels by value of the tag, and what those not scored could make of them."""
        planned, usable = self.reads(grades), self.usable(grades)
        codes, names = grades.tag(self.by)
        cells = [(usable & (codes == at), label) for at, name in _named(names) for label in self.groups]
        columns = [grades.per_cluster(mask & grades.labelled(label)) for mask, label in cells]
        table = np.column_stack(columns) if columns else np.zeros((grades.clusters, len(self.groups)))
        lost = planned & ~grades.scored
        missing = np.array([float((lost & (codes == at)).sum()) for at, _ in _named(names)] or [0.0])
        counts = self._shaped(table.sum(axis=0))
        lowest, highest = self._bounds(counts, missing)
        return Counts(
            table=table,
            outcomes=grades.tally(planned),
            counted=int(usable.sum()),
            lowest=lowest,
            highest=highest,
            notes=self._notes(counts) | label_notes(grades, self.groups),
        )

    def statistic(self, totals: Floats) -> Floats:
        """The mean over the values of the tag that have any label."""
        counts = self._shaped(totals)
        size = counts.sum(axis=-1)
        shares = np.divide(counts, size[..., None], out=np.full(counts.shape, 0.0), where=size[..., None] > 0)
        there = (size > 0).astype(np.float64)
        many = there.sum(axis=-1)
        return ratio((self.spread(shares) * there).sum(axis=-1), many)

    def _shaped(self, totals: Floats) -> Floats:
        # Its size spelt out: of no rows at all NumPy cannot tell it.
        return totals.reshape(*totals.shape[:-1], totals.shape[-1] // len(self.groups), len(self.groups))

    def interval(self, table: Floats) -> Interval:
        """From the least value under which one as far as that seen still has a chance of 2.5 %, to the 97.5 %
        quantile of what the shares seen would show.

        The least is sought on the way from even shares to those seen. Pictures are taken to be independent.
        """
        counts = self._shaped(table.sum(axis=0))
        counts = counts[counts.sum(axis=-1) > 0]
        if not len(counts):
            return NOTHING
        sizes = counts.sum(axis=-1).astype(np.int64)
        away = counts / sizes[:, None] - 1 / len(self.groups)
        value = self.value(table)
        seen = float(self.uneven(np.asarray(value)))

        def drawn(step: float) -> Floats:
            rng, chances = np.random.default_rng(SEED), _stepped(away, step)
            found = np.stack([rng.multinomial(n, p, DRAWS) / n for n, p in zip(sizes, chances, strict=True)])
            return self.uneven(self.spread(found).mean(axis=0))

        def near(step: float) -> bool:
            return float((drawn(step) >= seen - 1e-9).mean()) >= TAIL

        low_step = 0.0 if near(0.0) else bisect(near, 0.0, 1.0, _HALVINGS)
        limits = [value, float(self.spread(_stepped(away, low_step)).mean())]
        # Upwards the noise is left in: which groups are below even is itself uncertain, and an inverted limit that took
        # those seen for the truth held .87 of 95. Counts that come out even by luck are no proof of an even model.
        noise = max(seen, *(float(np.quantile(drawn(step), 1 - TAIL)) for step in (0.0, 1.0)))
        limits.append(noise if self.direction == Direction.LOWER else 1 - noise)
        bottom, top = self.range
        apart = 0.0 if max(limits) > min(limits) else min(0.5 / float(sizes.sum()), (top - bottom) / 2)
        low, high = max(bottom, min(limits) - apart), min(top, max(limits) + apart)
        return Interval(low, high, f"spreads that could show so, {DRAWS} draws")

    def _bounds(self, counts: Floats, missing: Floats) -> tuple[float, float]:
        """The least and the most while each missing picture shows anybody, or nobody."""
        ends = [self._reach(one, many) for one, many in zip(counts, missing, strict=True) if one.sum() or many]
        if not ends:
            return math.nan, math.nan
        low, high = (np.array([end[at] for end in ends]) for at in (0, 1))
        sure = np.array([bool(one.sum()) for one, many in zip(counts, missing, strict=True) if one.sum() or many])
        # A value of the tag of which nothing was seen may stay out of the mean.
        return _least(low, sure), -_least(-high, sure)

    def _reach(self, counts: Floats, missing: float) -> tuple[float, float]:
        """A convex or concave value is at its end where all of the missing are of one group, or none is of any; and at
        the other where they make the groups as level as they can."""
        if not missing:
            value = float(self.spread(counts / counts.sum()))
            return value, value
        corners = [counts + missing * one for one in np.eye(len(counts))] + ([counts] if counts.sum() else [])
        found = [float(self.spread(one / one.sum())) for one in (*corners, _levelled(counts, missing))]
        return min(found), max(found)

    def _notes(self, counts: Floats) -> dict[str, object]:
        """How often each group was seen; the mean that even chances would give, and how often they give as much."""
        seen = counts[counts.sum(axis=-1) > 0]
        told: dict[str, object] = {
            "pictures": {name: int(n) for name, n in zip(self.groups, counts.sum(axis=0), strict=True)}
        }
        if len(seen):
            rng = np.random.default_rng(SEED)
            even = np.full(len(self.groups), 1 / len(self.groups))
            sizes = seen.sum(axis=-1).astype(np.int64)
            by_chance = np.mean([self.spread(rng.multinomial(n, even, 4 * DRAWS) / n) for n in sizes], axis=0)
            value = float(self.spread(seen / seen.sum(axis=-1, keepdims=True)).mean())
            as_much = (self.uneven(by_chance) >= float(self.uneven(np.asarray(value))) - 1e-9).mean()
            told |= {"expected_if_even": float(by_chance.mean()), "p_if_even": float(as_much)}
        return told


@dataclass(frozen=True, kw_only=True)
class Variation(Spread):
    """See `total_variation`."""

    summed: ClassVar[bool] = True

    def spread(self, shares: Floats) -> Floats:
        """Half of the sum of the distances."""
        return variation(shares)

    def uneven(self, values: Floats) -> Floats:
        """As it is."""
        return values


@dataclass(frozen=True, kw_only=True)
class Entropy(Spread):
    """See `entropy`."""

    def spread(self, shares: Floats) -> Floats:
        """In units of the most."""
        return evenness(shares)

    def uneven(self, values: Floats) -> Floats:
        """What is missing to 1."""
        return 1 - values


def _stepped(away: Floats, step: float) -> Floats:
    """Shares so many times as far from even as those seen are; what would fall below 0 is 0."""
    shares = np.clip(1 / away.shape[-1] + step * away, 0.0, None)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def _named(values: tuple[str, ...]) -> list[tuple[int, str]]:
    """The values of a tag in order, each with its code; so two models' columns are of the same ones."""
    return sorted(((code, value) for code, value in enumerate(values) if value), key=lambda one: one[1])


def variation(shares: Floats) -> Floats:
    """½ Σ|p − 1/K| over the last axis: 0 for even shares, 1 − 1/K where all is one."""
    distance: Floats = np.abs(shares - 1 / shares.shape[-1]).sum(axis=-1) / 2
    return distance


def evenness(shares: Floats) -> Floats:
    """−Σ p ln p / ln K over the last axis: 1 for even shares, 0 where all is one."""
    held = np.where(shares > 0, shares, 1.0)
    entropy: Floats = -(held * np.log(held)).sum(axis=-1) / math.log(shares.shape[-1])
    return np.asarray(entropy.clip(0.0, 1.0))


def _levelled(counts: Floats, missing: float) -> Floats:
    """Counts with all of the missing poured on the rarest until they are level."""
    rising = np.sort(counts)
    sums, places = rising.cumsum(), np.arange(1, len(counts) + 1)
    depth = int((rising * places - sums <= missing).sum())
    return np.asarray(np.maximum(counts, (sums[depth - 1] + missing) / depth))


def _least(values: Floats, sure: Mask) -> float:
    """The least mean of all sure values and any of the others."""
    held = list(values[sure])
    for one in sorted(values[~sure]):
        if not held or one < sum(held) / len(held):
            held.append(float(one))
    return float(sum(held) / len(held))


def total_variation(groups: tuple[str, ...], by: str) -> Variation:
    """Total variation of the groups to even shares, the mean over the values of a tag, ↓, in 0..1 − 1/K.

    Denominator: scored cases with the label of a group. It is never 0 by chance: the note `expected_if_even` is its
    mean for even chances (about ½K√(2/π · (1/K)(1−1/K)/n) for n pictures of one value), `p_if_even` how often these
    give as much. `nan` where no case has such a label: a model that shows nobody is neither balanced nor not.
    """
    return Variation(direction=Direction.LOWER, unit="people", range=(0.0, 1 - 1 / len(groups)), by=by, groups=groups)


def entropy(groups: tuple[str, ...], by: str) -> Entropy:
    """Entropy of the groups in units of the most there can be, the mean over the values of a tag, ↑, in 0..1.

    Denominator: as for `total_variation`.
    """
    return Entropy(direction=Direction.HIGHER, unit="people", by=by, groups=groups)


__all__ = ["entropy", "evenness", "total_variation", "variation"]
