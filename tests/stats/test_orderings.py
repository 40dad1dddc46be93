"""Orders of ratings: what listing the pairs gives, who stands where, and effects that were planted."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stats_rows import pair_outcome, slow_pairs

from trustgen.core import OUTCOMES, InputError, Outcome
from trustgen.stats import ClusterMeasure, Grade, Grades
from trustgen.stats.orderings import misordered, rise, tied

SIDES = {"above": 1, "below": -1}
WRONG, ALIKE = misordered("control", ("x", "y"), "order"), tied("control", ("x", "y"), "order")
RISE = rise("control", "x", "order")


def row(cluster: str, arm: str, score: float | Outcome, order: str = "") -> Grade:
    """A case rated so, or ended so."""
    tags = {"order": order} if order else {}
    if isinstance(score, Outcome):
        return Grade(cluster, arm, score, tags=tags)
    return Grade(cluster, arm, Outcome.SCORED, score, "l", tags)


def rows(missing: bool = True) -> st.SearchStrategy[list[Grade]]:
    """Rows of a few clusters."""
    score = st.sampled_from((0.0, 0.25, 0.5, 1.0))
    return st.lists(
        st.builds(
            row,
            cluster=st.sampled_from("rst"),
            arm=st.sampled_from(("control", "x", "y", "elsewhere")),
            score=score | st.sampled_from(OUTCOMES[1:]) if missing else score,
            order=st.sampled_from(("above", "below", "")),
        ),
        max_size=9,
    )


def listed(of: list[Grade], arms: str = "xy") -> list[tuple[Grade, Grade]]:
    """The pairs, one by one: the control first."""
    found = slow_pairs(of, lambda a, b: {a.arm, b.arm} & {"control"} != set() and a.arm != b.arm)
    pairs = [(a, b) if a.arm == "control" else (b, a) for a, b in found]
    return [(a, b) for a, b in pairs if b.arm in arms and b.tags.get("order")]


def rises(of: list[Grade], arms: str = "xy") -> list[float]:
    """How far each pair rose towards the side that is due."""
    return [SIDES[b.tags["order"]] * (float(b.score or 0) - float(a.score or 0)) for a, b in listed(of, arms)]


def mean(of: list[float]) -> float:
    """The mean, `nan` of none."""
    return sum(of) / len(of) if of else math.nan


@given(of=rows(missing=False))
def test_the_values_are_what_listing_the_pairs_gives(of: list[Grade]) -> None:
    grades, found = Grades.of(of), rises(of)
    assert WRONG(grades).value == pytest.approx(mean([(r < 0) + (r == 0) / 2 for r in found]), nan_ok=True)
    assert ALIKE(grades).value == pytest.approx(mean([float(r == 0) for r in found]), nan_ok=True)
    assert RISE(grades).value == pytest.approx(mean(rises(of, "x")), nan_ok=True)


@given(of=rows())
def test_every_planned_pair_ends_once(of: list[Grade]) -> None:
    ended = [pair_outcome(a, b).value for a, b in listed(of)]
    tally = WRONG(Grades.of(of)).outcomes
    assert {k: n for k, n in tally.items() if n} == {k: ended.count(k) for k in set(ended)}


@given(of=rows())
def test_turning_every_order_turns_the_value(of: list[Grade]) -> None:
    other = {"above": "below", "below": "above"}
    turned = [r._replace(tags={"order": other[r.tags["order"]]}) if r.tags else r for r in of]
    one, two = Grades.of(of), Grades.of(turned)
    assert WRONG(two).value == pytest.approx(1 - WRONG(one).value, nan_ok=True)
    assert RISE(two).value == pytest.approx(-RISE(one).value, nan_ok=True)
    assert ALIKE(two).value == pytest.approx(ALIKE(one).value, nan_ok=True)


def rated(says, n: int = 400) -> Grades:  # type: ignore[no-untyped-def]
    """A control and two changed cases a cluster, rated by their worth."""
    draw, made = Random(1), []
    for i in range(n):
        worth, side = draw.uniform(0.3, 0.7), draw.choice(("above", "below"))
        made.append(row(f"r{i}", "control", says(worth, draw)))
        for arm, step in (("x", 0.2), ("y", 0.05)):
            made.append(row(f"r{i}", arm, says(worth + SIDES[side] * step, draw), side))
    return Grades.of(made)


def test_who_stands_where() -> None:
    exact = rated(lambda worth, _: worth)
    assert (WRONG(exact).value, ALIKE(exact).value) == (0, 0)
    assert WRONG(rated(lambda worth, _: 1 - worth)).value == 1
    one = rated(lambda *_: 0.5)
    assert (WRONG(one).value, ALIKE(one).value, RISE(one).value) == (0.5, 1, 0)
    guess = WRONG(rated(lambda _, draw: draw.choice((0.0, 0.5, 1.0))))
    assert guess.low < 0.5 < guess.high


def test_a_planted_effect_is_found_within_its_interval() -> None:
    found = RISE(rated(lambda worth, draw: min(max(worth + draw.gauss(0, 0.05), 0), 1)))
    assert found.low < 0.2 < found.high
    assert found.high - found.low < 0.03
    few = rise("control", "y", "order")(rated(lambda worth, draw: min(max(worth + draw.gauss(0, 0.05), 0), 1)))
    assert few.low < 0.05 < few.high


def test_a_missing_pair_may_have_moved_by_all_of_the_scale() -> None:
    one = [row("r", "control", 0.5), row("r", "x", 0.75, "above")]
    found = RISE(Grades.of([*one, row("s", "control", 0.5), row("s", "x", Outcome.REFUSED, "above")]))
    assert (found.value, found.bounds) == (0.25, (-0.375, 0.625))
    assert WRONG(Grades.of(one)).bounds == (0, 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: misordered("", ("x",), "order"),
        lambda: misordered("control", (), "order"),
        lambda: tied("control", ("control",), "order"),
        lambda: rise("control", "", "order"),
        lambda: rise("control", "x", ""),
    ],
)
def test_what_is_not_named_is_an_error(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="name all three"):
        _: ClusterMeasure = make()
