"""Shift against a reference: the distance, its chance, and what a published reference holds."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trustgen.audit.sampled import Passage
from trustgen.audit.shift import (
    attributes,
    binned,
    covered,
    gram_marks,
    js_distance,
    one_each,
    permutation_p,
    shifts,
    sides,
)

WORDS = [f"{a}{b}" for a in ("mar", "bel", "tor", "sin", "gal", "fen") for b in ("o", "ita", "ers", "ung", "al")]
WEIGHTS = arrays(np.float64, 6, elements=st.floats(0, 10)).filter(lambda w: w.sum() > 0.01)


def texts(n: int, draw: Random, name: str, *, ending: str = "?", size: int = 12) -> list[Passage]:
    """Texts of one source."""
    said = [" ".join(draw.choices(WORDS, k=draw.randint(size - 4, size + 4))) for _ in range(n)]
    return [Passage(f"{text.capitalize()}{ending}", f"{name}{i}") for i, text in enumerate(said)]


def test_the_distance_by_hand() -> None:
    assert js_distance(np.array([1.0, 0]), np.array([0, 1.0])) == pytest.approx(1.0)
    assert js_distance(np.array([2.0, 6]), np.array([1.0, 3])) == pytest.approx(0.0)
    # A share f of each side where the other has nothing gives the root of f.
    assert js_distance(np.array([0.75, 0.25, 0]), np.array([0.75, 0, 0.25])) == pytest.approx(0.5)
    assert math.isnan(js_distance(np.array([0.0, 0]), np.array([1.0, 1])))


@given(WEIGHTS, WEIGHTS, st.permutations(range(6)))
def test_the_distance_is_bounded_symmetric_and_blind_to_order(p: np.ndarray, q: np.ndarray, order: list[int]) -> None:
    distance = float(js_distance(p, q))
    assert 0.0 <= distance <= 1.0
    assert js_distance(q, p) == pytest.approx(distance, abs=1e-7)
    assert js_distance(p[order], q[order]) == pytest.approx(distance, abs=1e-7)
    assert js_distance(p, p) == pytest.approx(0.0, abs=1e-7)


def test_attributes_by_hand() -> None:
    read = attributes("Hey, don't utilise 12 CARS. Why?")
    assert read["words"] == 6
    assert read["sentence_length"] == 3
    assert read["questions"] == 0.5
    assert read["type_token"] == 1.0
    assert read["formality"] == pytest.approx((1 - 2) / 6)  # one formal word, two casual ones
    assert read["digits"] == pytest.approx(2 / 32)
    assert read["capitals"] == pytest.approx(6 / 21)
    assert read["punctuation"] == pytest.approx(4 / 32)  # the comma, the apostrophe, the stop and the question mark
    assert attributes("The king of France's hat is there.")["formality"] == 0.0  # a genitive is not casual
    plainly, stiffly = "The cat sat on the mat.", "Institutional considerations necessitate reconsideration."
    assert attributes(plainly)["readability"] > 90 > 0 > attributes(stiffly)["readability"]
    assert all(math.isfinite(value) for value in attributes("").values())


def test_equal_sources_are_told_apart_as_often_as_chance_says() -> None:
    """The p value of one attribute over 200 pairs of halves of one source."""
    small = 0
    for seed in range(200):
        draw = Random(seed)
        ours, theirs = (texts(30, draw, name) for name in "ab")
        block = binned(np.array([attributes(p.text)["word_length"] for p in (*ours, *theirs)]))
        dealt = sides(ours, theirs, 199, str(seed)).astype(np.float64)
        held = dealt @ block
        small += permutation_p(js_distance(held, block.sum(axis=0) - held)) < 0.05
    assert 0.02 <= small / 200 <= 0.09


def test_equal_sources_lie_within_chance() -> None:
    draw = Random(4)
    found = shifts(texts(80, draw, "a"), texts(80, draw, "b"), permutations=199)
    assert min(shift.p for shift in found) > 0.05
    assert all(shift.excess < 0.1 for shift in found)


def test_a_planted_shift_is_found_and_named() -> None:
    draw = Random(5)
    longer = texts(60, draw, "a", size=22)
    found = {shift.attribute: shift for shift in shifts(longer, texts(60, draw, "b"), permutations=399)}
    moved = {name for name, shift in found.items() if shift.p < 0.05}
    assert "words" in moved
    assert not moved & {"word_length", "digits", "formality", "which_words"}
    assert found["words"].excess > 0.4
    assert found["words"].generated > found["words"].reference + 8
    asking = {s.attribute for s in shifts(texts(60, draw, "a"), texts(60, draw, "b", ending="."), permutations=399)
              if s.p < 0.05}  # fmt: skip
    assert {"questions", "punctuation"} & asking == {"questions"}  # the sign changed, not their number


def test_other_words_are_found_where_style_is_the_same() -> None:
    draw = Random(6)
    theirs = texts(60, draw, "b")
    swapped = [Passage(p.text.replace("mar", "rak"), p.cluster) for p in texts(60, draw, "a")]
    found = {s.attribute: s.p for s in shifts(swapped, theirs, permutations=399)}
    assert found["which_words"] < 0.05
    assert found["words"] > 0.05


def test_copies_of_a_record_are_one_text() -> None:
    """Twenty cases of each record must not make a chance difference certain."""
    draw = Random(7)
    ours, theirs = texts(12, draw, "a"), texts(12, draw, "b")
    alone = shifts(ours, theirs, permutations=199)
    copied = shifts(ours * 20, theirs * 20, permutations=199)
    assert alone == copied
    assert len(one_each(ours * 20)) == 12


def test_the_order_of_texts_changes_nothing() -> None:
    draw = Random(8)
    ours, theirs = texts(15, draw, "a"), texts(20, draw, "b")
    assert shifts(ours, theirs, permutations=49) == shifts(ours[::-1], theirs[::-1], permutations=49)


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 4))
def test_dealing_keeps_sizes_and_swaps_shared_records(n: int, m: int, shared: int) -> None:
    shared = min(shared, n, m)
    ours = [Passage("x", f"s{i}" if i < shared else f"a{i}") for i in range(n)]
    theirs = [Passage("y", f"s{i}" if i < shared else f"b{i}") for i in range(m)]
    dealt = sides(ours, theirs, 20, "k")
    assert dealt.shape == (21, n + m)
    assert dealt[0].tolist() == [True] * n + [False] * m
    assert (dealt.sum(axis=1) == n).all()
    for i in range(shared):
        assert (dealt[:, i] != dealt[:, n + i]).all()


def test_texts_of_the_same_records_on_both_sides_are_compared_in_pairs() -> None:
    """A shift that differences of records hide is found when each record is compared with itself."""

    def p_value(ours: list[Passage], theirs: list[Passage]) -> float:
        block = binned(np.array([attributes(p.text)["words"] for p in (*ours, *theirs)]))
        held = sides(ours, theirs, 399, "k").astype(np.float64) @ block
        return permutation_p(js_distance(held, block.sum(axis=0) - held))

    theirs = [Passage(" ".join(["mill"] * (10 * (i % 8) + 10)), f"r{i}") for i in range(48)]
    ours = [Passage(f"{p.text} indeed", p.cluster) for p in theirs]  # one word more; records differ by ten
    assert p_value(ours, theirs) < 0.05
    theirs = [Passage(" ".join(["mill"] * size), f"r{i}") for i, size in enumerate(range(5, 53))]
    ours = [Passage(f"{p.text} or the other three", p.cluster) for p in theirs]
    assert p_value(ours, theirs) < p_value([p._replace(cluster=f"x{p.cluster}") for p in ours], theirs)


def test_what_was_published_is_found_word_for_word() -> None:
    said = [f"In which year did the ferry of town number {i} first cross the wide river there?" for i in range(40)]
    cases = [Passage(text, str(i)) for i, text in enumerate(said)]
    published = [f"Some prose before it. {text.upper()} And more after it." for text in said[:10]]
    found = covered(cases, gram_marks(cases, iter(published)))
    assert found.held.value == pytest.approx(0.25)
    assert found.held.low < 0.25 < found.held.high
    assert found.covered > 0.25  # the rest shares runs of eight words with the ten
    assert covered(cases, gram_marks(cases, ["nothing of the kind"])).held.value == 0.0


def test_a_short_text_counts_when_it_stands_there_as_a_whole() -> None:
    cases = [Passage("Who built it?", "1"), Passage("Who sold it?", "2")]
    assert covered(cases, gram_marks(cases, ["and then they asked who built it and why"])).held.value == 0.5
    assert math.isnan(covered([], set()).covered)
