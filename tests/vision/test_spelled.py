"""A word that looks misspelt is told from another word, by its letters alone."""

from __future__ import annotations

import pytest

from trustgen.vision.spelled import misspelt, pieces
from trustgen.vision.wording import vocabulary


@pytest.mark.parametrize(
    "word", ["pictre", "piccture", "trianglc", "crsos", "turquiose", "smal", "hourglaaass", "p1cture"]
)
def test_a_letter_or_two_gone_wrong(word: str) -> None:
    assert misspelt(word, vocabulary())


@pytest.mark.parametrize("word", ["castle", "knight", "zebra", "rain", "pine", "un", "3", "!", "rouge", "", "moo"])
def test_other_words_and_short_ones(word: str) -> None:
    assert not misspelt(word, vocabulary())


def test_few_ordinary_words_look_like_misspelt_ones() -> None:
    """Of the words that pictures are written with; each is drawn without, and named, where it should be refused."""
    from trustgen.vision.world import words

    ordinary = [
        word.lower() for share in ("taught", "held") for word in words(share) if word.lower() not in vocabulary()
    ]
    found = [word for word in ordinary if misspelt(word, vocabulary())]
    assert len(found) <= len(ordinary) // 10, found


def test_pieces_are_words_marks_and_letters_of_drawn_words() -> None:
    assert pieces("A red star, and KEY. Don't!") == (
        "a", "red", "star", ",", "and", "K", "E", "Y", ".", "don't", "!",
    )  # fmt: skip
