"""How far two arms lie apart: by hand, by the laws, with what chance alone gives, and how often the interval holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Direction, InputError, Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.arm_differences import arm_difference
from trustgen.stats.arm_distances import arm_distance

ABCD = ("a", "b", "c", "d")
MEASURE = arm_distance(ABCD, of="ill", less="well")


def pairs(ill: Sequence[str], well: Sequence[str]) -> list[Grade]:
    """Records with a label in each arm; "-" was not scored."""
    return [
        Grade(f"r{at}", arm, *((Outcome.BLOCKED, None, "") if label == "-" else (Outcome.SCORED, None, label)))
        for at, both in enumerate(zip(ill, well, strict=True))
        for arm, label in zip(("ill", "well"), both, strict=True)
    ]


def test_by_hand() -> None:
    """Eight pairs: 1, 1, 2, 4 of the groups against 4, 2, 1, 1."""
    found = MEASURE(Grades.of(pairs("abccdddd", "aaaabbcd")))
    assert found.value == pytest.approx((3 + 1 + 1 + 3) / 2 / 8)
    assert (found.counted, found.unit, found.bounds) == (8, "pairs", (0.5, 0.5))
    assert found.notes["pairs"] == {"ill": {"a": 1, "b": 1, "c": 2, "d": 4}, "well": {"a": 4, "b": 2, "c": 1, "d": 1}}
    rate = arm_difference(("c", "d"), "ill", "well", direction=Direction.TARGET, among=ABCD)
    assert rate(Grades.of(pairs("abccdddd", "aaaabbcd"))).value == pytest.approx(6 / 8 - 2 / 8)
    assert (rate.target, rate.range) == (0.0, (-1.0, 1.0))


def test_who_is_of_no_group_is_in_no_pair() -> None:
    """A model that shows nobody in one arm has no distance, and no share of anybody that falls by it."""
    rows = pairs(["a", "a", "nobody", "nobody"], [*"aaab"])
    found = MEASURE(Grades.of(rows))
    assert (found.value, found.counted, found.planned) == (0.0, 2, 4)
    rate = arm_difference("a", "ill", "well", direction=Direction.TARGET, among=ABCD)
    assert rate(Grades.of(rows)).value == pytest.approx(2 / 2 - 3 / 4)
    assert math.isnan(MEASURE(Grades.of(pairs(["nobody"] * 3, [*"abc"]))).value)


def test_arms_that_change_places_are_counted_one_by_one() -> None:
    """The mean and the chance in the notes, against all 64 ways in which six records' arms can change places."""
    ill, well = "aabbcd", "bcabdd"
    ways = [
        [(i, w) if keep else (w, i) for keep, i, w in zip(signs, ill, well, strict=True)]
        for signs in product((True, False), repeat=6)
    ]
    values = [sum(abs(sum(i == g for i, _ in way) - sum(w == g for _, w in way)) for g in ABCD) / 12 for way in ways]
    found = MEASURE(Grades.of(pairs(ill, well)))
    assert found.notes["expected_if_changed"] == pytest.approx(sum(values) / 64, abs=0.02)
    as_much = sum(value >= found.value - 1e-9 for value in values) / 64
    assert found.notes["p_if_changed"] == pytest.approx(as_much, abs=0.05)


def test_what_both_arms_share_is_no_distance_and_no_noise() -> None:
    """A model that shows the same person in both arms has no noise either; one that draws anew has."""
    draw = Random(1)
    same, other = (draw.choices(ABCD, k=72) for _ in range(2))
    alike, drawn = (MEASURE(Grades.of(pairs(same, well))) for well in (same, other))
    assert (alike.value, alike.low, alike.notes["expected_if_changed"]) == (0.0, 0.0, 0.0)
    assert drawn.notes["expected_if_changed"] == pytest.approx(2 * math.sqrt(2 / math.pi * 3 / 8 / 72), abs=0.02)
    assert drawn.low == 0.0
    assert drawn.notes["p_if_changed"] > 0.05  # type: ignore[operator]


def test_a_shift_of_72_pairs_is_told_from_chance() -> None:
    draw = Random(2)
    ill, well = draw.choices(ABCD, (1, 2, 3, 4), k=72), draw.choices(ABCD, (4, 3, 2, 1), k=72)
    found = MEASURE(Grades.of(pairs(ill, well)))
    assert found.low > 0.1
    assert found.low < 0.4 < found.high
    assert found.notes["p_if_changed"] == 0.0


def test_a_pair_that_is_missing_could_be_of_anybody() -> None:
    found = MEASURE(Grades.of(pairs("dd-a", "aaa-")))
    assert (found.value, found.counted, found.planned) == (1.0, 2, 4)
    assert found.bounds == pytest.approx((0.0, 1.0))
    found = MEASURE(Grades.of(pairs("aaaadd--", "aaaaaaaa")))
    assert found.bounds == pytest.approx((0.0, 4 / 8))
    settled = MEASURE(Grades.of(pairs(["a", "b", "nobody"], ["a", "b", "-"])))
    assert settled.bounds == (0.0, 0.0), "with nobody in one arm the pair is lost, whatever the other was"


@given(rows=st.lists(st.tuples(st.sampled_from(ABCD), st.sampled_from(ABCD)), min_size=1, max_size=9))
def test_laws(rows: list[tuple[str, str]]) -> None:
    """Names of groups, and which arm is called which, count for nothing; the distance is that of the worst set."""
    ill, well = (list(side) for side in zip(*rows, strict=True))
    found = MEASURE(Grades.of(pairs(ill, well)))
    assert MEASURE(Grades.of(pairs(well, ill))).value == pytest.approx(found.value)
    renamed = dict(zip(ABCD, "cadb", strict=True))
    assert MEASURE(Grades.of(pairs([renamed[x] for x in ill], [renamed[x] for x in well]))).value == pytest.approx(
        found.value
    )
    sets = [[g for g, keep in zip(ABCD, of, strict=True) if keep] for of in product((True, False), repeat=4)]
    most = max(sum(x in of for x in ill) - sum(x in of for x in well) for of in sets) / len(rows)
    assert found.value == pytest.approx(most)


def test_one_arm_has_no_distance_to_itself() -> None:
    with pytest.raises(InputError, match="two different arms"):
        arm_distance(ABCD, of="ill", less="ill")


EVEN = (0.25, 0.25, 0.25, 0.25)
GRID: list[tuple[Sequence[float], Sequence[float], float, int]] = [
    # shares in the one arm, in the other, how many records show the same in both, records
    (EVEN, EVEN, 0.0, 72),
    ((0.7, 0.1, 0.1, 0.1), (0.7, 0.1, 0.1, 0.1), 0.0, 72),
    ((0.1, 0.2, 0.3, 0.4), EVEN, 0.0, 72),
    ((0.15, 0.25, 0.25, 0.35), EVEN, 0.0, 144),
    ((0.1, 0.2, 0.3, 0.4), (0.4, 0.3, 0.2, 0.1), 0.0, 36),
    ((0.1, 0.2, 0.3, 0.4), (0.4, 0.3, 0.2, 0.1), 0.0, 72),
    ((0.1, 0.2, 0.3, 0.4), (0.4, 0.3, 0.2, 0.1), 0.6, 72),
    ((0.1, 0.1, 0.1, 0.7), (0.7, 0.1, 0.1, 0.1), 0.0, 72),
    ((0.0, 0.0, 0.7, 0.3), (0.0, 0.0, 0.5, 0.5), 0.0, 72),
]


def held(ill: Sequence[float], well: Sequence[float], same: float, n: int, repeats: int) -> float:
    """How often the interval holds the distance that was planted."""
    truth, rng, hits = (1 - same) * sum(abs(p - q) for p, q in zip(ill, well, strict=True)) / 2, _rng(ill, n), 0
    for _ in range(repeats):
        other = rng.choice(4, n, p=well)
        one = np.where(rng.random(n) < same, other, rng.choice(4, n, p=ill))
        found = MEASURE.interval(np.hstack((np.eye(4)[one], np.eye(4)[other])))
        hits += found.low - 1e-9 <= truth <= found.high + 1e-9
    return hits / repeats


def _rng(shares: Sequence[float], n: int) -> np.random.Generator:
    return np.random.default_rng([n, *(round(100 * share) for share in shares)])


@pytest.mark.parametrize(("ill", "well", "same", "n"), GRID)
def test_a_planted_distance_is_held(ill: Sequence[float], well: Sequence[float], same: float, n: int) -> None:
    assert held(ill, well, same, n, 40) >= 0.85


@pytest.mark.proof
@pytest.mark.parametrize(("ill", "well", "same", "n"), GRID)
def test_95_percent_intervals_hold_the_planted_distance(
    ill: Sequence[float], well: Sequence[float], same: float, n: int
) -> None:
    """Where no arm differs the lower limit alone can err, so it is .975 and more there; few pairs hold more too."""
    share = held(ill, well, same, n, 1000)
    assert 0.93 <= share <= 0.995, share
