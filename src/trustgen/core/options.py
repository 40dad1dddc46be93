"""How the options of a multiple-choice question stand in its text: the one form that all rooms know."""

from __future__ import annotations

import string
from collections.abc import Sequence

LETTERS = string.ascii_uppercase


def listed(options: Sequence[str]) -> str:
    """The options as a block of lines: "A) …", "B) …"."""
    return "\n".join(f"{letter}) {option}" for letter, option in zip(LETTERS, options, strict=False))
