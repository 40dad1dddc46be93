"""Endings of words: a plural is its singular, and forms of a word are one stem."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.text.words import singular, stem, telling


@pytest.mark.parametrize(
    ("word", "one"),
    [("metres", "metre"), ("glass", "glass"), ("bus", "bus"), ("gas", "gas"), ("virus", "virus"), ("cat", "cat")],
)
def test_a_plural_loses_its_s(word: str, one: str) -> None:
    assert singular(word) == one


@given(st.text("abcsu", max_size=8))
def test_an_ending_is_all_that_goes(word: str) -> None:
    assert word in (singular(word), singular(word) + "s")
    assert word.startswith(stem(word))
    assert len(stem(word)) <= 5


def test_forms_of_a_word_are_one_stem() -> None:
    assert len({stem(word) for word in ("bake", "baking", "bakers", "baked")}) == 1
    assert telling("Bake bread while baking cakes") == {"bak": "bake", "bread": "bread", "cak": "cakes"}
