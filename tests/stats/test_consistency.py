"""Consistency over wordings, the pull of the first place, and how decided a model is: laws and known answers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import OUTCOMES, InputError, Outcome
from trustgen.stats import ClusterMeasure, Grade, Grades
from trustgen.stats.consistency import action_likelihood, all_same, place_lean

MEASURES: dict[str, ClusterMeasure] = {
    "same": all_same(),
    "same in an arm": all_same("plain"),
    "place": place_lean("shown"),
    "likelihood": action_likelihood("one", "other", by="values"),
}


def row(cluster: str, label: str | Outcome, shown: str = "one", arm: str = "plain", values: str = "v") -> Grade:
    """A case labelled so, or ended so."""
    tags = {"shown": shown, "values": values} if shown else {}
    if isinstance(label, Outcome):
        return Grade(cluster, arm, label, tags=tags)
    return Grade(cluster, arm, Outcome.SCORED, 1.0, label, tags)


def rows(missing: bool = True) -> st.SearchStrategy[list[Grade]]:
    """Rows of a few clusters."""
    label = st.sampled_from(("one", "other"))
    return st.lists(
        st.builds(
            row,
            cluster=st.sampled_from("rst"),
            label=label | st.sampled_from(OUTCOMES[1:]) if missing else label,
            shown=st.sampled_from(("one", "other", "")),
            arm=st.sampled_from(("plain", "push")),
            values=st.sampled_from("vw"),
        ),
        max_size=9,
    )


def value(measure: ClusterMeasure, of: list[Grade]) -> float:
    """The value alone."""
    return measure.value(measure.count(Grades.of(of)).table)


@given(of=rows(missing=False))
def test_all_same_is_what_listing_the_clusters_gives(of: list[Grade]) -> None:
    labels: dict[str, list[str]] = {}
    for r in of:
        labels.setdefault(r.cluster, []).append(r.label)
    asked = [found for found in labels.values() if len(found) > 1]
    expected = sum(len(set(found)) == 1 for found in asked) / len(asked) if asked else math.nan
    assert value(all_same(), of) == pytest.approx(expected, nan_ok=True)


@given(of=rows(missing=False))
def test_renaming_the_actions_changes_no_measure_of_accord(of: list[Grade]) -> None:
    turned = {"one": "other", "other": "one"}
    renamed = [r._replace(label=turned[r.label], tags={k: turned.get(v, v) for k, v in r.tags.items()}) for r in of]
    for measure in MEASURES.values():
        assert value(measure, of) == pytest.approx(value(measure, renamed), nan_ok=True)


def test_two_different_labels_settle_a_bound_and_only_a_whole_cluster_is_counted() -> None:
    grades = [row("a", "one"), row("a", "other"), row("a", Outcome.REFUSED)]
    grades += [row("b", "one"), row("b", Outcome.UNPARSED), row("b", Outcome.REFUSED)]
    grades += [row("c", "one"), row("c", "one"), row("d", "one")]  # d was planned once: there is nothing to agree with
    found = all_same()(Grades.of(grades))
    assert (found.value, found.counted) == (1.0, 1)
    assert (found.worst, found.best) == (1 / 3, 2 / 3)
    assert found.joint[0] < found.low < found.high == found.joint[1]
    assert (found.outcomes["scored"], found.outcomes["refused"], found.planned) == (1, 2, 3)


def test_being_right_does_not_enter() -> None:
    wrong = [Grade("a", "plain", Outcome.SCORED, 0.0, "other"), Grade("a", "push", Outcome.SCORED, 0.0, "other")]
    assert all_same()(Grades.of(wrong)).value == 1.0


def test_two_absent_labels_are_no_agreement() -> None:
    with pytest.raises(InputError, match="no label"):
        all_same()(Grades.of([row("a", ""), row("a", "")]))


@pytest.mark.parametrize(
    ("labels", "expected"), [(("one", "other"), 1.0), (("other", "one"), -1.0), (("one", "one"), 0.0)]
)
def test_always_the_first_always_the_last_and_by_content(labels: tuple[str, str], expected: float) -> None:
    of = [row(f"r{i}", label, shown) for i in range(5) for label, shown in zip(labels, ("one", "other"), strict=True)]
    assert place_lean("shown")(Grades.of(of)).value == expected


def test_likelihoods_by_values_stand_in_the_notes() -> None:
    of = [row("a", "one")] * 5 + [row("a", "other")] + [row("b", "other", values="w")] * 4
    of += [row("c", "one"), row("c", Outcome.REFUSED)]  # one reply is no likelihood
    found = action_likelihood("one", "other", by="values")(Grades.of(of))
    assert found.value == pytest.approx((5 / 6 + 1) / 2)
    assert found.counted == 2
    assert found.notes["likelihood"] == {"v": {"one": 6 / 7, "cases": 7}, "w": {"one": 0.0, "cases": 4}}


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(InputError, match="two different labels"):
        action_likelihood("one", "one")
    with pytest.raises(InputError, match="neither"):
        action_likelihood("one", "other")(Grades.of([row("a", "third"), row("a", "one")]))


def test_the_place_effect_is_about_the_cases_that_say_what_stood_first() -> None:
    rows = [Grade("r", "", Outcome.SCORED, 1.0, "one", {"shown": "one"}), Grade("r", "", Outcome.SCORED, 1.0, "one")]
    graded = Grades.of(rows)
    assert place_lean("shown").reads(graded).tolist() == place_lean("shown").usable(graded).tolist() == [True, False]
