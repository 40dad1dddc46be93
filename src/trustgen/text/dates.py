"""Dates as English writes them: the one reader of them, whoever asks.

Read are "3 March 1999", "March 3rd, 1999", "the 3rd of March, 1999", "1999-03-03", "3.3.1999", "03/04/1999", and all
without a year. One in figures whose day and month could be either way round has both readings; with dots the day comes
first. A year alone, or a month and a year, is not a date.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple

from .numbers import ORDINALS

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
_DAYS = [word for word, value in ORDINALS.items() if value <= 31]
_MONTH = (
    "(?:"
    + "|".join(
        f"{m}|{m[:3]}\\.?" if m not in ("may", "september") else ("may" if m == "may" else "september|sept?\\.?")
        for m in MONTHS
    )
    + r")(?![a-z])"
)
_DAY = (
    r"(?:(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b|"
    + "|".join(sorted(_DAYS, key=len, reverse=True)).replace("-", "[ -]")
    + ")"
)
YEAR = r"(?:1\d{3}|20\d\d|21\d\d)(?!\d)"
"""A pattern of a year, 1000 to 2199."""

_DATES = re.compile(
    rf"(?<![\w./-])(?:(?P<y1>{YEAR})[-/.](?P<m1>\d\d?)[-/.](?P<d1>\d\d?)(?![\w/-]|\.\d)"
    rf"|(?P<a>\d\d?)(?P<sep>[-/.])(?P<b>\d\d?)(?P=sep)(?P<y2>{YEAR}|\d\d(?![\w/]))(?![\w/-]|\.\d)"
    rf"|(?P<d3>{_DAY})(?:\s+of)?[\s-]+(?P<m3>{_MONTH})(?:,?[\s-]+(?P<y3>{YEAR}))?"
    rf"|(?P<m4>{_MONTH})\s+(?:the\s+)?(?P<d4>{_DAY})(?:(?:,|\s+of)?\s+(?P<y4>{YEAR}))?"
    rf"|(?P<y5>{YEAR}),?\s+(?P<m5>{_MONTH})\s+(?P<d5>{_DAY}))",
    re.I,
)


class Said(NamedTuple):
    """A date as it stands in a text. `days` are its readings as (year, month, day), the year 0 where none is named."""

    days: tuple[tuple[int, int, int], ...]
    start: int
    end: int


def _month(word: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(word.lower().rstrip(".")[:3]))


def _day(word: str) -> int:
    found = re.match(r"\d+", word)
    return int(found[0]) if found else ORDINALS[re.sub(r"\s", "-", word.lower())]


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _readings(m: re.Match[str]) -> tuple[tuple[int, int, int], ...]:
    if m["y1"]:
        found = [(int(m["y1"]), int(m["m1"]), int(m["d1"]))]
    elif m["a"]:
        years = [int(m["y2"])] if len(m["y2"]) == 4 else [1900 + int(m["y2"]), 2000 + int(m["y2"])]
        one, other = int(m["a"]), int(m["b"])
        orders = [(other, one)] if m["sep"] == "." else [(other, one), (one, other)]  # dots: the day comes first
        found = [(year, month, day) for year in years for month, day in orders]
    else:
        n = "3" if m["d3"] else "4" if m["d4"] else "5"
        found = [(int(m[f"y{n}"] or 0), _month(m[f"m{n}"]), _day(m[f"d{n}"]))]
    return tuple(dict.fromkeys(one for one in found if _exists(*one)))


def dates(text: str) -> Iterator[Said]:
    """The dates in a text, in order. A date that no calendar has is left out."""
    for match in _DATES.finditer(text):
        if days := _readings(match):
            yield Said(days, *match.span())


__all__ = ["MONTHS", "YEAR", "Said", "dates"]
