"""What a change to the same item does to accuracy: right gained less right lost, over pairs of one record."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Grades, Mask
from .measure import Counts, MeanMeasure, right_wrong
from .pairs import pair_tally


@dataclass(frozen=True, kw_only=True)
class Change(MeanMeasure):
    """See `accuracy_change`. Columns are the pairs that gained less those that lost, and all pairs counted."""

    control: str
    changed: str

    def reads(self, grades: Grades) -> Mask:
        """The cases of both arms."""
        both: Mask = grades.in_arm(self.control) | grades.in_arm(self.changed)
        return both

    def count(self, grades: Grades) -> Counts:
        """Within a cluster, every control with every changed case."""
        before, after, per = grades.in_arm(self.control), grades.in_arm(self.changed), grades.per_cluster
        right, wrong = right_wrong(grades)
        r0, w0, m0 = (per(before & mask) for mask in (right, wrong, ~grades.scored))
        r1, w1, m1 = (per(after & mask) for mask in (right, wrong, ~grades.scored))
        gained, lost, pairs = w0 * r1, r0 * w1, (r0 + w0) * (r1 + w1)
        net, planned = gained - lost, per(before) * per(after)
        either = m0 * m1  # nothing known: the pair may gain or lose
        low = np.column_stack((net - (m0 * w1 + r0 * m1 + either), planned))
        high = np.column_stack((net + (m0 * r1 + w0 * m1 + either), planned))
        notes = _mcnemar(int(gained.sum()), int(lost.sum()))
        found = self.counts(grades, np.column_stack((net, pairs)), (low, high), float(pairs.sum()), notes)
        ended = pair_tally(grades, lambda among: float((per(before & among) * per(after & among)).sum()))
        return replace(found, outcomes=ended)


def _mcnemar(gained: int, lost: int) -> dict[str, object]:
    """The discordant pairs and McNemar's exact two-sided p, which takes pairs for independent."""
    notes: dict[str, object] = {"gained": gained, "lost": lost}
    if gained + lost:
        from scipy.stats import binomtest

        notes["mcnemar_p"] = float(binomtest(gained, gained + lost).pvalue)
    return notes


def accuracy_change(control: str, changed: str) -> Change:
    """Accuracy of one arm less that of its control over the same records, towards 0, in -1..1. Unit: pairs.

    A pair is a control case and a changed case of one cluster. Denominator: pairs with both scored; a case is right
    from a score of .5 on. The notes hold the pairs that turned right (`gained`) and wrong (`lost`), which is all that
    McNemar's exact test reads (1947), and its p. A pair with a missing member is in the bounds, as far as the member
    that is there leaves it open.
    """
    if not control or not changed or control == changed:
        raise InputError(f"a change needs two different arms, got `{control}` and `{changed}`")
    return Change(
        direction=Direction.TARGET, target=0.0, range=(-1.0, 1.0), unit="pairs", control=control, changed=changed
    )
