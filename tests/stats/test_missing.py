"""Sampling and missing at once: what is lost at random moves no value, and a joint limit holds the truth all the same.

Inputs and right values of the first tests are those of an outside audit of these statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from stats_rows import case

from trustgen.core import Direction, Outcome
from trustgen.stats import ClusterMeasure, Grade, Grades, accuracy, all_right, label_rate
from trustgen.stats.consistency import all_same
from trustgen.stats.expected_maximum import any_from, expected_max
from trustgen.stats.grades import SCORED, Floats, Mask
from trustgen.stats.intervals import wilson
from trustgen.stats.stated_confidence import calibration_error
from trustgen.stats.stereotype_scores import lean

ERROR = 4  # the code of an outcome that is no behaviour of the model
FAMILY: dict[str, tuple[ClusterMeasure, Callable[[Mask], float]]] = {
    "all right": (all_right(), lambda right: float(right.all(axis=1).mean())),
    "all same": (all_same(), lambda right: float((right.all(axis=1) | ~right.any(axis=1)).mean())),
    "any": (any_from(0.5), lambda right: float(right.any(axis=1).mean())),
    "expected max": (expected_max(), lambda right: float(right.any(axis=1).mean())),
}


def answered(right: Mask, lost: Mask) -> Grades:
    """Records × cases, right or wrong (label yes or no), some lost."""
    records, times = right.shape
    flat, gone = right.ravel(), lost.ravel()
    return Grades(
        np.repeat(np.arange(records, dtype=np.int32), times),
        np.zeros(right.size, np.int32),
        ("",),
        np.where(gone, ERROR, SCORED).astype(np.int32),
        np.where(gone, np.nan, flat.astype(np.float64)),
        np.where(gone, 0, np.where(flat, 1, 2)).astype(np.int32),
        ("", "yes", "no"),
    )


def drawn(rng: np.random.Generator, records: int, times: int, rate: float, icc: float) -> Mask:
    """Records whose cases succeed together: each has its own rate, from a beta law with this correlation."""
    scale = (1 - icc) / icc
    own = rng.beta(rate * scale, (1 - rate) * scale, (records, 1))
    return rng.random((records, times)) < own


def covered(measure: ClusterMeasure, truth: float, make: Callable[[], Grades], repeats: int, joint: bool) -> float:
    """How often the interval holds the truth."""
    held = 0
    for _ in range(repeats):
        found = measure(make())
        low, high = found.joint if joint else (found.low, found.high)
        held += low <= truth <= high
    return held / repeats


# ── whole records ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FAMILY)
@pytest.mark.parametrize("lost", [0.05, pytest.param(0.1, marks=pytest.mark.proof), 0.2])
def test_records_lost_at_random_leave_value_and_coverage_as_they_are(name: str, lost: float) -> None:
    """5 % of cases lost took coverage to .66–.87, 10 % to .16–.64, 20 % to 0–.18."""
    measure, of = FAMILY[name]
    rng = np.random.default_rng(int(lost * 100))
    truth = of(drawn(rng, 400_000, 4, 0.8, 0.3))

    def make() -> Grades:
        right = drawn(rng, 200, 4, 0.8, 0.3)
        return answered(right, rng.random(right.shape) < lost)

    values = np.array([measure(make()).value for _ in range(200)])
    assert abs(values.mean() - truth) < 4 * values.std() / math.sqrt(200)
    assert covered(measure, truth, make, 400, joint=False) > 0.915  # 0.95 less three standard errors


def test_two_equal_models_of_which_one_lost_cases_are_not_told_apart() -> None:
    """ "B worse" came out in 24 % of comparisons when b alone lost a fifth of its cases; 2.5 % is meant."""
    from trustgen.stats import paired_difference

    rng = np.random.default_rng(7)
    worse = 0
    for _ in range(150):
        a, b = (drawn(rng, 200, 4, 0.8, 0.3) for _ in range(2))
        none = np.zeros(a.shape, np.bool_)
        found = paired_difference(answered(a, none), answered(b, rng.random(b.shape) < 0.2), all_right(), draws=400)
        worse += found.better == "a"
    assert worse / 150 < 0.065


# ── both at once ────────────────────────────────────────────────────────────────────────────────────────────────────


def grades(right: int, wrong: int, lost: int) -> Grades:
    """Cases alone in their records."""
    rows = [1.0] * right + [0.0] * wrong + [Outcome.ERROR] * lost
    return Grades.of([case(f"r{i}", end) for i, end in enumerate(rows)])


def test_the_limit_at_the_worst_completion_is_no_better_than_wilsons() -> None:
    """160 right, 20 wrong, 20 lost: the worst case alone is .800, and no evidence for .8."""
    found = accuracy()(grades(160, 20, 20))
    assert found.worst == 0.8
    assert found.joint == (wilson(160, 200)[0], wilson(180, 200)[1])
    assert round(found.joint[0], 3) == 0.739


def test_an_independent_reckoning_of_joint_limits_agrees() -> None:
    """SciPy's Wilson interval at both completions, by counting records one by one."""
    from scipy.stats import binomtest

    def ends(hits: int, n: int) -> tuple[float, float]:
        found = binomtest(hits, n).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)

    rng = np.random.default_rng(9)
    for _ in range(150):
        records, times = int(rng.integers(1, 30)), int(rng.integers(1, 4))
        right, lost = rng.random((records, times)) < 0.7, rng.random((records, times)) < 0.2
        whole = [not gone.any() for gone in lost]
        good = [bool(row.all()) for row in right]
        dead = [bool((~row & ~gone).any()) for row, gone in zip(right, lost, strict=True)]
        counted, hits = sum(whole), sum(w and g for w, g in zip(whole, good, strict=True))
        open_ = sum(not w and not d for w, d in zip(whole, dead, strict=True))
        low, high = ends(hits, records)[0], ends(hits + open_, records)[1]
        if counted:
            plain = ends(hits, counted)
            low, high = min(low, plain[0]), max(high, plain[1])
        found = all_right()(answered(right, lost))
        assert found.joint == pytest.approx((low, high), abs=1e-9)
        assert found.bounds == pytest.approx((hits / records, (hits + open_) / records), abs=1e-12)


@pytest.mark.parametrize(("n", "lost"), [(200, 0.05), (200, 0.1), (1000, 0.1), (200, 0.2), (1000, 0.2)])
def test_a_model_at_the_bound_passes_no_oftener_than_a_limit_may_err(n: int, lost: float) -> None:
    """Truth .8, a part of all cases lost, all of them wrong: .29 to .54 passed before, .025 is what 95 % means."""
    rng = np.random.default_rng(n)
    passed = 0
    for _ in range(3000):
        right = int(rng.binomial(n, 0.8))
        gone = min(round(lost * n), n - right)
        passed += joint_low(right, n - right - gone, gone) >= 0.8
    assert passed / 3000 < 0.025 + 3 * math.sqrt(0.025 * 0.975 / 3000)


def joint_low(right: int, wrong: int, lost: int) -> float:
    """The lower joint limit of an accuracy, from one row for each kind of record: the same table, quickly."""
    hits, sizes = np.repeat([1.0, 0.0, 0.0], [right, wrong, lost]), np.repeat([1.0, 1.0, 0.0], [right, wrong, lost])
    measure = accuracy()
    from trustgen.stats.measure import ratio_counts

    missing = 1.0 - sizes
    counts = ratio_counts(hits, sizes, may_hit=missing, may_miss=missing, outcomes={})
    return measure._joint(counts, measure.value(counts.table), measure.interval(counts.table))[0]


@pytest.mark.proof
@pytest.mark.parametrize(
    ("name", "loss"),
    [
        (f"{wrong:g} of the wrong, {right:g} of the right lost", (right, wrong))
        for right, wrong in ((0, 0.1), (0.02, 0.3), (0, 0.5), (0.1, 0.1))
    ],
)
@pytest.mark.parametrize(("n", "times", "icc"), [(200, 1, 0.3), (1000, 1, 0.3), (200, 4, 0.5)])
def test_joint_limits_hold_the_rate_however_replies_go_missing(
    name: str, loss: tuple[float, float], n: int, times: int, icc: float
) -> None:
    """The interval over what was counted covers .92 to .00 of these; the joint one is made for them."""
    rng = np.random.default_rng(n + times)

    def make() -> Grades:
        right = drawn(rng, n // times, times, 0.8, icc)
        chance = np.where(right, *loss)
        return answered(right, rng.random(right.shape) < chance)

    assert covered(accuracy(), 0.8, make, 500, joint=True) > 0.93, name


@pytest.mark.parametrize("measure", [accuracy(), all_right(), all_same(), lean("yes", "no"), expected_max()])
def test_joint_limits_hold_the_limits_of_every_completion(measure: ClusterMeasure) -> None:
    rng = np.random.default_rng(3)
    for _ in range(12):
        right = drawn(rng, 5, 2, 0.6, 0.3)
        lost = np.zeros(right.shape, np.bool_)
        lost.ravel()[rng.choice(10, 3, replace=False)] = True
        found = measure(answered(right, lost))
        for ends in product((True, False), repeat=3):
            full = right.copy()
            full[lost] = ends
            values: Floats = np.array([measure(answered(full, np.zeros(full.shape, np.bool_))).value])
            if not math.isnan(values[0]):
                assert found.joint[0] <= found.bounds[0] + 1e-12 <= values[0] + 2e-12
                assert values[0] - 2e-12 <= found.bounds[1] - 1e-12 <= found.joint[1]


# ── bounds that claim no more than is known ─────────────────────────────────────────────────────────────────────────


def test_bins_that_move_leave_no_bound() -> None:
    """20 cases in bins of equal mass, one lost: "0 to .004" was printed, and a completion reaches .410."""
    pattern = [1.0, 0.0, 0.0, 1.0] * 5
    rows = [Grade(f"r{i}", "", Outcome.SCORED, score, "", {}, 0.5 + i / 40) for i, score in enumerate(pattern[:-1])]
    lost = [*rows, Grade("r19", "", Outcome.ERROR)]
    found = calibration_error(bins=5)(Grades.of(lost))
    assert math.isnan(found.worst)
    assert math.isnan(found.joint[0])
    whole = calibration_error(bins=5)(Grades.of(rows))
    assert whole.worst == whole.best == whole.value
    assert whole.joint == (whole.low, whole.high)


def test_bounds_of_a_target_are_low_and_high_not_only_far_and_near() -> None:
    """Three cases of which two are lost: "worst −.667, best 0" hid that the value may be +.667 as well."""
    rows = [Grade("a", "", Outcome.SCORED, 0.0, "neither")] + [Grade(r, "", Outcome.ERROR) for r in "bc"]
    from trustgen.stats.stereotype_scores import lean_of_all

    found = lean_of_all("one", "other")(Grades.of(rows))
    assert found.bounds == pytest.approx((-2 / 3, 2 / 3))
    assert (abs(found.worst), found.best) == (pytest.approx(2 / 3), 0.0)


def test_nothing_missing_leaves_one_interval() -> None:
    for measure in (accuracy(), label_rate("yes", direction=Direction.HIGHER), all_right(), lean("yes", "no")):
        right = drawn(np.random.default_rng(1), 30, 2, 0.7, 0.3)
        found = measure(answered(right, np.zeros(right.shape, np.bool_)))
        assert found.joint == (found.low, found.high)
        assert found.bounds == pytest.approx((found.value, found.value))
