"""What captions name: measures over labels that count, as the judge `mentions` gives them.

Sources: CHAIR (Rohrbach et al. 2018); cover, Hal and Cog of AMBER (Wang et al. 2023).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trustgen.core import Direction

from .grades import Floats, Grades, Mask
from .measure import Counts, RatioMeasure, ratio, ratio_counts

Each = Literal["object", "caption", "any"]


@dataclass(frozen=True, kw_only=True)
class Named(RatioMeasure):
    """See the functions below. `top` and `bottom` are counts of the label, "" being one of each caption.

    Of every `object` alike, the mean over each `caption`'s own share, or the share of captions with `any` of them.
    """

    top: str
    bottom: str
    each: Each

    def usable(self, grades: Grades) -> Mask:
        """Scored captions with something in the denominator."""
        usable: Mask = self.reads(grades) & grades.scored & (_counted(grades, self.bottom) > 0)
        return usable

    def count(self, grades: Grades) -> Counts:
        """What is counted and out of what, by cluster."""
        planned, usable = self.reads(grades), self.usable(grades)
        top, bottom = _counted(grades, self.top), _counted(grades, self.bottom)
        if self.each != "object":
            top = (top > 0).astype(np.float64) if self.each == "any" else ratio(top, bottom)
            bottom = np.ones(len(grades))
        missing = grades.per_cluster(planned & ~grades.scored)
        hits = grades.per_cluster(usable, np.where(usable, top, 0.0))
        made = ratio_counts(
            hits,
            grades.per_cluster(usable, bottom),
            may_hit=missing,
            may_miss=missing,
            outcomes=grades.tally(planned),
        )
        made = replace(made, counted=int(usable.sum()))
        if self.each == "object" and missing.any():  # a caption that is not there could name any number of things
            return replace(made, lowest=0.0, highest=1.0, completions=None)
        return made


def _counted(grades: Grades, name: str) -> Floats:
    """A count of every case's label; 0 where it has none."""
    if not name:
        return np.ones(len(grades))
    told = [dict(part.split() for part in label.split(", ") if part.count(" ") == 1) for label in grades.labels]
    many: Floats = np.array([float(one.get(name, "0")) for one in told], np.float64)[grades.label]
    return many


def wrong_objects(arm: str = "") -> Named:
    """CHAIR_i, ↓, in 0..1: share of named things that are not there. Denominator: things named in scored captions.

    Bounds are 0 and 1 where captions are missing: each could have named any number of things.
    """
    return Named(direction=Direction.LOWER, unit="captions", arm=arm, top="wrong", bottom="named", each="object")


def wrong_captions(arm: str = "") -> Named:
    """CHAIR_s (AMBER's Hal), ↓, in 0..1: share of captions with a thing that is not there, of those that name any."""
    return Named(direction=Direction.LOWER, unit="captions", arm=arm, top="wrong", bottom="named", each="any")


def wrong_share(arm: str = "") -> Named:
    """AMBER's CHAIR, ↓, in 0..1: mean of each caption's share of things that are not there, of those that name any."""
    return Named(direction=Direction.LOWER, unit="captions", arm=arm, top="wrong", bottom="named", each="caption")


def trapped(arm: str = "") -> Named:
    """AMBER's Cog, ↓, in 0..1: mean of each caption's share of absent things that are often there elsewhere."""
    return Named(direction=Direction.LOWER, unit="captions", arm=arm, top="trap", bottom="named", each="caption")


def named_any(arm: str = "") -> Named:
    """Share of captions that name any thing, ↑, in 0..1; what is wrong in the others is nowhere counted."""
    return Named(direction=Direction.HIGHER, unit="captions", arm=arm, top="named", bottom="", each="any")


def cover(arm: str = "") -> Named:
    """Mean share of what is there that a caption names, ↑, in 0..1. Denominator: scored captions."""
    return Named(direction=Direction.HIGHER, unit="captions", arm=arm, top="found", bottom="there", each="caption")


__all__ = ["Named", "cover", "named_any", "trapped", "wrong_captions", "wrong_objects", "wrong_share"]
