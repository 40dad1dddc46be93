"""The registered tasks on trial, by their ids: every test that asks the same thing shares what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from trustgen.core import Case, Model, Response, Ruling, Task
from trustgen.core.registry import load, names
from trustgen.stats import Computed, Grades
from trustgen.testing import Trial, organism
from trustgen.testing import trial as public

WORDS = [name for name in names("task") if name.startswith("llm.")]
"""The tasks that are answered in words: what is said, in whatever dress or disorder, means nothing to the others."""


@cache
def trial(id: str, n: int | None = None) -> Trial:
    """A task on trial."""
    return Trial(load("task", id), n)


def task(id: str, n: int | None = None) -> Task:
    """A task by its id."""
    return trial(id, n).task


def held(id: str, n: int) -> int:
    """So many records, or as many as the task's pools hold."""
    size = task(id).records.size
    return n if size is None else min(n, size)


def cases(id: str, n: int | None = None, salt: str = "test") -> tuple[Case, ...]:
    """The sealed cases of a task."""
    return trial(id, n).cases(salt)


def ask(model: Model, made: Task, case: Case) -> Response:
    """One response, every question of the script asked."""
    return public.answered(model, case, made.sampling, made.kit.asset, made.kit.keep)


def ruled(id: str, uri: str, over: Iterable[Case]) -> list[tuple[Case, Ruling]]:
    """Every case with the ruling on what an organism says to it."""
    return list(public.ruled(task(id), organism(uri), over))


def all_ruled(id: str, uri: str, n: int | None = None, salt: str = "test") -> tuple[tuple[Case, Ruling], ...]:
    """All cases of a task with their rulings."""
    return trial(id, n).rulings(uri, salt)


def graded(id: str, uri: str, over: Iterable[Case]) -> Grades:
    """Graded cases of an organism."""
    return public.graded(ruled(id, uri, over))


def measured(id: str, uri: str, n: int | None = None, salt: str = "test") -> Mapping[str, Computed]:
    """Every measure of a task for an organism."""
    return trial(id, n).measured(uri, salt)
