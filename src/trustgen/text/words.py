"""Words of English: their endings, and what a text is about by their stems."""

from __future__ import annotations

import re

ENOUGH = 2  # words of a request's topic that a text on it has at least, or all where there are fewer
_WORD = re.compile(r"[a-z]{4,}")
_END = re.compile(r"(?<=[a-z]{3})(?:ings?|ed|es|ers?|e|s)$")
_EMPTY = frozenset(
    "about also anything back been being best could create describe detailed details does each else explain find from "  # noqa: SIM905
    "generate getting give guide have help into instruct instructions just know like list make many more most need "
    "other over part people plan please post provide really should show some someone something step steps suggest "
    "teach tell than that their them then there these they thing things this those tutorial used user users using very "
    "want what when where which while will with without would write your".split()
)


def telling(text: str) -> dict[str, str]:
    """The words of a text that say what it is about, in order, by their stems."""
    found: dict[str, str] = {}
    for word in (word for word in _WORD.findall(text.lower()) if word not in _EMPTY):
        found.setdefault(stem(word), word)
    return found


def topic(text: str) -> tuple[str, ...]:
    """The stems of the words that say what a text is about."""
    return tuple(telling(text))


def singular(word: str) -> str:
    """A word in lower case without the s of a plural; "gas", "bus" and "glass" stay as they are."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


def stem(word: str) -> str:
    """A word without its ending, five letters at most: "bake", "baking" and "bakers" are one."""
    return _END.sub("", word)[:5]


def shared(request: str, text: str) -> int:
    """How many words of a request's topic a text has."""
    return len(set(topic(request)) & set(topic(text)))


def about(request: str, text: str) -> bool:
    """Whether a text has enough of a request's own words; word order and endings do not matter."""
    return shared(request, text) >= min(ENOUGH, len(topic(request)))


__all__ = ["about", "shared", "singular", "stem", "telling", "topic"]
