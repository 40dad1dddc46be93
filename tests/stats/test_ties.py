"""Tie letters: every pair that does not differ shares one, no pair that differs does, in any order of input."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import grades

from trustgen.core import Direction, InputError
from trustgen.stats import Grades, accuracy
from trustgen.stats.compare import paired_difference
from trustgen.stats.multiplicity import holm
from trustgen.stats.ties import Standing, Ties, letter_columns, ties

NAMES = "pqrstuv"


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[float], np.ndarray]:
    n = draw(st.integers(1, 7))
    values = draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    p = np.full((n, n), math.nan)
    for i, j in combinations(range(n), 2):
        p[i, j] = p[j, i] = draw(st.sampled_from((1e-6, 1e-4, 0.3, 1.0, math.nan)))
    return values, p


@given(tables(), st.randoms())
def test_letters_say_what_the_tests_say(table: tuple[list[float], np.ndarray], random: object) -> None:
    values, p = table
    n = len(values)
    found = ties(NAMES[:n], values, p)
    for i, j in combinations(range(n), 2):
        a, b = found.standings[i], found.standings[j]
        apart = found.p[i, j] <= 0.05
        assert bool(set(a.letters) & set(b.letters)) != apart
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = ties([NAMES[i] for i in order], [values[i] for i in order], p[np.ix_(order, order)])
    assert again.standings == found.standings


@given(tables())
def test_letters_are_all_largest_sets(table: tuple[list[float], np.ndarray]) -> None:
    different = table[1] <= 0.05
    n = len(different)
    alike = [set(s) for k in range(1, n + 1) for s in combinations(range(n), k) if not different[np.ix_(s, s)].any()]
    largest = sorted(tuple(sorted(s)) for s in alike if not any(s < t for t in alike))
    assert letter_columns(different) == largest


def test_chain_by_hand() -> None:
    # c differs from a, and from nobody else.
    p = np.array([[math.nan, 0.5, 0.001], [0.5, math.nan, 0.5], [0.001, 0.5, math.nan]])
    found = ties("abc", [0.9, 0.8, 0.7], p)
    assert found.standings == (
        Standing("a", 0.9, ("a",), 1, 2),
        Standing("b", 0.8, ("a", "b"), 1, 3),
        Standing("c", 0.7, ("b",), 2, 3),
    )
    assert found.adjacent_told_apart == 0
    worse_first = ties("abc", [0.9, 0.8, 0.7], p, direction=Direction.LOWER).standings
    assert [s.name for s in worse_first] == ["c", "b", "a"]
    near = ties("abc", [0.9, 0.8, 0.7], p, direction=Direction.TARGET, target=0.8).standings
    assert near[0].name == "b"


def test_without_a_value_there_is_no_rank() -> None:
    p = np.full((3, 3), 0.0)
    standings = ties("abc", [0.2, math.nan, 0.9], p).standings
    assert [(s.name, s.letters, s.best, s.worst) for s in standings] == [
        ("c", ("a",), 1, 1),
        ("a", ("b",), 2, 2),
        ("b", (), 0, 0),
    ]


def tie_groups(models: dict[str, Grades]) -> Ties:
    """Every pair by the paired test, adjusted by Holm over all of them."""
    names = sorted(models)
    upper = np.triu_indices(len(names), 1)
    raw = [paired_difference(models[a], models[b], accuracy(), draws=50).p for a, b in combinations(names, 2)]
    p = np.full((len(names), len(names)), math.nan)
    p[upper] = holm(raw)
    p.T[upper] = p[upper]
    return ties(names, [float(models[name].score.mean()) for name in names], p)


def test_leaderboard_of_equals_is_one_group_and_planted_gaps_are_found() -> None:
    rng = np.random.default_rng(5)
    cluster = np.arange(400)
    hard = rng.normal(size=400)

    def model(skill: float):  # type: ignore[no-untyped-def]
        return grades(cluster, (hard + 0.7 * rng.normal(size=400) < skill).astype(float))

    equals = tie_groups({f"m{i}": model(0.5) for i in range(6)})
    assert equals.adjacent_told_apart == 0
    assert {s.letters for s in equals.standings} == {("a",)}
    assert {(s.best, s.worst) for s in equals.standings} == {(1, 6)}
    spread = tie_groups({"weak": model(-1.0), "strong": model(1.0), "middle": model(0.0)})
    assert [(s.name, s.letters, s.best, s.worst) for s in spread.standings] == [
        ("strong", ("a",), 1, 1),
        ("middle", ("b",), 2, 2),
        ("weak", ("c",), 3, 3),
    ]
    assert spread.adjacent_told_apart == 2


def test_ninety_models_take_no_time() -> None:
    rng = np.random.default_rng(0)
    values = np.sort(rng.normal(size=90))
    p = 2 * (1 - np.minimum(np.abs(values[:, None] - values), 0.5))
    p = np.where(np.abs(values[:, None] - values) > 0.4, 1e-9, np.minimum(p, 1.0))
    found = ties([f"m{i:02}" for i in range(90)], values, p)
    assert found.adjacent_told_apart <= 2
    assert "aa" in {letter for s in found.standings for letter in s.letters}


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match="distinct names"):
        ties("aa", [1, 2], np.ones((2, 2)))
    with pytest.raises(InputError, match="not symmetric"):
        ties("ab", [1, 2], np.array([[1, 0.2], [0.3, 1]]))
    apart = np.zeros((24, 24), bool)
    for i in range(0, 24, 3):
        apart[i : i + 3, i : i + 3] = ~np.eye(3, dtype=bool)
    with pytest.raises(InputError, match="groups of tied models"):
        letter_columns(apart)
