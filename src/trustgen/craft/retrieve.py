"""A small retriever by rule: names in a question are linked to things of a graph, and their triples are looked up.

Linking is by exact name or alias, the longest first. From what is linked the walk goes one or two steps, either way.
What it finds is ranked by how many words of the question the triple's own words share, then by how near it is. That is
no search engine: it misses what is spelt otherwise, and it brings what is merely near, as real ones do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from trustgen.core import Record
from trustgen.text.visible import unaccented

from .asking import PROMPTS

LONGEST = 7  # words of a name
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(("a", "an", "and", "as", "by", "for", "has", "have", "in", "is", "its", "of", "the", "to", "what"))


class Triple(NamedTuple):
    """One edge, read the way it holds: `("France", "has the capital", "Paris")`."""

    subject: str
    words: str
    object: str


def listed_triples(triples: Iterable[Triple], draw: Random) -> str:
    """One triple a line, all in one notation."""
    wording = draw.random()
    lines = (PROMPTS.triple(Random(wording), **triple._asdict()) for triple in triples)
    return "\n".join(line.replace("- the ", "- The ", 1) if line.endswith(".") else line for line in lines)


class Retriever:
    """Triples by the names of their ends. `aliases` maps a name to its other spellings."""

    def __init__(self, triples: Iterable[Triple], aliases: Mapping[str, Sequence[str]] | None = None) -> None:
        self.triples = tuple(dict.fromkeys(triples))
        self._at: dict[str, list[int]] = {}
        self._named: dict[tuple[str, ...], list[str]] = {}
        for place, triple in enumerate(self.triples):
            for end in (triple.subject, triple.object):
                self._at.setdefault(end, []).append(place)
        for end in self._at:
            for name in (end, *(aliases or {}).get(end, ())):
                known = self._named.setdefault(_words(name), [])
                known.extend([end] if end not in known else [])
        self._named.pop((), None)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Retriever:
        """Over every triple on the paths of records, short paths first."""
        ordered = sorted(records, key=lambda r: (r["hops"], r["subject"]))
        aliases = {record["answer"]: record["aliases"] for record in ordered}
        return cls((Triple(*told) for record in ordered for told in record["path"]), aliases)

    def link(self, text: str) -> list[str]:
        """The things that a text names, in order; a name within a longer one is not linked."""
        words, found, at = _words(text), list[str](), 0
        while at < len(words):
            for end in range(min(len(words), at + LONGEST), at, -1):
                if things := self._named.get(words[at:end]):
                    found += [thing for thing in things if thing not in found]
                    at = end - 1
                    break
            at += 1
        return found

    def find(self, text: str, *, hops: int = 2, most: int = 5) -> list[Triple]:
        """At most `most` triples within `hops` steps of what the text names, the likeliest first."""
        asked = {_stem(word) for word in _words(text)} - _SMALL
        near: dict[int, int] = {}
        ends = self.link(text)
        for hop in range(hops):
            places = [place for end in ends for place in self._at[end] if place not in near]
            near.update(dict.fromkeys(places, hop))
            ends = list(dict.fromkeys(e for p in places for e in (self.triples[p].subject, self.triples[p].object)))
        shared = {p: len(asked & {_stem(word) for word in _words(self.triples[p].words)}) for p in near}
        return [self.triples[p] for p in sorted(near, key=lambda p: (-shared[p], near[p], p))[:most]]


def _words(text: str) -> tuple[str, ...]:
    """Words in lower case, accents and the article in front gone."""
    words = _WORD.findall(unaccented(text.lower()).replace("'s ", " "))
    return tuple(word for word in words if word != "the")


def _stem(word: str) -> str:
    return word.removesuffix("s")
