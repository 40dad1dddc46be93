"""What reads a reply: the ruling, and the judge that gives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from .outcomes import Outcome
from .records import Case, Vote
from .replies import Response


class Ruling(msgspec.Struct, frozen=True):
    """What a judge decides: `scored` with a score, or `refused` or `unparsed`. The rest is as in `Verdict`."""

    outcome: Outcome
    score: float | None = None
    label: str = ""
    reason: str = ""
    rung: str = "rule"
    confidence: float | None = None
    votes: tuple[Vote, ...] = ()


class Judge:
    """Reads an answered response. Everything but `key` and the call has a default: that of one rule, with no others.

    A judge whose `asks` is true asks bound roles and waits for them; the engine calls it in a thread. Every other
    judge is pure: no clock, no chance, no network.
    """

    name: str = ""  # what it is called in tables
    reads: str = ""  # the kind of labelled rows that tell its error
    asks: bool = False
    rubric: Any = None  # the `trustgen.judge.Rubric` that it asks by
    rule: Any = None  # the rule that it is made of, if of one, which may bring `words` and a `claim` of its own

    @property
    def key(self) -> str:
        """The hash of all that shapes its rulings, as `judge.key.key_of` makes it: a changed judge is a new one."""
        raise NotImplementedError(f"{self.title} has no key: give it one, as `trustgen.judge.key.key_of` makes it")

    def __call__(self, case: Case, response: Response) -> Ruling:
        """Rule on one response."""
        raise NotImplementedError(f"{self.title} judges nothing: give it `def __call__(self, case, response)`")

    @property
    def counted(self) -> str:
        """What was counted of its error on other things than labelled replies, in a line; "" where nothing was."""
        return ""

    @property
    def title(self) -> str:
        """Its name, or else that of its class."""
        return self.name or type(self).__name__

    @property
    def rungs(self) -> tuple[Judge, ...]:
        """The judges that are tried one after the other."""
        return (self,)

    @property
    def first(self) -> Judge:
        """The first rung, within whatever wraps it."""
        return self

    @property
    def judges(self) -> tuple[Judge, ...]:
        """The distinct judges of all arms."""
        return (self,)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that it tells apart; "" for all."""
        return ("",)

    def of(self, arm: str) -> Judge | None:
        """The judge of an arm; of all arms ("") only where they share one."""
        return self

    def asking(self, arm: str) -> Iterator[Any]:
        """The judges within that ask models about cases of an arm."""
        if self.asks:
            yield self
