"""What is known of a judge's error, and what it does to an estimate.

A `Calibration` is one judge on one labelled set: how often it gave which label to replies that people gave which label.
It belongs to the judge's key, the hash of all that shapes its rulings: a changed judge is another, and uncalibrated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from trustgen.core import JudgeError

from .confusion import Confusion, Share
from .corrected import corrected_rate
from .grades import Grades
from .measure import ClusterMeasure

UNREAD = ""
NO_ANSWER = ("unclear", "refused")
"""What people may call a reply that nobody could score. A judge that scores it all the same has called a negative."""


class Cell(msgspec.Struct, frozen=True):
    """Rows that people labelled `true` and the judge `said` ("" where it could not read them)."""

    true: str
    said: str
    rows: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """One judge on one labelled set, or on a part of it (a language, a dimension).

    `right` are the labels that score at least a half. `sha256` is of the labelled rows; `split` says which part of them
    was not looked at while the judge was made.
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

    @property
    def rows(self) -> int:
        """Labelled rows."""
        return sum(cell.rows for cell in self.cells)

    def confusion(self, labels: Sequence[str] = (), among: Sequence[str] = ()) -> Confusion:
        """The rows counted as having one of these labels or not; by default, as right or not.

        Rows that nobody could score and that the judge left unread are no error, and are left out. With `among`, so are
        the rows to which people gave none of these labels.
        """
        wanted = set(labels or self.right)
        pairs: list[tuple[bool | None, bool]] = []
        for cell in self.cells:
            if among and cell.true not in among:
                continue
            said = None if cell.said in (UNREAD, *NO_ANSWER) else cell.said in wanted
            if said is not None or cell.true not in NO_ANSWER:
                pairs += [(said, cell.true in wanted)] * cell.rows
        return Confusion.of(pairs)

    def strays(self, among: Sequence[str]) -> int:
        """Rows that the judge takes into a denominator of these labels and people do not, or the other way round."""
        read = [cell for cell in self.cells if cell.said not in (UNREAD, *NO_ANSWER)]
        return sum(cell.rows for cell in read if (cell.said in among) != (cell.true in among))

    def knows(self, labels: Iterable[str]) -> bool:
        """Whether people gave each of these labels to some row."""
        return set(labels) <= {cell.true for cell in self.cells}


def cells_of(pairs: Iterable[tuple[str, str]]) -> tuple[Cell, ...]:
    """Count (true, said) pairs, in the order of their labels."""
    counts: dict[tuple[str, str], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    return tuple(Cell(true, said, rows) for (true, said), rows in sorted(counts.items()))


def judge_error(measure: object, grades: Grades, calibration: Calibration) -> JudgeError:
    """The judge's error on its labelled set, and the measure corrected for it where it is a share of cases."""
    share = measure if isinstance(measure, ClusterMeasure) and measure.unit_value(grades) is not None else None
    labels, among = share.unit_labels() if share else ((), ())
    missing = ""
    if not calibration.knows(labels):
        missing = f"no labelled row is `{', '.join(labels)}`: the error is that of right and wrong"
        labels = among = ()
    elif among and (strays := calibration.strays(among)):
        missing = f"on {strays} labelled rows the judge and people differ on what the share is of"
    confusion = calibration.confusion(labels, among)
    value = low = high = float("nan")
    note = missing
    if share and not missing and not (note := _parts(share, grades)):
        made = corrected_rate(share.count(grades).table, confusion)
        value, low, high = made.value, made.low, made.high
        note = made.reason or made.note
    return JudgeError(
        set=calibration.set,
        rows=calibration.rows,
        unread=confusion.unread,
        sensitivity=_three(confusion.sensitivity),
        specificity=_three(confusion.specificity),
        f1=_three(confusion.f1),
        corrected=(value, low, high),
        note=note,
    )


def _parts(share: ClusterMeasure, grades: Grades) -> str:
    """Why a mean cannot be corrected as a share of right and wrong: some of what it adds lies between."""
    added = share.unit_value(grades)
    usable = share.usable(grades)
    assert added is not None
    between = int(((added[usable] > 0) & (added[usable] < 1)).sum())
    return f"{between} of {int(usable.sum())} scores are part marks: no share of right and wrong" if between else ""


def _three(share: Share) -> tuple[float, float, float]:
    return share.value, share.low, share.high
