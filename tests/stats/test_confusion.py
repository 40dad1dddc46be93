"""A judge's confusion: known answers, unread rows, and coverage of its shares."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import least_plausible
from scipy.stats import binom, multinomial

from trustgen.core import InputError
from trustgen.stats.confusion import Confusion
from trustgen.stats.intervals import wilson

COUNT = st.integers(0, 40)
ANY = st.builds(
    Confusion,
    true_positive=COUNT,
    false_positive=COUNT,
    true_negative=COUNT,
    false_negative=COUNT,
    unread_positive=COUNT,
    unread_negative=COUNT,
)
NAMES = ("read", "sensitivity", "specificity", "accuracy", "f1")
JUDGE = Confusion(true_positive=40, false_negative=10, true_negative=45, false_positive=5)


def test_shares_are_the_textbooks() -> None:
    values = [getattr(JUDGE, name).value for name in NAMES]
    assert values == pytest.approx([1, 40 / 50, 45 / 50, 85 / 100, 2 * 0.8 * (40 / 45) / (0.8 + 40 / 45)])
    assert JUDGE.sensitivity[1:3] == wilson(40, 50)
    assert JUDGE.youden()[0] == pytest.approx(0.7)


def test_pairs_are_counted_with_those_unread() -> None:
    pairs = [(True, True)] * 3 + [(True, False)] * 2 + [(False, False)] * 5 + [(False, True), (None, True)]
    found = Confusion.of([*pairs, (None, False), (None, False)])
    assert found == Confusion(
        true_positive=3, false_positive=2, true_negative=5, false_negative=1, unread_positive=1, unread_negative=2
    )
    assert (found.planned, found.unread) == (14, 3)
    assert Confusion.of([(np.True_, np.False_)]).false_positive == 1  # type: ignore[list-item]


def test_unread_rows_are_neither_right_nor_wrong_but_bound_both() -> None:
    judge = msgspec.structs.replace(JUDGE, unread_positive=10, unread_negative=20)
    assert judge.sensitivity[:3] == JUDGE.sensitivity[:3]
    assert judge.sensitivity[3:] == pytest.approx((40 / 60, 50 / 60))
    assert judge.specificity[3:] == pytest.approx((45 / 70, 65 / 70))
    assert judge.accuracy[3:] == pytest.approx((85 / 130, 115 / 130))
    # Worst for F1: ten more positives missed, twenty more false alarms.
    assert judge.f1[3:] == pytest.approx((2 * 40 / (2 * 40 + 15 + 30), 2 * 50 / (2 * 50 + 15)))
    assert judge.read.value == pytest.approx(100 / 130)


def test_empty_denominators_are_nan() -> None:
    nothing = Confusion.of([])
    assert all(math.isnan(part) for name in NAMES for part in getattr(nothing, name))
    only = Confusion.of([(False, False)])
    assert only.specificity.value == 1
    assert math.isnan(only.sensitivity.value)
    assert math.isnan(only.youden()[0])


@given(ANY)
def test_shares_lie_within_their_limits_and_bounds(judge: Confusion) -> None:
    assert judge.planned == judge.positives + judge.negatives + judge.unread
    for name in NAMES:
        share = getattr(judge, name)
        if not math.isnan(share.value):
            assert 0 <= share.low <= share.value <= share.high <= 1
            assert share.high > share.low
            assert share.worst - 1e-12 <= share.value <= share.best + 1e-12
    j, low, high = judge.youden()
    assert math.isnan(j) or -1 - 1e-12 <= low <= j <= high <= 1 + 1e-12


@given(ANY)
def test_a_confusion_survives_json(judge: Confusion) -> None:
    assert msgspec.json.decode(msgspec.json.encode(judge), type=Confusion) == judge


def test_a_negative_count_is_an_error() -> None:
    with pytest.raises(InputError, match="false_positive is -1"):
        Confusion(true_positive=1, false_positive=-1, true_negative=1, false_negative=1)


def f1_coverage(se: float, sp: float, share: float, n: int, repeats: int, *, fixed: bool, seed: int = 1) -> float:
    """How often F1's limits hold the planted F1; rows drawn at random, or a fixed number of either kind."""
    rng = np.random.default_rng(seed)
    positives = round(share * n)
    if fixed:
        tp, fp = rng.binomial(positives, se, repeats), rng.binomial(n - positives, 1 - sp, repeats)
        fn = positives - tp
    else:
        shares = [share * se, (1 - share) * (1 - sp), share * (1 - se), (1 - share) * sp]
        tp, fp, fn, _ = multinomial(n, shares).rvs(repeats, random_state=rng).T
    truth = 2 * share * se / (share * se + (1 - share) * (1 - sp) + share)
    held = 0
    for t, f, m in zip(tp, fp, fn, strict=True):
        found = Confusion(true_positive=int(t), false_positive=int(f), true_negative=0, false_negative=int(m)).f1
        held += found.low <= truth <= found.high
    return held / repeats


F1_CELLS = [(0.9, 0.9, 0.5, 100), (0.7, 0.95, 0.2, 200), (0.95, 0.98, 0.5, 50), (0.5, 0.9, 0.1, 400)]


@pytest.mark.parametrize("cell", F1_CELLS)
@pytest.mark.parametrize("fixed", [False, True])
def test_f1_limits_cover(cell: tuple[float, float, float, int], fixed: bool) -> None:
    assert least_plausible(1000, cells=8) <= f1_coverage(*cell, 1000, fixed=fixed)


@pytest.mark.proof
def test_f1_coverage_is_nominal() -> None:
    repeats = 20_000
    print()
    for cell in F1_CELLS:
        random, fixed = (f1_coverage(*cell, repeats, fixed=fixed) for fixed in (False, True))
        print(f"F1, {cell}: rows at random {100 * random:.1f} %, fixed numbers of either kind {100 * fixed:.1f} %")
        assert 0.93 <= random <= 0.97
        assert 0.93 <= fixed <= 0.985


@pytest.mark.parametrize("judge", [(0.5, 0.5), (0.6, 0.4)])
def test_youdens_limits_hold_a_guessing_judge(judge: tuple[float, float]) -> None:
    se, sp = judge
    chances = [
        binom.pmf(a, 50, se) * binom.pmf(b, 50, sp)
        for a in range(51)
        for b in range(51)
        if (j := Confusion(true_positive=a, false_negative=50 - a, true_negative=b, false_positive=50 - b).youden())
        and j[1] <= 0 <= j[2]
    ]
    assert 0.93 <= sum(chances) <= 0.97
