"""A rate of labels as a share of what an agent that picks at random would come to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trustgen.core import Direction, InputError

from .grades import Floats, Grades
from .intervals import Interval
from .measure import Counts, RatioMeasure, as_labels, label_notes, ratio, ratio_counts


@dataclass(frozen=True, kw_only=True)
class ShareOfRandom(RatioMeasure):
    """See `share_of_random`. Columns are cases labelled so, and cases scored."""

    labels: tuple[str, ...]
    expected: float

    def count(self, grades: Grades) -> Counts:
        """Cases labelled so, and cases scored; the bounds in the measure's own unit."""
        planned, usable = self.reads(grades), self.usable(grades)
        missing = grades.per_cluster(planned & ~usable)
        found = ratio_counts(
            grades.per_cluster(planned & grades.labelled(*self.labels)),
            grades.per_cluster(usable),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
            notes={**label_notes(grades, self.labels), "random": self.expected},
        )
        return replace(found, lowest=found.lowest / self.expected, highest=found.highest / self.expected)

    def statistic(self, totals: Floats) -> Floats:
        """The rate over the random agent's."""
        share: Floats = ratio(totals[..., 0], totals[..., 1]) / self.expected
        return share

    def interval(self, table: Floats) -> Interval:
        """The rate's interval, divided by the random agent's rate, which is known and has no error."""
        found = super().interval(table)
        return Interval(found.low / self.expected, found.high / self.expected, found.method)


def share_of_random(label: str | tuple[str, ...], expected: float, arm: str = "") -> ShareOfRandom:
    """Rate of a label (or of one of these) over a random agent's, ↓, in 0..1/`expected`; 1 is like chance. Unit: cases.

    `expected` is the rate of an agent that picks evenly among the actions offered, which follows from the options.
    Denominator: scored cases of the arm, times `expected`. Raises `InputError` for an `expected` outside (0, 1].
    """
    if not 0 < expected <= 1:
        raise InputError(f"a random agent's rate lies above 0 and at most at 1, got {expected}")
    span = (0.0, 1 / expected)
    return ShareOfRandom(
        direction=Direction.LOWER, unit="cases", range=span, arm=arm, labels=as_labels(label), expected=expected
    )
