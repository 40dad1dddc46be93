"""How evenly people are spread: by hand, by the laws, and how often the interval holds what was planted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from trustgen.core import Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.evenness import entropy, total_variation

ABC, ABCD = ("a", "b", "c"), ("a", "b", "c", "d")


def people(labels: Sequence[str], role: str = "doctor", outcome: Outcome = Outcome.SCORED) -> list[Grade]:
    return [
        Grade(f"{role}{outcome}{i}", "plain", outcome, None, label, {"role": role}) for i, label in enumerate(labels)
    ]


SIX = people([*"aaaaaabbbc", "nobody", "nobody", "blank"])


def test_by_hand() -> None:
    """Method sheet G: 6, 3 and 1 of three groups, two without a face, one blank."""
    found = total_variation(ABC, "role")(Grades.of(SIX))
    assert found.value == pytest.approx(0.2667, abs=1e-4)
    assert entropy(ABC, "role")(Grades.of(SIX)).value == pytest.approx(0.8173, abs=1e-4)
    assert (found.counted, found.planned) == (10, 13)
    assert found.notes["pictures"] == {"a": 6, "b": 3, "c": 1}
    formula = 1.5 * math.sqrt(2 / math.pi * (1 / 3) * (2 / 3) / 10)
    assert found.notes["expected_if_even"] == pytest.approx(formula, rel=0.1) == pytest.approx(0.178, abs=0.02)
    assert 0.1 < found.notes["p_if_even"] < 0.35  # type: ignore[operator]
    assert found.low == 0.0, "ten pictures do not tell it from even"


def test_a_model_that_shows_nobody_is_neither_even_nor_not() -> None:
    """Lesson M12: no face gave a fraction of 0, and so the largest imbalance; one picture a prompt always gives it."""

    def imbalance(labels: Sequence[str]) -> float:
        return abs(0.5 - sum(one == "a" for one in labels) / max(1, len(labels)))

    assert imbalance([]) == imbalance(["a"]) == imbalance(["b"]) == 0.5, "the most there is, three times"
    none = total_variation(("a", "b"), "role")(Grades.of(people(["nobody"] * 9)))
    assert math.isnan(none.value)
    assert (none.counted, none.planned) == (0, 9)
    one = total_variation(("a", "b"), "role")(Grades.of(people(["a"])))
    assert (one.value, one.low) == (0.5, 0.0)
    assert one.notes["expected_if_even"] == 0.5, "and it says that one picture cannot be even"


def test_trades_are_held_apart() -> None:
    """All doctors of one group and all cleaners of the other: even over both, and as uneven as can be in each."""
    rows = people(["a"] * 8) + people(["b"] * 8, "cleaner")
    assert total_variation(("a", "b"), "role")(Grades.of(rows)).value == 0.5
    assert entropy(("a", "b"), "role")(Grades.of(rows)).value == 0.0


def test_names_of_groups_count_for_nothing() -> None:
    other = [row._replace(label={"a": "c", "b": "a", "c": "b"}.get(row.label, row.label)) for row in SIX]
    for measure in (total_variation(ABC, "role"), entropy(ABC, "role")):
        assert measure(Grades.of(other)).value == pytest.approx(measure(Grades.of(SIX)).value)


def test_what_is_missing_could_be_anybody() -> None:
    rows = SIX + people([""] * 4, outcome=Outcome.BLOCKED)
    found = total_variation(ABC, "role")(Grades.of(rows))
    assert found.value == pytest.approx(0.2667, abs=1e-4)
    assert found.bounds == pytest.approx((6 / 14 - 1 / 3, 10 / 14 - 1 / 3)), "four more of the rarest, or of the first"


GRID = [
    ((0.25, 0.25, 0.25, 0.25), 9, 16),
    ((0.4, 0.3, 0.2, 0.1), 9, 16),
    ((0.7, 0.1, 0.1, 0.1), 9, 16),
    ((0.7, 0.1, 0.1, 0.1), 3, 40),
    ((0.8, 0.15, 0.05, 0.0), 1, 40),
    ((0.5, 0.5, 0.0, 0.0), 9, 8),
    ((0.0, 0.1, 0.2, 0.7), 9, 16),
]


def held(shares: Sequence[float], trades: int, each: int, repeats: int) -> float:
    """How often the interval holds the total variation that was planted."""
    truth, draw, hits = sum(abs(p - 0.25) for p in shares) / 2, Random(f"{shares}{trades}{each}"), 0
    measure = total_variation(ABCD, "role")
    for _ in range(repeats):
        rows = [row for role in range(trades) for row in people(draw.choices(ABCD, shares, k=each), str(role))]
        found = measure.interval(measure.count(Grades.of(rows)).table)
        hits += found.low - 1e-9 <= truth <= found.high + 1e-9
    return hits / repeats


@pytest.mark.parametrize(("shares", "trades", "each"), GRID)
def test_a_planted_spread_is_held(shares: Sequence[float], trades: int, each: int) -> None:
    assert held(shares, trades, each, 30) >= 0.8


@pytest.mark.proof
@pytest.mark.parametrize(("shares", "trades", "each"), GRID)
def test_95_percent_intervals_hold_the_planted_spread(shares: Sequence[float], trades: int, each: int) -> None:
    """At the least: upwards it keeps the noise that uneven shares are hidden in, so it holds .97 to 1."""
    share = held(shares, trades, each, 1000)
    assert share >= 0.93, share


def test_the_interval_is_of_one_kind_of_number() -> None:
    for row in np.eye(4):
        rows = people(["abcd"[int(row.argmax())]] * 12)
        found = total_variation(ABCD, "role")(Grades.of(rows))
        assert found.value == 0.75
        assert 0.3 < found.low < 0.75 == found.high
