"""What speaks for another meaning: small signs between two wordings, none of which decides alone.

Each sign is a number from 0 (nothing) upwards, so that more of it never speaks for the same meaning. `doubt.py` adds
them up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from math import log

from .amounts import extremes, negation, quantity
from .kinds import kind_asked
from .likeness import likeness, nearest
from .names import fresh_names, lost_names
from .opposites import opposites, turned
from .reading import NEGATIONS, Reading, frame_words, function_words, read
from .scenery import to_the_point
from .signs import has

SAME_WORD, OTHER_WORD = 0.72, 0.37  # cosines of two words: from the first on they are synonyms, below the second not
WHO = {
    word: person
    for person, words in enumerate(("i me my mine myself", "we us our", "he him his", "she her hers"))
    for word in words.split()
}


@dataclass(frozen=True)
class Pair:
    """Two wordings, read, each without the sentences that are mere scenery beside the other."""

    before: str
    after: str
    old: Reading
    new: Reading

    @cached_property
    def lost(self) -> tuple[float, ...]:
        """For each content word of the old wording, how far the new one is from having it, 0..1."""
        return _missing(self.old, self.new)

    @cached_property
    def added(self) -> tuple[float, ...]:
        """For each content word of the new wording, how far the old one is from having it, 0..1."""
        return _missing(self.new, self.old)

    @cached_property
    def kept(self) -> tuple[float, float]:
        """The shares of the old and of the new words that stand unchanged and in order."""
        return self._aligned[0]

    @cached_property
    def turned(self) -> bool:
        """Whether a small word was changed for one of the other side: before, after."""
        return any(turned(self.old.tokens[a:b], self.new.tokens[c:d]) for _, a, b, c, d in self._aligned[1])

    @cached_property
    def _aligned(self) -> tuple[tuple[float, float], list[tuple[str, int, int, int, int]]]:
        matcher = SequenceMatcher(None, self.old.tokens, self.new.tokens, autojunk=False)
        same = sum(block.size for block in matcher.get_matching_blocks())
        shares = same / max(1, len(self.old.tokens)), same / max(1, len(self.new.tokens))
        return shares, matcher.get_opcodes()


def _missing(here: Reading, there: Reading) -> tuple[float, ...]:
    known = tuple(written for _, written in spoken(there))
    return tuple(_gap(token, written, there, known) for token, written in spoken(here))


def gap_of(token: str, there: Reading) -> float:
    """How far a text is from having a word in some form, 0..1."""
    return _gap(token, token, there, tuple(written for _, written in spoken(there)))


def _gap(token: str, written: str, there: Reading, known: tuple[str, ...]) -> float:
    if has(token, there):
        return 0.0
    if token[0].isdigit():
        return float(_digits(token) not in {_digits(t) for t in there.numbers})
    return min(1.0, max(0.0, (SAME_WORD - nearest(written, known)) / (SAME_WORD - OTHER_WORD)))


def spoken(reading: Reading) -> list[tuple[str, str]]:
    """The words that say something, each in base form and as written."""
    drop = function_words() | frame_words() | NEGATIONS
    return [(t, w) for t, w in zip(reading.tokens, reading.written, strict=True) if t not in drop and t[0].isalnum()]


def evidence(pair: Pair) -> dict[str, float]:
    """The signs, by name."""
    return {**_overlap(pair), **_figures(pair), **_rules(pair), **_shape(pair)}


def _overlap(pair: Pair) -> dict[str, float]:
    lost, added = pair.lost or (0.0,), pair.added or (0.0,)
    ours, theirs = pair.kept
    nearness = max(likeness(pair.before, pair.after), likeness(pair.old.text, pair.new.text))
    asked = likeness(pair.old.asks or pair.before, pair.new.asks or pair.after)
    return {
        "far": max(0.0, 0.9 - nearness),
        "asks_far": max(0.0, 0.8 - asked),
        "lost": sum(lost) / len(lost),
        "added": sum(added) / len(added),
        # In a sentence that was left as it was, one word more or less is meant to tell.
        "lost_in_place": theirs**2 * max(lost),
        "added_in_place": ours**2 * max(added),
    }


def _figures(pair: Pair) -> dict[str, float]:
    old, new = pair.old, pair.new
    gone = {_digits(n) for n in old.firm_numbers} - {_digits(n) for n in new.numbers}
    come = {_digits(n) for n in new.firm_numbers} - {_digits(n) for n in old.numbers} - _counts(old)
    lost, fresh = lost_names(old, new), fresh_names(old, new)
    strange = max((gap_of(name, new) for name in lost), default=0.0)
    return {
        "number_changed": float(bool(gone and come)),
        "number_lost": float(bool(gone and not come)),
        "number_added": float(bool(come and not gone)),
        "name_changed": strange * bool(fresh),
        "name_lost": strange * (not fresh),
    }


def _digits(number: str) -> str:
    return re.sub(r"(?<=\d)th$", "", number)


def _counts(reading: Reading) -> set[str]:
    """How many numbers a text lists: "the five numbers 7, 3, 12, 9 and 4"."""
    return {str(len(re.findall(r"(?<![\d.,])\d+(?:[.,]\d+)?", reading.text)))} if len(reading.numbers) > 2 else set()


def _rules(pair: Pair) -> dict[str, float]:
    old, new = pair.old, pair.new
    return {
        "negation": float(bool(negation(old, new))),
        "opposite": float(bool(opposites(old, new))),
        "quantity": float(bool(quantity(old, new))),
        "superlative": float(bool(extremes(old, new))),
        "kind_asked": float(bool(kind_asked(old, new, likeness))),
        "turned": float(pair.turned and pair.kept[0] > 0.6),
    }


def _shape(pair: Pair) -> dict[str, float]:
    old, new = pair.old, pair.new
    longer = log(max(1, len(new.content)) / max(1, len(old.content)))
    both = pair.kept[0] * pair.kept[1]
    people = [{WHO[w.lower()] for w in side.words if w.lower() in WHO} for side in (old, new)]
    return {
        "shorter": max(0.0, -longer - 0.3),
        "reordered": both * (old.tokens != new.tokens and sorted(old.tokens) == sorted(new.tokens)),
        "person_changed": both * (people[0] != people[1]),
    }


def paired(before: str, after: str) -> Pair:
    """Two wordings, read."""
    old, new = read(before), read(after)
    return Pair(before, after, read(to_the_point(new, old)), read(to_the_point(old, new)))
