"""What is known of a judge's error, and what it does to an estimate.

A `Calibration` is one judge on one labelled set: how often it gave which label to replies that people gave which label.
It belongs to the judge's key, the hash of all that shapes its rulings: a changed judge is another, and uncalibrated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from trustgen.core import JudgeError
from trustgen.core.records import Weakest

from .confusion import Confusion, Share
from .corrected import corrected_rate
from .grades import Grades
from .measure import ClusterMeasure

LEAST = 30
"""Rows of a class below which a share says too little to be called the weakest."""
UNREAD = ""
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
        pairs: list[tuple[bool | None, bool]] = []
        for cell in self.cells:
            if counted and cell.true not in counted:
                continue
            said = None if cell.said in (UNREAD, *NO_ANSWER) else cell.said in wanted
            if said is not None or cell.true not in NO_ANSWER:
                pairs += [(said, cell.true in wanted)] * cell.rows
        return Confusion.of(pairs)

    def strays(self, among: Sequence[str]) -> int:
        """Rows that the judge takes into a denominator of these labels and people do not, or the other way round."""
        counted = self._told(among)
        read = [cell for cell in self.cells if cell.said not in (UNREAD, *NO_ANSWER)]
        return sum(cell.rows for cell in read if (cell.said in counted) != (cell.true in counted))

    def knows(self, labels: Iterable[str]) -> bool:
        """Whether people gave each of these labels to some row."""
        return self._told(labels) <= {cell.true for cell in self.cells}


def cells_of(pairs: Iterable[tuple[str, str]]) -> tuple[Cell, ...]:
    """Count (true, said) pairs, in the order of their labels."""
    counts: dict[tuple[str, str], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    return tuple(Cell(true, said, rows) for (true, said), rows in sorted(counts.items()))


def weakest(measure: object, known: Iterable[Calibration], unknown: tuple[str, ...] = ()) -> Weakest | None:
    """Where judges err most on what a measure counts, over parts with `LEAST` rows; None where there is none such."""
    labels, among = measure.unit_labels() if isinstance(measure, ClusterMeasure) else ((), ())
    found: list[tuple[float, Weakest]] = []
    for one in known:
        confusion = one.confusion(labels, among) if one.knows(labels) else one.confusion()
        shares = (confusion.sensitivity, confusion.positives), (confusion.specificity, confusion.negatives)
        for name, (share, rows) in zip(("sensitivity", "specificity"), shares, strict=True):
            if rows >= LEAST:
                value = _three(share)
                told = Weakest(
                    judge=one.name, set=one.set, part=one.part, share=name, rows=rows, value=value, unknown=unknown
                )
                found.append((share.value, told))
    return min(found, key=lambda pair: pair[0])[1] if found else None


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
