"""Tie letters and rank sets: what the tests of pairs say, in their direction, whatever the order of input."""

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
    """Values, and whether each model is shown to be better than each other one: in any direction, circles too."""
    n = draw(st.integers(1, 7))
    values = draw(st.lists(st.floats(0, 1), min_size=n, max_size=n))
    better = np.zeros((n, n), bool)
    for i, j in combinations(range(n), 2):
        said = draw(st.integers(-1, 1))
        better[i, j], better[j, i] = said > 0, said < 0
    return values, better


@given(tables(), st.randoms())
def test_letters_say_what_the_tests_say(table: tuple[list[float], np.ndarray], random: object) -> None:
    values, better = table
    n = len(values)
    found = {s.name: s for s in ties(NAMES[:n], values, better).standings}
    for i, j in combinations(range(n), 2):
        a, b = found[NAMES[i]], found[NAMES[j]]
        assert bool(set(a.letters) & set(b.letters)) != bool(better[i, j] or better[j, i])
    order = list(range(n))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = ties([NAMES[i] for i in order], [values[i] for i in order], better[np.ix_(order, order)])
    assert {s.name: s for s in again.standings} == found


@given(tables())
def test_letters_are_all_largest_sets(table: tuple[list[float], np.ndarray]) -> None:
    different = table[1] | table[1].T
    n = len(different)
    alike = [set(s) for k in range(1, n + 1) for s in combinations(range(n), k) if not different[np.ix_(s, s)].any()]
    largest = sorted(tuple(sorted(s)) for s in alike if not any(s < t for t in alike))
    assert letter_columns(different) == largest


@given(tables())
def test_letters_and_ranks_are_those_of_another_hand(table: tuple[list[float], np.ndarray]) -> None:
    """Bron and Kerbosch's cliques (1973) for the letters, and counting for the ranks."""
    values, better = table
    n = len(values)
    alike = {i: {j for j in range(n) if j != i and not better[i, j] and not better[j, i]} for i in range(n)}
    cliques: set[frozenset[int]] = set()

    def grow(inside: set[int], open_: set[int], done: set[int]) -> None:
        if not open_ and not done:
            cliques.add(frozenset(inside))
        for i in sorted(open_):
            grow(inside | {i}, open_ & alike[i], done & alike[i])
            open_, done = open_ - {i}, done | {i}

    grow(set(), set(range(n)), set())
    found = {s.name: s for s in ties(NAMES[:n], values, better).standings}
    groups: dict[str, set[int]] = {}
    for i in range(n):
        one = found[NAMES[i]]
        assert (one.best, one.worst) == (1 + int(better[:, i].sum()), n - int(better[i].sum()))
        for letter in one.letters:
            groups.setdefault(letter, set()).add(i)
    assert {frozenset(group) for group in groups.values()} == cliques


def test_chain_by_hand() -> None:
    # a is better than c, and that is all that is shown.
    better = np.zeros((3, 3), bool)
    better[0, 2] = True
    found = ties("abc", [0.9, 0.8, 0.7], better)
    assert found.standings == (
        Standing("a", 0.9, ("a",), 1, 2),
        Standing("b", 0.8, ("a", "b"), 1, 3),
        Standing("c", 0.7, ("b",), 2, 3),
    )
    assert (found.told_apart, found.against) == (0, ())
    nothing = np.zeros((3, 3), bool)
    assert [s.name for s in ties("abc", [0.9, 0.8, 0.7], nothing, direction=Direction.LOWER).standings] == [*"cba"]
    near = ties("abc", [0.9, 0.8, 0.7], nothing, direction=Direction.TARGET, target=0.8).standings
    assert near[0].name == "b"


def test_the_shared_cases_decide_who_stands_first_and_not_the_values() -> None:
    """b has .82 on the cases it did not refuse, a .70 on all; where both answered, a is the better."""
    better = np.array([[False, True], [False, False]])
    found = ties("ab", [0.70, 0.82], better)
    assert [(s.name, s.letters, s.best, s.worst) for s in found.standings] == [("a", ("a",), 1, 1), ("b", ("b",), 2, 2)]
    assert found.against == (("a", "b"),)
    assert found.told_apart == 1


def test_ranks_go_by_their_own_tests() -> None:
    nothing, first = np.zeros((2, 2), bool), np.array([[False, True], [False, False]])
    found = ties("ab", [0.9, 0.8], nothing, first)
    assert [(s.letters, s.best, s.worst) for s in found.standings] == [(("a",), 1, 1), (("a",), 2, 2)]


def test_a_circle_of_tests_is_ordered_by_value() -> None:
    better = np.array([[False, True, False], [False, False, True], [True, False, False]])
    assert next(s.name for s in ties("abc", [0.1, 0.3, 0.2], better).standings) == "b"


def test_without_a_value_there_is_no_rank() -> None:
    better = np.zeros((3, 3), bool)
    better[2, 0] = True
    standings = ties("abc", [0.2, math.nan, 0.9], better).standings
    assert [(s.name, s.letters, s.best, s.worst) for s in standings] == [
        ("c", ("a",), 1, 1),
        ("a", ("b",), 2, 2),
        ("b", (), 0, 0),
    ]


def tie_groups(models: dict[str, Grades]) -> Ties:
    """Every pair by the paired test, adjusted by Holm over all of them."""
    names = sorted(models)
    pairs = list(combinations(range(len(names)), 2))
    found = [paired_difference(models[names[i]], models[names[j]], accuracy(), draws=50) for i, j in pairs]
    better = np.zeros((len(names), len(names)), bool)
    for (i, j), one, p in zip(pairs, found, holm([one.p for one in found]), strict=True):
        if p <= 0.05:
            better[i, j], better[j, i] = one.difference < 0, one.difference > 0
    return ties(names, [float(models[name].score.mean()) for name in names], better)


def test_leaderboard_of_equals_is_one_group_and_planted_gaps_are_found() -> None:
    rng = np.random.default_rng(5)
    cluster = np.arange(400)
    hard = rng.normal(size=400)

    def model(skill: float):  # type: ignore[no-untyped-def]
        return grades(cluster, (hard + 0.7 * rng.normal(size=400) < skill).astype(float))

    equals = tie_groups({f"m{i}": model(0.5) for i in range(6)})
    assert equals.told_apart == 0
    assert {s.letters for s in equals.standings} == {("a",)}
    assert {(s.best, s.worst) for s in equals.standings} == {(1, 6)}
    spread = tie_groups({"weak": model(-1.0), "strong": model(1.0), "middle": model(0.0)})
    assert [(s.name, s.letters, s.best, s.worst) for s in spread.standings] == [
        ("strong", ("a",), 1, 1),
        ("middle", ("b",), 2, 2),
        ("weak", ("c",), 3, 3),
    ]
    assert spread.told_apart == 2


def test_ninety_models_take_no_time() -> None:
    rng = np.random.default_rng(0)
    values = np.sort(rng.normal(size=90))
    better = values[:, None] - values > 0.4
    found = ties([f"m{i:02}" for i in range(90)], values, better)
    assert found.told_apart <= 2
    assert "aa" in {letter for s in found.standings for letter in s.letters}


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match="distinct names"):
        ties("aa", [1, 2], np.zeros((2, 2), bool))
    with pytest.raises(InputError, match="`a` and `b` are each said to be better"):
        ties("ab", [1, 2], ~np.eye(2, dtype=bool))
    apart = np.zeros((24, 24), bool)
    for i in range(0, 24, 3):
        apart[i : i + 3, i : i + 3] = ~np.eye(3, dtype=bool)
    with pytest.raises(InputError, match="groups of tied models"):
        letter_columns(apart)
