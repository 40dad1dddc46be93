"""The numbers that a text names, in figures or words, and whether another text bears them out.

A number is borne out by an equal one. One that is hedged ("about", "nearly", "over") or rounded by its form
("1.2 million") may lie a little off, on the side that its hedge says; a decade or a century needs a year that lies in
it; "34 years" may be the time between two years. A number without a decimal may stand for one with, rounded. A
percentage needs a percentage where the source has any. "One", "first" and other small ordinals tell nothing. Whoever
sums up counts: a small number in words before things ("three friends") needs a list of as many, and "two" none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from trustgen.text.numbers import ORDINALS, SCALES, spoken

CLOSE = 0.05  # how far a hedged number may lie off, as a share
BEYOND = 0.1  # how far where the hedge says on which side
MOST_COUNTED = 6  # things that whoever sums up counts by hand
CLOSE_YEARS = 5  # how far a hedged year may
_SCALES = {**SCALES, "k": 1000}
_FIGURE = re.compile(
    r"(?<![\w.,])(?P<figure>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<century>(?:st|nd|rd|th) centur\w*)|(?P<ordinal>st|nd|rd|th)\b|(?P<decade>'?s)\b"
    r"| ?(?P<scale>thousand|million|billion|hundred|k)\b)?(?![\w])"
)
_CENTURY = re.compile(rf"\b({'|'.join(sorted(ORDINALS, reverse=True)).replace('-', ' ')}) centur")
_ABOVE = r"(?:over|more than|at least|upwards of|above|exceed(?:s|ing)?)"
_BELOW = r"(?:under|less than|fewer than|below|nearly|almost|up to|just short of|not quite)"
_ABOUT = r"(?:about|around|approximately|approx\.?|roughly|some|close to|circa|c\.|ca\.|~|an estimated|or so)"
_HEDGE = re.compile(rf"(?<!\w)(?:(?P<above>{_ABOVE})|(?P<below>{_BELOW})|(?P<about>{_ABOUT}))(?!\w)")
_SPAN = re.compile(r"\W{0,2}(?:(?P<years>years?)|(?P<decades>decades?))\b")
_PERCENT = re.compile(r" ?%| ?per ?cent\b")
_UNIT = re.compile(  # what small numbers measure, and do not count
    r" (?:and|or|to|per|an?|more|hundred|thousand|million|billion|percent|point|seconds?|minutes?|hours?|days?|nights?"
    r"|weeks?|months?|quarters?|years?|decades?|centur\w+|times|dollars?|euros?|pounds?|cents?|metres?|meters?|feet|foot"
    r"|inch\w*|miles?|kilomet\w+|km|kg|kilos?|grams?|tons?|tonnes?|acres?|lit\w+|degrees?|o'clock|am|pm|stars?|fold)\b"
)
_ROW = re.compile(r"\w[^.,;:!?\n]{0,60}(?:, [^.,;:!?\n]{1,60}){0,5},? (?:and|or) \w")
_ITEM = re.compile(r"(?m)^[^\S\n]*(?:[-*\u2022]|\d{1,2}[.)]) \S")
_LIST = re.compile(r"(?m)^[^\S\n]*\d{1,2}[.)] ")


class Figure(NamedTuple):
    """One number of a text. It stands for anything in `low`..`high`; `span` is the number of years it lasts, or 0.

    `percent` says that it is one, `counts` that it is a small one in words, of things.
    """

    value: float
    low: float
    high: float
    start: int
    span: float = 0.0
    percent: bool = False
    counts: bool = False


def _folded(text: str) -> str:
    return re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower().replace("\u2019", "'"))


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
            percent = bool(_PERCENT.match(after))
            found.append(Figure(value * scale, *limits, match.start(), _lasting(value * scale, after), percent))
    unread = _CENTURY.sub(_masked, _FIGURE.sub(_masked, low))  # "1.2 million" has been read
    for value, start, end in spoken(unread, years=True):
        if low[start:end] == "one":  # mostly no number
            continue
        before, after = _around(low, start, end)
        limits = _range(value, 0.0, before, year=False)
        percent, counts = bool(_PERCENT.match(after)), 2 <= value <= MOST_COUNTED and not _UNIT.match(after)
        found.append(Figure(value, *limits, start, _lasting(value, after), percent, counts))
    for match in _CENTURY.finditer(low):
        century = ORDINALS[match[1].replace(" ", "-")]
        found.append(Figure(century, (century - 1) * 100, century * 100 - 1, match.start()))
    return sorted(found, key=lambda figure: figure.start)


def _masked(read: re.Match[str]) -> str:
    return "#" * len(read[0])


def listed(text: str) -> set[int]:
    """How many things the lists of a text have, in a row ("A, B and C") or each with a number or a sign; two always."""
    rows = {one.count(",") + (", and" not in one and ", or" not in one) + 1 for one in _ROW.findall(text)}
    items = [len(_ITEM.findall(part)) for part in re.split(r"\n\s*\n(?!\s*(?:[-*\u2022]|\d))", text)]
    return rows | {many for many in items if many > 1} | {2}


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
    if figure.percent and any(one.percent for one in source):
        source = [one for one in source if one.percent]
    if any(figure.low - 1e-9 <= one.value <= figure.high + 1e-9 for one in source):
        return True
    whole = figure.value % 1 == 0 and figure.value == figure.low == figure.high
    if whole and any(one.value % 1 and round(one.value) == figure.value for one in source):
        return True
    if not figure.span:
        return False
    years = {one.value for one in source if 1000 <= one.value <= 2100}
    room = max(figure.high - figure.value, figure.value - figure.low)
    return any(abs(abs(a - b) - figure.span) <= max(room, 0) for a, b in combinations(sorted(years), 2))
