"""Equating: a planted difference in difficulty is found, the stated error is real, and a share stays a share."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import InputError
from trustgen.stats import Scores, equate
from trustgen.stats.equating import SLOPES

HARDER = 0.6  # edition B's questions are this much harder for everybody, in log-odds
SPREAD = 0.6  # standard deviation of the difficulty of questions
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)


def shares(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def on_average(right: float) -> float:
    """The share of questions of every difficulty that a model has right, if it has `right` of the middling ones."""
    return float((shares(math.log(right / (1 - right)) + SPREAD * NODES) * WEIGHTS).sum() / WEIGHTS.sum())


def world(
    rng: np.random.Generator,
    here: list[float],
    there: list[float],
    same: int = 0,
    n: int = 200,
    anchors: int = 60,
    harder: float = HARDER,
) -> tuple[Scores, Scores]:
    """Editions A and B answered by models who have these shares of A's middling questions right.

    The first `same` of `there` are those of `here`.
    """

    def answers(abilities: list[float], difficulty: np.ndarray) -> np.ndarray:
        right = np.array(abilities)
        p = shares(np.log(right / (1 - right)) - difficulty[:, None])
        return (rng.random(p.shape) < p).astype(float)

    def items(n: int, mean: float) -> np.ndarray:
        return rng.normal(mean, SPREAD, n)

    names_a = tuple(f"a{i}" for i in range(len(here)))
    names_b = tuple(names_a[i] if i < same else f"b{i}" for i in range(len(there)))
    block = items(anchors, 0.2)
    a = Scores(names_a, answers(here, items(n, 0.0)), answers(here, block))
    b = Scores(names_b, answers(there, items(n, harder)), answers(there, block))
    return a, b


def single(here: np.ndarray, there: np.ndarray, links: int) -> tuple[Scores, Scores]:
    """Two editions without an anchor block whose first `links` models are the same."""
    names = [f"m{i}" for i in range(there.shape[1])]
    blocks = [np.empty((0, t.shape[1])) for t in (here, there)]
    return Scores(tuple(names[:links]), here, blocks[0]), Scores(tuple(names), there, blocks[1])


def rates(*shares: float, n: int = 200, seed: int = 0) -> np.ndarray:
    """Right and wrong of models that have exactly these shares right, in an order of their own."""
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.permutation((np.arange(n) < round(s * n)).astype(float)) for s in shares])


@pytest.mark.parametrize("worlds", [60, pytest.param(600, marks=pytest.mark.proof)])
@pytest.mark.parametrize(
    ("here", "there", "same", "method"),
    [
        ([0.5], [0.6], 0, "chained equating of log-odds, by the mean"),
        ([0.5], [0.5, 0.7], 1, "single group equating of log-odds, by the mean"),
        ([0.35, 0.5, 0.75], [0.4, 0.6, 0.8], 0, "of the slope seen"),
        ([0.35, 0.5, 0.75], [0.35, 0.5, 0.75, 0.6], 3, "of the slope seen"),
    ],
)
def test_a_planted_difference_is_found_and_the_error_is_honest(
    here: list[float], there: list[float], same: int, method: str, worlds: int
) -> None:
    """What the last model of B would score on A is covered 95 times in 100, and is met on average."""
    truth = on_average(there[-1])
    covered, errors = 0, []
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        found = equate(*world(rng, here, there, same))
        assert method in found.method
        last = found.equated[-1]
        covered += last.low <= truth <= last.high
        errors.append(last.value - truth)
    print(f"\n{here} and {there}, {same} the same: covered {100 * covered / worlds:.1f}", end="")
    room = 2.6 * math.sqrt(0.95 * 0.05 / worlds)  # Monte-Carlo error, 99 %
    assert abs(np.mean(errors)) < 0.003 + 3 * np.std(errors) / math.sqrt(worlds)
    assert 0.93 - room <= covered / worlds <= 0.98 + room


def test_links_that_lie_close_leave_a_share() -> None:
    """Links at .60, .61, .62 that were at .60, .66, .72 elsewhere: a slope of 5 made a model of .80 one of 1.80."""
    for n in (100, 200, 1000):
        found = equate(*single(rates(0.6, 0.66, 0.72, n=n, seed=1), rates(0.6, 0.61, 0.62, 0.8, n=n, seed=2), 3))
        new = found.equated[-1]
        assert new.raw == pytest.approx(0.8)
        assert 0 < new.low < 0.85 < new.high < 1
        assert new.high - new.low < 0.3
        assert 1 <= found.slope < 1.3


LINKS = ([0.6], [0.6, 0.65], [0.6, 0.61, 0.62], [0.6, 0.62, 0.64], [0.55, 0.575, 0.6, 0.625, 0.65], [0.3, 0.5, 0.7])


@pytest.mark.parametrize("worlds", [40, pytest.param(1000, marks=pytest.mark.proof)])
def test_equating_costs_no_more_than_the_error_it_states(worlds: int) -> None:
    """Against what a model would score in the long run: where editions are alike, equating adds the error of its shift.

    Where they differ it takes off most of the difference.
    """
    rng = np.random.default_rng(4)
    for links in LINKS:
        for harder in (0.0, 0.4, 0.8):
            errors, raws, stated = [], [], []
            for _ in range(worlds):
                a, b = world(rng, links, [*links, 0.8], len(links), anchors=0, harder=harder)
                found = equate(a, b)
                errors.append(found.equated[-1].value - on_average(0.8))
                raws.append(found.equated[-1].raw - on_average(0.8))
                stated.append(found.error)
            equated, raw, cost = (float(np.mean(np.square(x))) for x in (errors, raws, stated))
            shown = (f"{x**0.5:.3f}" for x in (equated, raw, cost))
            print(f"\nlinks {links}, {harder} harder: error equated, raw, stated", *shown, end="")
            assert equated <= (1 + 5 / math.sqrt(worlds)) * (raw + cost)
            if harder:
                assert equated <= 0.6 * raw


def test_the_raw_score_would_have_been_wrong() -> None:
    a, b = world(np.random.default_rng(1), [0.5], [0.5, 0.7], 1, n=4000)
    found = equate(a, b)
    assert abs(found.equated[1].raw - on_average(0.7)) > 0.1
    assert abs(found.equated[1].value - on_average(0.7)) < 0.03
    assert abs(found.shift - 0.13) < 0.02


def test_a_difference_in_points_of_the_score_is_met_nearly() -> None:
    """Where everybody loses .15 on B, and not .6 of log-odds, the assumption is wrong: by 2 points among the links."""
    for new, off in ((0.3, 0.05), (0.4, 0.02), (0.5, 0.02), (0.6, 0.02), (0.7, 0.03), (0.9, 0.05)):
        found = equate(*single(rates(0.4, 0.6, n=4000), rates(0.25, 0.45, new - 0.15, n=4000), 2))
        assert found.equated[-1].value == pytest.approx(new, abs=off)


def test_nothing_links_the_two() -> None:
    a, b = world(np.random.default_rng(1), [0.5], [0.5], anchors=0)
    with pytest.raises(InputError, match="nothing links the two editions"):
        equate(a, b)
    with pytest.raises(InputError, match="anchor blocks of the two editions differ"):
        equate(world(np.random.default_rng(1), [0.5], [0.5], anchors=10)[0], b)
    silent = Scores(("x",), np.full((9, 1), np.nan), np.ones((10, 1)))
    with pytest.raises(InputError, match="no model has a score"):
        equate(silent, world(np.random.default_rng(1), [0.5], [0.5], anchors=10)[1])


def test_links_that_are_too_few_are_refused() -> None:
    """Eight shared records place a score within .2 at best; a hundred will do."""
    with pytest.raises(InputError, match=r"says too little: .* standard error of 0\.2"):
        equate(*world(np.random.default_rng(2), [0.5], [0.6], anchors=8))
    assert equate(*world(np.random.default_rng(2), [0.5], [0.6], anchors=100)).error < 0.1


def test_who_is_always_right_is_not_known_for_certain() -> None:
    found = equate(*single(np.ones((50, 1)), np.ones((50, 2)), 1))
    assert [m.value for m in found.equated] == pytest.approx([1, 1])
    assert [m.low for m in found.equated] == pytest.approx([0.87, 0.45], abs=0.01)


@given(st.integers(0, 10_000), st.floats(-1, 1))
def test_an_edition_equated_with_itself_and_back(seed: int, by: float) -> None:
    """The identity stays the identity; and who is moved there and back again is where they were."""
    a, _ = world(np.random.default_rng(seed), [0.3, 0.5, 0.7], [0.5], n=100)
    same = equate(a, a)
    assert same.slope == pytest.approx(1)
    assert same.intercept == pytest.approx(0, abs=1e-9)
    assert [m.value for m in same.equated] == pytest.approx([m.raw for m in same.equated])
    b = Scores(a.models, np.clip(a.own + by, 0, 1), a.anchor)
    there, back = equate(a, b), equate(b, a)
    assert there.slope * back.slope == pytest.approx(1)
    assert there.intercept == pytest.approx(-there.slope * back.intercept)


def test_missing_scores_are_left_out_of_the_means() -> None:
    a, b = world(np.random.default_rng(3), [0.5, 0.6], [0.5, 0.6], 2)
    holes = a.own.copy()
    holes[::2, 0] = np.nan
    found = equate(Scores(a.models, holes, a.anchor), b)
    assert np.isfinite(found.equated[0].value)
    gone = b.own.copy()
    gone[:, 1] = np.nan
    found = equate(a, Scores(b.models, gone, b.anchor))
    assert found.linked_by == 1
    assert math.isnan(found.equated[1].value)


# ── the same from its description, another way: loops, and numerical derivatives ────────────────────────────────────


def _block(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, models = table.shape
    at, pulls, own = [], np.zeros((rows, models)), []
    for j in range(models):
        known = [(r, x) for r, x in enumerate(table[:, j]) if not math.isnan(x)]
        p = (sum(x for _, x in known) + 0.5) / (len(known) + 1)
        at.append(math.log(p) - math.log(1 - p))
        for r, x in known:
            pulls[r, j] = (x - p) / (len(known) + 1) / (p - p * p)
        own.append((0.5 * (1 - p) ** 2 + 0.5 * p**2) / ((len(known) + 1) * (p - p * p)) ** 2)
    covariance = np.array([[sum(pulls[:, i] * pulls[:, j]) for j in range(models)] for i in range(models)])
    return np.array(at), covariance * rows / (rows - 1) + np.diag(own)


def _by_hand(here: np.ndarray, there: np.ndarray, links: int, anchors: tuple[np.ndarray, np.ndarray] | None) -> list:
    """Rows of (value, low, high) of every model of `there`."""
    x, y = _block(there), _block(here)
    parts = [x, y] + ([_block(np.hstack(anchors))] if anchors else [])
    at = np.concatenate([p[0] for p in parts])
    covariance = np.zeros((len(at), len(at)))
    start = 0
    for p in parts:
        covariance[start : start + len(p[0]), start : start + len(p[0])] = p[1]
        start += len(p[0])
    m, k = len(x[0]), len(y[0])
    own, end = list(range(m)), list(range(m, m + k))
    steps = [(own[:links], end)]
    if anchors:
        steps = [(own, list(range(m + k, 2 * m + k))), (list(range(2 * m + k, 2 * m + 2 * k)), end)]

    def spread(v: np.ndarray) -> float:
        return math.sqrt(sum((e - sum(v) / len(v)) ** 2 for e in v) / len(v))

    def seen(v: np.ndarray, step: tuple) -> float:
        return math.log(spread(v[step[1]]) / spread(v[step[0]])) if len(step[0]) > 2 else 0.0

    def slope_of(v: np.ndarray, i: int) -> np.ndarray:
        found = np.zeros(len(v))
        for j in range(len(v)):
            moved = [v.copy(), v.copy()]
            moved[0][j] += 1e-5
            moved[1][j] -= 1e-5
            found[j] = (seen(moved[0], steps[i]) - seen(moved[1], steps[i])) / 2e-5
        return found

    error = [float(g @ covariance @ g) for g in (slope_of(at, i) for i in range(len(steps)))]
    weight = [SLOPES**2 / (SLOPES**2 + e) if len(s[0]) > 2 else 0.0 for s, e in zip(steps, error, strict=True)]
    left = [1 / (1 / SLOPES**2 + 1 / e) - w * w * e if w else SLOPES**2 for w, e in zip(weight, error, strict=True)]

    def value(v: np.ndarray, model: int, bent: tuple[float, ...] = (0.0, 0.0)) -> float:
        now = v[model]
        for i, step in enumerate(steps):
            slope = math.exp(weight[i] * seen(v, step) + bent[i])
            now = v[step[1]].mean() + slope * (now - v[step[0]].mean())
        return now

    rows = []
    for model in own:
        by = np.zeros(len(at))
        for j in range(len(at)):
            step = np.zeros(len(at))
            step[j] = 1e-5
            by[j] = (value(at + step, model) - value(at - step, model)) / 2e-5
        variance = float(by @ covariance @ by)
        for i in range(len(steps)):
            bent = [0.0, 0.0]
            bent[i] = 1e-5
            up, down = value(at, model, tuple(bent)), value(at, model, (-bent[0], -bent[1]))
            variance += left[i] * ((up - down) / 2e-5) ** 2
        half = NormalDist().inv_cdf(0.975) * math.sqrt(variance)
        n = int(np.sum(~np.isnan(there[:, model])))
        mid = value(at, model)
        shares = [((n + 1) * math.exp(z) / (1 + math.exp(z)) - 0.5) / n for z in (mid, mid - half, mid + half)]
        rows.append([min(max(s, 0.0), 1.0) for s in shares])
    return rows


@pytest.mark.parametrize("repeats", [12, pytest.param(150, marks=pytest.mark.proof)])
def test_an_independent_reckoning_agrees(repeats: int) -> None:
    rng = np.random.default_rng(7)
    apart = 0.0
    for i in range(repeats):
        links, more = int(rng.integers(1, 6)), int(rng.integers(0, 3))
        n, far, block = (int(x) for x in rng.integers(60, 120, 3))

        def table(rows: int, columns: int) -> np.ndarray:
            found = (rng.random((rows, columns)) < rng.uniform(0.2, 0.95, columns)).astype(float)
            if rng.random() < 0.5:  # part marks, and what is missing
                found = np.where(rng.random(found.shape) < 0.2, rng.random(found.shape), found)
                found[rng.random(found.shape) < 0.1] = np.nan
            return found

        if i % 2:
            here, there = single(table(n, links), table(far, links + more), links)
            hand = _by_hand(here.own, there.own, links, None)
        else:
            blocks = table(block, links), table(block, links + more)
            here = Scores(tuple(f"a{j}" for j in range(links)), table(n, links), blocks[0])
            there = Scores(tuple(f"b{j}" for j in range(links + more)), table(far, links + more), blocks[1])
            hand = _by_hand(here.own, there.own, 0, (blocks[1], blocks[0]))
        try:
            found = equate(here, there)
        except InputError:
            continue
        for one, (value, low, high) in zip(found.equated, hand, strict=True):
            assert one.value == pytest.approx(value, abs=1e-9)
            apart = max(apart, abs(one.low - low), abs(one.high - high))
    print(f"\nlargest difference of a limit {apart:.1e}")
    assert apart < 1e-9
