"""A text as words and what stands between them, and which of the words a rule may change.

Never changed are: capitalised names (with their article and the small words inside them), anything with a digit, quoted
text, code, links and addresses, and the words on which a meaning turns (negations, quantifiers, comparisons, number
words, directions). A capitalised word is no name where it opens a sentence and is a common opener. English only: in a
script without capitals everything counts as a name, and nothing is changed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise
from typing import Any

from trustgen.core import Case

WORD = re.compile(r"([^\W_]+(?:['’\-][^\W_]+)*)")
_FENCE = re.compile("[\"“‘«`'@{<\\[]|://")  # only a text with one of these can have a span to leave alone
_SPANS = re.compile(
    r"\"[^\"]*\"|“[^”]{0,2000}”|‘[^’]{0,2000}’|«[^»]{0,2000}»|`[^`]*`|(?<!\w)'[^'\n]+'(?!\w)|\{[^}]{0,2000}\}"
    r"|\[[^\]]{0,2000}\]|<[^>]{0,2000}>|\S{0,500}(?:@|://)\S*"
)
_ENDED = re.compile(r"[.!?:\n]\W*$|^\W*$")
HELD_WORDS = 3  # a longer answer than this is a sentence, whose small words are everybody's


@cache
def tables() -> dict[str, Any]:
    """The word tables of `words.toml`."""
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


@cache
def table(name: str) -> frozenset[str]:
    """One of the lists of words."""
    return frozenset(tables()[name].split())


@cache
def ordered(name: str) -> tuple[str, ...]:
    """One of the lists, in the order in which it is written."""
    found = tables()[name]
    return tuple(found.split() if isinstance(found, str) else found)


@dataclass
class Words:
    """A text in pieces: at even places what stands between words, at odd ones the words. `free` may be changed.

    `open` are the gaps into which something may be put: those with a blank that stand in no span and in no name.
    """

    pieces: list[str]
    free: list[int]
    open: list[int]
    fixed: set[int]  # names, numbers, spans, and the gaps inside them

    @property
    def text(self) -> str:
        """The text that the pieces make."""
        return "".join(self.pieces)

    @classmethod
    def of(cls, text: str, held: frozenset[str] = frozenset()) -> Words:
        """The words of a text. `held` are further words, in lower case, that stay as they are."""
        pieces = WORD.split(text)
        names = [i for i in range(1, len(pieces), 2) if not _plain(pieces, i)]
        fixed = set(names)
        for one, other in pairwise(names):
            inner = range(one + 2, other, 2)
            if 0 < len(inner) <= 3 and all(pieces[i] in table("connectors") for i in inner):
                fixed.update(range(one, other))
            elif not inner:
                fixed.add(one + 1)
        for i in names:
            if pieces[i - 2 : i] == ["the", " "]:  # the article of "the Netherlands" is part of the name
                fixed.update((i - 2, i - 1))
        if _FENCE.search(text):
            _fence(text, pieces, fixed)
        critical = table("critical")
        free = [
            i
            for i in range(1, len(pieces), 2)
            if i not in fixed and (low := pieces[i].lower()) not in critical and low not in held
        ]
        gaps = [i for i in range(2, len(pieces) - 1, 2) if i not in fixed and pieces[i][-1:].isspace()]
        return cls(pieces, free, gaps, fixed)


def _plain(pieces: list[str], i: int) -> bool:
    """Whether a word is neither a name nor a number."""
    word = pieces[i]
    if word.islower():
        return word.isalpha() or not any(map(str.isdigit, word))
    return (
        (word[1:].islower() or len(word) == 1)
        and (i == 1 or bool(_ENDED.search(pieces[i - 1])))
        and word.partition("'")[0].lower() in table("openers")
    )


def _fence(text: str, pieces: list[str], fixed: set[int]) -> None:
    """Fix every word, and every gap, that stands in a quoted or otherwise fenced span."""
    spans = [match.span() for match in _SPANS.finditer(text)]
    at = 0
    for i, piece in enumerate(pieces):
        end = at + len(piece)
        touched = [(start, stop) for start, stop in spans if start < end and at < stop]
        if touched and (i % 2 or any(start <= at and end <= stop for start, stop in touched)):
            fixed.add(i)
        at = end


def held(case: Case) -> frozenset[str]:
    """The words of a case's short answers, and of its tag `subject`: what the label hangs on, however it is spelt."""
    expect = case.expect
    texts: Iterable[str] = chain(
        (expect.answer, case.tags.get("subject", "")), expect.aliases, expect.options, expect.wrong
    )
    words = {
        word.lower() for text in texts if len(text) > 1 and text.count(" ") < HELD_WORDS for word in WORD.findall(text)
    }
    return frozenset(words - table("connectors") - table("small"))
