"""Cases and editions for the tests of the edition audit."""

from __future__ import annotations

from pathlib import Path

from trustgen.core import Case, Expect, Level, Record, Sampling, Source, Turn, user
from trustgen.store import Edition, EditionWriter, Reject, TaskEntry

SOURCE = Source(origin="test", revision="1", licence="CC0-1.0")
PLACES = ("Arden", "Brume", "Corvale", "Dunmere", "Eastfold", "Farrow", "Glen", "Harrow", "Isel", "Jarrow")
THINGS = ("river", "bridge", "market", "tower", "harbour", "garden", "mill", "library", "chapel", "quarry")


def record(i: int) -> Record:
    """A record with a number."""
    return Record.of("test.things", SOURCE, number=i)


def words(i: int) -> str:
    """A question unlike its neighbours."""
    place, thing = PLACES[i % 10], THINGS[(i // 10) % 10]
    return f"In which year was the {thing} of {place} number {i} opened to everybody who lived there?"


def case(
    i: int,
    answer: str = "",
    options: tuple[str, ...] = (),
    *,
    arm: str = "plain",
    task: str = "t",
    text: str = "",
    turns: tuple[Turn, ...] = (),
) -> Case:
    """A sealed case of record `i`."""
    expect = Expect(answer=answer or "1900", options=options)
    return Case.of(record(i), arm, *(turns or (user(text or words(i)),)), expect=expect).sealed(task)


def choice(i: int, letter: str, **kwargs: str) -> Case:
    """A multiple-choice case whose options are its own."""
    return case(i, letter, tuple(f"{i}{end}" for end in ("00", "11", "22", "33")), **kwargs)  # type: ignore[arg-type]


def edition(folder: Path, cases: list[Case], rejects: tuple[Reject, ...] = ()) -> Edition:
    """A sealed edition of these cases, each record written before the first case made from it, as a build does."""
    writer = EditionWriter(folder)
    unwritten = {record(i).id: record(i) for i in range(240)}
    for c in cases:
        if (first := unwritten.pop(c.cluster, None)) is not None:
            writer.record(first)
        writer.case(c)
    for lost in rejects:
        writer.reject(lost)
    entries = []
    for task in sorted({c.task for c in cases}):
        mine = [c for c in cases if c.task == task]
        lost_cases = sum(r.task == task and r.lost for r in rejects)
        arms = {arm: sum(c.arm == arm for c in mine) for arm in sorted({c.arm for c in mine})}
        entries.append(
            TaskEntry(
                id=task,
                version="1-A",
                n=len(mine),
                pool="test.things",
                needs=frozenset({Level.GENERATE}),
                sampling=Sampling(),
                arms=arms,
                calls=len(mine),
                made=len(mine) + lost_cases,
            )
        )
    return writer.seal(suite="test", salt="s", trustgen="0", tasks=tuple(entries))
