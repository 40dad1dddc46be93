"""The threshold: the lowest level of gain at which a record's label is given."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trustgen.core import InputError, Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.thresholds import threshold

ARMS = ("gain_0", "gain_1", "gain_2", "gain_3")
MEASURE = threshold("bad", ARMS)


def rows(*records: str) -> Grades:
    """A record a word, a letter a level: `b` is bad, `k` kept, `?` not scored, `-` not asked."""
    ends = {"b": (Outcome.SCORED, 0.0, "bad"), "k": (Outcome.SCORED, 1.0, "kept"), "?": (Outcome.UNPARSED, None, "")}
    return Grades.of(
        Grade(str(i), arm, *ends[letter])
        for i, record in enumerate(records)
        for arm, letter in zip(ARMS, record, strict=True)
        if letter != "-"
    )


@pytest.mark.parametrize(
    ("records", "value", "bounds"),
    [
        (("kkkk",), 4.0, (4.0, 4.0)),
        (("bbbb",), 0.0, (0.0, 0.0)),
        (("kkbb",), 2.0, (2.0, 2.0)),
        (("kbkk",), 1.0, (1.0, 1.0)),  # once is enough
        (("kkbb", "kkkk"), 3.0, (3.0, 3.0)),
        (("kkbb", "k?kk"), 2.0, (1.5, 3.0)),  # the other may be had at 1, or never
        (("kkbb", "kb?k"), 2.0, (1.5, 1.5)),  # whatever was missing, it was had at 1
        (("kkbb", "bbb-"), 2.0, (2.0, 2.0)),  # not asked at every level
    ],
)
def test_it_is_the_lowest_level_of_each_record(
    records: tuple[str, ...], value: float, bounds: tuple[float, float]
) -> None:
    found = MEASURE(rows(*records))
    assert found.value == value
    assert found.bounds == bounds
    assert found.low <= found.value <= found.high
    assert found.planned == sum(found.outcomes.values())


def test_the_share_that_is_never_had_is_noted() -> None:
    assert MEASURE(rows("kkkk", "kkbb", "bbbb", "kkkk")).notes["never"] == 0.5
    assert math.isnan(MEASURE(rows("kkk?")).value)
    assert math.isnan(MEASURE(rows("kkk-")).value)


def test_the_order_of_levels_is_that_of_the_arms() -> None:
    """From the other end, the lowest level is another one."""
    assert threshold("bad", ARMS[::-1])(rows("bkkb")).value == 0.0
    assert threshold("bad", ARMS[::-1])(rows("bkkk")).value == 3.0


def test_the_interval_covers() -> None:
    """400 worlds of 30 records, each had from a drawn level on: the mean of the levels drawn from is 2.2."""
    rng, held = np.random.default_rng(3), 0
    for _ in range(400):
        levels = rng.choice(5, size=30, p=[0.1, 0.2, 0.3, 0.2, 0.2])
        found = MEASURE(rows(*("k" * level + "b" * (4 - level) for level in levels)))
        held += found.low <= 2.2 <= found.high
    assert held / 400 >= 0.92


@pytest.mark.parametrize("arms", [(), ("one",), ("one", "one")])
def test_what_is_no_ladder_is_refused(arms: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="two levels"):
        threshold("bad", arms)
