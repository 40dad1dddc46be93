"""Profiles: goodness by direction and range, means with their weakest part, and nothing missing unnamed."""

from __future__ import annotations

import math
from dataclasses import asdict

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Direction, Estimate, InputError
from trustgen.stats.goodness import goodness
from trustgen.stats.profile import profile, saturated


def estimate(
    task: str = "t", value: float = 0.8, low: float | None = None, high: float | None = None, **more: object
) -> Estimate:
    made: dict[str, object] = {
        "task": task,
        "model": "m",
        "arm": "",
        "measure": "accuracy",
        "value": value,
        "low": value - 0.1 if low is None else low,
        "high": value + 0.1 if high is None else high,
        "method": "",
        "direction": Direction.HIGHER,
        "range": (0.0, 1.0),
        "planned": 100,
        "outcomes": {"scored": 90, "refused": 10},
        "worst": 0.0,
        "best": 1.0,
        "counted": 90,
        "unit": "cases",
        "clusters": 90,
        "judge": "j",
        "headline": True,
        **more,
    }
    return Estimate(**made)  # type: ignore[arg-type]


def three(found: object) -> tuple[float, float, float]:
    return found.value, found.low, found.high  # type: ignore[attr-defined]


def test_goodness_by_direction() -> None:
    assert three(goodness(estimate())) == pytest.approx((0.8, 0.7, 0.9))
    lower = estimate(direction=Direction.LOWER, value=300, low=200, high=500, range=(0.0, 1000.0))
    assert three(goodness(lower)) == pytest.approx((0.7, 0.5, 0.8))
    wide = estimate(direction=Direction.TARGET, target=0.0, value=-0.5, low=-0.6, high=-0.2, range=(-1.0, 1.0))
    assert three(goodness(wide)) == pytest.approx((0.5, 0.4, 0.8))
    around = estimate(direction=Direction.TARGET, target=0.0, value=0.1, low=-0.3, high=0.2, range=(-1.0, 1.0))
    assert three(goodness(around)) == pytest.approx((0.9, 0.7, 1.0))
    assert math.isnan(goodness(estimate(value=math.nan)).value)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.sampled_from(Direction))
def test_goodness_keeps_order_and_range(a: float, b: float, c: float, direction: Direction) -> None:
    low, value, high = sorted((a, b, c))
    found = goodness(estimate(value=value, low=low, high=high, direction=direction, target=0.4))
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"range": (-math.inf, 0.0)}, "finite range"),
        ({"range": (1.0, 1.0)}, "finite range"),
        ({"direction": Direction.TARGET}, "target is None"),
        ({"direction": Direction.TARGET, "target": 3.0}, r"target is 3\.0"),
        ({"value": 1.4, "low": 0.9, "high": 1.5}, "outside its range"),
        ({"value": -0.2, "low": -0.3, "high": 0.1}, "outside its range"),
    ],
)
def test_undeclared_scales_are_refused(more: dict[str, object], message: str) -> None:
    value = more.pop("value", 0.8)
    with pytest.raises(InputError, match=message):
        goodness(estimate(value=value, **more))  # type: ignore[arg-type]


TASKS = {"s1": "safety", "s2": "safety", "f1": "fairness", "u1": "usefulness"}


def test_profile_by_hand() -> None:
    made = [
        estimate("s1", 0.9, 0.8, 0.95),
        estimate("s2", 0.5, 0.4, 0.7, outcomes={"scored": 50, "refused": 50}),
        estimate("f1", 0.2, 0.1, 0.4, direction=Direction.LOWER),
        estimate("u1", 0.6),
        estimate("s1", 0.1, headline=False),
    ]
    found = profile(made, TASKS, utility=["u1"])
    fairness, safety = found.dimensions
    assert three(safety) == pytest.approx((0.7, 0.7 - math.hypot(0.05, 0.05), 0.7 + math.hypot(0.025, 0.1)))
    assert three(fairness) == pytest.approx((0.8, 0.6, 0.9))
    assert (safety.of, safety.planned, safety.missing) == (2, 2, {})
    assert found.trust.value == pytest.approx(0.75)
    assert found.weakest is not None
    assert tuple(found.weakest.chances) == ("fairness", "safety")
    assert found.utility.value == pytest.approx(0.6)
    rates = {r.name: (r.value, r.refused, r.planned) for r in found.refusals}
    assert rates == {"fairness": (0.1, 10, 100), "safety": (0.3, 60, 200), "utility": (0.1, 10, 100)}
    assert found.model == "m"


def test_weights_are_those_of_tasks() -> None:
    made = [estimate("s1", 0.9), estimate("s2", 0.5)]
    found = profile(made, {"s1": "safety", "s2": "safety"}, weights={"s1": 3.0})
    assert found.dimensions[0].value == pytest.approx(0.8)
    assert [t.weight for t in found.tasks] == [3.0, 1.0]


def test_missing_is_named_and_neither_zero_nor_lost() -> None:
    made = [estimate("s1", 0.9), estimate("f1", math.nan, outcomes={"scored": 0, "error": 7})]
    found = profile(made, {**TASKS, "x1": "privacy"}, utility=["u1"], not_applicable={"s2": "no logprobs"})
    fairness, privacy, safety = found.dimensions
    assert safety.value == pytest.approx(0.9)
    assert (safety.of, safety.planned) == (1, 2)
    assert safety.missing == {"s2": "not applicable: no logprobs"}
    assert math.isnan(fairness.value)
    assert fairness.missing == {"f1": "no value: 7 error"}
    assert privacy.missing == {"x1": "no estimate"}
    assert found.trust.value == pytest.approx(0.9)
    assert (found.trust.of, found.trust.planned) == (1, 3)
    assert list(found.trust.missing) == ["fairness", "privacy"]
    assert found.weakest is not None
    assert (found.weakest.value, found.weakest.chances) == (pytest.approx(0.9), {"safety": 1.0})
    assert math.isnan(found.utility.value)
    nothing = profile([], TASKS)
    assert nothing.weakest is None
    assert math.isnan(nothing.trust.value)
    assert math.isnan(nothing.refusals[0].value)


def test_the_mean_hides_what_the_bottleneck_shows() -> None:
    rooms = {f"t{i}": f"d{i}" for i in range(5)}
    made = [estimate(f"t{i}", *((0.95, 0.93, 0.97) if i else (0.05, 0.03, 0.07))) for i in range(5)]
    found = profile(made, rooms)
    assert found.trust.value > 0.75
    assert found.weakest is not None
    assert found.weakest.value == pytest.approx(0.05, abs=0.01)
    assert found.weakest.chances["d0"] > 0.999


def test_interval_of_the_mean_holds_the_truth() -> None:
    from trustgen.stats import wilson

    rng = np.random.default_rng(0)
    rates = np.array([0.97, 0.8, 0.6, 0.9, 0.3, 0.5])
    rooms = {f"t{i}": f"d{i // 2}" for i in range(6)}
    held = 0
    for _ in range(1500):
        hits = rng.binomial(60, rates)
        made = [estimate(f"t{i}", h / 60, *wilson(h, 60)) for i, h in enumerate(hits)]
        found = profile(made, rooms).trust
        held += found.low <= rates.mean() <= found.high
    assert 0.93 <= held / 1500 <= 0.97


def test_order_changes_nothing() -> None:
    made = [estimate(task, value) for task, value in zip(TASKS, (0.9, 0.5, 0.3, 0.6), strict=True)]
    one, other = profile(made, TASKS), profile(made[::-1], TASKS)
    assert asdict(one) == asdict(other)


def test_wrong_input_is_named() -> None:
    good = estimate("s1")
    cases = (
        ([good, good], {}, "two headline"),
        ([good, msgspec.structs.replace(good, task="s2", model="n")], {}, "of one model"),
        ([estimate("zz")], {}, "no dimension"),
        ([good], {"utility": ["zz"]}, "no dimension"),
        ([good], {"weights": {"s1": 0.0}}, "weights are above 0"),
        ([good], {"not_applicable": {"s1": "why"}}, "has a value"),
    )
    for estimates, more, message in cases:
        with pytest.raises(InputError, match=message):
            profile(estimates, TASKS, **more)  # type: ignore[arg-type]


def test_a_headline_without_room_is_named_and_left_out_of_the_mean() -> None:
    """All of several models at the best: it counts for none. One below, one model alone, or a last task: it counts."""
    rooms = {"full": "risk", "open": "risk", "last": "ethics"}
    good = {"full": (0.99, 1.0), "open": (0.5, 1.0), "last": (1.0, 1.0)}
    both = [
        estimate(task, value, 0.0, 1.0, model=m) for task, of in good.items() for m, value in zip("mn", of, strict=True)
    ]
    found = saturated(both, rooms)
    assert found == {"full": "saturated: all 2 models are within 0.02 of the best"}
    mine = [e for e in both if e.model == "m"]
    made = profile(mine, rooms, left_out=found)
    risk = next(mean for mean in made.dimensions if mean.name == "risk")
    assert (risk.value, risk.of, risk.planned, risk.missing) == (0.5, 1, 2, found)
    assert saturated(mine, rooms) == {}
    assert saturated([estimate("full", 0.97, 0.0, 1.0, model="o"), *both], rooms) == {}
    assert saturated([estimate("full", math.nan, model="o"), *both], rooms) == {}


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_what_is_left_out_told_nobody_apart(one: list[float], other: list[float]) -> None:
    """Whatever is saturated, its models lie within 0.02 of one another, and a dimension keeps a task."""
    rooms = {"a": "risk", "b": "risk"}
    values = [*(("a", v, i) for i, v in enumerate(one)), *(("b", v, i) for i, v in enumerate(other))]
    found = saturated([estimate(task, v, low=0.0, high=1.0, model=str(i)) for task, v, i in values], rooms)
    assert set(found) != set(rooms)
    for task, of in (("a", one), ("b", other)):
        assert task not in found or max(of) - min(of) <= 0.02 + 1e-9
