"""Measures of models that look at pictures: hand-computed examples, and what constant models get."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Direction, InputError, Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.arm_differences import arm_difference, gain
from trustgen.stats.captioned import cover, named_any, trapped, wrong_captions, wrong_objects, wrong_share
from trustgen.stats.controls import leakage
from trustgen.stats.f_score import f1
from trustgen.stats.groups_right import groups_right
from trustgen.stats.share import label_near, score_among


def graded(rows: Iterable[tuple[str, str, str, float | None]], **tags: str) -> Grades:
    """Of (cluster, arm, label, score); no score is an unread reply."""
    return Grades.of(
        [
            Grade(cluster, arm, Outcome.UNPARSED if score is None else Outcome.SCORED, score, label, tags=dict(tags))
            for cluster, arm, label, score in rows
        ]
    )


def said(there: int, absent: int, yes_there: int, yes_absent: int, unread: int = 0) -> Grades:
    """Questions about things that are there and absent, of which so many are answered with yes."""
    rows: list[tuple[str, str, str, float | None]]
    rows = [(f"p{i}", "present", "yes" if i < yes_there else "no", float(i < yes_there)) for i in range(there)]
    rows += [(f"a{i}", "absent", "yes" if i < yes_absent else "no", float(i >= yes_absent)) for i in range(absent)]
    rows += [(f"u{i}", "present" if i % 2 else "absent", "", None) for i in range(unread)]
    return graded(rows)


YES = {
    "accuracy": score_among(arms=("present", "absent"), direction=Direction.HIGHER),
    "f1": f1("yes", "present", "absent"),
    "yes": label_near("yes", 0.5, arms=("present", "absent")),
    "j": arm_difference("yes", "present", "absent"),
}


def found(grades: Grades) -> dict[str, float]:
    return {name: measure(grades).value for name, measure in YES.items()}


def test_the_example_of_yes_and_no() -> None:
    """tp 40, fp 20, tn 30, fn 10; then ten that could not be read."""
    assert found(said(50, 50, 40, 20)) == pytest.approx({"accuracy": 0.7, "f1": 80 / 110, "yes": 0.6, "j": 0.4})
    made = YES["accuracy"](said(50, 50, 40, 20, unread=10))
    assert (made.value, made.worst, made.best) == pytest.approx((0.7, 70 / 110, 80 / 110))


@given(st.integers(1, 40), st.integers(1, 40))
def test_who_always_says_yes_has_no_skill_whatever_f1_says(there: int, absent: int) -> None:
    p = there / (there + absent)
    assert found(said(there, absent, there, absent)) == pytest.approx(
        {"accuracy": p, "f1": 2 * p / (1 + p), "yes": 1.0, "j": 0.0}
    )
    never = found(said(there, absent, 0, 0))
    assert never == pytest.approx({"accuracy": 1 - p, "f1": 0.0, "yes": 0.0, "j": 0.0})


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_sides_and_answers_swapped_keep_accuracy_and_j(there: int, absent: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, there)), data.draw(st.integers(0, absent))
    one, other = found(said(there, absent, a, b)), found(said(absent, there, absent - b, there - a))
    assert (one["accuracy"], one["j"]) == pytest.approx((other["accuracy"], other["j"]))


def test_yes_ratio_is_of_what_was_said_and_not_of_what_is_right() -> None:
    """Half of all answers are yes, and every one of them is wrong."""
    wrong = found(said(20, 20, 0, 20))
    assert wrong == pytest.approx({"accuracy": 0.0, "f1": 0.0, "yes": 0.5, "j": -1.0})
    with pytest.raises(InputError, match="0 to 1"):
        label_near("yes", 1.5)


# ── twins ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TURNS, KEPT = ("first", "second"), ("first_kept", "second_kept")
Q, F = groups_right((TURNS, KEPT)), groups_right((("first", "first_kept"), ("second", "second_kept")))


def test_the_example_of_twins() -> None:
    """Two pictures, two questions, one answer wrong."""
    grades = graded([("r", arm, "", float(arm != "second")) for arm in (*TURNS, *KEPT)])
    assert score_among(direction=Direction.HIGHER)(grades).value == 0.75
    assert (Q(grades).value, F(grades).value) == (0.5, 0.5)


def test_who_answers_from_the_question_alone_is_never_right_about_both() -> None:
    """Half of all answers are right, and no pair is."""
    grades = graded([(f"r{i}", arm, "", float(arm == "first")) for i in range(20) for arm in TURNS])
    assert groups_right((TURNS,))(grades).value == 0.0
    assert score_among(direction=Direction.HIGHER)(grades).value == 0.5


@given(st.lists(st.tuples(*[st.sampled_from((0.0, 1.0, None))] * 4), min_size=1, max_size=12))
def test_groups_are_never_righter_than_answers_and_bounds_hold_them(rows: list[tuple[float | None, ...]]) -> None:
    arms = (*TURNS, *KEPT)
    grades = graded([(f"r{i}", arm, "", score) for i, row in enumerate(rows) for arm, score in zip(arms, row)])  # noqa: B905
    full = [row for row in rows if None not in row]
    made = Q(grades)
    if full:
        whole = graded([(f"r{i}", a, "", s) for i, row in enumerate(full) for a, s in zip(arms, row, strict=True)])
        assert Q(whole).value <= score_among(direction=Direction.HIGHER)(whole).value + 1e-9
        assert (Q(whole).value == 1) == (score_among(direction=Direction.HIGHER)(whole).value == 1)
    for fill in (0.0, 1.0):
        filled = [tuple(fill if score is None else score for score in row) for row in rows]
        told = graded([(f"r{i}", a, "", s) for i, row in enumerate(filled) for a, s in zip(arms, row, strict=True)])
        assert made.bounds[0] - 1e-9 <= Q(told).value <= made.bounds[1] + 1e-9


def test_a_group_with_a_wrong_answer_is_lost_whatever_the_other_would_have_been() -> None:
    grades = graded(
        [("a", "first", "", 1.0), ("a", "second", "", 1.0), ("b", "first", "", 0.0), ("b", "second", "", None)]
    )
    made = groups_right((TURNS,))(grades)
    assert (made.value, made.worst, made.best, made.counted) == (1.0, 0.5, 0.5, 1)
    assert (made.outcomes["scored"], made.outcomes["unparsed"]) == (1, 1)


def test_a_group_of_one_is_none() -> None:
    with pytest.raises(InputError, match="two arms"):
        groups_right((("first",),))


# ── captions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def captioned(*rows: str) -> Grades:
    return graded([(f"r{i}", "", row, 0.5) for i, row in enumerate(rows)])


def test_the_example_of_captions() -> None:
    """{dog, ball, cat | there dog, ball | trap cat}, {tree, tree | tree, house}, {nothing | car}."""
    grades = captioned(
        "part, named 3, wrong 1, there 2, found 2, trap 1",
        "part, named 2, wrong 0, there 2, found 1, trap 0",
        "none, named 0, wrong 0, there 1, found 0, trap 0",
    )
    assert wrong_objects()(grades).value == pytest.approx(1 / 5)
    assert wrong_captions()(grades).value == pytest.approx(1 / 2)
    assert cover()(grades).value == pytest.approx(0.5)
    assert wrong_share()(grades).value == pytest.approx(1 / 6)
    assert trapped()(grades).value == pytest.approx(1 / 6)
    assert named_any()(grades).value == pytest.approx(1 - 1 / 3)


def test_a_trap_is_one_of_the_wrong_ones() -> None:
    grades = captioned("part, named 4, wrong 2, there 2, found 2, trap 1")
    assert (trapped()(grades).value, wrong_share()(grades).value) == (0.25, 0.5)


def test_who_names_nothing_has_nothing_wrong_and_covers_nothing() -> None:
    grades = captioned("none, named 0, wrong 0, there 3, found 0, trap 0")
    assert math.isnan(wrong_captions()(grades).value)
    assert (cover()(grades).value, named_any()(grades).value) == (0.0, 0.0)


def test_a_missing_caption_bounds_shares_of_captions_and_none_of_objects() -> None:
    row = "whole, named 2, wrong 0, there 2, found 2, trap 0"
    grades = graded([("a", "", row, 1.0), ("b", "", "", None)])
    assert (cover()(grades).worst, cover()(grades).best) == (0.5, 1.0)
    assert (wrong_objects()(grades).best, wrong_objects()(grades).worst) == (0.0, 1.0)


# ── controls ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_gain_and_leakage_of_a_model_that_sees_and_of_one_that_does_not() -> None:
    """Of four answers one is right by luck: three right of four without any picture leak a half."""
    rows = [(f"r{i}", arm, "", float(i % 4 < right)) for i in range(40) for arm, right in (("shown", 4), ("blind", 1))]
    seeing = graded(rows, options="4")
    assert gain(("shown",), ("blind",))(seeing).value == pytest.approx(0.75)
    assert leakage("blind")(seeing).value == 0.0
    blind = graded([(f"r{i}", arm, "", float(i % 4 < 3)) for i in range(40) for arm in ("shown", "blind")], options="4")
    assert gain(("shown",), ("blind",))(blind).value == 0.0
    made = leakage("blind")(blind)
    assert made.value == pytest.approx(0.5)
    assert made.low < 0.5 < made.high


def test_an_open_question_has_no_luck_to_take_off() -> None:
    assert leakage("blind")(graded([("a", "blind", "", 1.0), ("b", "blind", "", 0.0)])).value == 0.5


@given(st.lists(st.sampled_from((0.0, 1.0, None)), min_size=1, max_size=20), st.integers(2, 6))
def test_leakage_lies_within_its_bounds_and_never_below_nothing(scores: list[float | None], options: int) -> None:
    made = leakage("blind")(graded([(f"r{i}", "blind", "", s) for i, s in enumerate(scores)], options=str(options)))
    if not math.isnan(made.value):
        assert 0 <= made.bounds[0] <= made.bounds[1] <= 1 - 1 / options + 1e-9
        assert 0 <= made.low <= made.value <= made.high <= 1


def test_a_gain_over_itself_is_refused() -> None:
    with pytest.raises(InputError, match="some arms over others"):
        gain(("shown",), ("shown", "blind"))
