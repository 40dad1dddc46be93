"""Cards: what is on them is as drawn, within the picture, row by row; and what cannot be drawn is refused by name."""

from __future__ import annotations

from itertools import pairwise
from string import ascii_letters, digits

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trustgen.core import InputError, keyed
from trustgen.vision.cards import MOST_LETTERS, MOST_LINES, Card, alt_of_card, picture_of_card

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
LINES = st.lists(st.text(ascii_letters + digits, min_size=3, max_size=MOST_LETTERS), min_size=1, max_size=MOST_LINES)


def rows(pixels: np.ndarray) -> list[int]:
    """The rows of pixels on which there is ink."""
    return np.flatnonzero((pixels != pixels[0, 0]).any(axis=(1, 2))).tolist()


@settings(max_examples=60, deadline=None)
@given(lines=LINES, number=st.integers(0, 99), side=st.sampled_from([128, 320, 512]))
def test_everything_lies_within_the_picture_and_every_line_is_apart(lines: list[str], number: int, side: int) -> None:
    pixels = picture_of_card(Card(tuple(lines)), keyed("card", str(number)), side)
    assert pixels.shape == (side, side, 3)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert (edge == edge[0]).all(), "nothing is cut off"
    inked = rows(pixels)
    breaks = sum(after - before > 1 for before, after in pairwise(inked))
    assert breaks >= len(lines) - 1


def test_a_card_is_drawn_alike_by_the_same_draw_and_otherwise_by_another() -> None:
    card = Card(("Ada Penrose", "Fitter"))
    one, same, other = (picture_of_card(card, keyed("look", key), 192) for key in ("a", "a", "b"))
    assert (one == same).all()
    assert (one != other).any()
    assert alt_of_card(card) == "a card that says Ada Penrose / Fitter"


@pytest.mark.parametrize(
    ("lines", "side", "told"),
    [
        ((), 320, "0 lines: give it one to 10"),
        (("x",) * 11, 320, "11 lines"),
        (("two\nlines",), 320, "is no line of a card"),
        ((" ",), 320, "is no line of a card"),
        (("x" * 49,), 320, "one to 48 letters"),
        (("fine",), 16, "16 pixels is not between 32 and 2048"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(lines: tuple[str, ...], side: int, told: str) -> None:
    with pytest.raises(InputError, match=told):
        picture_of_card(Card(lines), keyed("card", "bad"), side)
