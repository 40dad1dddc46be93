"""Ask an organism a task's cases without the engine, and gather the graded cases."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from trustgen.core import Case, Model, ModelOptions, Reply, Request, Response, Ruling, Task, Turn, assistant, expand
from trustgen.core.registry import load
from trustgen.models.organism import open_model
from trustgen.stats import Computed, Grade, Grades

T = TypeVar("T")


def now(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("an organism had to wait")


@cache
def task(id: str, n: int | None = None) -> Task:
    """A task by its id."""
    made: Task = load("task", id)(n)
    return made


@cache
def cases(id: str, n: int | None = None, salt: str = "test") -> tuple[Case, ...]:
    """The sealed cases of a task."""
    made = task(id, n)
    return tuple(case for record in made.records.select(salt) for case in expand(made, record, salt))


def ask(model: Model, made: Task, case: Case) -> Response:
    """One response, every question of the script asked."""
    turns: list[Turn] = []
    replies: list[Reply] = []
    for turn, due in case.script():
        turns.append(turn)
        if due:
            replies.append(now(model.ask(Request(tuple(turns), made.sampling, case))))
            turns.append(assistant(replies[-1].text))
    return Response("k", case.id, made.id, model.uri, "answered", tuple(replies))


def ruled(id: str, uri: str, over: Iterable[Case]) -> list[tuple[Case, Ruling]]:
    """Every case with the ruling on what an organism says to it."""
    made, model = task(id), open_model(uri, ModelOptions())
    return [(case, made.judge(case, ask(model, made, case))) for case in over]


@cache
def all_ruled(id: str, uri: str, n: int | None = None, salt: str = "test") -> tuple[tuple[Case, Ruling], ...]:
    """All cases of a task with their rulings, found once: many tests ask the same organism."""
    return tuple(ruled(id, uri, cases(id, n, salt)))


def graded(id: str, uri: str, over: Iterable[Case]) -> Grades:
    """Graded cases of an organism."""
    return _grades(ruled(id, uri, over))


def _grades(rulings: Iterable[tuple[Case, Ruling]]) -> Grades:
    return Grades.of(
        Grade(
            case.cluster, case.arm, ruling.outcome, ruling.score, ruling.label, case.tags, confidence=ruling.confidence
        )
        for case, ruling in rulings
    )


@cache
def measured(id: str, uri: str, n: int | None = None, salt: str = "test") -> Mapping[str, Computed]:
    """Every measure of a task for an organism."""
    grades = _grades(all_ruled(id, uri, n, salt))
    return MappingProxyType({name: measure(grades) for name, measure in task(id).measures.items()})
