"""A share of cases, or their mean score: one measure behind `accuracy`, `label_rate`, `label_among` and their like.

What one case adds lies in 0..1, and people can say it too. So every share can be corrected for its judge's error and
estimated from people's labels, whichever factory made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Grades, Mask
from .measure import Counts, RatioMeasure, as_labels, label_notes, ratio_counts, unit_scores


@dataclass(frozen=True, kw_only=True)
class CaseShare(RatioMeasure):
    """The share of cases with one of `labels`, or the mean score where none is named.

    Cases are those of the `arm`, or of the `arms`, whose `tag` has one of the `values`; with `among`, only those that
    have one of these labels are counted.
    """

    labels: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    tag: str = ""
    values: tuple[str, ...] = ()

    def arms_read(self) -> tuple[str, ...]:
        """The arm or arms."""
        return self.arms or super().arms_read()

    def reads(self, grades: Grades) -> Mask:
        """Cases of the arms that carry one of the tag's values."""
        mask: Mask = grades.in_arm(self.arm)
        if self.arms:
            mask &= grades.in_arms(self.arms)
        if self.tag:
            mask &= grades.tagged(self.tag, self.values)
        return mask

    def usable(self, grades: Grades) -> Mask:
        """Scored cases, of the labels of the denominator where it has some."""
        usable: Mask = self.reads(grades) & grades.scored
        return usable & grades.labelled(*self.among) if self.among else usable

    def unit_value(self, grades: Grades) -> Floats:
        """What each case adds: 1 or 0 by its label, or its score."""
        return grades.labelled(*self.labels).astype(np.float64) if self.labels else unit_scores(grades)

    def unit_labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels that add 1, and those of the denominator."""
        return self.labels, self.among

    def count(self, grades: Grades) -> Counts:
        """What the usable cases add, and how many they are.

        A case that is not scored could have had any label, one outside the denominator too.
        """
        planned, usable = self.reads(grades), self.usable(grades)
        missing = grades.per_cluster(planned & ~grades.scored)
        return ratio_counts(
            grades.per_cluster(usable, self.unit_value(grades)),
            grades.per_cluster(usable),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
            notes=label_notes(grades, self.among or self.labels),
        )


def accuracy(arm: str = "") -> CaseShare:
    """Mean score, ↑, in 0..1. Denominator: scored cases of the arm ("" is all arms). Unit: cases.

    Scores lie in 0..1 (right or wrong, or part marks); one outside raises `InputError`. Worst and best are over all
    planned cases, each missing one counted as 0 and as 1.
    """
    return CaseShare(direction=Direction.HIGHER, unit="cases", arm=arm, primary=True)


def label_rate(label: str | tuple[str, ...], arm: str = "", *, direction: Direction) -> CaseShare:
    """Share of cases that the judge gave this label (or one of these), in 0..1. Denominator: scored cases of the arm.

    Unit: cases. `direction` says whether such a label is good (`HIGHER`) or bad (`LOWER`). A label that no scored
    case carries is named in the notes, `labels_never_seen`, since a misspelt one reads as 0 too.
    """
    made = CaseShare(direction=direction, unit="cases", arm=arm, primary=True, labels=as_labels(label))
    return _directed(made, "label_rate")


def label_among(
    label: str | tuple[str, ...],
    *,
    direction: Direction,
    arms: Iterable[str] = (),
    tag: str = "",
    value: str | tuple[str, ...] = (),
) -> CaseShare:
    """Share of cases that the judge gave this label (or one of these), in 0..1. Unit: (picked) cases.

    Denominator: scored cases of the `arms` (none named: all) whose `tag` has the `value` (or one of these). A label
    that no scored case carries is named in the notes. Raises `InputError` for a tag without a value, or a direction
    that is not `higher` or `lower`.
    """
    return _picked(as_labels(label), direction, arms, tag, value)


def score_among(
    *, direction: Direction, arms: Iterable[str] = (), tag: str = "", value: str | tuple[str, ...] = ()
) -> CaseShare:
    """Mean score in 0..1, of cases picked as by `label_among`. Unit: (picked) cases.

    Scores lie in 0..1, else `InputError`; whether a high one is good is for `direction` to say.
    """
    return _picked((), direction, arms, tag, value)


def label_share(
    label: str | tuple[str, ...],
    among: str | tuple[str, ...],
    arm: str = "",
    *,
    direction: Direction,
    tag: str = "",
    value: str | tuple[str, ...] = (),
) -> CaseShare:
    """Share of a label (or several) among the cases that have one of the labels `among`, in 0..1. Unit: picked cases.

    Denominator: scored cases of the arm with a label of `among`, and a `value` of the `tag` where one is named; `nan`
    where there is none. Bounds count every case that is not scored as a hit, and as a miss. Raises `InputError` where
    a counted label is not of the denominator, or for a tag without a value.
    """
    labels, whole, values = as_labels(label), as_labels(among), valued(tag, value)
    if not set(labels) < set(whole):
        raise InputError(f"labels {labels} are counted among {whole}: name them there too, beside another")
    made = CaseShare(direction=direction, unit="picked cases", arm=arm, primary=True, labels=labels, among=whole)
    return _directed(replace(made, tag=tag, values=values), "label_share")


def label_near(label: str, target: float, *, arms: Iterable[str] = ()) -> CaseShare:
    """Share of cases that the judge gave this label, best at `target`, in 0..1. Unit: picked cases.

    For how often a model says a word, where it is due in that share of the cases: `target` is what was planned.
    Denominator: scored cases of the `arms` (none named: all). Raises `InputError` for a target outside 0..1.
    """
    if not 0 <= target <= 1:
        raise InputError(f"a share is best at a value of 0 to 1, not {target}")
    made = _picked(as_labels(label), Direction.HIGHER, arms, "", ())
    return replace(made, direction=Direction.TARGET, target=target)


def _picked(
    labels: tuple[str, ...], direction: Direction, arms: Iterable[str], tag: str, value: str | tuple[str, ...]
) -> CaseShare:
    values, arms = valued(tag, value), tuple(arms)
    unit = "picked cases" if arms or tag else "cases"
    made = CaseShare(direction=direction, unit=unit, primary=True, labels=labels, arms=arms, tag=tag, values=values)
    return _directed(made, "such a share")


def valued(tag: str, value: str | tuple[str, ...]) -> tuple[str, ...]:
    """The values of a tag. Raises `InputError` where one is given without the other."""
    values = (value,) if isinstance(value, str) else tuple(value)
    if bool(tag) != any(values):
        raise InputError(f"a tag and its value are given together, got `{tag}` and {values}")
    return values


def _directed(made: CaseShare, name: str) -> CaseShare:
    if made.direction not in (Direction.HIGHER, Direction.LOWER):
        raise InputError(f"{name} has no target: direction must be `higher` or `lower`, not `{made.direction}`")
    return made
