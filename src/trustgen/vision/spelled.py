"""A prompt as the pieces that a model of pictures reads: words, marks, and a drawn word letter by letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

MISSPELT = "<misspelt>"
"""What stands for a word that cannot be read."""
_SHORTEST = 4
_ALIKE = 0.75  # of twice the letters in common over the letters of both
_SHORT_ALIKE = 0.8  # of words of four: none of their letters may be another one, or they are like too many
_PIECE = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\S")
_DRAWN = re.compile(r"[A-Z]{3,5}")


def pieces(text: str) -> tuple[str, ...]:
    """A text in pieces: three to five capital letters one by one, all else in small letters."""
    made: list[str] = []
    for piece in _PIECE.findall(text):
        made += list(piece) if _DRAWN.fullmatch(piece) else [piece.lower()]
    return tuple(made)


def misspelt(piece: str, known: Sequence[str]) -> bool:
    """Whether a piece looks like one of some words with a letter or two gone wrong; short ones look like too many."""
    long = [word for word in known if len(word) >= _SHORTEST]
    alike = _ALIKE if len(piece) > _SHORTEST else _SHORT_ALIKE
    return len(piece) >= _SHORTEST and bool(get_close_matches(piece, long, 1, alike))


__all__ = ["MISSPELT", "misspelt", "pieces"]
