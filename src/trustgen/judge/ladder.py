"""A ladder of judges: rule, classifier, model, panel, human. The first that decides, decides; the verdict says which.

Cheap and exact rungs stand first. A rung that cannot read a reply leaves it to the next one; where no rung is left, the
reply is `unparsed`, with the reasons of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec

from trustgen.core import Case, InputError, Judge, Outcome, Response, Ruling

from .key import key_of


class Ladder(Judge):
    """Judges in the order in which they are tried."""

    def __init__(self, rungs: tuple[Judge, ...]) -> None:
        self._rungs = rungs
        self.asks = any(rung.asks for rung in rungs)
        self.reads = rungs[0].reads
        self.name = " → ".join(rung.title for rung in rungs)
        self.rubric = next((rung.rubric for rung in rungs if rung.rubric), None)

    @property
    def rungs(self) -> tuple[Judge, ...]:
        """The rungs, the cheapest first."""
        return self._rungs

    @property
    def first(self) -> Judge:
        """The first rung, within whatever wraps it."""
        return self._rungs[0].first

    def asking(self, arm: str) -> Iterator[Any]:
        """The rungs that ask models."""
        return (one for rung in self._rungs for one in rung.asking(arm))

    @cached_property
    def key(self) -> str:
        """The hash of how the rungs are tried, and the key of each."""
        return key_of(type(self), [rung.key for rung in self.rungs])

    def __call__(self, case: Case, response: Response) -> Ruling:
        """The ruling of the first rung that decides."""
        reasons = []
        ruling = None
        for rung in self.rungs:
            ruling = rung(case, response)
            if ruling.outcome != Outcome.UNPARSED:
                return ruling
            reasons.append(f"{ruling.rung}: {ruling.reason}")
        assert ruling is not None
        return msgspec.structs.replace(ruling, reason="; ".join(reasons)[:600])

    def __repr__(self) -> str:
        return f"<ladder {' → '.join(repr(rung) for rung in self.rungs)}>"


def ladder(*rungs: Judge | None) -> Judge:
    """The rungs that are there, in order; a role that nobody is bound to leaves its rung out."""
    there = tuple(rung for rung in rungs if rung is not None)
    if not there:
        raise InputError("a ladder without rungs judges nothing: give it a rule, or bind a judge with --role judge=URI")
    return there[0] if len(there) == 1 else Ladder(there)
