"""What is known of a judge's error, and what it does to an estimate.

A `Calibration` is one judge on one labelled set: how often it gave which label to replies that people gave which label.
It belongs to the judge's key, the hash of all that shapes its rulings: a changed judge is another, and uncalibrated.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from trustgen.core import JudgeError, Measure, Weakest

from .confusion import Confusion
from .corrected import band, corrected_rate
from .grades import Grades
from .intervals import effective_size, student
from .measure import Counts

LEAST = 30
"""Rows of a class below which a share says too little to be called the weakest."""
UNREAD = ""
ELSEWHERE = 0.1
"""How far a judge's sensitivity and specificity on the replies of another model may lie from those on a labelled set.

Over the model families of the public sets that the rules were held against, .07 was the largest difference of a share
from the set's own; .1 leaves room for a family that nobody labelled.
"""
NO_ANSWER = ("unclear", "refused")
"""What people may call a reply that nobody could score. A judge that scores it all the same has called a negative."""


class Cell(msgspec.Struct, frozen=True):
    """Rows that people labelled `true` and the judge `said` ("" where it could not read them)."""

    true: str
    said: str
    rows: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One judge on one labelled set, or on a part of it (a language, a dimension).

    `right` are the labels that score at least a half, or whose seeing is the judge's work. `sha256` is of the labelled
    rows; `split` says which part of them was not looked at while the judge was made. `family` is that of the models
    that replied, "" for all. `folded` are labels of the judge that the set does not know, and what they count as.
    `effects` are the design effects of the rows of each true label, over the prompts they reply to; 1 where not named.
    `own` is true of labels on replies of the very run that is corrected.
    """

    judge: str
    name: str
    kind: str
    set: str
    sha256: str
    language: str
    cells: tuple[Cell, ...]
    right: tuple[str, ...]
    split: str = ""
    made: str = ""  # ISO date
    family: str = ""
    outside: bool = False  # labelled elsewhere, by people who never saw the judge
    folded: dict[str, str] = {}
    source: str = ""
    licence: str = ""
    effects: dict[str, float] = {}
    own: bool = False

    @property
    def rows(self) -> int:
        """Labelled rows."""
        return sum(cell.rows for cell in self.cells)

    @property
    def part(self) -> str:
        """What of its set it is about: a model family, a language, or "" for the whole."""
        return self.family or ("" if self.language in ("all", "en") else self.language)

    def _told(self, labels: Iterable[str]) -> frozenset[str]:
        """Labels in the words of the set."""
        return frozenset(self.folded.get(label, label) for label in labels)

    def confusion(self, labels: Sequence[str] = (), among: Sequence[str] = ()) -> Confusion:
        """The rows counted as having one of these labels or not; by default, as right or not.

        Rows that nobody could score and that the judge left unread are no error, and are left out. With `among`, so are
        the rows to which people gave none of these labels.
        """
        wanted, counted = self._told(labels or self.right), self._told(among)
        pairs: Counter[tuple[bool | None, bool]] = Counter()
        read = {True: (0, 0.0), False: (0, 0.0)}
        for cell in self.cells:
            if counted and cell.true not in counted:
                continue
            said, true = None if cell.said in (UNREAD, *NO_ANSWER) else cell.said in wanted, cell.true in wanted
            if said is not None or cell.true not in NO_ANSWER:
                pairs[said, true] += cell.rows
                rows, size = read[true]
                read[true] = rows + cell.rows, size + cell.rows / self.effects.get(cell.true, 1.0)
        effects = tuple(rows / size if rows else 1.0 for rows, size in read.values())
        return msgspec.structs.replace(Confusion.of(pairs), effect=effects)

    def strays(self, among: Sequence[str]) -> int:
        """Rows that the judge takes into a denominator of these labels and people do not, or the other way round."""
        counted = self._told(among)
        read = [cell for cell in self.cells if cell.said not in (UNREAD, *NO_ANSWER)]
        return sum(cell.rows for cell in read if (cell.said in counted) != (cell.true in counted))

    def knows(self, labels: Iterable[str]) -> bool:
        """Whether people gave each of these labels to some row."""
        return self._told(labels) <= {cell.true for cell in self.cells}


Told = tuple[str, str, str]
"""What people said of a reply, what the judge said, and the prompt it replies to ("" for one of its own)."""


def counted(head: Calibration, rows: Sequence[Told], **fields: Any) -> Calibration:
    """A calibration with its rows counted, and how far those of one prompt go together."""
    cells = cells_of((true, said) for true, said, _ in rows)
    return msgspec.structs.replace(head, cells=cells, effects=effects_of(rows), **fields)


def cells_of(pairs: Iterable[tuple[str, str]]) -> tuple[Cell, ...]:
    """Count (true, said) pairs, in the order of their labels."""
    return tuple(Cell(true, said, rows) for (true, said), rows in sorted(Counter(pairs).items()))


def effects_of(rows: Iterable[Told]) -> dict[str, float]:
    """The design effect of each true label's rows, given (true, said, source): how far those of one source agree.

    Whether the judge is right goes together within a prompt: 10 prompts of 20 replies each at a correlation of .2 make
    an interval over 200 rows cover .66. With few sources Student's t stands in for the normal. A row whose source is ""
    has one of its own.
    """
    by: dict[str, dict[str, list[bool]]] = {}
    for i, (true, said, source) in enumerate(rows):
        by.setdefault(true, {}).setdefault(source or f"row {i}", []).append(true == said)
    effects = {}
    for true, sources in by.items():
        hits = np.array([sum(read) for read in sources.values()], np.float64)
        sizes = np.array([len(read) for read in sources.values()], np.float64)
        if sizes.max() > 1:
            stretch = student(max(len(sizes) - 1, 1)) / student(math.inf)
            effects[true] = max(1.0, float(sizes.sum()) / effective_size(hits, sizes) * stretch**2)
    return effects


def weakest(measure: Measure, known: Iterable[Calibration], unknown: tuple[str, ...] = ()) -> Weakest | None:
    """Where judges err most on what a measure counts, over parts with `LEAST` rows; None where there is none such."""
    labels, among = measure.unit_labels()
    found: list[tuple[float, Weakest]] = []
    for one in known:
        confusion = one.confusion(labels, among) if one.knows(labels) else one.confusion()
        shares = (confusion.sensitivity, confusion.positives), (confusion.specificity, confusion.negatives)
        for name, (share, rows) in zip(("sensitivity", "specificity"), shares, strict=True):
            if rows >= LEAST:
                told = Weakest(
                    judge=one.name, set=one.set, part=one.part, share=name, rows=rows, value=share[:3], unknown=unknown
                )
                found.append((share.value, told))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def judge_error(measure: Measure, grades: Grades, calibration: Calibration) -> JudgeError:
    """The judge's error on its labelled set, and the measure corrected for it where it is a share of cases."""
    share = measure if measure.unit_value(grades) is not None else None
    labels, among = share.unit_labels() if share else ((), ())
    missing = ""
    if not calibration.knows(labels):
        missing = f"no labelled row is `{', '.join(labels)}`: the error is that of right and wrong"
        labels = among = ()
    elif among and (strays := calibration.strays(among)):
        missing = f"on {strays} labelled rows the judge and people differ on what the share is of"
    confusion = calibration.confusion(labels, among)
    value = low = high = math.nan
    about = ends = (math.nan, math.nan)
    note = missing or ("" if share else "no correction is known for a measure of this kind")
    if share and not missing and not (note := _parts(share, grades)):
        counts = share.count(grades)
        made = corrected_rate(counts.table, confusion)
        value, low, high = made.value, made.low, made.high
        note = made.reason or made.note
        if not made.reason:
            ends = _completed(counts, low, high)
            about = about if calibration.own else band(counts.table, confusion, ELSEWHERE)
    return JudgeError(
        set=calibration.set,
        rows=calibration.rows,
        unread=confusion.unread,
        sensitivity=confusion.sensitivity[:3],
        specificity=confusion.specificity[:3],
        f1=confusion.f1[:3],
        corrected=(value, low, high),
        note=note,
        joint=ends,
        band=about,
        floor=_floor(measure, grades, confusion),
    )


def _completed(counts: Counts, low: float, high: float) -> tuple[float, float]:
    """Corrected limits of the whole that was planned, where everything missing was truly none, and truly all."""
    assert counts.completions is not None
    seen, planned = float(counts.table[:, 1].sum()), [float(table[:, 1].sum()) for table in counts.completions]
    return low * seen / planned[0], 1 - (1 - high) * seen / planned[1]


def _floor(measure: Measure, grades: Grades, judge: Confusion) -> float:
    """What the judge's errors alone would show where nothing differs; `nan` for a measure in which they cancel."""
    if not judge.positives or not judge.negatives:
        return math.nan
    return measure.floor(grades, judge.true_positive / judge.positives, judge.true_negative / judge.negatives)


def _parts(share: Measure, grades: Grades) -> str:
    """Why a mean cannot be corrected as a share of right and wrong: some of what it adds lies between."""
    added = share.unit_value(grades)
    usable = share.usable(grades)
    assert added is not None
    between = int(((added[usable] > 0) & (added[usable] < 1)).sum())
    return f"{between} of {int(usable.sum())} scores are part marks: no share of right and wrong" if between else ""
