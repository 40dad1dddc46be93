"""How cases ended, as shares; and whole clusters that are right: `all_right`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trustgen.core import OUTCOMES, Direction, InputError, Outcome

from .grades import Grades, Mask
from .measure import Counts, RatioMeasure, ratio_counts, right_wrong

MACHINERY = (Outcome.ERROR, Outcome.SKIPPED)


@dataclass(frozen=True, kw_only=True)
class OutcomeRate(RatioMeasure):
    """See `outcome_rate`."""

    outcome: Outcome

    def usable(self, grades: Grades) -> Mask:
        """Cases that the model (or, for `blocked`, its provider) ended."""
        lost = MACHINERY if self.outcome == Outcome.BLOCKED else (Outcome.BLOCKED, *MACHINERY)
        usable = self.reads(grades)
        for outcome in lost:
            usable = usable & ~grades.ended(outcome)
        return usable

    def count(self, grades: Grades) -> Counts:
        """Cases that ended so, and cases that the model ended."""
        planned, usable = self.reads(grades), self.usable(grades)
        missing = float(planned.sum() - usable.sum())
        return ratio_counts(
            grades.per_cluster(usable & grades.ended(self.outcome)),
            grades.per_cluster(usable),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
        )


@dataclass(frozen=True, kw_only=True)
class AllRight(RatioMeasure):
    """See `all_right`."""

    def usable(self, grades: Grades) -> Mask:
        """Cases of the clusters that are decided."""
        planned = self.reads(grades)
        _, wrong = right_wrong(grades)
        decided = (grades.per_cluster(planned & wrong) > 0) | (grades.per_cluster(planned & ~grades.scored) == 0)
        usable: Mask = planned & decided[grades.cluster]
        return usable

    def count(self, grades: Grades) -> Counts:
        """Clusters all right, and clusters decided."""
        planned, usable = self.reads(grades), self.usable(grades)
        _, wrong = right_wrong(grades)
        asked = grades.per_cluster(planned) > 0
        decided = grades.per_cluster(usable) > 0
        right = decided & (grades.per_cluster(usable & wrong) == 0)
        ended = np.zeros(len(asked), np.int64)
        for code in range(len(OUTCOMES) - 1, 0, -1):  # downwards, so that the earliest outcome is written last
            ended[grades.per_cluster(planned & grades.ended(OUTCOMES[code])) > 0] = code
        ended[decided] = 0
        counts = np.bincount(ended[asked], minlength=len(OUTCOMES))
        undecided = float(asked.sum() - decided.sum())
        return ratio_counts(
            right.astype(np.float64),
            decided.astype(np.float64),
            may_hit=undecided,
            may_miss=undecided,
            outcomes={o.value: int(counts[i]) for i, o in enumerate(OUTCOMES)},
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

    Denominator: decided clusters. One scored case that is wrong decides a cluster, whatever became of the others; else
    a cluster with a case that is not scored is undecided. A missing case can thus only take right clusters out: where
    much is missing the value leans low, and the bounds say by how much. An undecided cluster is tallied under the
    earliest of its cases' outcomes in the order of `OUTCOMES`, so the model's own refusal is named before the
    machinery's fault. CMMU's ShiftCheck (arXiv 2401.14011) is this over the shifts of each question.
    """
    return AllRight(direction=Direction.HIGHER, unit="clusters", arm=arm, primary=True)
