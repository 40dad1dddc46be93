"""Answers that are numbers, in free text: 1,500 is 1500, twelve is 12, .5 is 0.5 and 1/2, but 1,200 is not 200.

The reader of amounts (`quantities`) decides what a number is worth. One with a unit on both sides must be as much in
either ("two years" is 24 months); where only one side has a unit, the bare numbers are compared.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from trustgen.text.numbers import WORDS
from trustgen.text.units import Unit

from .quantities import numbers, plain
from .reading import tidy

_MAY = re.compile(rf"\d|\b(?:{'|'.join(sorted(WORDS))})")
_PADDED = re.compile(r"0\d")  # a code: 007 is not 7
_FRACTION = re.compile(r"(?<![\w./])(?:(\d{1,3}) )?(\d{1,4}) ?/ ?(\d{1,4})(?![\w/]|\.\d)")
_SLASHED = "\u2044"  # the sign to which "½" unfolds


def amount_of(answer: str) -> tuple[float, Unit | None] | None:
    """What an answer is worth that is a number, or a number and a unit, and nothing else; None for any other."""
    text = tidy(" ".join(answer.split())).rstrip(" .")
    if len(text) > 60 or not _MAY.search(text.lower()):
        return None
    found = list(_numbers(text))
    if len(found) != 1 or found[0][2:] != (0, len(text)):
        return None
    return found[0][:2]


def spots(answer: tuple[float, Unit | None], text: str) -> Iterator[tuple[int, int]]:
    """Where a number stands in a text."""
    value, unit = answer
    for other, its, start, end in _numbers(text):
        if unit and its:
            alike = unit.dimension == its.dimension and _equal(unit.based(value), its.based(other))
        else:
            alike = _equal(value, other)
        if alike:
            yield start, end


def _numbers(text: str) -> Iterator[tuple[float, Unit | None, int, int]]:
    """The numbers of a text and their units, fractions among them."""
    text = text.replace(_SLASHED, "/")
    parts: set[int] = set()
    for match in _FRACTION.finditer(text):
        if int(match[3]):
            parts.update(range(*match.span()))
            yield int(match[1] or 0) + int(match[2]) / int(match[3]), None, *match.span()
    for value, unit, start, end in numbers(plain(text)):
        if start not in parts and not (_PADDED.match(text, start) or text[end : end + 1].isalpha()):
            yield value, unit, start, end


def _equal(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


__all__ = ["amount_of", "spots"]
