"""Estimates that rest on the same records are not independent: how far they go up and down together.

Tasks draw their records from pools, and two tasks on one pool can draw the same. A mean that takes them for independent
has too narrow an interval. Here every estimate is split into what each record pulls it by; what two estimates share is
then seen record by record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from trustgen.core import Direction, Measure

from .grades import Floats, Grades


class Pull(NamedTuple):
    """How far each record pulls an estimate: ids of the records, and each one's share of the estimate's error."""

    records: tuple[str, ...]
    pull: Floats


def pulls(measure: Measure, grades: Grades, records: Sequence[str]) -> Pull:
    """What leaving a record out would change (the jackknife, centred), for each record; above 0 is for the better.

    `records` names the clusters of `grades` in the order of their codes. Records that carry nothing are left out.
    """
    table = measure.count(grades).table
    counted = np.flatnonzero(table.any(axis=1))
    rows = table[counted]
    totals = rows.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = measure.statistic(totals) - measure.statistic(totals - rows)
    change = _for_the_better(measure, float(measure.statistic(totals))) * np.nan_to_num(change)
    return Pull(tuple(records[i] for i in counted.tolist()), change - change.mean() if len(change) else change)


def _for_the_better(measure: Measure, value: float) -> float:
    """1 where a larger value is better, -1 where a smaller one is."""
    if measure.direction == Direction.TARGET and measure.target is not None:
        return 1.0 if value < measure.target else -1.0
    return -1.0 if measure.direction == Direction.LOWER else 1.0


def correlations(parts: Sequence[Pull]) -> Floats:
    """Correlation of estimates (parts × parts) over the records that both rest on: 0 where they share none.

    A negative one is taken for 0: it would narrow an interval on what is mostly noise.
    """
    found = np.eye(len(parts))
    places = [{record: i for i, record in enumerate(part.records)} for part in parts]
    lengths = [float(np.sqrt((part.pull**2).sum())) for part in parts]
    for i, one in enumerate(parts):
        for j in range(i):
            other, where = parts[j], places[j]
            both = [(k, where[record]) for k, record in enumerate(one.records) if record in where]
            if both and lengths[i] > 0 and lengths[j] > 0:
                mine, its = (np.array(side) for side in zip(*both, strict=True))
                together = float((one.pull[mine] * other.pull[its]).sum()) / (lengths[i] * lengths[j])
                found[i, j] = found[j, i] = min(max(together, 0.0), 1.0)
    return found
