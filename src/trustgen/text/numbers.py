"""Numbers as English writes them: in words ("two and a half million", "sixteen hundred") and in figures ("1,234.5").

The one reader of number words. What it does not read is no number: "five five", "twenty thirty" are two each, and
"between two hundred and five hundred" names two hundred and five hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * tens
    for tens, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES = {"dozen": 12, "hundred": 100, **LARGE}
WORDS = frozenset((*SMALL, *TENS, *SCALES))
"""Every word that can stand in a number alone, without "a", "and" and "half"."""


def _ordinals() -> dict[str, int]:
    odd = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
    odd |= {"twelve": "twelfth"}
    small = {odd.get(word, f"{word}th"): value for word, value in SMALL.items() if value}
    tens = {f"{word[:-1]}ieth": value for word, value in TENS.items()}
    digits = [(word, value) for word, value in small.items() if value < 10]
    return small | tens | {f"{ten}-{one}": TENS[ten] + value for ten in TENS for one, value in digits}


ORDINALS = _ordinals()
""""first" to "ninety-ninth", with their values."""

UNDER_HUNDRED = (
    rf"(?:(?:{'|'.join(TENS)})[ -](?:{'|'.join(list(SMALL)[1:10])})"
    rf"|{'|'.join(sorted((*SMALL, *TENS), key=len, reverse=True))})"
)
"""A pattern of the numbers 0 to 99 in words, in lower case; what stands around it is left to who uses it."""

_TOKEN = re.compile(r"[^\W\d_]+|[^\s-]")
_THOUSANDS = re.compile(r"(?<=\d)[,'\s\u00a0\u202f\u2009](?=\d{3}(?!\d))")
_POINTS = re.compile(r"\d{1,3}(?:\.\d{3})+(?=,|$)")
_CENTURIES = range(13, 21)  # the first half of a year that is said in two


class Spoken(NamedTuple):
    """A number in words: its value, and where it stands in the text."""

    value: float
    start: int
    end: int


class _Count:
    """A number in words as far as it has been read."""

    def __init__(self) -> None:
        self.total = self.group = 0.0
        self.last = ""  # what the last word was
        self.bound = 10**15  # a large number comes before the smaller ones

    def adds(self, word: str) -> bool:
        """Whether a word goes on with the number; then it is added."""
        if (value := SMALL.get(word, TENS.get(word))) is not None:
            if not (self.last in ("", "hundred", "large", "and") or (self.last == "tens" and 0 < value < 10)):
                return False
            self.group += value
            self.last = "tens" if word in TENS else "small"
        elif self.last == "small" and not self.group:  # zero of them
            return False
        elif word in LARGE and self.last not in ("large", "and", "dozen") and LARGE[word] < self.bound:
            self.bound = LARGE[word]
            self.total, self.group, self.last = self.total + (self.group or 1) * self.bound, 0.0, "large"
        elif word in ("hundred", "dozen") and self.last in ("", "a", "small", "tens", "half") and self.group < 100:
            self.group, self.last = (self.group or 1) * SCALES[word], word
        else:
            return False
        return True

    def halves(self) -> bool:
        """Add "and a half": of the large number just named, else of one."""
        if self.last == "large":
            self.total += self.bound / 2
        elif self.last in ("small", "tens", "hundred"):
            self.group += 0.5
        else:
            return False
        self.last = "half"
        return True


def number_at(words: Sequence[str], at: int = 0, *, years: bool = False) -> tuple[float, int] | None:
    """The longest number that words in lower case, hyphens apart, say from `at` on, and where it ends.

    None where none begins there. `years` reads "nineteen eighty four" as a year, and not as two numbers.
    """
    if years and (found := _year(words, at)):
        return found
    count, place = _Count(), at
    if words[at] in ("a", "an", "half"):  # "a dozen", "half a million"
        place += 1 if words[at] != "half" else 2
        if place >= len(words) or words[place] not in SCALES or words[place - 1] not in ("a", "an"):
            return None
        count.last, count.group = "a", 0.5 if words[at] == "half" else 0.0
    best: tuple[float, int] | None = None
    whole: tuple[float, int] | None = None  # up to the last scale
    while place < len(words):
        word = words[place]
        if word == "and" and words[place + 1 : place + 3] == ["a", "half"] and count.halves():
            place += 3
        elif (word == "and" and count.last in ("hundred", "large")) or (word == "," and count.last == "large"):
            count.last, place = "and", place + 1
            continue
        elif count.adds(word):
            place += 1
        else:
            # "two hundred and five hundred": what stands before a scale that does not fit is another number's.
            scale = word in LARGE or word == "hundred"
            return whole if scale and whole and count.last in ("small", "tens") else best
        best = count.total + count.group, place
        whole = best if count.last in ("hundred", "large") else whole
    return best


def _year(words: Sequence[str], at: int) -> tuple[float, int] | None:
    """A year said in two halves: nineteen eighty four, twenty twenty, eighteen oh six."""
    century = SMALL.get(words[at], TENS.get(words[at], 0))
    rest = list(words[at + 1 : at + 3])
    if century not in _CENTURIES or not rest:
        return None
    if rest[0] == "oh" and len(rest) == 2 and 0 < SMALL.get(rest[1], 0) < 10:
        value, end = SMALL[rest[1]], at + 3
    elif SMALL.get(rest[0], 0) >= 10:
        value, end = SMALL[rest[0]], at + 2
    elif rest[0] in TENS:
        ones = SMALL.get(rest[1], 0) if len(rest) == 2 else 0
        value, end = TENS[rest[0]] + (ones if ones < 10 else 0), at + 2 + (0 < ones < 10)
    else:
        return None
    scaled = end < len(words) and words[end] in SCALES
    return None if scaled else (100.0 * century + value, end)


def number_of(text: str) -> float | None:
    """The number that English words say and nothing else ("two hundred and five thousand"), or None."""
    words = text.lower().replace("-", " ").split()
    found = number_at(words) if words else None
    return found[0] if found and found[1] == len(words) else None


def spoken(text: str, *, years: bool = False) -> Iterator[Spoken]:
    """The numbers in words that a text in lower case names, in order."""
    tokens = list(_TOKEN.finditer(text))
    words = [token[0] for token in tokens]
    at = 0
    while at < len(words):
        known = words[at] in WORDS or words[at] in ("a", "an", "half")
        if known and (found := number_at(words, at, years=years)):
            value, end = found
            yield Spoken(value, tokens[at].start(), tokens[end - 1].end())
            at = end
        else:
            at += 1


def folded(words: Sequence[str], *, years: bool = False) -> Iterator[tuple[str, int]]:
    """Words in lower case, each number in words, and each figure with one behind it ("1.6k", "1.2 million"), as one in
    figures: each with its place, or -1 for such a number.
    """
    at = 0
    while at < len(words):
        if words[at][:1].isdigit():
            found = _scaled(words, at)
        else:
            found = number_at(words, at, years=years) if words[at] in WORDS or words[at] == "half" else None
        yield (written(found[0]), -1) if found else (words[at], at)
        at = found[1] if found else at + 1


def _scaled(words: Sequence[str], at: int) -> tuple[float, int] | None:
    """A figure times the scale that stands behind it, and where both end."""
    bare = digits(words[at].removesuffix("k"))
    times = 1_000 if words[at].endswith("k") else SCALES.get(words[at + 1] if at + 1 < len(words) else "", 0)
    if not times or not re.fullmatch(r"\d+(?:\.\d+)?", bare):
        return None
    return round(float(bare) * times, 9), at + 1 + (not words[at].endswith("k"))


def written(value: float) -> str:
    """A number in figures, as it is written without separators: 1500, 0.5."""
    return str(int(value)) if value == int(value) else str(value)


def digits(figure: str, *, points: bool = False) -> str:
    """A number in figures without separators and with a decimal point: "1,234.50" and "1.234,50" are 1234.50.

    A comma before one or two figures is a decimal one. `points` reads "1.234" as 1234, as much of Europe writes.
    """
    if (points or "," in figure) and (found := _POINTS.match(figure)):
        figure = found[0].replace(".", "") + figure[found.end() :]
    bare = _THOUSANDS.sub("", figure)
    return bare.replace(",", ".") if re.fullmatch(r"\d+,\d+", bare) else bare


__all__ = [
    "LARGE", "ORDINALS", "SCALES", "SMALL", "TENS", "UNDER_HUNDRED", "WORDS", "Spoken", "digits", "folded", "number_at",
    "number_of", "spoken", "written",
]  # fmt: skip
