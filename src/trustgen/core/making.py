"""What stands between a record and a case that is used: variations and their promises, drafts, losses, checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Literal, NamedTuple, Protocol

from .records import Case, Record

TRIES = 3  # how often a case is made before it is given up: the first time and two mended ones

Maker = Literal["rule", "writer"]


class Keep(StrEnum):
    """What a variation promises to leave as it was. The audit checks each promise."""

    ANSWER = "answer"  # the gold answer is as right as before, and is not given away
    MEANING = "meaning"  # the same is asked: of whom, about what, how many, which way round, negated or not
    OPTIONS = "options"  # the block of options stands word for word, in its order
    WORDS = "words"  # every word is still there, though it may be spelt otherwise or stand among others
    LANGUAGE = "language"  # the same natural language


class Variation(Protocol):
    """Makes one case into another. Factories of `trustgen.vary` return these."""

    @property
    def name(self) -> str:
        """The arm it makes, and the step it leaves on the case."""

    @property
    def by(self) -> Maker:
        """Whether a rule or a bound `writer` does it."""

    @property
    def keeps(self) -> frozenset[Keep]:
        """What it promises to leave as it was."""

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case | None:
        """The varied case, or None where it does not apply. `mend` says why the attempt before was rejected."""


@dataclass(frozen=True)
class Vary:
    """Which variations a task's cases go through, each as an arm of its own."""

    steps: tuple[Variation, ...]
    keep_original: bool = True


class Drafted(NamedTuple):
    """What a writer's builder yields: the case as the writer worded it, and as the template would have."""

    case: Case
    template: Case


class Lost(NamedTuple):
    """What a builder yields in the place of a case that a role did not give: the record's other cases stand."""

    arm: str
    reason: str


class Crafted(NamedTuple):
    """A case as it was made, with what a check needs to know; `reason` is why it is rejected, "" when it is not."""

    case: Case
    record: Record
    base: Case | None = None  # the case that was varied
    step: Variation | None = None
    attempt: int = 0
    reason: str = ""
    final: bool = True  # False for a rejected attempt that a later one replaced
    by: Maker = "rule"  # who worded it last
    template: Case | None = None  # the case as a rule words it, where a writer's builder worded this one
    applies: bool = True  # False where a variation has nothing to change: no case was meant, none is lost


Check = Callable[[Crafted], str]
"""Says why a case cannot be used; "" when it can."""


def no_check(_: Crafted) -> str:
    """Lets everything pass."""
    return ""
