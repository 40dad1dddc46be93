"""Laws that every measure keeps, whatever the cases."""

from __future__ import annotations

import json
import math
import pickle
from collections import Counter
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stats_rows import (
    MEASURES,
    TIGHT,
    case,
    completions,
    grade_rows,
    pair_outcome,
    slow_pairs,
    value,
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
from trustgen.stats.rates import AllRight

law = settings(suppress_health_check=[HealthCheck.filter_too_much])
each = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
close = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}


@each
@law
@given(rows=grade_rows())
def test_a_value_lies_in_its_interval_and_its_bounds_in_the_range(measure: ClusterMeasure, rows: list[Grade]) -> None:
    found = measure(Grades.of(rows))
    bottom, top = measure.range
    if math.isnan(found.value):
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    else:
        assert bottom <= found.low <= found.value <= found.high <= top
        assert found.low < found.high
        assert found.counted > 0
        assert found.clusters > 0
        if not isinstance(measure, AllRight):  # over whole clusters alone; bounds know which others are lost already
            assert min(found.worst, found.best) - 1e-9 <= found.value <= max(found.worst, found.best) + 1e-9
        if not math.isnan(found.joint[0]):
            assert bottom <= found.joint[0] <= min(found.low, found.bounds[0] + 1e-9)
            assert max(found.high, found.bounds[1] - 1e-9) <= found.joint[1] <= top
    assert math.isnan(found.worst) == math.isnan(found.best)
    if not math.isnan(found.worst):
        assert bottom <= min(found.worst, found.best)
        assert max(found.worst, found.best) <= top
        assert found.worst <= found.best or measure.direction == Direction.LOWER
        assert found.worst >= found.best or measure.direction != Direction.LOWER
    json.dumps(dict(found.notes))


@each
@law
@given(rows=grade_rows(), data=st.data())
def test_the_order_of_cases_changes_nothing(measure: ClusterMeasure, rows: list[Grade], data: st.DataObject) -> None:
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
    rows = [case(c, outcome, arm, group=g) for c in "rst" for arm, g in zip(("plain", "push"), "xy", strict=True)]
    found = measure(Grades.of(rows))
    assert found.outcomes[outcome] == found.planned == sum(found.outcomes.values()) > 0
    behaviour = type(measure).__name__ == "OutcomeRate" and outcome in (Outcome.REFUSED, Outcome.UNPARSED)
    assert math.isnan(found.value) != behaviour
    assert found.counted == (found.planned if behaviour else 0)
    if not behaviour:
        assert sorted((found.worst, found.best)) == pytest.approx(list(measure.range))


@each
@settings(law, max_examples=40)
@given(rows=grade_rows(max_size=7, missing=3))
def test_bounds_hold_every_completion(measure: ClusterMeasure, rows: list[Grade]) -> None:
    """Brute force: complete the missing cases in every way; no value may leave the bounds."""
    found = measure.count(Grades.of(rows))
    values = [v for v in (value(measure, made) for made in completions(measure, rows)) if not math.isnan(v)]
    if math.isnan(found.lowest):
        assert not values
    for v in values:
        assert found.lowest - 1e-9 <= v <= found.highest + 1e-9
    if values and any(measure is MEASURES[name] for name in TIGHT):
        assert (min(values), max(values)) == pytest.approx((found.lowest, found.highest))


@each
@law
@given(rows=grade_rows(missing=0))
def test_with_nothing_missing_both_bounds_are_the_value(measure: ClusterMeasure, rows: list[Grade]) -> None:
    found = measure.count(Grades.of(rows))
    exact = value(measure, rows)
    assert (found.lowest, found.highest) == pytest.approx((exact, exact), **close)


@each
@law
@given(rows=grade_rows())
def test_every_cluster_twice_changes_no_value(measure: ClusterMeasure, rows: list[Grade]) -> None:
    twice = rows + [row._replace(cluster=row.cluster * 2) for row in rows]
    one, two = measure(Grades.of(rows)), measure(Grades.of(twice))
    for name in ("value", "worst", "best"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), **close)
    assert (two.planned, two.counted, two.clusters) == (2 * one.planned, 2 * one.counted, 2 * one.clusters)


@each
def test_equal_settings_make_equal_frozen_measures(measure: ClusterMeasure) -> None:
    again = pickle.loads(pickle.dumps(measure))
    assert again == measure
    assert hash(again) == hash(measure)
    with pytest.raises(FrozenInstanceError):
        measure.arm = "other"


@law
@given(rows=grade_rows())
def test_case_measures_plan_each_case_of_their_arm(rows: list[Grade]) -> None:
    for measure in (accuracy(), accuracy("push"), choice_bias(3)):
        mine = [row for row in rows if not measure.arm or row.arm == measure.arm]
        expected = Counter(row.outcome.value for row in mine)
        assert {k: v for k, v in measure(Grades.of(rows)).outcomes.items() if v} == dict(expected)


@law
@given(rows=grade_rows())
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


@law
@given(rows=grade_rows())
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


@law
@given(rows=grade_rows())
def test_turning_every_score_makes_a_flip_a_mend(rows: list[Grade]) -> None:
    turned = [row if row.score is None else row._replace(score=0.0 if row.score >= 0.5 else 1.0) for row in rows]
    assert value(flip_rate(), rows) == pytest.approx(value(mend_rate(), turned), nan_ok=True)


@law
@given(rows=grade_rows(), names=st.permutations(["x", "y", "z"]))
def test_names_of_groups_do_not_matter(rows: list[Grade], names: list[str]) -> None:
    new = dict(zip("xyz", names, strict=True))
    renamed = [row._replace(tags={k: new[v] for k, v in row.tags.items()}) for row in rows]
    for measure in (pair_flips("group"), gap("group", "A"), disparate_impact("group", "A")):
        one, other = measure(Grades.of(rows)), measure(Grades.of(renamed))
        for name in ("value", "low", "high", "worst", "best"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), **close)


@law
@given(rows=grade_rows(), names=st.permutations(["A", "B", "C"]))
def test_relabelled_letters_keep_the_variance_and_move_the_preference(rows: list[Grade], names: list[str]) -> None:
    new = dict(zip("ABC", names, strict=True))
    relabelled = [row._replace(label=new.get(row.label, "")) for row in rows]
    one, other = (choice_bias(3).count(Grades.of(made)) for made in (rows, relabelled))
    assert choice_bias(3).value(one.table) == pytest.approx(choice_bias(3).value(other.table), nan_ok=True)
    if one.counted:
        assert sorted(new[letter] for letter in one.notes["preferred"]) == other.notes["preferred"]
        assert one.notes["chi_square_p"] == pytest.approx(other.notes["chi_square_p"])


@law
@given(rows=grade_rows())
def test_favour_and_disfavour_have_the_same_gap(rows: list[Grade]) -> None:
    one, other = gap("group", "A")(Grades.of(rows)), gap("group", ("B", "C"))(Grades.of(rows))
    for name in ("value", "low", "high", "worst", "best"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), **close)
