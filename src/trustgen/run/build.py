"""From tasks and a salt to a frozen edition: curate → craft → vary → audit, one record at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import trustgen
from trustgen.audit import Duplicates, fault
from trustgen.core import Case, InputError, Record, Task, expand
from trustgen.store import Edition, EditionWriter, TaskEntry


@dataclass
class _Counts:
    arms: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    made: int = 0


def build(tasks: Sequence[Task], out: Path, *, salt: str, suite: str = "") -> Edition:
    """Build and seal the edition of `tasks` under `salt` at `out`.

    Tasks take turns, record by record, so a run that stops early has something of each. The same tasks and salt give
    the same bytes. Raises `InputError` where a task yields no usable case, `FolderError` where `out` cannot be used.
    """
    if not tasks:
        raise InputError("nothing to build: name a suite or a task")
    if not salt:
        raise InputError("the salt is empty: pass any text with --salt")
    counts = {task.id: _Counts() for task in tasks}
    writer = EditionWriter(Path(out))
    written = ""
    try:
        for task, record, case, reason in _crafted(tasks, salt):
            count = counts[task.id]
            count.made += 1
            if reason:
                writer.reject(case, reason)
                continue
            if record.id != written:
                writer.record(record)
                written = record.id
            writer.case(case)
            count.arms[case.arm] = count.arms.get(case.arm, 0) + 1
            count.calls += case.calls
        for task in tasks:
            if not counts[task.id].arms:
                raise InputError(f"task `{task.id}` built no usable case of {counts[task.id].made} crafted")
        return writer.seal(
            suite=suite or "+".join(t.id for t in tasks),
            salt=salt,
            trustgen=trustgen.__version__,
            tasks=tuple(_entry(task, counts[task.id]) for task in tasks),
        )
    finally:
        writer.discard()


def _crafted(tasks: Sequence[Task], salt: str) -> Iterator[tuple[Task, Record, Case, str]]:
    """Every case in the edition's order, with the reason for which it is rejected, if any."""
    repeated = Duplicates()
    for task, record in _in_turns(tasks, salt):
        for case in expand(task, record, salt):
            yield task, record, case, fault(case) or repeated(case)


def _in_turns(tasks: Sequence[Task], salt: str) -> Iterator[tuple[Task, Record]]:
    sources = [(task, task.records.select(salt)) for task in tasks]
    while sources:
        left = []
        for task, records in sources:
            if (record := next(records, None)) is not None:
                yield task, record
                left.append((task, records))
        sources = left


def _entry(task: Task, count: _Counts) -> TaskEntry:
    return TaskEntry(
        id=task.id,
        version=task.version,
        n=task.n,
        pool=task.records.pool,
        level=task.level,
        sampling=task.sampling,
        arms=count.arms,
        calls=count.calls,
        made=count.made,
    )


def rebuilt_cases(edition: Edition, tasks: Sequence[Task]) -> Iterator[Case]:
    """The cases that the installed tasks and pools build for an edition's salt, in the edition's order."""
    return (case for _, _, case, reason in _crafted(tasks, edition.manifest.salt) if not reason)
