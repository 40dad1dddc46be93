"""Every two models of a run on every headline: one family of tests, which `compare` and `leaderboard` both read.

Two commands that adjusted over different families could contradict each other on the same verdicts. So the family is
what was planned, whatever is shown of it: all pairs of models times all headlines, tested or not (Holm 1979). A pair is
said to differ where the adjusted p-value says so, the 95 % interval leaves out 0, and it is clear who is better.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from trustgen.core import Measure, Task
from trustgen.stats import Grades, paired_difference
from trustgen.stats.compare import Difference as Paired
from trustgen.stats.compare import paired_p
from trustgen.stats.intervals import LEVEL
from trustgen.stats.multiplicity import holm
from trustgen.stats.planned import Pair
from trustgen.stats.power import clusters_to_show

Verdict = Literal["better", "worse", "not shown", "equivalent"]
MARGIN = 0.05
"""Share of a measure's range: two models are equivalent where the whole interval of their difference lies within it."""


class Tested(NamedTuple):
    """Model b against a on one headline; `found` is None where the two cannot be compared."""

    task: str
    a: str
    b: str
    found: Paired | None
    adjusted: float = math.nan
    verdict: Verdict = "not shown"
    needed: int = 0  # records in all that would show a difference as large as the one seen; 0 where none can be named


Planned = tuple[str, str, str, tuple[Grades, Grades, Measure] | None]
"""A headline, two models, and what they are compared by; None where they cannot be."""


def _planned(
    headlines: Mapping[str, Task | None], models: Sequence[str], grades: Mapping[Pair, Grades]
) -> Iterator[Planned]:
    """Every pair of models on every headline; a task that is None is not installed as it was run.

    The first model of a pair is the first by name, so that the order in which two are named changes no number.
    """
    for task_id, task in headlines.items():
        measure = task.measures[task.headline] if task else None
        for a, b in combinations(sorted(models), 2):
            one, other = grades.get((task_id, a)), grades.get((task_id, b))
            if one is None or other is None or measure is None or not measure.summed:
                yield task_id, a, b, None
            else:
                yield task_id, a, b, (one, other, measure)


def p_values(
    headlines: Mapping[str, Task | None], models: Sequence[str], grades: Mapping[Pair, Grades], but: set[str]
) -> list[float]:
    """The p-values of a family, those of the pair `but` left out; `nan` where two cannot be compared."""
    return [
        paired_p(*both) if both else math.nan for _, a, b, both in _planned(headlines, models, grades) if {a, b} != but
    ]


def family(
    headlines: Mapping[str, Task | None],
    models: Sequence[str],
    grades: Mapping[Pair, Grades],
    margin: float = MARGIN,
) -> dict[tuple[str, str, str], Tested]:
    """Every pair tested, adjusted and judged, by task and models, the first by name first."""
    tested = [
        Tested(task, a, b, paired_difference(*both) if both else None)
        for task, a, b, both in _planned(headlines, models, grades)
    ]
    adjusted = holm([math.nan if t.found is None else t.found.p for t in tested])
    said = [_said(t, float(p), headlines, margin, len(tested)) for t, p in zip(tested, adjusted, strict=True)]
    return {(t.task, t.a, t.b): t for t in said}


def _said(one: Tested, adjusted: float, headlines: Mapping[str, Task | None], margin: float, tests: int) -> Tested:
    task = headlines[one.task]
    if one.found is None or task is None:
        return one
    measure = task.measures[task.headline]
    said = verdict(one.found, adjusted, measure.target, margin * (measure.range[1] - measure.range[0]))
    needed = to_show(one.found, tests) if said == "not shown" else 0
    return one._replace(adjusted=adjusted, verdict=said, needed=needed)


def verdict(found: Paired, adjusted: float, target: float | None, margin: float) -> Verdict:
    """What a difference says of b. Values on both sides of a target differ without either being proved nearer."""
    apart = target is not None and (found.a - target) * (found.b - target) < 0
    if adjusted <= 1 - LEVEL and found.better and not apart:
        return "better" if found.better == "b" else "worse"
    return "equivalent" if -margin <= found.low and found.high <= margin else "not shown"


def to_show(found: Paired, tests: int) -> int:
    """About how many records in all would show a difference as large as this one."""
    return clusters_to_show(found.difference, (found.high - found.low) / 2, found.clusters, tests=tests)
