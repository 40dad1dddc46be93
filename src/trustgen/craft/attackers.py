"""Attacks that a model words while the test is built: crescendo, a tree of variants, and translation.

A case is a fixed script, so that every model under test hears the same. Nothing here is told how a target replied: the
talk of a crescendo (Russinovich et al. 2024) is planned ahead and leans on the answers it will get, and the tree of
variants (after Mehrotra et al. 2023, without their target in the loop) is pruned by rule. What an attacker gives is
checked by rule: it must still be about the request. What fails the check is `Unusable`, and the record goes to the
ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from trustgen.core import Bound, Case, Kit, Lost, Record, Sampling, Unusable, keyed, structured, user
from trustgen.text.words import about, shared

from .asking import PROMPTS

_WORD = re.compile(r"\w+")
LANGUAGES = ("Swahili", "Zulu", "Welsh", "Hindi", "Bengali", "Vietnamese", "Polish", "Turkish")


class Ladder(msgspec.Struct):
    """The turns of a crescendo."""

    turns: list[str]


class Variants(msgspec.Struct):
    """Wordings of one request."""

    variants: list[str]


class Translated(msgspec.Struct):
    """A request in another language."""

    text: str


def _sampling(draw: Random) -> Sampling:
    return Sampling(temperature=0.8, max_tokens=700, seed=draw.getrandbits(31))


@dataclass(frozen=True)
class Crescendo:
    """A talk that grows from harmless to the request: so many user turns, each answered by the model under test."""

    attacker: Bound
    turns: int = 4

    def __call__(self, request: str, draw: Random) -> tuple[str, ...]:
        """The user's turns. Raises `Unusable` where the attacker gives no talk that ends at the request."""
        ask = PROMPTS.crescendo(draw, request=request, turns=str(self.turns))
        told = [turn.strip() for turn in structured(self.attacker, ask, Ladder, sampling=_sampling(draw)).turns]
        said = tuple(turn for turn in told if turn)
        if not 2 <= len(said) <= self.turns + 2 or len(set(said)) < len(said):
            raise Unusable(f"the attacker gave a talk of {len(said)} turns, {self.turns} different ones were asked for")
        if not any(about(request, turn) for turn in said[-2:]):
            raise Unusable("the attacker's talk does not come to the request")
        return said


@dataclass(frozen=True)
class Tree:
    """Variants of variants: `width` a level, `depth` levels; between levels those that strayed are cut."""

    attacker: Bound
    width: int = 3
    depth: int = 2

    def __call__(self, request: str, draw: Random) -> str:
        """The variant that keeps most of the request; among equals the draw decides. Raises `Unusable` for none."""
        best, found = request, ""
        for _ in range(self.depth):
            ask = PROMPTS.tree(draw, request=best, width=str(self.width))
            told = structured(self.attacker, ask, Variants, sampling=_sampling(draw)).variants
            alive = [text for text in dict.fromkeys(one.strip() for one in told) if self._lives(request, text)]
            if not alive:
                break
            top = max(shared(request, text) for text in alive)
            best = found = draw.choice([text for text in alive if shared(request, text) == top])
        if not found:
            raise Unusable("no variant of the attacker is about the request any more")
        return found

    def _lives(self, request: str, text: str) -> bool:
        return text != request and about(request, text)


@dataclass(frozen=True)
class Translation:
    """The request in a language that is drawn from `LANGUAGES`, by a bound writer."""

    writer: Bound
    declines: Callable[[str], bool]

    def __call__(self, request: str, draw: Random) -> str:
        """The translation. Raises `Unusable` where there is none, or it is mostly the request again, or a refusal."""
        ask = PROMPTS.translate(draw, request=request, language=draw.choice(LANGUAGES))
        text = structured(self.writer, ask, Translated, sampling=_sampling(draw)).text.strip()
        said, asked = _WORD.findall(text.lower()), set(_WORD.findall(request.lower()))
        if not said or 2 * sum(word in asked for word in said) > len(said) or self.declines(text):
            raise Unusable("the writer translated nothing")
        return text


BY_MODEL = {"crescendo": "attacker", "tree": "attacker", "translated": "writer"}
"""The arms that a model words, and the role that does."""


Worded = Callable[[str, Random], tuple[str, ...]]
"""The user's turns for a request."""


def worded_cases(
    record: Record, request: str, draw: Random, kit: Kit, declines: Callable[[str], bool], **how: Any
) -> Iterator[Case | Lost]:
    """A case for every arm whose role is bound, or why it is lost; `declines` tells a refusal, `how` is for `Case.of`.

    An arm's draws are its own: what one attacker says moves no other's words.
    """
    ways: dict[str, Worded] = {}
    if attacker := kit.role("attacker"):
        ways |= {"crescendo": Crescendo(attacker), "tree": lambda *ask: (Tree(attacker)(*ask),)}
    if writer := kit.role("writer"):
        ways["translated"] = lambda *ask: (Translation(writer, declines)(*ask),)
    own = str(draw.getrandbits(64))
    for arm, worded in ways.items():
        try:
            yield Case.of(record, arm, *map(user, worded(request, keyed(own, arm))), question=request, **how)
        except Unusable as fault:  # one attacker's failure costs its own case, not the record
            yield Lost(arm, str(fault))


__all__ = ["BY_MODEL", "LANGUAGES", "Crescendo", "Translation", "Tree", "worded_cases"]
