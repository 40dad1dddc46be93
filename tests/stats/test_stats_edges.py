"""Where a number just counts, a width just is narrow enough, a test just rejects; and what small samples may claim."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trustgen.core import Direction, InputError, Measure
from trustgen.stats import accuracy
from trustgen.stats.confusion import Confusion
from trustgen.stats.corrected import Seen, corrected_limits, corrected_rate
from trustgen.stats.intervals import Interval, effective_size, score_limits, student
from trustgen.stats.multiplicity import Family
from trustgen.stats.predicted import predicted_rate
from trustgen.stats.stopping import FIRST_OTHER, guarded_width, narrow_enough

JUDGE = Confusion(true_positive=90, false_negative=10, true_negative=80, false_positive=20)


def test_clusters_less_one_tell_of_the_spread_between_them() -> None:
    hits = np.array([3, 0, 3, 1, 3, 0, 2, 3], np.float64)
    table = np.column_stack((hits, np.full(8, 3.0)))
    found = corrected_rate(table, JUDGE)
    seen = Seen(float(hits.sum() / 24), effective_size(hits, table[:, 1]), 7, 0.9, 100, 0.8, 100)
    assert (found.low, found.high) == pytest.approx(tuple(map(float, corrected_limits(seen))))


def test_few_clusters_do_not_widen_what_the_labels_leave_open() -> None:
    """Only the spread between clusters is known badly; where the labels' is all there is, few clusters cost little."""

    def width(df: float) -> float:
        low, high = corrected_limits(Seen(0.4, 1e6, df, 0.9, 40, 0.8, 40))
        return float(high - low)

    assert width(4) == pytest.approx(width(math.inf), rel=0.02)


def test_a_cluster_with_fewer_hits_than_none_is_refused() -> None:
    with pytest.raises(InputError, match="fewer than none"):
        corrected_rate(np.array([[-1.0, 2.0], [1.0, 2.0]]), JUDGE)


def test_two_labelled_clusters_say_something_and_one_says_nothing() -> None:
    judged, labels = np.full(10, 0.5), np.full(10, np.nan)
    labels[:1] = 1.0
    assert math.isnan(predicted_rate(judged, labels).value)
    labels[:2] = 1.0, 0.0
    assert predicted_rate(judged, labels).value == 0.5
    assert math.isnan(predicted_rate(judged, labels, clusters=np.arange(10) // 2).value), "both are of one cluster"


def test_the_width_that_was_asked_for_is_narrow_enough() -> None:
    table = np.column_stack((np.arange(40) % 2, np.ones(40))).astype(np.float64)
    width = guarded_width(table[:, 0], table[:, 1])
    assert narrow_enough(accuracy(), table, width)
    assert not narrow_enough(accuracy(), table, width - 1e-9)


@pytest.mark.parametrize(("clusters", "enough"), [(FIRST_OTHER - 1, False), (FIRST_OTHER, True)])
def test_a_measure_that_is_no_share_is_first_seen_after_its_own_number_of_clusters(clusters: int, enough: bool) -> None:
    class Other(Measure):
        def __call__(self, grades: object) -> object:
            raise NotImplementedError

        def interval(self, table: np.ndarray) -> Interval:
            return Interval(0.4, 0.5, "said to be so")

    other = Other(direction=Direction.HIGHER, unit="cases")
    assert narrow_enough(other, np.ones((clusters, 2)), 0.2) is enough


@pytest.mark.parametrize(("p", "rejected"), [(0.05, True), (0.0500001, False)])
def test_a_test_at_its_very_level_rejects(p: float, rejected: bool) -> None:
    (row,) = Family(("a",)).adjust({"a": p})
    assert row.rejected is rejected


def test_few_labels_are_read_with_students_t() -> None:
    judged, labels = np.linspace(0, 1, 60), np.full(60, np.nan)
    labels[::6] = (np.arange(10) % 3 == 0).astype(float)
    found = predicted_rate(judged, labels)
    assert (found.low, found.high) == pytest.approx(score_limits(found.value, found.worth, student(9)))
