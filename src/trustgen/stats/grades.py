"""Whole graded cases, column by column: the only thing a measure sees.

One `Grades` holds every *planned* case of one (task, model, judge), asked or not, so no denominator can lose one.
Columns are NumPy arrays of codes, 100 times smaller than objects: a million cases stay under 50 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import OUTCOMES, Outcome

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CODE = {outcome: i for i, outcome in enumerate(OUTCOMES)}
SCORED = _CODE[Outcome.SCORED]


class Grade(NamedTuple):
    """One planned case and how it ended. `score` and `label` mean something only when `outcome` is `scored`."""

    cluster: str
    arm: str
    outcome: Outcome
    score: float | None = None
    label: str = ""
    tags: Mapping[str, str] = {}


class Column:
    """A growing column of names, stored as codes."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self._known: dict[str, int] = {}

    def add(self, name: str) -> None:
        """Append one name."""
        self.codes.append(self._known.setdefault(name, len(self._known)))

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct names, in order of first sight."""
        return tuple(self._known)


@dataclass(frozen=True)
class Grades:
    """Planned cases as equal-length columns: `arm[i]` is a code into `arms`, and so on."""

    cluster: Codes
    arm: Codes
    arms: tuple[str, ...]
    outcome: Codes
    score: Floats
    label: Codes
    labels: tuple[str, ...]
    tags: Mapping[str, tuple[Codes, tuple[str, ...]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cluster)

    @classmethod
    def of(cls, rows: Iterable[Grade]) -> Grades:
        """Gather rows; order does not matter to any measure."""
        cluster, arm, label = Column(), Column(), Column()
        outcome: list[int] = []
        score: list[float] = []
        tags: dict[str, Column] = {}
        for i, row in enumerate(rows):
            cluster.add(row.cluster)
            arm.add(row.arm)
            outcome.append(_CODE[row.outcome])
            scored = row.outcome == Outcome.SCORED and row.score is not None
            score.append(float(row.score) if scored and row.score is not None else np.nan)
            label.add(row.label if scored else "")
            for name in row.tags.keys() | tags.keys():
                column = tags.setdefault(name, Column())
                while len(column.codes) < i:  # a tag first seen now was absent until here
                    column.add("")
                column.add(row.tags.get(name, ""))
        return cls(
            np.asarray(cluster.codes, np.int32),
            np.asarray(arm.codes, np.int32),
            arm.names,
            np.asarray(outcome, np.int32),
            np.asarray(score, np.float64),
            np.asarray(label.codes, np.int32),
            label.names,
            {name: (np.asarray(c.codes, np.int32), c.names) for name, c in tags.items()},
        )

    @property
    def scored(self) -> Mask:
        """Which cases a judge scored."""
        mask: Mask = self.outcome == SCORED
        return mask

    def in_arm(self, arm: str) -> Mask:
        """Which cases are of an arm; "" is all of them. An arm that nothing was planned in selects nothing."""
        if not arm:
            return np.ones(len(self), np.bool_)
        mask: Mask = self.arm == (self.arms.index(arm) if arm in self.arms else -1)
        return mask

    def labelled(self, label: str) -> Mask:
        """Which scored cases the judge gave this label."""
        mask: Mask = self.scored & (self.label == (self.labels.index(label) if label in self.labels else -1))
        return mask

    def tally(self, mask: Mask) -> dict[str, int]:
        """Outcomes of the masked cases; sums to the number planned among them."""
        counts = np.bincount(self.outcome[mask], minlength=len(OUTCOMES))
        return {o.value: int(counts[i]) for i, o in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Computed:
    """What a measure returns; the engine adds task, model and judge to make an `Estimate`."""

    value: float
    low: float
    high: float
    method: str
    worst: float
    best: float
    counted: int
    unit: str
    clusters: int
    outcomes: dict[str, int]
    notes: Mapping[str, object] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """Cases planned for this measure: by construction the sum of all outcomes."""
        return sum(self.outcomes.values())
