"""Measures over picked cases, between two arms, and over the worst of several tries: known answers and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Direction, InputError, Outcome
from trustgen.stats import ClusterMeasure, Grade, Grades, accuracy, label_rate
from trustgen.stats.arm_differences import arm_difference
from trustgen.stats.expected_maximum import any_from, expected_max
from trustgen.stats.share import label_among, score_among

LOWER, HIGHER = Direction.LOWER, Direction.HIGHER
MEASURES: dict[str, ClusterMeasure] = {
    "label among arms": label_among("yes", arms=("a", "b"), direction=LOWER),
    "label among a tag": label_among(("yes", "half"), tag="kind", value="x", direction=HIGHER),
    "score among": score_among(arms=("a",), tag="kind", value=("x", "y"), direction=LOWER),
    "difference": arm_difference("yes", "a", "b"),
    "expected max": expected_max(),
    "any": any_from(0.5),
}
SCORE = {"yes": 1.0, "half": 0.5, "no": 0.0}
outcomes = st.sampled_from([Outcome.SCORED] * 6 + [Outcome.REFUSED, Outcome.UNPARSED, Outcome.ERROR, Outcome.SKIPPED])
rows = st.lists(
    st.builds(
        lambda c, a, o, w, k: Grade(f"r{c}", a, o, SCORE[w], w, {"kind": k} if k else {}),
        st.integers(0, 7),
        st.sampled_from("abc"),
        outcomes,
        st.sampled_from(sorted(SCORE)),
        st.sampled_from(["x", "y", ""]),
    ),
    max_size=40,
)


@given(held=rows)
def test_picking_nothing_picks_all(held: list[Grade]) -> None:
    grades = Grades.of(held)
    pairs = [
        (label_among("yes", direction=LOWER), label_rate("yes", direction=LOWER)),
        (score_among(direction=HIGHER), accuracy()),
        (label_among("yes", arms=("a",), direction=LOWER), label_rate("yes", "a", direction=LOWER)),
    ]
    for one, other in pairs:
        assert one(grades).value == pytest.approx(other(grades).value, nan_ok=True)
        assert one(grades).outcomes == other(grades).outcomes


@given(held=rows)
def test_listing_gives_the_same(held: list[Grade]) -> None:
    grades = Grades.of(held)
    scored = [r for r in held if r.outcome == Outcome.SCORED]

    def rate(arm: str) -> float:
        mine = [r.label == "yes" for r in scored if r.arm == arm]
        return sum(mine) / len(mine) if mine else math.nan

    assert arm_difference("yes", "a", "b")(grades).value == pytest.approx(rate("a") - rate("b"), nan_ok=True)
    tagged = [r.label != "no" for r in scored if r.tags.get("kind") == "x"]
    found = MEASURES["label among a tag"](grades)
    assert found.value == pytest.approx(np.mean(tagged) if tagged else math.nan, nan_ok=True)
    assert found.planned == sum(r.tags.get("kind") == "x" for r in held)
    peaks = []
    for cluster in {r.cluster for r in held}:
        mine = [r for r in held if r.cluster == cluster]
        known = [float(r.score or 0) for r in mine if r.outcome == Outcome.SCORED]
        if len(known) == len(mine):
            peaks.append(max(known))
    assert expected_max()(grades).value == pytest.approx(np.mean(peaks) if peaks else math.nan, nan_ok=True)


@given(held=rows)
def test_the_difference_turns_its_sign_with_its_arms(held: list[Grade]) -> None:
    grades = Grades.of(held)
    one, other = arm_difference("yes", "a", "b")(grades), arm_difference("yes", "b", "a")(grades)
    assert one.value == pytest.approx(-other.value, nan_ok=True)
    assert one.low == pytest.approx(-other.high, nan_ok=True)
    assert one.worst == pytest.approx(-other.best, nan_ok=True)


def test_known_answers() -> None:
    rows = [Grade(f"r{i}", arm, Outcome.SCORED, 1.0, "yes" if arm == "a" else "no") for i in range(20) for arm in "ab"]
    found = arm_difference("yes", "a", "b")(Grades.of(rows))
    assert (found.value, found.counted, found.high) == (1, 40, 1)
    assert 0.6 < found.low < 1
    low = [Grade("r", "a", Outcome.SCORED, s) for s in (0.1, 0.2, 0.7)] + [Grade("s", "a", Outcome.SCORED, 0.3)]
    assert expected_max()(Grades.of(low)).value == 0.5
    assert any_from(0.5)(Grades.of(low)).value == 0.5
    open_ = [*low, Grade("s", "a", Outcome.UNPARSED)]
    assert expected_max()(Grades.of(open_)).value == 0.7, "the highest of fewer tries would be lower"


def test_what_cannot_be_asked_says_so() -> None:
    with pytest.raises(InputError, match="together"):
        label_among("yes", tag="kind", direction=LOWER)
    with pytest.raises(InputError, match="together"):
        score_among(value="x", direction=LOWER)
    with pytest.raises(InputError, match="direction"):
        score_among(direction=Direction.TARGET)
    with pytest.raises(InputError, match="different arms"):
        arm_difference("yes", "a", "a")
    assert label_among("never", direction=LOWER)(Grades.of([Grade("r", "a", Outcome.SCORED, 1.0, "yes")])).notes


@pytest.mark.proof
@pytest.mark.parametrize("rates", [(0.5, 0.5), (0.8, 0.1), (0.95, 0.5)])
def test_the_difference_covers(rates: tuple[float, float]) -> None:
    assert 0.93 <= coverage(rates, 2000) <= 0.98


def test_the_difference_covers_in_small() -> None:
    assert coverage((0.6, 0.2), 200) >= 0.88


def coverage(rates: tuple[float, float], repeats: int) -> float:
    """Share of intervals that hold the true difference: 120 records in both arms, their draws correlated."""
    rng, held, n = np.random.default_rng(5), 0, 120
    measure = arm_difference("yes", "a", "b")
    arm = np.tile(np.array([0, 1], np.int32), n)
    cluster = np.repeat(np.arange(n, dtype=np.int32), 2)
    zero = np.zeros(2 * n, np.int32)
    for _ in range(repeats):
        shared, own = rng.random(n), rng.random((n, 2))
        use = np.where(rng.random((n, 1)) < 0.4, shared[:, None], own)
        label = (use < np.array(rates)).astype(np.int32).ravel()
        found = measure(Grades(cluster, arm, ("a", "b"), zero, label.astype(float), label, ("no", "yes")))
        held += found.low <= rates[0] - rates[1] <= found.high
    return held / repeats
