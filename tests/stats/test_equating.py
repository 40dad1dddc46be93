"""Equating: a planted difference in difficulty is found, and the stated error is the real one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustgen.core import InputError
from trustgen.stats import Scores, equate

HARDER = 0.15  # edition B's questions are this much harder for everybody


def world(
    rng: np.random.Generator, here: list[float], there: list[float], same: int = 0, n: int = 200, anchors: int = 60
) -> tuple[Scores, Scores]:
    """Editions A and B answered by models of these abilities; the first `same` of `there` are those of `here`."""

    def answers(abilities: list[float], difficulty: np.ndarray) -> np.ndarray:
        p = np.clip(np.array(abilities)[None, :] - difficulty[:, None], 0, 1)
        return (rng.random(p.shape) < p).astype(float)

    def items(n: int, mean: float) -> np.ndarray:
        return rng.normal(mean, 0.06, n)

    names_a = tuple(f"a{i}" for i in range(len(here)))
    names_b = tuple(names_a[i] if i < same else f"b{i}" for i in range(len(there)))
    block = items(anchors, 0.05)
    a = Scores(names_a, answers(here, items(n, 0.0)), answers(here, block))
    b = Scores(names_b, answers(there, items(n, HARDER)), answers(there, block))
    return a, b


@pytest.mark.parametrize("worlds", [60, pytest.param(600, marks=pytest.mark.proof)])
@pytest.mark.parametrize(
    ("here", "there", "same", "method"),
    [
        ([0.5], [0.6], 0, "chained mean"),
        ([0.5], [0.5, 0.7], 1, "single group mean"),
        ([0.35, 0.5, 0.75], [0.4, 0.6, 0.8], 0, "chained linear"),
        ([0.35, 0.5, 0.75], [0.35, 0.5, 0.75, 0.6], 3, "single group linear"),
    ],
)
def test_a_planted_difference_is_found_and_the_error_is_honest(
    here: list[float], there: list[float], same: int, method: str, worlds: int
) -> None:
    """What the last model of B would score on A is covered 95 times in 100, and is met on average."""
    covered, errors = 0, []
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        found = equate(*world(rng, here, there, same), draws=200)
        assert method in found.method
        last = found.equated[-1]
        covered += last.low <= there[-1] <= last.high
        errors.append(last.value - there[-1])
    room = 2.6 * math.sqrt(0.95 * 0.05 / worlds)  # Monte-Carlo error, 99 %
    assert abs(np.mean(errors)) < 3 * np.std(errors) / math.sqrt(worlds)
    assert 0.93 - room <= covered / worlds <= 0.97 + room


def test_the_raw_score_would_have_been_wrong() -> None:
    a, b = world(np.random.default_rng(1), [0.5], [0.5, 0.7], 1, n=4000)
    found = equate(a, b, draws=100)
    assert abs(found.equated[1].raw - 0.7) > 0.1
    assert abs(found.equated[1].value - 0.7) < 0.03


def test_nothing_links_the_two() -> None:
    a, b = world(np.random.default_rng(1), [0.5], [0.5], anchors=0)
    with pytest.raises(InputError, match="nothing links the two editions"):
        equate(a, b)
    with pytest.raises(InputError, match="anchor blocks of the two editions differ"):
        equate(world(np.random.default_rng(1), [0.5], [0.5], anchors=10)[0], b)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-0.3, 0.3))
def test_an_edition_equated_with_itself_and_a_shift(seed: int, by: float) -> None:
    """The identity stays the identity; a shift of every score is taken off again."""
    a, _ = world(np.random.default_rng(seed), [0.3, 0.5, 0.7], [0.5], n=40)
    same = equate(a, a, draws=20)
    assert same.slope == pytest.approx(1)
    assert same.intercept == pytest.approx(0, abs=1e-9)
    moved = equate(a, Scores(a.models, a.own + by, a.anchor), draws=20)
    assert moved.intercept == pytest.approx(-by, abs=1e-9)


def test_missing_scores_are_left_out_of_the_means() -> None:
    a, b = world(np.random.default_rng(3), [0.5, 0.6], [0.5, 0.6], 2)
    holes = a.own.copy()
    holes[::2, 0] = np.nan
    found = equate(Scores(a.models, holes, a.anchor), b, draws=50)
    assert np.isfinite(found.equated[0].value)
