"""Lines of writing on a plain card, and a picture of them: what a badge, a plate or a sign shows.

The letters are of the font that Pillow brings, so no font of the system is needed. Ground, ink, size and where the
lines begin are drawn; all lines of a card are of one size, apart from one another, and within the picture.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

import msgspec
import numpy as np

from trustgen.core import InputError, MissingExtra

from .render import INSTALL, LEAST_SIDE, MOST_SIDE, Pixels
from .world import BACKGROUNDS, PAINT

MOST_LINES, MOST_LETTERS = 10, 48
INKS = (PAINT["ink"], (24, 38, 96), (92, 20, 28), (22, 70, 44))
_WIDEST, _HIGHEST = 0.92, 0.1  # the share of the side that a line may be wide, and that a letter may be high
_LARGE = 100.0  # pixels at which widths are hardly rounded
_SMALLEST = 2.0  # pixels: nobody reads these, and they still have room
_PITCH = 1.7  # from one line to the next, in heights of a letter


class Card(msgspec.Struct, frozen=True):
    """What is written, line by line."""

    lines: tuple[str, ...]


def validate(card: Card) -> Card:
    """The card itself. Raises `InputError` that says why it cannot be drawn."""
    if not 1 <= len(card.lines) <= MOST_LINES:
        raise InputError(f"a card has {len(card.lines)} lines: give it one to {MOST_LINES}")
    for line in card.lines:
        if not (line.strip() and line.isprintable() and len(line) <= MOST_LETTERS):
            raise InputError(f"`{line}` is no line of a card: write one to {MOST_LETTERS} letters in one line")
    return card


def picture_of_card(card: Card, draw: Random, side: int) -> Pixels:
    """The picture of a card, `side` pixels square. Raises `InputError` for what cannot be drawn."""
    validate(card)
    if not LEAST_SIDE <= side <= MOST_SIDE:
        raise InputError(f"a side of {side} pixels is not between {LEAST_SIDE} and {MOST_SIDE}")
    ground, ink = draw.choice(tuple(BACKGROUNDS.values())), draw.choice(INKS)
    middle, shrunk = draw.random() < 0.5, draw.uniform(0.85, 1.0)
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        raise MissingExtra("drawing a card", "pillow", INSTALL) from None
    size = shrunk * _fitting(card, side)
    font, pitch = _font(size), _PITCH * size
    image = Image.new("RGB", (side, side), ground)
    pen = ImageDraw.Draw(image)
    top = draw.uniform(0.04 * side, max(0.04 * side, 0.96 * side - pitch * len(card.lines)))
    for nth, line in enumerate(card.lines):
        left = (side - font.getlength(line)) / 2 if middle else 0.04 * side
        pen.text((round(left), round(top + nth * pitch)), line, font=font, fill=ink)
    return np.asarray(image, dtype=np.uint8)


def alt_of_card(card: Card) -> str:
    """What its picture shows, in words, for who cannot see it."""
    return f"a card that says {' / '.join(card.lines)}"


def _fitting(card: Card, side: int) -> float:
    """The largest size of letters with which every line has room; small widths are rounded, so that is tried."""
    widest: float = max(_font(_LARGE).getlength(line) for line in card.lines) / _LARGE
    size = min(_HIGHEST * side, _WIDEST * side / (_PITCH * len(card.lines)), _WIDEST * side / widest)
    while size > _SMALLEST and max(_font(size).getlength(line) for line in card.lines) > _WIDEST * side:
        size *= 0.97
    return size


@lru_cache(64)
def _font(size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


__all__ = ["Card", "alt_of_card", "picture_of_card"]
