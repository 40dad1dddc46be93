"""The paired comparison: nothing from nothing, exact where it can be, and blind to what only one model has."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import grades
from scipy.stats import binomtest
from stats_rows import BY_CLASS, case, grade_rows, words

from trustgen.core import Direction, InputError, Outcome
from trustgen.stats import (
    ClusterMeasure,
    Grades,
    accuracy,
    all_right,
    disparate_impact,
    label_rate,
    outcome_rate,
    paired_difference,
)
from trustgen.stats.changes import accuracy_change
from trustgen.stats.compare import swap_p

each = pytest.mark.parametrize("measure", BY_CLASS.values(), ids=BY_CLASS)


def right(a: str, b: str) -> tuple[Grades, Grades]:
    """Two models' answers, one case a cluster: `1` right, `0` wrong, `-` failed."""
    ends = {"1": 1.0, "0": 0.0, "-": Outcome.ERROR}
    one, other = (Grades.of(case(f"r{i}", ends[x]) for i, x in enumerate(text)) for text in (a, b))
    return one, other


@each
@given(data=st.data())
def test_a_model_is_never_different_from_itself(measure: ClusterMeasure, data: st.DataObject) -> None:
    graded = Grades.of(data.draw(grade_rows(words(measure))))
    found = paired_difference(graded, graded, measure, draws=200)
    assert not found.different
    assert found.better == ""
    if math.isnan(found.a):
        assert math.isnan(found.p)
    else:
        assert (found.difference, found.p) == (0.0, 1.0)
        assert found.low < 0 < found.high


@each
@given(data=st.data())
def test_swapping_the_models_turns_the_sign(measure: ClusterMeasure, data: st.DataObject) -> None:
    rows = data.draw(grade_rows(words(measure)))
    ends = [data.draw(st.sampled_from([*rows, case("r", Outcome.ERROR)])) for _ in rows]
    others = [r._replace(outcome=e.outcome, score=e.score, label=e.label) for r, e in zip(rows, ends, strict=True)]
    a, b = Grades.of(rows), Grades.of(others)
    one, other = paired_difference(a, b, measure, draws=200), paired_difference(b, a, measure, draws=200)
    assert one.difference == pytest.approx(-other.difference, nan_ok=True)
    if one.p_method.startswith(("mid-p", "exact")):  # a bootstrap's draws are not mirrored
        assert one.p == pytest.approx(other.p)
    assert (one.counted, one.missing) == (other.counted, other.missing)


def test_mcnemar_by_hand() -> None:
    """b mends 8 of a's mistakes and spoils 1: 2·P(0 of 9 fair coins) + P(1) = 11/512; the exact test has 20/512."""
    a, b = right("1" * 20 + "0" * 8 + "1", "1" * 20 + "1" * 8 + "0")
    found = paired_difference(a, b, accuracy())
    assert (found.p, found.p_method) == (pytest.approx(11 / 512), "mid-p McNemar")
    assert found.difference == pytest.approx(7 / 29)
    assert found.low < 7 / 29 < found.high
    assert (found.different, found.better) == (True, "b")


def test_three_gains_and_no_loss_in_300_are_no_proof() -> None:
    """Resampling alone could never go below 0. Bonett and Price (2012): (4 − 1)/302 ± t·√(5 − 9/302)/302."""
    a, b = right("0" * 3 + "1" * 297, "1" * 300)
    found = paired_difference(a, b, accuracy())
    half = 1.968 * math.sqrt(5 - 9 / 302) / 302
    assert (found.low, found.high) == pytest.approx((3 / 302 - half, 3 / 302 + half), abs=3e-3)
    assert found.p == 0.125


def test_what_both_models_find_hard_does_not_blur_their_difference() -> None:
    """Half of 200 cases are hard for both; they differ in 8. Unpaired, the interval would be ±.1."""
    a, b = right("1" * 96 + "0" * 96 + "11110000", "1" * 96 + "0" * 96 + "00001111")
    found = paired_difference(a, b, accuracy())
    assert found.difference == 0
    assert 0.05 < found.high - found.low < 0.07


def test_a_paired_test_sees_what_an_unpaired_one_misses() -> None:
    """Published: an unpaired test gave p = .08 where McNemar gives .008, exactly; here 10 of 10, with the mid-p."""
    a, b = right("1" * 40 + "0" * 50 + "0" * 10, "1" * 40 + "0" * 50 + "1" * 10)
    assert paired_difference(a, b, accuracy()).p == pytest.approx(1 / 2**10)


def test_only_cases_that_both_have_are_compared() -> None:
    a, b = right("1101-0", "11-0--")
    found = paired_difference(a, b, accuracy())
    assert (found.a, found.b, found.counted, found.missing) == (pytest.approx(1.0), pytest.approx(2 / 3), 3, 3)


def test_nothing_in_common_is_nan() -> None:
    a, b = right("1-0-", "-1-0")
    found = paired_difference(a, b, accuracy())
    assert all(math.isnan(x) for x in (found.difference, found.low, found.high, found.p))
    assert (found.counted, found.missing, found.different) == (0, 4, False)


def test_refusals_are_compared_where_both_models_answered_for_themselves() -> None:
    rows = [[1.0, Outcome.REFUSED, Outcome.BLOCKED, 1.0], [Outcome.REFUSED, Outcome.REFUSED, 1.0, Outcome.ERROR]]
    a, b = (Grades.of(case(f"r{i}", end) for i, end in enumerate(ends)) for ends in rows)
    found = paired_difference(a, b, outcome_rate("refused"))
    assert (found.a, found.b, found.counted, found.missing) == (0.5, 1.0, 2, 2)


def test_a_cluster_decided_for_one_model_only_is_not_compared() -> None:
    """a's second cluster is not whole, and would be of no use for b alone; nor is b's third."""
    a = Grades.of([case("q", 1.0), case("q", 1.0), case("r", 0.0), case("r", Outcome.ERROR), case("s", 0.0)])
    b = Grades.of([case("q", 0.0), case("q", 1.0), case("r", 1.0), case("r", 1.0), case("s", Outcome.ERROR)])
    found = paired_difference(a, b, all_right())
    assert (found.a, found.b, found.counted, found.missing, found.clusters) == (1.0, 0.0, 2, 3, 1)


def test_the_better_model_follows_the_direction() -> None:
    a, b = right("0" * 30, "1" * 30)
    assert paired_difference(a, b, accuracy()).better == "b"
    yes, no = (grades(np.arange(30), np.ones(30), label=np.full(30, k), labels=("no", "yes")) for k in (1, 0))
    assert paired_difference(yes, no, label_rate("yes", direction=Direction.LOWER)).better == "b"
    assert paired_difference(yes, no, label_rate("yes", direction=Direction.HIGHER)).better == "a"


def test_nearer_to_the_target_is_better() -> None:
    group, cluster = np.tile([0, 1], 200), np.repeat(np.arange(200), 2)
    fair, unfair = np.repeat(np.arange(200) % 2, 2), np.where(group == 1, 0, np.repeat(np.arange(200) % 2, 2))
    unfair[1] = 1
    a, b = (
        grades(cluster, np.ones(400), label=label, labels=("no", "yes"), group=group, groups="xy")
        for label in (fair, unfair)
    )
    found = paired_difference(a, b, disparate_impact("group", "yes"))
    assert (found.better, found.p_method) == ("a", "cluster bootstrap, 2000 draws")


def test_whole_clusters_are_swapped() -> None:
    """Ten clusters of five cases each gain everything: ten coins, not fifty."""
    cluster = np.repeat(np.arange(10), 5)
    found = paired_difference(grades(cluster, np.zeros(50)), grades(cluster, np.ones(50)), accuracy())
    assert found.p == pytest.approx(2 / 2**10)
    assert found.p_method == "exact swap of clusters"


@given(st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=9))
def test_the_swap_test_is_what_trying_every_swap_gives(steps: list[int]) -> None:
    sums = [abs(sum(s * x for s, x in zip(signs, steps, strict=True))) for signs in product((1, -1), repeat=len(steps))]
    expected = np.mean([s >= abs(sum(steps)) for s in sums])
    assert swap_p(np.array(steps)) == pytest.approx(expected, abs=1e-9)


def test_the_swap_test_of_ones_is_the_binomial_test() -> None:
    steps = np.repeat([1, -1], [3000, 2800])
    assert swap_p(steps) == pytest.approx(binomtest(3000, 5800).pvalue, rel=1e-6)


def test_the_bootstrap_p_agrees_with_its_interval() -> None:
    rng = np.random.default_rng(8)
    arm = np.tile([0, 1], 200)
    for lift in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3):
        scores = [np.where(arm == 0, 1.0, rng.random(400) > 0.3 + shift) for shift in (0.0, lift)]
        a, b = (grades(np.repeat(np.arange(200), 2), s, arm=arm, arms=("plain", "push")) for s in scores)
        found = paired_difference(a, b, accuracy_change("plain", "push"))
        assert found.p_method.startswith("cluster bootstrap")
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


def test_other_cases_cannot_be_compared() -> None:
    a, _ = right("1101", "1101")
    with pytest.raises(InputError, match="planned cases"):
        paired_difference(a, right("110", "110")[0], accuracy())
    for rows in (
        [case(f"r{i}", 1.0) for i in (1, 1, 2, 3)],
        [case(f"r{i}", 1.0, "other") for i in range(4)],
        [case(f"r{i}", 1.0, group="x") for i in range(4)],
    ):
        with pytest.raises(InputError, match="one edition"):
            paired_difference(a, Grades.of(rows), accuracy())
