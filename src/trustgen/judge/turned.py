"""What a text turns round of the text that it tells: denied where that denies nothing, or told by the opposite word.

`denied`    "no discounts", "only", "except", where no sentence of the source about the same thing denies or excludes
`opposite`  "limited coverage" where the source knows "wide" alone, "uninterested" where it knows "interested" alone
`renamed`   "the Premium plan" where the source has another name before "plan", and never this one

Words are compared by their stems, so nothing here rests on how a word is inflected. Pairs of opposites stand in
`opposites.toml`; a word with "un-", "in-", "dis-" or "non-" before it is the opposite of the word without.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from .reading import words

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?;\n]+")
_DENIES = words(
    "no not never none without neither nor nothing nobody cannot lack lacks lacking unable fails failed refuses "
    "refused declines declined denies denied unavailable absent"
)
_EXCLUDES = words("only solely exclusively except excluding excludes exclude excluded instead unless")
_EMPTY = words(
    "a an the and or but of to in on at by for from with as is are was were be been being it its this that these those "
    "they them their he she his her him we our us you your i my who which what when where how than then there here "
    "also both each more most other some any all such so if into about over under up down out while during before "
    "after between through via per very can could may might will would should must do does did has have had having"
)
_PREFIX = re.compile(r"(?:un|in|im|ir|il|dis|non-?|mis)(?=[a-z]{4})")
_NAMED = re.compile(r"(?<=[a-z,] )(?P<name>[A-Z][a-z]+) (?P<what>[a-z]{4,})\b")
_ENDINGS = (
    "ations", "ation", "ments", "ment", "ingly", "ings", "ing", "edly", "ied", "ies", "ed", "es", "ers", "er", "ors",
    "or", "ly", "ness", "ity", "s", "e", "y",
)  # fmt: skip
_OF_THE_TEXT = words(
    "i i'm i've we passage text source article document summary mention mentions mentioned specify specified stated "
    "details given provided information described says"
)
"""In a sentence with one of these the speaker tells of the text, or of what can be told of it: that is no denial."""
SHORT = 4  # words of a sentence up to which it answers the one before it
NEAR = 7  # words after a denial that tell what it denies


@cache
def stem(word: str) -> str:
    """A word without its ending, as far as four letters are left."""
    for end in _ENDINGS:
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word


@cache
def _pairs() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    told = tomllib.loads((files(__package__) / "opposites.toml").read_text("utf-8"))["pairs"]
    return tuple((_any(one), _any(other)) for one, other in told)


def _any(side: str) -> re.Pattern[str]:
    held = "|".join(re.escape(word).replace(r"\*", "[a-z]*") for word in side.split())
    return re.compile(rf"(?<![\w-])(?:{held})(?![\w-])")


def _words(text: str) -> list[str]:
    return [found[0].lower().replace("\u2019", "'") for found in _WORD.finditer(text)]


def _sentences(text: str) -> list[list[str]]:
    return [found for part in _SENTENCE.split(text) if (found := _words(part))]


def _turns(word: str) -> bool:
    return word in _DENIES or word in _EXCLUDES or word.endswith("n't")


def _of(sentence: list[str], at: int) -> set[str]:
    """What a denial at a place is about."""
    return {stem(word) for word in sentence[at + 1 : at + 1 + NEAR] if word not in _EMPTY and not _turns(word)}


def denied(reply: str, source: str) -> Iterator[str]:
    """What a reply denies or excludes and the source does not."""
    known = _sentences(source)
    stems = [{stem(word) for word in one} for one in known]
    turning = [
        stems[at] | (stems[at - 1] if at and len(one) <= SHORT else set())  # "Any discounts?" "No."
        for at, one in enumerate(known)
        if any(map(_turns, one))
    ]
    of_the_text = _OF_THE_TEXT.difference(*known)
    for sentence in _sentences(reply):
        if of_the_text & set(sentence):
            continue
        for at, word in enumerate(sentence):
            both = sentence[at + 1 : at + 2] == ["only"] or sentence[at - 1 : at + 1] == ["not", "only"]
            about = _of(sentence, at) if _turns(word) and not both else set()
            if about and not any(about & one for one in turning):
                yield f"{word} {' '.join(sentence[at + 1 : at + 3])}"


def opposite(reply: str, source: str) -> Iterator[str]:
    """Words of a reply whose opposite alone stands in the source."""
    said, low = " ".join(_words(reply)), " ".join(_words(source))
    stems = {stem(word) for word in _words(source)}
    for pair in _pairs():
        for mine, other in (pair, pair[::-1]):
            found = mine.search(said)
            if found and other.search(low) and not mine.search(low) and not other.search(said):
                yield found[0]
    for word in set(_words(reply)):
        bare = _PREFIX.sub("", word, count=1)
        if bare != word and stem(bare) in stems and stem(word) not in stems:
            yield word


def renamed(reply: str, source: str) -> Iterator[str]:
    """Names before a word that has another name before it in the source, and never this one."""
    low = source.lower()
    named: dict[str, set[str]] = {}
    for found in _NAMED.finditer(source):
        named.setdefault(found["what"], set()).add(found["name"])
    for found in _NAMED.finditer(reply):
        others = named.get(found["what"], set())
        if others and f"{found['name']} {found['what']}".lower() not in low:
            yield found[0]


def turned(reply: str, source: str) -> tuple[str, ...]:
    """All that a reply turns round, each said once."""
    return tuple(dict.fromkeys((*denied(reply, source), *opposite(reply, source), *renamed(reply, source))))


__all__ = ["denied", "opposite", "renamed", "turned"]
