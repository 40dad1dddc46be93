"""Whether all is installed that tasks need: found out in one go, before anything is built or asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from trustgen.core import Case, Expect, MissingExtra, MissingExtras, Reply, Response, Task, expand, user

_PLAIN = Case("", "", "", (user("Is this one?"),), Expect(answer="one", wrong=("two",)), ("r",))
_SAID = "It is one, I would say."


def lacking(makers: Iterable[Callable[[], Task]]) -> tuple[MissingExtra, ...]:
    """The packages that tasks need and that are not installed: for themselves, their pools, cases and judges."""
    found: dict[str, MissingExtra] = {}
    for make in makers:
        made: list[Task] = []
        cases: list[Case] = []
        _tried(lambda make=make, made=made: made.append(make()), found)  # type: ignore[misc]
        for task in made:
            _tried(partial(_cases, task, cases), found)
            _judged(task, cases or [_PLAIN], found)
    return tuple(found.values())


def judges_there(tasks: Mapping[str, Task], cases: Iterable[Case]) -> None:
    """Raise as `all_there` where a judge needs what is not installed: one case of each arm is judged, none is asked."""
    first: dict[str, list[Case]] = {}
    seen: set[tuple[str, str]] = set()
    for case in cases:
        if case.task in tasks and (case.task, case.arm) not in seen:
            seen.add((case.task, case.arm))
            first.setdefault(case.task, []).append(case)
    found: dict[str, MissingExtra] = {}
    for name, held in first.items():
        _judged(tasks[name], held, found)
    _raised(tuple(found.values()))


def _judged(task: Task, cases: Iterable[Case], found: dict[str, MissingExtra]) -> None:
    for case in {case.arm: case for case in cases}.values():
        if not any(True for _ in task.judge.asking(case.arm)):  # what a model judges is asked, not tried
            answer = Response("", case.id, task.id, "", "answered", (Reply(_SAID),))
            _tried(partial(task.judge, case, answer), found)


def _cases(task: Task, into: list[Case]) -> None:
    for record in task.records.select("ready"):
        into.extend(expand(task, record, "ready"))
        return


def _tried(what: Callable[[], object], found: dict[str, MissingExtra]) -> None:
    """Do something, and note what is missing for it; any other fault is for those who do it in earnest."""
    try:
        what()
    except MissingExtra as one:
        found.setdefault(one.package, one)
    except MissingExtras as several:
        found |= {one.package: one for one in several.missing if one.package not in found}
    except Exception:
        pass


def all_there(makers: Iterable[Callable[[], Task]]) -> None:
    """Raise `MissingExtra` for one package that is missing, `MissingExtras` for several."""
    _raised(lacking(makers))


def _raised(missing: tuple[MissingExtra, ...]) -> None:
    if len(missing) == 1:
        raise missing[0]
    if missing:
        raise MissingExtras(missing)


__all__ = ["all_there", "judges_there", "lacking"]
