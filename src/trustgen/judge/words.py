"""A judge's own words: the question that it answers, and the labels that it may give, for people who read with it.

They stand in `words.toml` by the name of a rule. A rule of one's own brings its own as an attribute `words`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from trustgen.core import LETTERS, Case, Judge

NOTHING = "unclear"
"""What people say of a reply that nobody could score."""

Score = float | Literal["gold"] | dict[str, float]


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of one rule; the fields are those of `words.toml`, explained there."""

    question: str
    labels: dict[str, Score] = {}
    takes: Literal["", "letters", "sides"] = ""
    declines: bool = False
    positive: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    means: dict[str, str] = {}
    folded: dict[str, str] = {}

    def offered(self, case: Case, claim: str = "") -> dict[str, float | None]:
        """The labels that people may give a reply to a case, each with its score; None where it says nothing scorable.

        `claim` is a rule's own name for settling on what the prompt suggests.
        """
        found: dict[str, float | None] = dict(_taken(self.takes, case))
        for label, score in self.labels.items():
            found[label] = _scored(label, score, case, next(iter(self.labels)))
        if claim and claim not in found:
            found[claim] = 0.0
        rest: tuple[str, ...] = ("refused", NOTHING) if self.declines else (NOTHING,)
        return found | dict.fromkeys(rest)

    def told(self, label: str) -> str:
        """A label of another set in these words; "" where they have none for it."""
        label = self.means.get(label, label)
        return label if label in self.labels or label in (NOTHING, "refused") else ""


def _taken(takes: str, case: Case) -> Mapping[str, float]:
    options, right = case.expect.options, case.expect.answer
    letters = LETTERS[: len(options)]
    if takes == "letters":
        return {letter: float(letter == right) for letter in letters}
    if takes == "sides":
        sides = case.tags.get("sides", "").split()
        place = options.index(right) if right in options else letters.find(right) if right else -1
        gold = sides[place] if 0 <= place < len(sides) else "one"  # none is right: the score says what was decided
        return {side: float(side == gold) for side in sides}
    return {}


def _scored(label: str, score: Score, case: Case, first: str) -> float | None:
    answer = case.expect.answer
    if isinstance(score, dict):
        return score.get(answer, score.get(case.arm, score.get("else", 0.0)))
    if score == "gold":
        return float(label == (answer or first))
    return None if math.isnan(score) else score


@cache
def table() -> dict[str, Words]:
    """The words of every rule that comes with TrustGen, by its name."""
    told = tomllib.loads((files(__package__ or "") / "words.toml").read_text("utf-8"))
    return {name: msgspec.convert(one, Words, strict=False) for name, one in told.items()}


def words_of(judge: Judge | None) -> Words | None:
    """The words of a judge's first rung, its own or those of its name; None where nobody wrote any down."""
    if judge is None:
        return None
    own = getattr(judge.first.rule, "words", None)  # a rule is any function: of its attributes nobody promises any
    return own if isinstance(own, Words) else table().get(judge.first.name)


def offered(judge: Judge | None, case: Case) -> dict[str, float | None]:
    """As `Words.offered`; nothing for a judge without words."""
    words = words_of(judge)
    return words.offered(case, str(getattr(judge.first.rule, "claim", ""))) if judge and words else {}


__all__ = ["NOTHING", "Words", "offered", "table", "words_of"]
