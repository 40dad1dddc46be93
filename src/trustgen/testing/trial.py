"""A task tried on known-answer models: its cases, what the models say, how it is judged, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from trustgen.core import (
    Case,
    Model,
    ModelOptions,
    Ruling,
    Task,
    TaskFactory,
    expand,
)
from trustgen.models.organism import Organism, open_model
from trustgen.models.played import answered
from trustgen.stats import Computed, Grade, Grades

T = TypeVar("T")
Ruled = tuple[tuple[Case, Ruling], ...]
"""Every case with the ruling on what was said to it."""


def organism(trait: str) -> Organism:
    """A model whose answers are known: `perfect`, `worst`, `mute`, `refuser`, `random`, `able?rate=0.8` and others.

    It answers from the case, so it can be asked cases only. Raises `InputError` for a trait that there is not.
    """
    return open_model(trait, ModelOptions())


def ruled(made: Task, model: Model, over: Iterable[Case]) -> Ruled:
    """Every case with the ruling on what a model says to it."""
    kit = made.kit  # where its judge looks for pictures
    said = ((case, answered(model, case, made.sampling, kit.asset, kit.keep)) for case in over)
    return tuple((case, made.judge(case, response)) for case, response in said)


def graded(rulings: Iterable[tuple[Case, Ruling]]) -> Grades:
    """Ruled cases as measures take them."""
    return Grades.of(
        Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags, confidence=said.confidence)
        for case, said in rulings
    )


class Trial:
    """A task over `n` records, and all that was found of it so far: nothing is made twice."""

    def __init__(self, make: TaskFactory, n: int | None = None) -> None:
        """Raises `InputError` where the task cannot be made, as without a role that it needs."""
        self.make, self.n = make, n
        self._kept: dict[tuple[str, ...], Any] = {}

    @cached_property
    def task(self) -> Task:
        """The task, with no role bound."""
        return self.make(self.n)

    def cases(self, salt: str = "test") -> tuple[Case, ...]:
        """The sealed cases that a salt makes."""
        return self._once(("cases", salt), lambda: made_of(self.task, salt))

    def rulings(self, trait: str, salt: str = "test") -> Ruled:
        """All cases with the rulings on what an organism says to them."""
        return self._once(("rulings", trait, salt), lambda: ruled(self.task, organism(trait), self.cases(salt)))

    def measured(self, trait: str, salt: str = "test") -> Mapping[str, Computed]:
        """Every measure of an organism."""
        return self._once(("measured", trait, salt), lambda: self._measured(trait, salt))

    def _measured(self, trait: str, salt: str) -> Mapping[str, Computed]:
        grades = graded(self.rulings(trait, salt))
        return {name: measure(grades) for name, measure in self.task.measures.items()}

    def _once(self, name: tuple[str, ...], make: Callable[[], T]) -> T:
        if name not in self._kept:
            self._kept[name] = make()
        found: T = self._kept[name]
        return found


def made_of(made: Task, salt: str) -> tuple[Case, ...]:
    """The sealed cases of a task under a salt, made anew."""
    return tuple(case for record in made.records.select(salt) for case in expand(made, record, salt))
