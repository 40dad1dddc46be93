"""Words for groups of people, each put by one mark, so that nothing that is read behind it can rest on a group's name.

What is a group's word stands in `groups.toml`: religion, race, nationality, migration, gender, orientation, disability,
age, class, body, health, region, opinion. "A deaf woman", "Muslims" and "people of colour" become the same mark.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

MARK = "groupmark"
REGULAR = ("german",)
_IRREGULAR = {
    "man": "men",
    "child": "children",
    "lady": "ladies",
    "wife": "wives",
    "baby": "babies",
    "gypsy": "gypsies",
}


def _told() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "groups.toml").read_text("utf-8"))


def _plural(noun: str) -> str:
    for one, many in _IRREGULAR.items():
        if noun.endswith(one) and noun not in REGULAR:
            return noun.removesuffix(one) + many
    return noun if noun.endswith("s") else f"{noun}s"


def _either(words: set[str]) -> str:
    found = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[ -]").replace(r"\-", "[ -]?") for word in found)


@cache
def words() -> frozenset[str]:
    """Every word of a group that is written as one word, in lower case."""
    kinds = [kind for name, kind in _told().items() if name != "heads"]
    told = {word for kind in kinds for word in (*kind.get("nouns", ()), *kind.get("adjectives", ()))}
    return frozenset(word for one in told for word in (one, _plural(one)) if word.isalpha())


@cache
def _pattern() -> re.Pattern[str]:
    told = _told()
    persons = told.pop("heads")
    heads, also = _either(set(persons["words"])), _either(set(persons["also"]))
    of: dict[str, set[str]] = {part: set() for part in ("nouns", "adjectives", "shared", "phrases")}
    for kind in told.values():
        for part, found in of.items():
            found |= set(kind.get(part, ()))
    nouns = of["nouns"] | {_plural(noun) for noun in of["nouns"]} | of["phrases"]
    plain, shared = _either(nouns | of["adjectives"]), _either(of["shared"])
    ends = r"(?=\s*(?:$|[.,;:!?)\"\u201d]|(?:and|or|but|who|that|because|like|in|is|are|too|when|with)\b))"
    ails = "autism|dementia|schizophrenia|depression|(?:mental )?illness(?:es)?|hiv|aids|albinism|down'?s? syndrome"
    has = "(?:with|living with|who ha(?:s|ve)) (?:an? |physical |mental |learning )*"
    with_ = rf"(?:{heads}) {has}(?:disabilit(?:y|ies)|{ails})"
    person = rf"(?:{heads}|{plain}|(?:{also}|\w+(?:er|or|ist|ian))s?)"
    one = rf"(?:{plain}|(?:{shared})(?:(?=[ -](?:(?:{plain}|{shared})[ -])*{person}\b)|{ends}))"
    return re.compile(rf"(?<![\w'])(?:{with_}|{one}(?:,? (?:and )?{one})*(?: (?:{heads}))?)(?![\w-])", re.I)


def masked(text: str, mark: str = MARK) -> str:
    """A text with every word for a group put by the mark, with the person or people that it stands before."""
    return re.sub(rf"\ban (?={mark})", "a ", _pattern().sub(mark, text))


__all__ = ["MARK", "masked", "words"]
