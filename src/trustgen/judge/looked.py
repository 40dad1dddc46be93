"""A bound model that looks: every fact of a scene is asked by itself, yes or no, what others hang on first.

What hangs on something that is not there is not asked. One fact that cannot be told leaves the whole picture without a
score, and a call that failed is the machinery's fault: the picture is judged again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec

from trustgen.core import Case, Judge, Kit, Outcome, Response, Ruling, keyed
from trustgen.vision.atoms import atoms, question
from trustgen.vision.faith import Answer

from .key import key_of
from .model import Judging, judged
from .reading import unparsed
from .rubric import rubric
from .scenes import decode, ruled


class Looked(Judge):
    """See `looked`."""

    asks = True
    name = reads = "fact"

    def __init__(self, one: Judging) -> None:
        self._one = one
        self.rubric = one.rubric

    @cached_property
    def key(self) -> str:
        """The hash of how facts are put together, and the key of who is asked."""
        return key_of(type(self), self._one.key)

    def asking(self, arm: str) -> Iterator[Any]:
        """Who is asked."""
        yield self._one

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Ask about every fact of the case's scene."""
        if not response.images:
            return unparsed("no picture to look at")
        scene = decode(case.expect.answer)
        made = atoms(scene)
        answers: dict[str, Answer] = {}
        for atom in made:
            if any(answers.get(parent) != "yes" for parent in atom.parents):
                answers[atom.id] = "unparsed"  # void, or hanging on what nobody could tell: either way not asked
                continue
            asked = question(atom, scene, keyed("", "looked", case.id, atom.id))
            said = self._one(msgspec.structs.replace(case, question=asked), response)
            if said.outcome == Outcome.ERROR:
                return said
            answers[atom.id] = "unparsed" if said.outcome != Outcome.SCORED else "yes" if said.label == "yes" else "no"
        return ruled(made, answers, self._one.rung, "a bound judge could not tell some fact")

    def __repr__(self) -> str:
        return f"<judge looked {self.key[:8]}>"


def looked(kit: Kit) -> Looked | None:
    """The models bound as `judge`, asked about every fact of the scene; None where none is bound."""
    one = judged(kit, rubric("fact"))
    return Looked(one) if one else None


__all__ = ["Looked", "looked"]
