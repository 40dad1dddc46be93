"""When enough has been asked of a model: its interval is narrow.

Clusters are read in the order in which they were asked, which the salt alone decided, and whole ones only. The caller
must not look at "whatever has come back so far": slow replies are long replies, and long replies fail differently.

An ordinary interval looked at after every batch is optimistic: a lucky early run looks certain, and the
asking stops just there. So the width that is *watched* is a guarded one, while the interval that is *reported* stays
what the measure always reports; the watched width is never below it, so what was asked for is what is got. The guards:
the rate is drawn towards one half (`PRIOR`, after Frey 2010) and the design effect towards its largest (`DOUBT`, ours).
Coverage after stopping, in the proof of the tests (width .06): 94 to 97 %, as in a run of fixed length. At rates beyond
.05 and .95, and where clusters do not correlate, it is conservative, up to 98 %, as the interval itself is. Least, off
that grid: 92.7 % for clusters of six that correlate by .7 at a rate of .03, where five clusters or so show it at all;
91 % for clusters of 1 to 50 cases that correlate so, at .05 and .1.

Whether two models *differ* is a test, and peeking at tests goes wrong worse: see `PEEKED`.
"""

from __future__ import annotations

import math

from trustgen.core import InputError, Measure

from .grades import Floats
from .intervals import LEVEL, Interval, as_equal, effective_size, informative, ratio_interval, score_limits, student

PRIOR = 4.0
"""Successes, and failures, added to the effective counts before a width is watched (the device of Frey 2010)."""

DOUBT = 1.5
"""Clusters of the largest design effect added to those that the estimate of it rests on. Measured: without either guard
coverage falls to 90 % (clusters of six, correlated by .7, rate .07, width .06), with `PRIOR` alone to 92.4 % (.05)."""

FIRST = 20
"""Clusters before the first look at a share: the spread between fewer says too little of the design effect."""

FIRST_OTHER = 100
GROWTH = 1.25
"""For measures that are no shares: the first look, and how much more is asked before the next one."""


PEEKED = {1: 0.05, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248, 50: 0.320}
"""How often equal models are told apart at any of so many looks, equally far apart, each at 5 % (Armitage, McPherson
and Rowe 1969, table 2). With the mid-p over 1,000 cases that differ in a fifth: 8.2, 12.6, 18.7 at 2, 4 and 10."""


def peeked(looks: int) -> float:
    """The chance that a test at 5 % errs at one of so many unguarded looks, at least: that of the next fewer tabled."""
    if looks < 1:
        raise InputError(f"{looks} looks: there is at least 1")
    return max(chance for times, chance in PEEKED.items() if times <= looks)


def guarded_width(hits: Floats, sizes: Floats, level: float = LEVEL) -> float:
    """The width to watch for the share Σhits/Σsizes over clusters (0 ≤ hits ≤ sizes): `inf` over nothing.

    It is that of Wilson's interval, at the critical value of `ratio_interval`, around (hits + 4)/(cases + 8) in
    effective counts, with the design effect of `effective_size` drawn towards the largest. Never less than the width of
    `ratio_interval` itself.
    """
    hits, sizes = hits[sizes > 0], sizes[sizes > 0]
    if len(sizes) == 0:
        return math.inf
    n, own = float(sizes.sum()), effective_size(hits, sizes)
    rests_on = informative(hits, sizes) + 0.5  # as in `effective_size`
    effect = (n / own * rests_on + DOUBT * float((sizes**2).sum()) / n) / (rests_on + DOUBT)
    effective = n / effect if sizes.max() > 1 else n
    drawn = (float(hits.sum()) / n * effective + PRIOR) / (effective + 2 * PRIOR)
    df = math.inf if sizes.max() <= 1 else max(as_equal(sizes) - 1, 1)
    low, high = score_limits(drawn, effective, student(df, level))
    reported = ratio_interval(hits, sizes, level)
    return max(high - low, reported.high - reported.low)


def narrow_enough(measure: Measure, table: Floats, width: float) -> bool:
    """Whether asking may stop: the measure's 95 % interval is at most `width` wide, from low to high.

    `table` is that of `measure.count` over the clusters asked so far, in whole; call it at `looks`. A share is watched
    by `guarded_width` from `FIRST` clusters on. Any other measure (a gap between groups, a letter bias …) is watched by
    its own interval, from `FIRST_OTHER` clusters on and with looks growing by `GROWTH`; its coverage after stopping is
    not proved in general, and a report should say that it was stopped. A width outside 0..1 times the measure's range
    raises.
    """
    reach = measure.range[1] - measure.range[0]
    if not 0 < width < reach:
        raise InputError(f"width {width:g}: the measure needs one between 0 and {reach:g}, as {0.06 * reach:g}")
    table = table[table.any(axis=1)]
    if measure.share:
        return len(table) >= FIRST and guarded_width(table[:, 0], table[:, 1]) <= width
    if len(table) < FIRST_OTHER:
        return False
    found: Interval = measure.interval(table)
    return found.high - found.low <= width  # an undefined interval is never narrow


def looks(measure: Measure, clusters: int, batch: int) -> tuple[int, ...]:
    """After how many of `clusters` clusters to look: for a share after every `batch`, otherwise at growing distances.

    The last is `clusters` itself.
    """
    if clusters < 1 or batch < 1:
        raise InputError(f"{clusters} clusters in batches of {batch}: both must be at least 1")
    first, growth = (FIRST, 1.0) if measure.share else (FIRST_OTHER, GROWTH)
    taken = [max(first, batch)]
    while taken[-1] < clusters:
        taken.append(max(taken[-1] + batch, int(taken[-1] * growth)))
    return (*(n for n in taken if n < clusters), clusters)
