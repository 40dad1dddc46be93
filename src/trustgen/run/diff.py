"""What two editions have in common: cases, questions, records, and how each was made."""

from __future__ import annotations

from hashlib import blake2b

import msgspec

from trustgen.audit.content import Content, Reading, content
from trustgen.core import Case, MissingExtra
from trustgen.store import Edition


class TaskDiff(msgspec.Struct, frozen=True, kw_only=True):
    """One task in two editions, A and B. `questions` compares the words that are asked, ids aside.

    `content` is what A tells of B once names and numbers are taken out; None where either lacks the task.
    """

    task: str
    version: tuple[str, str]  # "" where the edition does not hold the task
    cases: tuple[int, int]
    records: tuple[int, int]
    shared_cases: int
    shared_questions: int
    shared_records: int
    arms: dict[str, tuple[int, int]]
    content: Content | None = None

    @property
    def question_share(self) -> float:
        """Shared questions of the smaller edition's; nan where one has none."""
        least = min(self.cases)
        return self.shared_questions / least if least else float("nan")


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """Two editions side by side. `made` lists what they were made with where that differs: (what, in A, in B).

    `unmeasured` says why nothing is told of their content; "" where it is.
    """

    a: str
    b: str
    same: bool
    made: tuple[tuple[str, str, str], ...]
    tasks: tuple[TaskDiff, ...]
    unmeasured: str = ""


class _Marks:
    """Cases, questions and records of one edition, by task, as 8-byte marks."""

    def __init__(self, edition: Edition) -> None:
        self.cases: dict[str, set[bytes]] = {}
        self.questions: dict[str, set[bytes]] = {}
        self.records: dict[str, set[bytes]] = {}
        self.planned: dict[str, int] = {}
        self.read: dict[str, Reading] = {}
        for case in edition.cases():
            self.read.setdefault(case.task, Reading()).case(case)
            self.planned[case.task] = self.planned.get(case.task, 0) + 1
            self.cases.setdefault(case.task, set()).add(_mark(case.id))
            self.questions.setdefault(case.task, set()).add(_mark(_words(case)))
            self.records.setdefault(case.task, set()).add(_mark(case.cluster))
        asking: dict[bytes, list[str]] = {}
        for task, marks in self.records.items():
            for marked in marks:
                asking.setdefault(marked, []).append(task)
        for record in edition.records():
            for task in asking.get(_mark(record.id), ()):
                self.read[task].record(record)


def _mark(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _words(case: Case) -> str:
    """What is asked, without case and spacing."""
    return "\n".join(f"{turn.role} {' '.join(turn.text.casefold().split())}" for turn in case.turns)


def diff(a: Edition, b: Edition) -> Diff:
    """Compare two editions; nothing is asked."""
    in_a, in_b = _Marks(a), _Marks(b)
    entries_a = {entry.id: entry for entry in a.manifest.tasks}
    entries_b = {entry.id: entry for entry in b.manifest.tasks}
    tasks, unmeasured = [], ""
    for task in dict.fromkeys([*entries_a, *entries_b]):
        one, other = entries_a.get(task), entries_b.get(task)
        arms = dict.fromkeys([*(one.arms if one else ()), *(other.arms if other else ())])
        found = None
        if task in in_a.read and task in in_b.read and not unmeasured:
            try:
                found = content(in_a.read[task], in_b.read[task])
            except MissingExtra as missing:
                unmeasured = str(missing)
        tasks.append(
            TaskDiff(
                task=task,
                version=(one.version if one else "", other.version if other else ""),
                cases=(in_a.planned.get(task, 0), in_b.planned.get(task, 0)),
                records=(len(in_a.records.get(task, ())), len(in_b.records.get(task, ()))),
                shared_cases=_shared(in_a.cases, in_b.cases, task),
                shared_questions=_shared(in_a.questions, in_b.questions, task),
                shared_records=_shared(in_a.records, in_b.records, task),
                arms={x: (one.arms.get(x, 0) if one else 0, other.arms.get(x, 0) if other else 0) for x in arms},
                content=found,
            )
        )
    same = a.manifest.id == b.manifest.id
    made = tuple(_made(a, b))
    return Diff(a=a.manifest.id, b=b.manifest.id, same=same, made=made, tasks=tuple(tasks), unmeasured=unmeasured)


def _shared(a: dict[str, set[bytes]], b: dict[str, set[bytes]], task: str) -> int:
    return len(a.get(task, set()) & b.get(task, set()))


def _made(a: Edition, b: Edition) -> list[tuple[str, str, str]]:
    """What the two were made with, where it differs."""
    found = []
    for what in ("suite", "salt", "trustgen", "roles", "anchor", "pools"):
        one, other = getattr(a.manifest, what), getattr(b.manifest, what)
        if one != other:
            found += _fields(what, msgspec.to_builtins(one), msgspec.to_builtins(other))
    return found


def _fields(what: str, one: object, other: object) -> list[tuple[str, str, str]]:
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [(what, _said(one), _said(other))]
    keys = [key for key in dict.fromkeys([*one, *other]) if one.get(key) != other.get(key)]
    return [found for key in keys for found in _fields(f"{what} {key}", one.get(key), other.get(key))]


def _said(value: object) -> str:
    return (
        "–"
        if value is None or value == ""
        else value
        if isinstance(value, str)
        else msgspec.json.encode(value).decode()
    )
