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

from trustgen.audit.reading import NEGATIONS, Reading, frame_words, function_words, read

from .amounts import extremes, negation, quantity
from .kinds import heads_asked, kind_asked
from .likeness import likeness, nearest
from .names import fresh_names, lost_names
from .opposites import opposites, turned
from .scenery import to_the_point
from .signs import has

SAME_WORD, OTHER_WORD = 0.72, 0.37  # cosines of two words: from the first on they are synonyms, below the second not


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

    @property
    def strangest(self) -> tuple[str, str]:
        """The word of each wording that the other is furthest from having; "" where it has them all."""
        sides = ((self.old, self.lost), (self.new, self.added))
        return tuple(max(zip(gaps, spoken(r), strict=True), default=(0, ("", "")))[1][1] for r, gaps in sides)  # type: ignore[return-value]

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
        return shares, [(kind, a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes()]


def _missing(here: Reading, there: Reading) -> tuple[float, ...]:
    known = _known(there)
    return tuple(_gap(token, written, there, known) for token, written in spoken(here))


def _known(reading: Reading) -> tuple[str, ...]:
    """All words of a text but the smallest: what frames one wording may stand for a word of the other."""
    drop = function_words()
    return tuple(w for t, w in zip(reading.tokens, reading.written, strict=True) if t not in drop and t[0].isalnum())


def gap_of(written: str, there: Reading, token: str = "") -> float:
    """How far a text is from having a word in some form, 0..1; `token` is its base form."""
    return _gap(token or written, written, there, _known(there))


def _gap(token: str, written: str, there: Reading, known: tuple[str, ...]) -> float:
    if has(token, there):
        return 0.0
    if token[0].isdigit():
        return float(digits(token) not in {digits(t) for t in there.numbers})
    return min(1.0, max(0.0, (SAME_WORD - nearest(written, known)) / (SAME_WORD - OTHER_WORD)))


def spoken(reading: Reading) -> list[tuple[str, str]]:
    """The words that say something, each in base form and as written."""
    drop = function_words() | frame_words() | NEGATIONS | (reading.numbers - reading.firm_numbers)
    return [(t, w) for t, w in zip(reading.tokens, reading.written, strict=True) if t not in drop and t[0].isalnum()]


def evidence(pair: Pair) -> dict[str, float]:
    """The signs, by name."""
    return {**_overlap(pair), **_figures(pair), **_rules(pair), **_shape(pair)}


def _overlap(pair: Pair) -> dict[str, float]:
    lost, added = pair.lost or (0.0,), pair.added or (0.0,)
    ours, theirs = pair.kept
    bare = (" ".join(word for _, word in spoken(side)) for side in (pair.old, pair.new))
    nearness = max(likeness(pair.before, pair.after), likeness(pair.old.text, pair.new.text), likeness(*bare))
    asked = likeness(pair.old.asks or pair.before, pair.new.asks or pair.after)
    return {
        "far": max(0.0, 0.9 - nearness),
        "asks_far": max(0.0, 0.8 - asked),
        "lost": sum(lost) / len(lost),
        "added": sum(added) / len(added),
        # In a sentence that was left as it was, one word more or less is meant to tell.
        "lost_in_place": ours * theirs * max(lost),
        "added_in_place": ours**2 * theirs**0.5 * max(added),
    }


def _figures(pair: Pair) -> dict[str, float]:
    old, new = pair.old, pair.new
    gone = {digits(n) for n in old.firm_numbers} - {digits(n) for n in new.numbers}
    come = {digits(n) for n in new.firm_numbers} - {digits(n) for n in old.numbers} - _counts(old)
    lost, fresh = lost_names(old, new), fresh_names(old, new)
    strange = max((gap_of(name, new) for name in lost), default=0.0)
    return {
        "number_changed": float(bool(gone and come)),
        "number_lost": float(bool(gone and not come)),
        "number_added": float(bool(come and not gone)),
        "name_changed": strange * bool(fresh),
        "name_lost": strange * (not fresh),
    }


def digits(number: str) -> str:
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
        "other_asked": other_asked(old, new),
        "turned": float(pair.turned and pair.kept[0] > 0.6),
    }


def _shape(pair: Pair) -> dict[str, float]:
    old, new = pair.old, pair.new
    longer = log(max(1, len(new.content)) / max(1, len(old.content)))
    return {"shorter": max(0.0, -longer - 0.3)}


_ANSWERS = (  # what kind of thing answers a question, in words to compare with "which …"
    (
        re.compile(r"(?:^|[,;:] |\b(?:and|so|then|me|us|know|tell|by|to|of|for|from|with|under|about) )who(?:m|se)?\b"),
        ("person", "man", "author", "king", "president", "scientist", "artist", "team"),
    ),
    (re.compile(r"\bwhere\b"), ("place", "country", "city", "region", "part", "room")),
    (re.compile(r"(?:^|[,:;] )when\b|\bwhen (?:do|did|does|was|were|is|will)\b"), ("year", "date", "time", "century")),
    (re.compile(r"\bhow (?:many|often)\b"), ("number", "amount", "count", "total", "score")),
    (re.compile(r"\bhow much\b"), ("amount", "price", "cost", "sum", "length", "weight")),
    (re.compile(r"\bhow long\b"), ("duration", "length", "years", "time")),
    (re.compile(r"\bwhy\b"), ("reason", "cause", "purpose")),
)


def other_asked(old: Reading, new: Reading) -> float:
    """How far what answers the new question is in kind from what answers the old one; 0 if unclear."""
    was, now = _asked(old), _asked(new)
    if not was or not now or set(was) & set(now):
        return 0.0
    near = max(nearest(word, tuple(now)) for word in was)
    return min(1.0, max(0.0, (SAME_WORD - near) / (SAME_WORD - OTHER_WORD)))


def _asked(reading: Reading) -> tuple[str, ...]:
    if heads := heads_asked(reading):
        return tuple(sorted(heads))
    text = reading.asks.lower() if "?" in reading.asks else ""
    return next((kinds for pattern, kinds in _ANSWERS if pattern.search(text)), ())


def paired(before: str, after: str) -> Pair:
    """Two wordings, read."""
    old, new = read(before), read(after)
    return Pair(before, after, read(to_the_point(new, old)), read(to_the_point(old, new)))
