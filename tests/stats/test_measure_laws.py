"""Laws that every measure keeps, whatever the cases: a task's measure stands under them without being named."""

from __future__ import annotations

import json
import math
import pickle
from collections import Counter
from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stats_rows import (
    COMMON,
    MEASURES,
    completions,
    design,
    grade_rows,
    pair_outcome,
    slow_pairs,
    tight,
    value,
    words,
)

from trustgen.core import Direction, Outcome
from trustgen.stats import (
    ClusterMeasure,
    Grade,
    Grades,
    accuracy,
    choice_bias,
    disparate_impact,
    flip_rate,
    gap,
    mend_rate,
    pair_flips,
)
from trustgen.stats.changes import Change
from trustgen.stats.consistency import AllSame
from trustgen.stats.expected_maximum import ExpectedMax
from trustgen.stats.groups_right import GroupsRight
from trustgen.stats.rates import AllRight, OutcomeRate
from trustgen.stats.shared import pulls
from trustgen.stats.stated_confidence import Auroc, CalibrationError
from trustgen.stats.thresholds import Threshold

law = settings(suppress_health_check=[HealthCheck.filter_too_much])
each = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
close = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}

PART_KNOWN = (AllRight, AllSame, ExpectedMax, Change, GroupsRight, Threshold)
"""Their values are over whole clusters or pairs, while their bounds know of part of one: a value may lie outside."""


def concrete(of: type[ClusterMeasure] = ClusterMeasure) -> Iterator[type[ClusterMeasure]]:
    """Every class of measures that can be made."""
    for one in of.__subclasses__():
        yield from concrete(one)
        if not one.__abstractmethods__:
            yield one


def test_every_class_of_measures_stands_under_the_laws() -> None:
    held = {type(measure) for measure in MEASURES.values()}
    missing = {one for one in concrete() if one.__module__.startswith("trustgen.stats")} - held
    assert not missing, "a measure that no task asks for: name it in `stats_rows.BESIDE`"


@each
def test_every_record_has_its_pull_on_a_profile_and_none_where_nothing_is_counted(measure: ClusterMeasure) -> None:
    rows = design(measure)
    names = list(dict.fromkeys(row.cluster for row in rows))
    assert len(pulls(measure, Grades.of(rows), names).records) > 0
    unread = [row._replace(outcome=Outcome.UNPARSED, score=None, label="") for row in rows]
    assert not np.any(pulls(measure, Grades.of(unread), names).pull)
    assert pulls(measure, Grades.of([]), []).records == ()


@each
def test_what_is_planned_for_a_measure_has_a_value(measure: ClusterMeasure) -> None:
    """Else the laws below would hold of nothing."""
    found = measure(Grades.of(design(measure)))
    assert not math.isnan(found.value)
    assert found.counted > 0
    assert found.outcomes["scored"] == found.planned


@each
@law
@given(data=st.data())
def test_a_value_lies_in_its_interval_and_its_bounds_in_the_range(measure: ClusterMeasure, data: st.DataObject) -> None:
    found = measure(Grades.of(data.draw(grade_rows(words(measure)))))
    bottom, top = measure.range
    assert found.planned == sum(found.outcomes.values())
    assert found.counted <= found.planned or found.unit == "pairs"
    if math.isnan(found.value):
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    else:
        assert bottom <= found.low <= found.value <= found.high <= top
        assert found.low < found.high
        assert found.counted > 0
        assert found.clusters > 0
        if not isinstance(measure, PART_KNOWN) and not math.isnan(found.worst):
            assert found.bounds[0] - 1e-9 <= found.value <= found.bounds[1] + 1e-9
        if not math.isnan(found.joint[0]):
            assert bottom <= found.joint[0] <= min(found.low, found.bounds[0] + 1e-9)
            assert max(found.high, found.bounds[1] - 1e-9) <= found.joint[1] <= top
    assert math.isnan(found.worst) == math.isnan(found.best)
    if not math.isnan(found.worst):
        assert bottom - 1e-9 <= found.bounds[0] <= found.bounds[1] <= top + 1e-9
        if measure.direction == Direction.TARGET:
            assert abs(found.best - measure.target) <= abs(found.worst - measure.target)
        else:
            assert (found.worst, found.best) == found.bounds[:: 1 if measure.direction == Direction.HIGHER else -1]
    json.dumps(dict(found.notes))


@each
@law
@given(data=st.data())
def test_the_order_of_cases_changes_nothing(measure: ClusterMeasure, data: st.DataObject) -> None:
    rows = data.draw(grade_rows(words(measure)))
    one, other = measure(Grades.of(rows)), measure(Grades.of(data.draw(st.permutations(rows))))
    for name in ("value", "low", "high", "worst", "best"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), **close)
    assert (one.outcomes, one.counted, one.clusters, one.method) == (
        other.outcomes,
        other.counted,
        other.clusters,
        other.method,
    )


@each
def test_no_cases_give_nan_and_nothing_planned(measure: ClusterMeasure) -> None:
    found = measure(Grades.of([]))
    assert all(math.isnan(x) for x in (found.value, found.low, found.high, found.worst, found.best))
    assert (found.planned, found.counted, found.clusters) == (0, 0, 0)


@each
@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNPARSED, Outcome.ERROR, Outcome.SKIPPED])
def test_nothing_scored_is_nan_and_all_of_it_is_tallied(measure: ClusterMeasure, outcome: Outcome) -> None:
    """The mute model: every case is still planned, and the bounds say that nothing is known."""
    rows = [Grade(row.cluster, row.arm, outcome, tags=row.tags) for row in design(measure)]
    found = measure(Grades.of(rows))
    assert found.outcomes[outcome] == found.planned == sum(found.outcomes.values()) > 0
    behaviour = isinstance(measure, OutcomeRate) and outcome in (Outcome.REFUSED, Outcome.UNPARSED)
    assert math.isnan(found.value) != behaviour
    assert found.counted == (found.planned if behaviour else 0)
    if not behaviour and not unbounded(measure):
        assert found.bounds == pytest.approx(measure.range)


def unbounded(measure: ClusterMeasure) -> bool:
    """No bound is known where bins move with every case, or an error is corrected for what noise adds."""
    return isinstance(measure, CalibrationError) and (measure.edges == "mass" or measure.debiased)


@each
@law
@given(data=st.data())
def test_bounds_hold_every_completion(measure: ClusterMeasure, data: st.DataObject) -> None:
    """Brute force: complete the missing cases in every way; no value may leave the bounds."""
    rows = data.draw(grade_rows(words(measure), max_size=7, missing=3))
    found = measure.count(Grades.of(rows))
    if unbounded(measure):
        assert math.isnan(found.lowest) or measure.usable(Grades.of(rows)).sum() == measure.reads(Grades.of(rows)).sum()
        return
    values = [v for v in (value(measure, made) for made in completions(measure, rows)) if not math.isnan(v)]
    if math.isnan(found.lowest):
        assert not values
    for v in values:
        assert found.lowest - 1e-9 <= v <= found.highest + 1e-9
    if values and tight(measure):
        assert (min(values), max(values)) == pytest.approx((found.lowest, found.highest))


@each
@law
@given(data=st.data())
def test_with_nothing_missing_both_bounds_are_the_value(measure: ClusterMeasure, data: st.DataObject) -> None:
    rows = data.draw(grade_rows(words(measure), missing=0))
    found = measure.count(Grades.of(rows))
    exact = value(measure, rows)
    assert (found.lowest, found.highest) == pytest.approx((exact, exact), **close)


@each
@law
@given(data=st.data())
def test_every_cluster_twice_changes_no_value(measure: ClusterMeasure, data: st.DataObject) -> None:
    rows = data.draw(grade_rows(words(measure)))
    twice = rows + [row._replace(cluster=row.cluster * 2) for row in rows]
    one, two = measure(Grades.of(rows)), measure(Grades.of(twice))
    names = ["value", "worst", "best"]
    if isinstance(measure, CalibrationError) and measure.debiased:
        names = []  # what noise adds is less where there is more; the bounds, where there are any, are the value
    if isinstance(measure, Auroc):  # its bounds are over whole numbers of pairs, of cases of all clusters
        names = ["value"]
    for name in names:
        assert getattr(two, name) == pytest.approx(getattr(one, name), **close)
    assert (two.planned, two.counted, two.clusters) == (2 * one.planned, 2 * one.counted, 2 * one.clusters)


@each
def test_equal_settings_make_equal_frozen_measures(measure: ClusterMeasure) -> None:
    again = pickle.loads(pickle.dumps(measure))
    assert again == measure
    assert hash(again) == hash(measure)
    with pytest.raises(FrozenInstanceError):
        measure.arm = "other"


ROWS = grade_rows(COMMON)


@given(rows=ROWS)
def test_case_measures_plan_each_case_of_their_arm(rows: list[Grade]) -> None:
    for measure in (accuracy(), accuracy("push"), choice_bias(3)):
        mine = [row for row in rows if not measure.arm or row.arm == measure.arm]
        expected = Counter(row.outcome.value for row in mine)
        assert {k: v for k, v in measure(Grades.of(rows)).outcomes.items() if v} == dict(expected)


@given(rows=ROWS)
def test_flips_and_mends_are_what_listing_the_pairs_gives(rows: list[Grade]) -> None:
    pairs = slow_pairs(rows, lambda a, b: (a.arm == "plain") != (b.arm == "plain"))
    pairs = [(a, b) if a.arm == "plain" else (b, a) for a, b in pairs]
    for measure, from_right in ((flip_rate(), True), (mend_rate(), False)):
        scored = [(a.score >= 0.5, b.score >= 0.5) for a, b in pairs if pair_outcome(a, b) == Outcome.SCORED]
        counted = [b for a, b in scored if a == from_right]
        found = measure(Grades.of(rows))
        assert found.counted == len(counted)
        expected = sum(b != from_right for b in counted) / len(counted) if counted else math.nan
        assert found.value == pytest.approx(expected, nan_ok=True)
        tallied = Counter(pair_outcome(a, b).value for a, b in pairs)
        assert {k: v for k, v in found.outcomes.items() if v} == dict(tallied)


@given(rows=ROWS)
def test_pair_flips_are_what_listing_the_pairs_gives(rows: list[Grade]) -> None:
    def group(row: Grade) -> str:
        return row.tags.get("group", "")

    pairs = slow_pairs(rows, lambda a, b: bool(group(a) and group(b)) and group(a) != group(b))
    scored = [a.label != b.label for a, b in pairs if pair_outcome(a, b) == Outcome.SCORED]
    found = pair_flips("group")(Grades.of(rows))
    assert found.counted == len(scored)
    assert found.value == pytest.approx(sum(scored) / len(scored) if scored else math.nan, nan_ok=True)
    tallied = Counter(pair_outcome(a, b).value for a, b in pairs)
    assert {k: v for k, v in found.outcomes.items() if v} == dict(tallied)


@given(rows=ROWS)
def test_turning_every_score_makes_a_flip_a_mend(rows: list[Grade]) -> None:
    turned = [row if row.score is None else row._replace(score=0.0 if row.score >= 0.5 else 1.0) for row in rows]
    assert value(flip_rate(), rows) == pytest.approx(value(mend_rate(), turned), nan_ok=True)


@given(rows=ROWS, names=st.permutations(["x", "y", "z"]))
def test_names_of_groups_do_not_matter(rows: list[Grade], names: list[str]) -> None:
    new = dict(zip("xyz", names, strict=True))
    renamed = [row._replace(tags={k: new[v] for k, v in row.tags.items()}) for row in rows]
    for measure in (pair_flips("group"), gap("group", "A"), disparate_impact("group", "A")):
        one, other = measure(Grades.of(rows)), measure(Grades.of(renamed))
        for name in ("value", "low", "high", "worst", "best"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), **close)


@given(rows=ROWS, names=st.permutations(["A", "B", "C"]))
def test_relabelled_letters_keep_the_variance_and_move_the_preference(rows: list[Grade], names: list[str]) -> None:
    new = dict(zip("ABC", names, strict=True))
    relabelled = [row._replace(label=new.get(row.label, "")) for row in rows]
    one, other = (choice_bias(3).count(Grades.of(made)) for made in (rows, relabelled))
    assert choice_bias(3).value(one.table) == pytest.approx(choice_bias(3).value(other.table), nan_ok=True)
    if one.counted:
        assert sorted(new[letter] for letter in one.notes["preferred"]) == other.notes["preferred"]
        assert one.notes["chi_square_p"] == pytest.approx(other.notes["chi_square_p"])


@given(rows=ROWS)
def test_favour_and_disfavour_have_the_same_gap(rows: list[Grade]) -> None:
    one, other = gap("group", "A")(Grades.of(rows)), gap("group", ("B", "C"))(Grades.of(rows))
    for name in ("value", "low", "high", "worst", "best"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), **close)
