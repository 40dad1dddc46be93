"""What scenes are made of: `world.toml`, read once, and which of it is kept from those who learn."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Final, Literal

from trustgen.core import unit

Rgb = tuple[int, int, int]
Share = Literal["taught", "held"]
"""What a model may have been trained on, and what was kept from it, so that the new can be told from the known."""

_TOLD = tomllib.loads((files(__package__) / "world.toml").read_text("utf-8"))


def _paints(table: str) -> dict[str, Rgb]:
    return {name: (red, green, blue) for name, (red, green, blue) in _TOLD[table].items()}


COLOURS: Final = _paints("colours")
BACKGROUNDS: Final = _paints("backgrounds")
PAINT: Final = _paints("paint")
TONES: Final[dict[int, Rgb]] = {int(tone): rgb for tone, rgb in _paints("tones").items()}
SIZES: Final[dict[str, float]] = _TOLD["sizes"]
ROLES: Final[dict[str, str]] = _TOLD["roles"]
HAIR: Final[dict[str, str]] = _TOLD["presentations"]
HELD_OUT: Final[dict[str, str]] = _TOLD["shapes"]  # shape to the colour that it is never taught in
SHAPES: Final = tuple(HELD_OUT)

PLACES: Final = {
    "top left": (0.2, 0.2),
    "top right": (0.8, 0.2),
    "bottom left": (0.2, 0.8),
    "bottom right": (0.8, 0.8),
    "middle": (0.5, 0.5),
}
"""Where a thing can be said to be, with the centre of each place in shares of the side, from the top left."""

REACH: Final = 0.1
"""How far from the centre of its place a thing may lie and still be said to be there, along each axis."""

THIRDS: Final = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)
"""Where anything is, by the thirds of the picture: rows from the top."""

RELATIONS: Final = {"left of": (-1, 0), "right of": (1, 0), "above": (0, -1), "below": (0, 1)}
OPPOSITE: Final = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}

AMBIGUOUS: Final = 0.08
"""Two centres that differ by no more than this share of the side are in no relation along that axis."""

GAP: Final = 0.07
"""Between any two boxes of a picture, in shares of its side: two pixels at 32."""

LETTER: Final = 0.12
WORD_HEIGHT: Final = 0.15
FIGURE: Final = (0.36, 0.63)
PORTRAIT: Final = (0.52, 0.91)
"""What a letter takes along the line, how high a word is, a person beside other things and a person alone."""

ROOM: Final = 0.53
"""The share of a picture that boxes with their gaps may take: what is more finds no layout in a fair time."""

_WORDS: Final[Sequence[str]] = tuple(_TOLD["words"]["drawn"].split())


def share_of(word: str) -> Share:
    """Whether a drawn word is of those that may be taught: by its hash, so that every room says the same of it."""
    return "held" if unit("", "vision.words", word) < 0.3 else "taught"


def words(share: Share) -> tuple[str, ...]:
    """The words of one share, three to five capital letters each; the two shares have none in common."""
    return tuple(word for word in _WORDS if share_of(word) == share)


def colours(shape: str, share: Share) -> tuple[str, ...]:
    """The colours that a shape may have in one share."""
    return tuple(colour for colour in COLOURS if (colour == HELD_OUT[shape]) == (share == "held"))
