"""How cases ended, as shares; and whole clusters that are right: `all_right`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError, Outcome

from .grades import Grades, Mask
from .measure import Counts, RatioMeasure, WholeMeasure, ratio_counts, right_wrong, whole_tally

MACHINERY = (Outcome.ERROR, Outcome.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class OutcomeRate(RatioMeasure):
    """See `outcome_rate`."""

    outcome: Outcome

    def usable(self, grades: Grades) -> Mask:
        """Cases that the model (or, for `blocked`, its provider) ended."""
        lost = MACHINERY if self.outcome == Outcome.BLOCKED else (Outcome.BLOCKED, *MACHINERY)
        usable: Mask = self.reads(grades)
        for outcome in lost:
            usable = usable & ~grades.ended(outcome)
        return usable

    def count(self, grades: Grades) -> Counts:
        """Cases that ended so, and cases that the model ended."""
        planned, usable = self.reads(grades), self.usable(grades)
        missing = grades.per_cluster(planned & ~usable)
        return ratio_counts(
            grades.per_cluster(usable & grades.ended(self.outcome)),
            grades.per_cluster(usable),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
        )


@dataclass(frozen=True, kw_only=True)
class AllRight(WholeMeasure):
    """See `all_right`."""

    def count(self, grades: Grades) -> Counts:
        """Whole clusters all right, and whole clusters; a cluster that is not whole may be lost already."""
        planned, usable = self.reads(grades), self.usable(grades)
        _, wrong = right_wrong(grades)
        missed = grades.per_cluster(planned & wrong) > 0
        whole, asked = grades.per_cluster(usable) > 0, grades.per_cluster(planned) > 0
        open_ = (asked & ~whole & ~missed).astype(np.float64)
        return ratio_counts(
            (whole & ~missed).astype(np.float64),
            whole.astype(np.float64),
            may_hit=open_,
            may_miss=open_,
            sure_miss=(asked & ~whole & missed).astype(np.float64),
            outcomes=whole_tally(grades, planned),
        )


def outcome_rate(outcome: Outcome | str, arm: str = "") -> OutcomeRate:
    """Share of cases that ended so (`refused` for a refusal rate), in 0..1; ↓, but ↑ for `scored`. Unit: cases.

    Denominator: the cases that the model itself ended, which are those scored, refused or unparsed; for `blocked`
    also those blocked. A filter's block is neither an answer nor the model's refusal, and what failed in transport or
    was never asked is nobody's behaviour: these count as missing, in the bounds only. A rate of `error` or `skipped`
    would measure the machinery, so asking for one raises `InputError`.
    """
    outcome = Outcome(outcome)
    if outcome in MACHINERY:
        raise InputError(f"`{outcome}` is the machinery's fault, no behaviour of a model: read it from the outcomes")
    direction = Direction.HIGHER if outcome == Outcome.SCORED else Direction.LOWER
    return OutcomeRate(direction=direction, unit="cases", arm=arm, primary=True, outcome=outcome)


def all_right(arm: str = "") -> AllRight:
    """Strict accuracy: share of clusters whose every planned case is right (score ≥ .5), ↑, in 0..1. Unit: clusters.

    Denominator: whole clusters, those whose planned cases are all scored. A wrong case would settle a cluster that is
    not whole, too; but then a missing case could only ever take right clusters out, and with one case in ten lost at
    random a value of .76 reads .70. So what is not whole is in the bounds alone: as wrong where a case is, as either
    where none is yet. It is tallied under the earliest of its cases' outcomes in the order of `OUTCOMES`, so the
    model's own refusal is named before the machinery's fault. CMMU's ShiftCheck (arXiv 2401.14011) is this over the
    shifts of each question.
    """
    return AllRight(direction=Direction.HIGHER, unit="clusters", arm=arm, primary=True)
