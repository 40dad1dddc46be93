"""A value in what was read from a picture, where one letter in eight may have been read or drawn wrongly.

Letters and digits alone are compared, in lower case: blanks, signs and the ends of lines say nothing, for a number that
is written in groups is read in pieces.
"""

from __future__ import annotations

from .spelt import letters

PER_EDIT = 8  # letters and digits for each that may differ


def edits(value: str, text: str) -> int:
    """The fewest letters to add, drop or change so that a value stands somewhere in a text (Sellers 1980)."""
    sought, read = letters(value)[0], letters(text)[0]
    row = [0] * (len(read) + 1)  # a match may begin anywhere
    for done, letter in enumerate(sought, start=1):
        last, row = row, [done]
        for at, other in enumerate(read):
            row.append(min(last[at] + (letter != other), last[at + 1] + 1, row[at] + 1))
    return min(row)


def stands(value: str, text: str) -> bool:
    """Whether a value stands in a text, with at most an eighth of it misread."""
    return edits(value, text) <= len(letters(value)[0]) // PER_EDIT


__all__ = ["PER_EDIT", "edits", "stands"]
