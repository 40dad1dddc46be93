"""Diversity: known answers and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit.diversity import distinct_n, eigenvalues, vendi_score
from trustgen.audit.sampled import Distinct, Kept, mark, rate_over

TEXTS = st.lists(st.text("ab c", max_size=12), min_size=1, max_size=8)


def test_texts_all_alike_are_worth_one() -> None:
    assert vendi_score(["where is the mill"] * 7) == pytest.approx(1.0)
    assert vendi_score(["mill"] * 4) == pytest.approx(1.0)
    assert vendi_score([""] * 3) == pytest.approx(1.0)


def test_texts_without_a_common_word_are_worth_their_number() -> None:
    assert vendi_score(["one two", "three four", "five", "six seven eight", "nine"]) == pytest.approx(5.0)


def test_two_halves_are_worth_two() -> None:
    assert vendi_score(["one two"] * 6 + ["three four"] * 6) == pytest.approx(2.0)


def test_a_hand_computed_vendi_score() -> None:
    # Two texts with cosine 1/2 of words alone: eigenvalues 3/4 and 1/4.
    expected = math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))
    assert vendi_score(["a b", "b c"], orders=(1,)) == pytest.approx(expected)


@given(TEXTS, st.randoms(use_true_random=False))
def test_vendi_bounds_and_order(texts: list[str], shuffle: object) -> None:
    score = vendi_score(texts)
    assert 1.0 <= score <= len(texts)
    assert vendi_score(sorted(texts)) == pytest.approx(score)
    assert vendi_score(texts + texts) == pytest.approx(score)  # copies add nothing


@given(st.integers(1, 12), st.integers(0, 99))
def test_eigenvalues_are_those_of_lapack(size: int, seed: int) -> None:
    half = np.random.default_rng(seed).normal(size=(size, max(1, size - 2)))  # some eigenvalues are 0
    symmetric = half @ half.T
    assert eigenvalues(symmetric) == pytest.approx(np.linalg.eigvalsh(symmetric), abs=1e-9)


def test_distinct_n_by_hand() -> None:
    assert distinct_n(["a b a", "b a"], 1) == pytest.approx(2 / 5)
    assert distinct_n(["a b a", "b a"], 2) == pytest.approx(2 / 3)
    assert math.isnan(distinct_n(["a"], 2))
    assert math.isnan(vendi_score([]))


def test_distinct_marks_are_exact_below_their_room_and_near_above() -> None:
    exact, near = Distinct(), Distinct(room=1_000)
    for i in range(20_000):
        for counter in (exact, near):
            counter.add(mark(str(i % 10_000)))
    assert exact.count == 10_000
    assert near.count == pytest.approx(10_000, rel=0.1)  # three standard errors of 1,000 marks
    assert near.count != 10_000


@given(st.permutations([(r, n) for r in range(12) for n in range(4)]))
def test_what_is_kept_does_not_depend_on_the_order(order: list[tuple[int, int]]) -> None:
    def kept(items: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
        some: Kept[tuple[int, int]] = Kept(room=17, each=3)
        for r, n in items:
            if (found := some.wants(f"record {r}")) >= 0:
                some.add(found, str(n), (r, n))
        return list(some.records())

    chosen = kept(order)
    assert chosen == kept(sorted(order))
    assert 15 <= sum(map(len, chosen)) <= 17
    assert all([n for _, n in record] == [0, 1, 2] for record in chosen)  # whole records, up to their room


def test_a_rate_counts_records_not_cases() -> None:
    alone, clustered = rate_over(20, 100, 100), rate_over(20, 100, 10)
    assert alone.value == clustered.value == pytest.approx(0.2)
    assert alone.low == pytest.approx(0.1334, abs=1e-3)  # Wilson for 20 of 100, by hand
    assert alone.high == pytest.approx(0.2888, abs=1e-3)
    assert clustered.low == pytest.approx(0.0567, abs=1e-3)  # and for 2 of 10
    assert clustered.high == pytest.approx(0.5098, abs=1e-3)
    assert math.isnan(rate_over(0, 0, 0).value)
