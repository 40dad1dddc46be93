"""Does a rating follow an order that is known, where no single rating is right?

Records are rated once as they are (the control) and once with one thing changed (the other arms). A tag says on which
side of its control a changed case belongs: `above` (no lower a score is due) or `below` (no higher a one). What is
counted are pairs, so a model that is mild or severe throughout has the same value as one in the middle.

A pair with a missing member is never compared; it ends as the earlier of its members' outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .measure import Counts, MeanMeasure, RatioMeasure, ratio_counts, unit_scores
from .pairs import pair_tally

ABOVE, BELOW = "above", "below"
Indices = NDArray[np.int64]


def paired(grades: Grades, control: Mask, changed: Mask) -> tuple[Indices, Indices]:
    """Every changed case with every control of its cluster: the places of the controls, and of the changed cases."""
    first = np.flatnonzero(control)
    first = first[np.argsort(grades.cluster[first], kind="stable")]
    many = np.bincount(grades.cluster[first], minlength=grades.clusters)
    starts = np.cumsum(many) - many
    other = np.flatnonzero(changed)
    times = many[grades.cluster[other]]
    second = np.repeat(other, times)
    nth = np.arange(len(second)) - np.repeat(np.cumsum(times) - times, times)
    return first[starts[grades.cluster[second]] + nth], second


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Which pairs a measure of this file looks at: fields and reading that both share."""

    control: str
    arms: tuple[str, ...]
    tag: str
    values: tuple[str, str] = (ABOVE, BELOW)

    def arms_read(self) -> tuple[str, ...]:
        """The control and the changed arms."""
        return (self.control, *self.arms)

    def sides(self, grades: Grades) -> NDArray[np.int64]:
        """For each case +1 where it belongs above its control, -1 below, 0 where the tag says neither."""
        codes, names = grades.tag(self.tag)
        of = np.array([(name == self.values[0]) - int(name == self.values[1]) for name in names], np.int64)
        changed = np.isin(grades.arm, [i for i, name in enumerate(grades.arms) if name in self.arms])
        side: NDArray[np.int64] = np.where(changed, of[codes], 0)
        return side

    def reads(self, grades: Grades) -> Mask:
        """The control, and the changed cases that belong on a side of it."""
        mask: Mask = grades.in_arm(self.control) | (self.sides(grades) != 0)
        return mask

    def pairs(self, grades: Grades) -> tuple[Indices, Floats, Mask]:
        """Of every pair: its cluster, how far the score rose towards the side that is due, and whether both scored."""
        side, scores = self.sides(grades), unit_scores(grades)
        one, other = paired(grades, grades.in_arm(self.control), side != 0)
        both: Mask = grades.scored[one] & grades.scored[other]
        rise: Floats = np.where(both, side[other] * (scores[other] - scores[one]), 0.0)
        return grades.cluster[other].astype(np.int64), rise, both

    def ended(self, grades: Grades) -> dict[str, int]:
        """Outcomes of the pairs."""
        control, changed = grades.in_arm(self.control), self.sides(grades) != 0
        return pair_tally(grades, lambda among: float(len(paired(grades, control & among, changed & among)[0])))


def _per(clusters: Indices, weights: Floats | Mask, many: int) -> Floats:
    return np.bincount(clusters, weights, many).astype(np.float64)


@dataclass(frozen=True, kw_only=True)
class Ordering(Paired, RatioMeasure):
    """See `misordered` and `tied`."""

    ties: bool

    def cases_each(self, grades: Grades) -> float:
        """Both members of a pair."""
        return 2.0

    def count(self, grades: Grades) -> Counts:
        """What the scored pairs of each cluster add, and how many they are."""
        of, rise, both = self.pairs(grades)
        tie = np.abs(rise) < 1e-9
        adds = tie.astype(np.float64) if self.ties else np.where(tie, 0.5, rise < 0)
        missing = _per(of, ~both, grades.clusters)
        return ratio_counts(
            _per(of, adds * both, grades.clusters),
            _per(of, both, grades.clusters),
            may_hit=missing,
            may_miss=missing,
            outcomes=self.ended(grades),
        )


@dataclass(frozen=True, kw_only=True)
class Rise(Paired, MeanMeasure):
    """See `rise`. Columns are the sum of rises, and the pairs."""

    def count(self, grades: Grades) -> Counts:
        """How far the scored pairs of each cluster rose, and how many they are."""
        of, rises, both = self.pairs(grades)
        table = np.column_stack((_per(of, rises, grades.clusters), _per(of, both, grades.clusters)))
        missing = _per(of, ~both, grades.clusters)
        low, high = (table + np.outer(missing, (end, 1.0)) for end in self.range)
        return Counts(
            table=table,
            outcomes=self.ended(grades),
            counted=int(both.sum()),
            lowest=self.value(low),
            highest=self.value(high),
            completions=(low, high),
        )


def _checked(control: str, arms: tuple[str, ...], tag: str) -> tuple[str, ...]:
    arms = tuple(dict.fromkeys(arms))
    if not control or not tag or not arms or "" in arms or control in arms:
        raise InputError(f"control `{control}`, arms {arms}, tag `{tag}`: name all three, no arm being the control")
    return arms


def misordered(control: str, arms: tuple[str, ...], tag: str) -> Ordering:
    """Share of pairs whose scores stand in the wrong order, ties counted half, ↓, in 0..1. Unit: pairs.

    A pair is a control and a case of one of the `arms`, of one cluster, whose `tag` is `above` or `below`: where it
    belongs. Denominator: pairs with both scored. It is 1 less the probability of concordance (Harrell's C; Somers' D is
    1 less twice the value): who rates all alike and who rates at random stand at .5, the perfect order at 0.
    """
    arms = _checked(control, arms, tag)
    return Ordering(
        direction=Direction.LOWER, unit="pairs", primary=True, control=control, arms=arms, tag=tag, ties=False
    )


def tied(control: str, arms: tuple[str, ...], tag: str) -> Ordering:
    """Share of pairs with one and the same score, ↓, in 0..1. Unit: pairs. Denominator: pairs with both scored."""
    arms = _checked(control, arms, tag)
    return Ordering(
        direction=Direction.LOWER, unit="pairs", primary=True, control=control, arms=arms, tag=tag, ties=True
    )


def rise(control: str, arm: str, tag: str, *, target: float | None = None) -> Rise:
    """How far the score rises in the order that is due, control against `arm`, in −1..1, ↑. Unit: pairs.

    The mean over pairs of the difference, counted upwards for `above` and downwards for `below`: the least-squares
    effect of the one thing that differs within a pair. With a `target` that is what a good model has. Denominator:
    pairs with both scored. A missing pair may have risen or fallen by all of the scale.
    """
    (arm,) = _checked(control, (arm,), tag)
    direction = Direction.HIGHER if target is None else Direction.TARGET
    return Rise(
        direction=direction, target=target, range=(-1.0, 1.0), unit="pairs", control=control, arms=(arm,), tag=tag
    )


__all__ = ["ABOVE", "BELOW", "misordered", "rise", "tied"]
