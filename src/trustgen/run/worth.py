"""What the numbers of a run would be worth: how narrow, what difference they would show, and what stopping saves.

All is reckoned as if every record counted once and was scored. What a rate will be, nobody knows before; so everything
is said for some rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np

from trustgen.core import Task
from trustgen.stats.power import chance_to_pass, half_of_equal, half_width, smallest_effect
from trustgen.stats.stopping import guarded_width, looks

from .narrow import batch_of

RATES = (0.5, 0.9)
STOPPING_RATES = (0.5, 0.8, 0.95)
CORRELATION = 0.5
"""Assumed between two models' results on one case, for the smallest difference that can be seen."""
TURNABLE = 0.5
"""Share of records assumed to reach the denominator of a headline of pairs: those whose control came out as it must."""
BOOTSTRAP = 1.1
"""How much larger a difference must be where no test by counting applies: in a large family the bootstrap's p rests on
few draws. Simulated: without this, flips found with 74 % among 7 headlines and 67 % among 35, with it 83 and 81."""


class Compared(NamedTuple):
    """What comparisons are reckoned by: how many tests share the error, margins by task, what is to be shown."""

    tests: int
    margins: Mapping[str, float]
    effect: float | None = None  # a difference that is to be shown


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What one headline would show. `half_widths`, `differences` and `passes` are keyed by the rate that they suppose.

    All three are over `counted` clusters: those that the headline reads, and of pairs the `TURNABLE` ones.
    `differences` are the smallest that the paired test of two models finds with a power of .8 among `tests` tests, all
    pairs of models on all headlines, as `compare` adjusts for them. `passes` is how likely an equal model passes the
    `margin` of the headline; None without one. `until_width`, where one is given, has the clusters that are asked on
    average for each rate; None for a headline that is no share. `detects` is how many records show the difference that
    was asked for at a rate of one half, with that power and adjustment; None where none was asked for.
    """

    counted: float
    half_widths: dict[str, float]
    tests: int
    differences: dict[str, float]
    margin: float | None
    passes: dict[str, float] | None
    until_width: dict[str, int] | None
    detects: int | None = None


MOST = 1 << 24
"""Records beyond which no test is planned."""


def tests_of(models: int, headlines: int) -> int:
    """How many tests share the error: all pairs of models on all headlines; one model is compared with one other."""
    models = max(models, 2)
    return models * (models - 1) // 2 * headlines


def worth(task: Task, clusters: int, read: int, width: float | None, compared: Compared) -> Worth:
    """What a task's headline would show over so many clusters, of which it reads some."""
    counted, correlation = counting(task, read)
    measure = task.measures[task.headline]
    stretch = 1.0 if measure.share and not measure.conditional else BOOTSTRAP
    margin = compared.margins.get(task.id)
    passes = None
    if margin is not None:
        passes = {f"{r:g}": chance_to_pass(margin, half_of_equal(counted, r, correlation)) for r in RATES}
    return Worth(
        counted=counted,
        half_widths={f"{rate:g}": half_width(counted, rate) for rate in RATES},
        tests=compared.tests,
        differences={f"{r:g}": _shows(counted, r, correlation, compared.tests) * stretch for r in RATES},
        margin=margin,
        passes=passes,
        until_width=foreseen(task, clusters, width) if width else None,
        detects=to_detect(task, read / max(clusters, 1), compared) if compared.effect else None,
    )


def to_detect(task: Task, share: float, compared: Compared) -> int:
    """The fewest records that show the difference asked for, `MOST` at most; the headline reads a `share` of them."""
    effect = compared.effect or 0.0
    measure = task.measures[task.headline]
    stretch = 1.0 if measure.share and not measure.conditional else BOOTSTRAP

    def shown(n: int) -> bool:
        counted, correlation = counting(task, int(share * n))
        return bool(_shows(counted, 0.5, correlation, compared.tests) * stretch <= effect)  # nan is not

    low, high = 1, 8
    while high < MOST and not shown(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shown(middle) else (middle, high)
    return high


@lru_cache(maxsize=1024)
def _shows(clusters: float, rate: float, correlation: float, tests: int) -> float:
    return smallest_effect(clusters, rate, correlation=correlation, tests=tests)


def counting(task: Task, clusters: int) -> tuple[float, float]:
    """How many of so many clusters a headline counts, and how its values of two models correlate over them.

    Of pairs, a cluster counts where its control is right (`flip_rate`; wrong for `mend_rate`): `TURNABLE` is assumed.
    Two models' controls are not right on the same clusters, so only those right for both bind their values together.
    """
    if not task.measures[task.headline].conditional:
        return clusters, CORRELATION
    return TURNABLE * clusters, CORRELATION * (TURNABLE + CORRELATION * (1 - TURNABLE))


def looks_at(task: Task, clusters: int) -> tuple[int, ...]:
    """After how many clusters an early stop looks at a task."""
    measure = task.measures[task.headline]
    return looks(measure, clusters, batch_of(clusters)) if measure.summed else (clusters,)


def foreseen(task: Task, clusters: int, width: float) -> dict[str, int] | None:
    """After how many clusters the interval is narrow enough, if every cluster counts once, by the rate that comes out.

    It is the look at which the watched width is reached if exactly that rate shows; the average lies near it.
    """
    if not task.measures[task.headline].share:
        return None
    found = {}
    for rate in STOPPING_RATES:
        those = (n for n in looks_at(task, clusters) if guarded_width(np.full(n, rate), np.ones(n)) <= width)
        found[f"{rate:g}"] = next(those, clusters)
    return found
