"""A prompt as the pieces that a model of pictures reads: words, marks, and a drawn word letter by letter."""

from __future__ import annotations

import re

_PIECE = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\S")
_DRAWN = re.compile(r"[A-Z]{3,5}")


def pieces(text: str) -> tuple[str, ...]:
    """A text in pieces: three to five capital letters one by one, all else in small letters."""
    made: list[str] = []
    for piece in _PIECE.findall(text):
        made += list(piece) if _DRAWN.fullmatch(piece) else [piece.lower()]
    return tuple(made)


__all__ = ["pieces"]
