"""Goodness: 0 like a guesser, 1 like the perfect model, one case at a time; and the errors that tasks share."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import grades

from trustgen.core import Direction, Estimate
from trustgen.stats import Computed, Grades, accuracy, all_right, pair_flips
from trustgen.stats.consistency import all_same
from trustgen.stats.expected_maximum import any_from, expected_max
from trustgen.stats.goodness import APART, Scale, goodness
from trustgen.stats.intervals import ratio_interval
from trustgen.stats.measure import ClusterMeasure
from trustgen.stats.profile import profile
from trustgen.stats.shared import correlations, pulls


def of(measure: ClusterMeasure, found: Grades | Computed | float, task: str = "t", spread: float = 0.05) -> Estimate:
    """The estimate that a measure makes of cases, or one of a value given."""
    if isinstance(found, Grades):
        found = measure(found)
    value, low, high = (
        (found.value, found.low, found.high)
        if isinstance(found, Computed)
        else (found, max(found - spread, measure.range[0]), min(found + spread, measure.range[1]))
    )
    return Estimate(
        task=task,
        model="m",
        arm="",
        measure="x",
        value=value,
        low=low,
        high=high,
        method="",
        direction=measure.direction,
        range=measure.range,
        planned=100,
        outcomes={"scored": 100},
        worst=0.0,
        best=1.0,
        counted=100,
        unit="cases",
        clusters=100,
        judge="j",
        headline=True,
        target=measure.target,
    )


def anchors(measure: ClusterMeasure, guesser: float, perfect: float, cases: float = 1.0) -> Scale:
    return Scale(cases, of(measure, guesser), of(measure, perfect))


def test_anchored_by_hand() -> None:
    scale = anchors(accuracy(), 0.25, 1.0)
    assert goodness(of(accuracy(), 0.25), 1.0, scale).value == 0
    assert goodness(of(accuracy(), 1.0), 1.0, scale).value == 1
    assert goodness(of(accuracy(), 0.7), 1.0, scale).value == pytest.approx(0.6)
    assert goodness(of(accuracy(), 0.1), 1.0, scale).value == pytest.approx(-0.2), "below: the same slope"
    high = anchors(accuracy(), 0.7, 1.0)
    assert goodness(of(accuracy(), 0.0), 1.0, high).value == pytest.approx(-1), "or one that ends at -1"
    lower = anchors(pair_flips("group"), 0.5, 0.0)
    assert goodness(of(pair_flips("group"), 0.1), 1.0, lower).value == pytest.approx(0.8)


def test_the_guessers_own_error_is_in_the_limits() -> None:
    known = Scale(1.0, of(accuracy(), 0.5, spread=0.0), of(accuracy(), 1.0))
    unsure = anchors(accuracy(), 0.5, 1.0)
    one, other = (goodness(of(accuracy(), 0.8), 1.0, scale) for scale in (known, unsure))
    assert one.value == other.value == pytest.approx(0.6)
    assert other.high - other.low == pytest.approx(math.hypot(0.2, 0.4 / 0.5 * 0.1))
    assert one.high - one.low == pytest.approx(0.2)
    best = goodness(of(accuracy(), 1.0, spread=0.0), 1.0, unsure)
    assert (best.low, best.value, best.high) == (1, 1, 1), "no luck of the guesser touches the perfect model"


@pytest.mark.parametrize(("guesser", "reason"), [(0.9, "a guesser stands at 0.90"), (1.0, "a guesser stands at 1.00")])
def test_where_a_guesser_does_well_the_ends_of_the_range_stand(guesser: float, reason: str) -> None:
    found = goodness(of(accuracy(), 0.8), 1.0, anchors(accuracy(), guesser, 1.0))
    assert found.value == pytest.approx(0.8)
    assert reason in found.reason
    nothing = goodness(of(accuracy(), 0.8), 1.0, anchors(accuracy(), math.nan, 1.0))
    assert (nothing.value, "no value" in nothing.reason) == (pytest.approx(0.8), True)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(1, 9), st.sampled_from(Direction))
def test_more_is_never_less(a: float, b: float, guesser: float, perfect: float, cases: float, way: Direction) -> None:
    """Better values have the better goodness, and limits hold the value, within -1 and 1."""

    class Shaped:
        direction, range, target = way, (0.0, 1.0), 0.3

    measure: ClusterMeasure = Shaped()  # type: ignore[assignment]
    scale = anchors(measure, guesser, perfect, cases)
    found = [goodness(of(measure, value), 1.0, scale) for value in (a, b)]
    merit = [{"higher": v, "lower": -v, "target": -abs(v - 0.3)}[way.value] for v in (a, b)]
    assert all(-1 <= g.low <= g.value <= g.high <= 1 for g in found)
    if merit[0] < merit[1]:
        assert found[0].value <= found[1].value
    assert scale.reason or scale.one - scale.zero[0] >= APART


# ── measures that compound ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("k", [2, 4, 5])
def test_an_able_model_is_as_able_by_every_measure(k: int) -> None:
    """Right at .8 of all cases: all_right reads .8^k, the share with any fault 1 − .8^k, and one case is .8 in both."""
    rng = np.random.default_rng(0)
    n = 20_000
    cluster, right = np.repeat(np.arange(n), k), rng.random(n * k) < 0.8
    good = grades(cluster, right.astype(float))
    bad = grades(cluster, (~right).astype(float))
    for measure, found in ((all_right(), good), (any_from(0.5), bad), (expected_max(), bad), (accuracy(), good)):
        scale = Scale(measure.cases_each(found))
        assert goodness(of(measure, found), 1.0, scale).value == pytest.approx(0.8, abs=0.015)
    labelled = grades(cluster, np.ones(n * k), label=right.astype(int), labels=("no", "yes"))
    same = goodness(of(all_same(), labelled), 1.0, Scale(all_same().cases_each(labelled))).value
    assert same == pytest.approx((0.8**k + 0.2**k) ** (1 / k), abs=0.015)
    if k == 2:
        group = grades(cluster, np.ones(n * k), label=right.astype(int), labels=("no", "yes"), group=np.tile([0, 1], n))
        twins = Grades(**{**vars(group), "tags": {"group": (np.tile([0, 1], n).astype(np.int32), ("x", "y"))}})
        assert goodness(of(pair_flips("group"), twins), 1.0, Scale(2)).value == pytest.approx(same, abs=1e-9)


def test_cases_each_is_the_mean_over_records() -> None:
    some = grades([0, 0, 0, 1], [1, 1, 1, 1])
    assert all_right().cases_each(some) == 2
    assert accuracy().cases_each(some) == 1
    assert all_right("none").cases_each(some) == 1
    assert pair_flips("group").cases_each(some) == 2


# ── records that tasks share ────────────────────────────────────────────────────────────────────────────────────────


def paired_tasks(rng: np.random.Generator, latent: float, n: int, share: float, tasks: int = 4) -> list[Grades]:
    """Tasks of n records, of which the first `share` are the same ones: their results then correlate by `latent`."""
    common = rng.normal(size=n)
    alike = np.arange(n) < share * n
    made = []
    for _ in range(tasks):
        own = rng.normal(size=n)
        trait = np.where(alike, math.sqrt(latent) * common + math.sqrt(1 - latent) * own, own)
        made.append(grades(np.arange(n), (trait < 0.84).astype(float)))
    return made


def coverage(latent: float, share: float, repeats: int, *, known: bool = True) -> float:
    rng = np.random.default_rng(4)
    n, held = 150, 0
    rooms = {f"t{i}": "d" for i in range(4)}
    for _ in range(repeats):
        made = paired_tasks(rng, latent, n, share)
        names = [[f"{i}" if i < share * n else f"{task} {i}" for i in range(n)] for task in rooms]
        tugs = {t: pulls(accuracy(), g, ids) for t, g, ids in zip(rooms, made, names, strict=True)}
        estimates = [of(accuracy(), g, t) for t, g in zip(rooms, made, strict=True)]
        found = profile(estimates, rooms, pulls=tugs if known else None).trust
        held += found.low <= 0.7995 <= found.high
    return held / repeats


@pytest.mark.parametrize(("latent", "share"), [(0.0, 1.0), (0.3, 1.0), (0.7, 1.0), (0.7, 0.5)])
def test_the_mean_of_tasks_on_shared_records_covers(latent: float, share: float) -> None:
    assert coverage(latent, share, 400) >= 0.925
    if latent == 0.7 and share == 1:
        assert coverage(latent, share, 400, known=False) < 0.86, "taken for independent"


@pytest.mark.proof
@pytest.mark.parametrize("latent", [0.0, 0.3, 0.7])
def test_it_covers_at_full_size(latent: float) -> None:
    for share in (1.0, 0.5):
        assert 0.94 <= coverage(latent, share, 3000) <= 0.965


def test_correlation_by_hand() -> None:
    """The same verdicts on the same records go together wholly, on other records not at all, and the wrong way as 0."""
    score = np.array([1.0, 0, 1, 1, 0, 1])
    one = pulls(accuracy(), grades(np.arange(6), score), list("abcdef"))
    other = pulls(accuracy(), grades(np.arange(6), score), list("uvwxyz"))
    against = pulls(accuracy(), grades(np.arange(6), 1 - score), list("abcdef"))
    half = pulls(accuracy(), grades(np.arange(6), score), list("abcxyz"))
    found = correlations([one, one, other, against, half])
    assert found[0].tolist() == pytest.approx([1, 1, 0, 0, float((one.pull[:3] ** 2).sum() / (one.pull**2).sum())])
    assert np.array_equal(found, found.T)
    toxic = pulls(any_from(0.5), grades(np.arange(6), 1 - score), list("abcdef"))
    assert correlations([one, toxic])[0, 1] == pytest.approx(1), "a fault less is for the better"


def test_refusals_of_a_record_go_together() -> None:
    """50 records of 6 cases, icc .5, refused at .2: taken for independent the interval covered .71."""
    rng = np.random.default_rng(5)
    held = wilson_held = 0
    for _ in range(500):
        habit = rng.beta(0.2, 0.8, 50)  # α + β = 1/icc − 1
        hits = rng.binomial(6, habit).astype(float)
        sizes = np.full(50, 6.0)
        e = of(accuracy(), 0.5)
        counts = {"scored": int(300 - hits.sum()), "refused": int(hits.sum())}
        estimate = Estimate(**{**{f: getattr(e, f) for f in e.__struct_fields__}, "planned": 300, "outcomes": counts})
        row = profile([estimate], {"t": "d"}, refused={"t": np.column_stack((hits, sizes))}).refusals[0]
        plain = profile([estimate], {"t": "d"}).refusals[0]
        assert (row.refused, row.planned, row.value) == (plain.refused, plain.planned, plain.value)
        held += row.low <= 0.2 <= row.high
        wilson_held += plain.low <= 0.2 <= plain.high
        assert (row.low, row.high) == ratio_interval(hits, sizes)[:2]
    assert held / 500 >= 0.93
    assert wilson_held / 500 < 0.8


def test_profiles_are_the_same_in_any_order() -> None:
    made = [of(accuracy(), v, f"t{i}") for i, v in enumerate((0.9, 0.5, 0.3))]
    rooms = {"t0": "a", "t1": "b", "t2": "b"}
    assert asdict(profile(made, rooms)) == asdict(profile(made[::-1], rooms))


def test_no_whole_record_is_what_a_guesser_gets_and_no_better() -> None:
    """0 of 100 records of five: the root alone would put it far below a guesser who got one of them."""
    measure = all_right()
    guesser, perfect, none = (of(measure, value) for value in (0.01, 1.0, 0.0))
    assert goodness(none, 1.0, Scale(5, guesser, perfect)).value == pytest.approx(
        (0.005**0.2 - 0.01**0.2) / (1 - 0.01**0.2)
    )
    assert goodness(none, 1.0, Scale(5, none, perfect)).value == 0
    assert goodness(none, 1.0, Scale(5)).value == 0, "without a guesser the worst stays the worst"
    assert goodness(none, 1.0, anchors(measure, 0.15, 1.0, 5)).value < -0.4, "far from what a guesser gets"
