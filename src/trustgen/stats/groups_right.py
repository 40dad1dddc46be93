"""Groups of cases that are right together: a question on all its pictures, a picture on all its questions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Grades, Mask
from .measure import Counts, RatioMeasure, ratio_counts, right_wrong, whole_tally

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class GroupsRight(RatioMeasure):
    """See `groups_right`."""

    arms: tuple[str, ...]  # one group after the other
    size: int  # arms of a group

    def arms_read(self) -> tuple[str, ...]:
        """Those of every group."""
        return self.arms

    def reads(self, grades: Grades) -> Mask:
        """Cases of these arms."""
        return grades.in_arms(self.arms)

    def count(self, grades: Grades) -> Counts:
        """Whole groups that are right, and whole groups, by cluster; one that is not whole may be lost already."""
        hits, sizes, open_, missed = (np.zeros(grades.clusters) for _ in range(4))
        _, wrong = right_wrong(grades)
        outcomes = Counter[str]()
        for at in range(0, len(self.arms), self.size):
            planned = grades.in_arms(self.arms[at : at + self.size])
            asked, lost = grades.per_cluster(planned) > 0, grades.per_cluster(planned & wrong) > 0
            whole = asked & (grades.per_cluster(planned & ~grades.scored) == 0)
            hits += whole & ~lost
            sizes += whole
            open_ += asked & ~whole & ~lost
            missed += asked & ~whole & lost
            outcomes.update(whole_tally(grades, planned))
        return ratio_counts(hits, sizes, may_hit=open_, may_miss=open_, sure_miss=missed, outcomes=dict(outcomes))


def groups_right(groups: Groups) -> GroupsRight:
    """Share of groups of which every case is right, ↑, in 0..1. Unit: groups.

    A group is what a record has in one of these sets of arms: both pictures of a question, or all questions about one
    (HallusionBench, Guan et al. 2024). Denominator: whole groups, all of which is scored; why a wrong case does not
    settle the others is told at `all_right`. What is not whole is in the bounds, as wrong where a case is. A case is
    right from a score of .5 on. Raises `InputError` for a group of fewer than two arms, and groups of unequal size.
    """
    sizes = {len(set(group)) for group in groups}
    if len(sizes) != 1 or min(sizes) < 2:
        raise InputError(f"groups need two arms at least, and equally many, got {groups}")
    arms = tuple(arm for group in groups for arm in group)
    return GroupsRight(direction=Direction.HIGHER, unit="groups", primary=True, arms=arms, size=min(sizes))


__all__ = ["GroupsRight", "groups_right"]
