"""Whole graded cases, column by column: the only thing a measure sees.

One `Grades` holds every *planned* case of one (task, model, judge), asked or not, so no denominator can lose one.
Columns are NumPy arrays of codes, 100 times smaller than objects: a million cases stay under 50 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import OUTCOMES, Outcome

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

CODE = {outcome: i for i, outcome in enumerate(OUTCOMES)}
SCORED = CODE[Outcome.SCORED]


class Grade(NamedTuple):
    """One planned case and how it ended. `score` and `label` mean something only when `outcome` is `scored`."""

    cluster: str
    arm: str
    outcome: Outcome
    score: float | None = None
    label: str = ""
    tags: Mapping[str, str] = {}
    confidence: float | None = None


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
    """Planned cases as equal-length columns: `arm[i]` is a code into `arms`, and so on.

    `confidence` is how sure the model said to be of a scored answer, in 0..1; `nan` where no judge read that. It has
    one value for all cases where none has any.
    """

    cluster: Codes
    arm: Codes
    arms: tuple[str, ...]
    outcome: Codes
    score: Floats
    label: Codes
    labels: tuple[str, ...]
    tags: Mapping[str, tuple[Codes, tuple[str, ...]]] = field(default_factory=dict)
    confidence: Floats = field(default_factory=lambda: np.full(1, np.nan))

    def __len__(self) -> int:
        return len(self.cluster)

    @classmethod
    def of(cls, rows: Iterable[Grade]) -> Grades:
        """Gather rows; order does not matter to any measure."""
        cluster, arm, label = Column(), Column(), Column()
        outcome: list[int] = []
        score: list[float] = []
        sure: list[float] = []
        tags: dict[str, Column] = {}
        for i, row in enumerate(rows):
            cluster.add(row.cluster)
            arm.add(row.arm)
            outcome.append(CODE[row.outcome])
            scored = row.outcome == Outcome.SCORED
            score.append(np.nan if row.score is None or not scored else float(row.score))
            sure.append(np.nan if row.confidence is None or not scored else float(row.confidence))
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
            np.asarray(sure, np.float64),
        )

    @property
    def sure(self) -> Floats:
        """`confidence`, one value a case."""
        return np.full(len(self), np.nan) if len(self.confidence) != len(self) else self.confidence

    @property
    def scored(self) -> Mask:
        """Which cases a judge scored."""
        mask: Mask = self.outcome == SCORED
        return mask

    def in_arm(self, arm: str) -> Mask:
        """Which cases are of an arm; "" is all of them. An arm that nothing was planned in selects nothing."""
        if not arm:
            return np.ones(len(self), np.bool_)
        return self.in_arms((arm,))

    def in_arms(self, arms: tuple[str, ...]) -> Mask:
        """Which cases are of any of some arms."""
        mask: Mask = np.isin(self.arm, [at for at, name in enumerate(self.arms) if name in arms])
        return mask

    @property
    def clusters(self) -> int:
        """One more than the highest cluster code: the length of what `per_cluster` returns."""
        return int(self.cluster.max(initial=-1)) + 1

    def labelled(self, *labels: str) -> Mask:
        """Which scored cases the judge gave one of these labels."""
        codes = [self.labels.index(label) for label in labels if label in self.labels]
        mask: Mask = self.scored & np.isin(self.label, codes)
        return mask

    def tag(self, name: str) -> tuple[Codes, tuple[str, ...]]:
        """A tag's column: a code per case, and the values. A case without the tag has the value ""."""
        return self.tags.get(name, (np.zeros(len(self), np.int32), ("",)))

    def tagged(self, name: str, values: tuple[str, ...]) -> Mask:
        """Which cases have one of these values of a tag."""
        codes, names = self.tag(name)
        mask: Mask = np.array([one in values for one in names], np.bool_)[codes]
        return mask

    def ended(self, outcome: Outcome) -> Mask:
        """Which cases ended so."""
        mask: Mask = self.outcome == CODE[outcome]
        return mask

    def where(self, mask: Mask) -> Grades:
        """The masked cases. Codes keep their meaning, so clusters stay aligned with those of the whole."""
        return replace(
            self,
            cluster=self.cluster[mask],
            arm=self.arm[mask],
            outcome=self.outcome[mask],
            score=self.score[mask],
            label=self.label[mask],
            tags={name: (codes[mask], names) for name, (codes, names) in self.tags.items()},
            confidence=self.sure[mask],
        )

    def per_cluster(self, mask: Mask, weights: Floats | None = None) -> Floats:
        """Masked cases of each cluster, or the sum of their `weights` (one per planned case)."""
        chosen = None if weights is None else weights[mask]
        sums: Floats = np.bincount(self.cluster[mask], chosen, self.clusters).astype(np.float64)
        return sums

    def tally(self, mask: Mask) -> dict[str, int]:
        """Outcomes of the masked cases; sums to the number planned among them."""
        counts = np.bincount(self.outcome[mask], minlength=len(OUTCOMES))
        return {o.value: int(counts[i]) for i, o in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Computed:
    """What a measure returns; the engine adds task, model and judge to make an `Estimate`.

    `bounds` are the lowest and highest value over every end of what is missing, which `worst` and `best` are by merit;
    `joint` are 95 % limits that carry sampling and missing at once.
    """

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
    bounds: tuple[float, float]
    joint: tuple[float, float]
    notes: Mapping[str, object] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """Cases planned for this measure: by construction the sum of all outcomes."""
        return sum(self.outcomes.values())
