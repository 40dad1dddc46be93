"""What the small models that were trained here can read: the words that they were taught, and what looks like one."""

from __future__ import annotations

import re
from collections.abc import Collection

from trustgen.core import Permanent
from trustgen.vision.spelled import MISSPELT, misspelt, pieces


def read_as(text: str, taught: Collection[str], longest: int, name: str) -> tuple[list[str], list[str]]:
    """The pieces of a text as the model of that name reads it, with one mark for each that looks misspelt; and these.

    Raises `Permanent` for other words that were not taught, and for more than `longest` pieces.
    """
    told = pieces(text)
    strange = [piece for piece in dict.fromkeys(told) if piece not in taught]
    unread = [piece for piece in strange if misspelt(piece, tuple(taught))]
    if never := [piece for piece in strange if piece not in unread]:
        known_words = f"it knows the {len(taught)} words of its card"
        raise Permanent(f"`{name}` was never taught {listed(never)}: {known_words}")
    if len(told) > longest:
        raise Permanent(f"`{name}` reads {longest} pieces, and this prompt has {len(told)}: say less")
    return [MISSPELT if piece in unread else piece for piece in told], unread


def listed(words: list[str]) -> str:
    """The first few of some words, in one line whatever they hold."""
    told = ", ".join(f"`{re.sub(r'[^ -~]', '?', word)[:30]}`" for word in words[:5])
    return told + (f" and {len(words) - 5} more" if len(words) > 5 else "")


__all__ = ["listed", "read_as"]
