"""What a number over graded cases is: its direction and range, and all that may be asked of it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from .estimates import Direction


@dataclass(frozen=True, kw_only=True)
class Measure(ABC):
    """A number over graded cases. Equal settings make equal measures; everything but the call has a default.

    One that is `summed` leaves a table of sums, one row a cluster, and reads its value off the column totals: so it can
    be compared in pairs, ranked and stopped early. `trustgen.stats.ClusterMeasure` is the base of those, and makes the
    call of their counts. Grades are `trustgen.stats.Grades`, tables arrays of floats.
    """

    summed: ClassVar[bool] = False
    """Whether its value follows from sums over clusters."""
    share: ClassVar[bool] = False
    """Whether the two columns are what succeeded and what was counted."""
    conditional: ClassVar[bool] = False
    """Whether a cluster counts only where its control came out as it must, so not for every model."""

    direction: Direction
    unit: str
    range: tuple[float, float] = (0.0, 1.0)
    target: float | None = None
    arm: str = ""  # "" for all
    primary: bool = False  # whether it is a rate that early stopping can watch

    @abstractmethod
    def __call__(self, grades: Any) -> Any:
        """Value, interval and bounds as `trustgen.stats.Computed`; `nan` for what is undefined."""

    def count(self, grades: Any) -> Any:
        """Sums for each cluster, outcomes and bounds, as `trustgen.stats.measure.Counts`, where it is `summed`."""
        raise NotImplementedError(f"{type(self).__name__} is no sum over clusters: make it a `ClusterMeasure`")

    def statistic(self, totals: Any) -> Any:
        """The value at column totals of shape (…, columns), shape (…); `nan` over an empty denominator."""
        raise NotImplementedError(f"{type(self).__name__} is no sum over clusters: make it a `ClusterMeasure`")

    def interval(self, table: Any) -> Any:
        """The 95 % interval of the value of a table."""
        raise NotImplementedError(f"{type(self).__name__} is no sum over clusters: make it a `ClusterMeasure`")

    def arms_read(self) -> tuple[str, ...]:
        """The arms that the measure is about; none for all."""
        return (self.arm,) if self.arm else ()

    def reads(self, grades: Any) -> Any:
        """Which planned cases the measure is about."""
        return grades.in_arm(self.arm)

    def usable(self, grades: Any) -> Any:
        """Which of them can be counted: the others are missing."""
        return self.reads(grades) & grades.scored

    def unit_value(self, grades: Any) -> Any:
        """What each case adds, in 0..1, where the value is a mean over the usable cases; None where it is none."""
        return None

    def unit_labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of such a mean: the labels that add 1 (none: the score adds), and those of the denominator (none: all)."""
        return (), ()

    def cases_each(self, grades: Any) -> float:
        """How many cases must all go well for one unit to count; 1 where units are not compounded of cases."""
        return 1.0

    def floor(self, grades: Any, sensitivity: float, specificity: float) -> float:
        """The value that a judge of these errors would find where no case differs from its pair; `nan` for no pairs."""
        return math.nan

    def value(self, table: Any) -> float:
        """The value over all clusters of a table."""
        return float(self.statistic(table.sum(axis=0)))
