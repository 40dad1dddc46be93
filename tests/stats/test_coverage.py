"""Intervals cover planted truths as often as they promise.

The small form runs 200 repeats on a few cells, and fails by chance less than once in 10,000 times. The full form, 3,000
repeats on the whole grid, is a proof: `-m proof -s` prints its table. With so many repeats a cell of true 95 % shows
93.8 to 96.2 %, but for once in 400 times.

Most cells must cover between 93 and 97 %. Named apart, and held to 93 % only, are cells where an interval is wider by
design: gaps and ratios of groups that lie between equal and far apart; letter biases at or near none (an interval that
ends at 0 can miss on one side only); and differences between models that hardly ever differ, where too few cases
decide for any interval to be near 95 %.
"""

from __future__ import annotations

import pytest
from planted import (
    RATES,
    Covers,
    accuracy_case,
    all_right_case,
    choice_case,
    coverage,
    difference_case,
    gap_case,
    impact_case,
    label_case,
    least_plausible,
    pair_flips_case,
    spared_case,
    turned_case,
)

from trustgen.stats import disparate_impact

TWO = ((0.5, 0.5), (0.2, 0.2), (0.9, 0.9), (0.5, 0.7), (0.5, 0.9), (0.05, 0.3))
BETWEEN = ((0.5, 0.55), (0.9, 0.95), (0.5, 0.5, 0.5, 0.9), (0.4, 0.5, 0.6, 0.7))
FOUR = ((0.5,) * 4, (0.2,) * 4)
BIASED = ((0.4, 0.3, 0.2, 0.1), (0.7, 0.1, 0.1, 0.1), (0.5, 0.3, 0.2))
UNBIASED = ((0.25,) * 4, (0.3, 0.25, 0.25, 0.2))

EXACT: dict[str, list[Covers]] = {
    "accuracy, 240 cases": [accuracy_case(p, 240, 1) for p in RATES],
    "accuracy, 150 clusters of 4, icc 0": [accuracy_case(p, 150, 4) for p in RATES],
    "accuracy, 100 clusters of 4, icc .3": [accuracy_case(p, 100, 4, 0.3) for p in RATES],
    "accuracy, 100 clusters of 4, icc .6": [accuracy_case(p, 100, 4, 0.6) for p in RATES],
    "label rate, 300 cases": [label_case(p, 300) for p in RATES],
    "all right, 240 clusters of 3": [all_right_case(p, 240) for p in RATES],
    "flip rate, 400 clusters, 1 pressure": [turned_case(p, 400, 1) for p in RATES],
    "flip rate, 150 clusters, 3 pressures, icc .3": [turned_case(p, 150, 3, 0.3) for p in RATES],
    "mend rate, 150 clusters, 3 pressures, icc .3": [turned_case(p, 150, 3, 0.3, known=0.3, mend=True) for p in RATES],
    "pair flips, 240 clusters of 2": [pair_flips_case(p, 240, 2) for p in RATES],
    "pair flips, 200 clusters of 3": [pair_flips_case(p, 200, 3) for p in RATES if p <= 0.5],
    "gap, 2 groups of 150": [gap_case(rates, 150) for rates in TWO],
    "gap, 150 clusters of 2 groups": [gap_case(rates, 150, 0.5) for rates in TWO],
    "gap, 4 groups of 100, alike": [gap_case(rates, 100) for rates in FOUR],
    "ratio, 2 groups of 150": [impact_case(rates, 150) for rates in TWO],
    "ratio, 150 clusters of 2 groups": [impact_case(rates, 150, 0.5) for rates in TWO],
    "choice bias, 60 questions of 4, biased": [choice_case(shares, 60, len(shares)) for shares in BIASED],
    "difference 0, 400 cases": [difference_case(p, p, 400, 1) for p in RATES[:-1]],
    "difference .1, 400 cases": [difference_case(p, p + 0.1, 400, 1) for p in RATES[:-2]],
    "difference .1, 100 clusters of 4": [difference_case(p, p + 0.1, 100, 4) for p in RATES[:-2]],
}

RARE = ((0.5, 0.02), (0.5, 0.1), (0.2, 0.2), (0.9, 0.05))

WIDER: dict[str, list[Covers]] = {
    "gap, 200 clusters of 2 that rarely differ": [spared_case(p, rare, 200) for p, rare in RARE],
    "ratio, 200 clusters of 2 that rarely differ": [spared_case(p, rare, 200, disparate_impact) for p, rare in RARE],
    "difference 0 at .95, 400 cases, 100 clusters of 4": [difference_case(0.95, 0.95, n, 400 // n) for n in (400, 100)],
    "gap, groups of 100 in between": [gap_case(rates, 100) for rates in BETWEEN],
    "ratio, groups of 100 in between": [impact_case(rates, 100) for rates in BETWEEN],
    "choice bias, 60 questions of 4, near none": [choice_case(shares, 60, 4) for shares in UNBIASED],
    "choice bias, 60 questions of 4 that stick": [choice_case(shares, 60, 4, 0.5) for shares in UNBIASED],
}


SMALL: dict[str, Covers] = {
    "flip rate": turned_case(0.2, 100, 3, 0.3),
    "pair flips": pair_flips_case(0.3, 150, 3),
    "gap of none": gap_case((0.5, 0.5), 100, 0.5),
    "gap of none among six": gap_case((0.5,) * 6, 50),
    "gap": gap_case((0.3, 0.7), 100),
    "gap that is rare": spared_case(0.5, 0.05, 150),
    "ratio": impact_case((0.4, 0.8), 100, 0.5),
    "choice bias": choice_case((0.55, 0.15, 0.15, 0.15), 40, 4),
    "difference": difference_case(0.6, 0.7, 60, 4),
}


@pytest.mark.parametrize("name", SMALL)
def test_coverage_is_plausible(name: str) -> None:
    assert coverage(SMALL[name], 200) >= least_plausible(200, cells=len(SMALL))


def _measured(name: str, cells: list[Covers]) -> list[float]:
    repeats = 1000 if name.startswith("choice") else 3000  # a bootstrap a repeat
    shares = [coverage(cell, repeats, seed=i) for i, cell in enumerate(cells)]
    print(f"\n{name:46s}", *(f"{100 * share:5.1f}" for share in shares))
    return shares


@pytest.mark.proof
@pytest.mark.parametrize("name", EXACT)
def test_coverage_is_nominal(name: str) -> None:
    shares = _measured(name, EXACT[name])
    assert min(shares) >= 0.93
    assert max(shares) <= 0.97


@pytest.mark.proof
@pytest.mark.parametrize("name", WIDER)
def test_coverage_is_no_less(name: str) -> None:
    assert min(_measured(name, WIDER[name])) >= 0.93
