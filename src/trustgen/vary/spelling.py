"""Natural noise inside words: what fingers, scanners and keyboards do to letters.

Each function takes one word that may be changed and a draw, and returns the word as it came out; the same word where
nothing fits. The first letter stays in place, so that a word remains recognisable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from .words import tables

T = TypeVar("T")
Spelling = Callable[[str, Random], str]


def missing_letter(word: str, draw: Random) -> str:
    """An inner letter is left out: "captal"."""
    at = _inner(word, draw)
    return word[:at] + word[at + 1 :]


def wrong_letter(word: str, draw: Random) -> str:
    """An inner letter is a neighbouring key: "capiral"."""
    near: dict[str, str] = tables()["keyboard"]
    places = [i for i in range(1, len(word)) if word[i] in near]
    if not places:
        return word
    at = _one(places, draw)
    return word[:at] + _one(near[word[at]], draw) + word[at + 1 :]


def repeated_letter(word: str, draw: Random) -> str:
    """A letter is typed two or three times: "capiital"."""
    at = _inner(word, draw)
    return word[:at] + word[at] * (2 if draw.random() < 0.7 else 3) + word[at + 1 :]


def swapped_letters(word: str, draw: Random) -> str:
    """Two neighbouring letters change places: "captial"."""
    places = [i for i in range(1, len(word) - 1) if word[i] != word[i + 1]]
    if not places:
        return word
    at = _one(places, draw)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def capital_letters(word: str, draw: Random) -> str:
    """About half of the letters are capitals: "cApITal"."""
    made = "".join(letter.upper() if draw.random() < 0.5 else letter.lower() for letter in word)
    return made if made not in (word, word.lower(), word.upper(), word.capitalize()) else word[:-1] + word[-1].upper()


def inserted_space(word: str, draw: Random) -> str:
    """A blank falls into the word: "capi tal"."""
    at = 2 + int(draw.random() * (len(word) - 3))
    return f"{word[:at]} {word[at:]}"


def spaced_capitals(word: str, _: Random) -> str:
    """The word in spaced capitals: "C A P I T A L"."""
    return " ".join(word.upper())


def scanned(word: str, draw: Random) -> str:
    """A letter as a bad scan reads it: "capita1", "narne"."""
    misread: dict[str, list[str]] = tables()["ocr"]
    places = [i for i in range(1, len(word)) if word[i] in misread]
    if not places:
        return word
    at = _one(places, draw)
    return word[:at] + _one(misread[word[at]], draw) + word[at + 1 :]


def lower_case(word: str, _: Random) -> str:
    """Without capitals."""
    return word.lower()


def upper_case(word: str, _: Random) -> str:
    """The shift key held down: "CAPITAL"."""
    return word.upper()


def _inner(word: str, draw: Random) -> int:
    """A place that is neither the first nor the last letter."""
    return 1 + int(draw.random() * (len(word) - 2))


def _one(among: Sequence[T], draw: Random) -> T:
    """One of several, at a third of what `Random.choice` costs."""
    return among[int(draw.random() * len(among))]
