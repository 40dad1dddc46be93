"""Faithfulness by atoms: how many of the facts of a scene a picture shows, over all pictures, and by skill.

A judge of scenes tells them in its label, `some so, objects yyn, attributes yv`: a letter for each atom, y for what is
so, n for what is not, v for what hangs on something that is not there. How many there are in a case that was not scored
stands in its tag `atoms`, `objects 3, attributes 2`: so bounds count what is missing as it would have counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trustgen.core import Direction

from .grades import Floats, Grades, Mask
from .measure import Counts, RatioMeasure, ratio_counts

BLANK, TAG = "blank", "atoms"


@dataclass(frozen=True, kw_only=True)
class AtomShare(RatioMeasure):
    """See `atom_share` and `attempted`."""

    skill: str = ""  # "" for all
    void: bool = True  # whether what hangs on something absent is in the denominator

    def reads(self, grades: Grades) -> Mask:
        """Cases whose scene has such atoms, by their tag."""
        mask: Mask = super().reads(grades) & (self._planned(grades) > 0)
        return mask

    def _planned(self, grades: Grades) -> Floats:
        codes, names = grades.tag(TAG)
        many: Floats = np.array([_planned(name, self.skill) for name in names], np.float64)[codes]
        return many

    def count(self, grades: Grades) -> Counts:
        """Atoms that are so, and atoms that count."""
        marks = [_marks(label, self.skill) for label in grades.labels]
        so = np.array([one.count("y") for one in marks], np.float64)[grades.label]
        of = np.array([len(one) - (0 if self.void else one.count("v")) for one in marks], np.float64)[grades.label]
        planned, usable = self.reads(grades), self.usable(grades)
        missing = grades.per_cluster(planned & ~usable, self._planned(grades))
        made = ratio_counts(
            grades.per_cluster(usable, so),
            grades.per_cluster(usable, of),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
        )
        return replace(made, counted=int((usable & (of > 0)).sum()))


@dataclass(frozen=True, kw_only=True)
class CaseKind(RatioMeasure):
    """See `all_true` and `blank_share`."""

    blank: bool

    def count(self, grades: Grades) -> Counts:
        """Pictures of the kind, and pictures that were scored."""
        planned, usable = self.reads(grades), self.usable(grades)
        missing = grades.per_cluster(planned & ~usable)
        return ratio_counts(
            grades.per_cluster(usable & self._of_kind(grades)),
            grades.per_cluster(usable),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
        )

    def _of_kind(self, grades: Grades) -> Mask:
        blanks = [label for label in grades.labels if label.startswith(BLANK)]
        return grades.labelled(*blanks) if self.blank else grades.scored & (grades.score > 1 - 1e-9)

    def unit_value(self, grades: Grades) -> Floats:
        """Whether each case is of the kind."""
        return self._of_kind(grades).astype(np.float64)


def _marks(label: str, skill: str) -> str:
    """The letters of a skill in a label, or of all."""
    parts = [part.split() for part in label.split(", ")[1:]]
    return "".join(part[1] for part in parts if len(part) == 2 and skill in ("", part[0]))


def _planned(tag: str, skill: str) -> int:
    parts = [part.split() for part in tag.split(", ") if part]
    return sum(int(part[1]) for part in parts if skill in ("", part[0]))


def atom_share(skill: str = "") -> AtomShare:
    """Share of atoms that are so, ↑, in 0..1; of one skill where it is named.

    Denominator: the atoms of scored pictures, void ones with them. Unit: the pictures whose scene has such atoms.
    """
    return AtomShare(direction=Direction.HIGHER, unit="picked cases", skill=skill)


def attempted(skill: str = "") -> AtomShare:
    """Share of atoms that are so among those that could be, ↑, in 0..1: void ones are left out.

    It tells a wrong colour from a thing that is not there: who draws little, and that right, has a high one.
    Unit: the pictures that were scored and have such an atom.
    """
    return AtomShare(direction=Direction.HIGHER, unit="picked cases", skill=skill, void=False)


def all_true() -> CaseKind:
    """Share of pictures of which every atom is so, ↑, in 0..1. Denominator: scored pictures. Unit: cases."""
    return CaseKind(direction=Direction.HIGHER, unit="cases", primary=True, blank=False)


def blank_share() -> CaseKind:
    """Share of pictures of one colour, ↓, in 0..1. Denominator: scored pictures. Unit: cases."""
    return CaseKind(direction=Direction.LOWER, unit="cases", primary=True, blank=True)


__all__ = ["all_true", "atom_share", "attempted", "blank_share"]
