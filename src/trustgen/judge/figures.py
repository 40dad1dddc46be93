"""The numbers that a text names, in figures or words, and whether another text bears them out.

A number is borne out by an equal one. One that is hedged ("about", "nearly", "over") or rounded by its form
("1.2 million") may lie a little off, on the side that its hedge says; a decade or a century needs a year that lies in
it; "34 years" may be the time between two years. "One", "first" and other small ordinals tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

CLOSE = 0.05  # how far a hedged number may lie off, as a share
BEYOND = 0.1  # how far where the hedge says on which side
CLOSE_YEARS = 5  # how far a hedged year may
_ONES = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
    )
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 1_000_000, "billion": 10**9}
_DOZEN = {"dozen": 12}
_CENTURIES = {
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty first": 21,
}  # fmt: skip
_WORDS = "|".join(sorted((*_ONES, *_TENS, "hundred", "thousand", "million", "billion", "dozen"), key=len, reverse=True))
_SPOKEN = re.compile(
    rf"\b(?:(?:a|an|half a) (?=hundred|thousand|million|dozen))?(?:{_WORDS})(?:(?: and|,)? (?:{_WORDS}))*\b"
)
_FIGURE = re.compile(
    r"(?<![\w.,])(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<century>(?:st|nd|rd|th) centur\w*)|(?P<ordinal>st|nd|rd|th)\b|(?P<decade>'?s)\b"
    r"| ?(?P<scale>thousand|million|billion|hundred|k)\b)?(?![\w])"
)
_CENTURY = re.compile(r"\b(" + "|".join(_CENTURIES) + r") centur")
_ABOVE = r"(?:over|more than|at least|upwards of|above|exceed(?:s|ing)?)"
_BELOW = r"(?:under|less than|fewer than|below|nearly|almost|up to|just short of|not quite)"
_ABOUT = r"(?:about|around|approximately|approx\.?|roughly|some|close to|circa|c\.|ca\.|~|an estimated|or so)"
_HEDGE = re.compile(rf"(?P<above>{_ABOVE})|(?P<below>{_BELOW})|(?P<about>{_ABOUT})")
_SPAN = re.compile(r"\W{0,2}(?:(?P<years>years?)|(?P<decades>decades?))\b")
_LIST = re.compile(r"(?m)^[^\S\n]*\d{1,2}[.)] ")


class Figure(NamedTuple):
    """One number of a text. It stands for anything in `low`..`high`; `span` is the number of years it lasts, or 0."""

    value: float
    low: float
    high: float
    start: int
    span: float = 0.0


def _folded(text: str) -> str:
    return re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower().replace("\u2019", "'"))


def _spoken(words: str) -> float | None:
    """The value of a number in words; None for "one", which is mostly no number."""
    parts = words.replace(",", " ").split()
    total, group, seen = 0.0, 0.0, False
    for part in parts:
        if part in ("a", "an", "and"):
            continue
        if part == "half":
            group = 0.5
        elif part in _ONES or part in _TENS:
            group, seen = group + _ONES.get(part, _TENS.get(part, 0)), True
        elif part in _DOZEN:
            group, seen = max(group, 1.0 if not seen else group) * 12, True
        elif part == "hundred":
            group, seen = (group or 1) * 100, True
        else:
            total, group, seen = total + (group or 1) * _SCALES[part], 0.0, True
    return total + group if seen and parts != ["one"] else None


def _range(value: float, unit: float, before: str, *, year: bool) -> tuple[float, float]:
    """What a number may stand for. `unit` is the place that it is rounded to, 0 where it is exact."""
    hedge = _HEDGE.search(before)
    close = BEYOND if hedge and not hedge["about"] else CLOSE
    room = (CLOSE_YEARS if year else close * value) if hedge else unit / 2
    room = max(room, unit / 2)
    low = value if hedge and hedge["above"] else value - room
    high = value if hedge and hedge["below"] else value + room
    return low, high


def figures(text: str) -> list[Figure]:
    """Every number that a text names, in order."""
    low = _LIST.sub(lambda match: " " * len(match[0]), _folded(text))
    found: list[Figure] = []
    for match in _FIGURE.finditer(low):
        value = float(match["figure"].replace(",", ""))
        before, after = _around(low, match.start(), match.end())
        if match["century"]:
            found.append(Figure(value, (value - 1) * 100, value * 100 - 1, match.start()))
        elif match["decade"] and value % 10 == 0:
            found.append(
                Figure(value, value, value + (99 if value % 100 == 0 and "the" in before else 9), match.start())
            )
        elif not match["ordinal"] or value > 3:
            scale = _SCALES.get(match["scale"] or "", 1)
            places = len(match["figure"].partition(".")[2])
            unit = scale / 10**places if scale > 1 else 0.0
            year = 1000 <= value <= 2100 and scale == 1 and "," not in match["figure"]
            limits = _range(value * scale, unit, before, year=year)
            found.append(Figure(value * scale, *limits, match.start(), _lasting(value * scale, after)))
    for match in _SPOKEN.finditer(_FIGURE.sub(lambda read: "#" * len(read[0]), low)):  # "1.2 million" has been read
        if (spoken := _spoken(match[0])) is not None:
            before, after = _around(low, match.start(), match.end())
            limits = _range(spoken, 0.0, before, year=False)
            found.append(Figure(spoken, *limits, match.start(), _lasting(spoken, after)))
    for match in _CENTURY.finditer(low):
        century = _CENTURIES[match[1]]
        found.append(Figure(century, (century - 1) * 100, century * 100 - 1, match.start()))
    return sorted(found, key=lambda figure: figure.start)


def _around(low: str, start: int, end: int) -> tuple[str, str]:
    """The words just before a number, without those of another sentence, and what follows it."""
    before = re.split(r"[.;:!?]\s|,\s|\band\b", low[max(0, start - 26) : start])[-1]
    words = re.findall(r"[\w.~]+", before)[-3:]
    after = low[end : end + 12]
    return " ".join(words) + (" or so" if after.startswith(" or so") else ""), after


def _lasting(value: float, after: str) -> float:
    span = _SPAN.match(after)
    return 0.0 if not span else value if span["years"] else value * 10


def borne_out(figure: Figure, source: Sequence[Figure]) -> bool:
    """Whether one of the numbers of a source is what a number says."""
    if any(figure.low - 1e-9 <= one.value <= figure.high + 1e-9 for one in source):
        return True
    if not figure.span:
        return False
    years = {one.value for one in source if 1000 <= one.value <= 2100}
    room = max(figure.high - figure.value, figure.value - figure.low)
    return any(abs(abs(a - b) - figure.span) <= max(room, 0) for a, b in combinations(sorted(years), 2))
