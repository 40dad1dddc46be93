"""A run of many verdicts, written straight into its tables: two models, four tasks, strata, tags, some without a score.

`tests/report/test_cases.py` looks through it, and a proof through one of full size.
"""

from __future__ import annotations

import random
from pathlib import Path

from trustgen.core import (
    Case,
    Expect,
    Level,
    Outcome,
    Record,
    Reply,
    Response,
    Sampling,
    Source,
    Usage,
    Verdict,
    Vote,
    digest,
    response_key,
    user,
)
from trustgen.store import Edition, EditionWriter, RunFolder, RunManifest, TaskEntry
from trustgen.store.journal import verdict_row
from trustgen.store.runs import RESPONSES, VERDICTS, response_row
from trustgen.store.tables import write_rows

TASKS = ("many.truthfulness.one", "many.truthfulness.two", "many.fairness.three", "many.robustness.four")
MODELS = ("A", "B")
SAMPLING = Sampling(max_tokens=64)
SOURCE = Source(origin="x", revision="1", licence="MIT")
WORDS = [f"w{i}" for i in range(3_000)]


def edition(folder: Path, cases: int) -> Edition:
    """Four tasks of as many cases together, two of each record."""
    draw, writer, entries = random.Random(1), EditionWriter(folder), []
    for task in TASKS:
        arms = {"open": cases // len(TASKS) // 2, "mcq": cases // len(TASKS) // 2}
        for i in range(arms["open"]):
            record = Record.of("p", SOURCE, number=i, task=task, core=f"c{i % 300}", difficulty=str(1 + i % 3))
            writer.record(record)
            for arm in arms:
                text = f"What is {i}? {' '.join(draw.choices(WORDS, k=40))}"
                expect = Expect(answer=f"A{i}", wrong=(f"B{i}",))
                writer.case(Case.of(record, arm, user(text), expect=expect, tags={"group": "ab"[i % 2]}).sealed(task))
        entries.append(
            TaskEntry(
                id=task,
                version="1-A",
                n=arms["open"],
                pool="p",
                needs=frozenset({Level.GENERATE}),
                sampling=SAMPLING,
                arms=arms,
                calls=sum(arms.values()),
                made=sum(arms.values()),
            )
        )
    return writer.seal(suite="many", salt="s", trustgen="0.1.0", tasks=tuple(entries))


def many(folder: Path, cases: int, *, outcome: Outcome | None = None, models: tuple[str, ...] = MODELS) -> Path:
    """The run; where an `outcome` is given, all of it ended so."""
    run, draw = RunFolder.take(folder), random.Random(2)
    run.begin("run")
    made = edition(folder / "edition", cases)
    judges = {task: digest("judge", task) for task in TASKS}
    about = {"edition": made.manifest.id, "suite": "many", "salt": "s", "versions": {"trustgen": "0.1.0"}}
    run.write_manifest(RunManifest(**about, models=models, judges=judges, status="finished"))  # type: ignore[arg-type]
    responses, verdicts = [], []
    for model in models:
        for case in made.cases():
            key, right = response_key(case.id, model, SAMPLING), draw.random() < 0.7
            said = f"{case.expect.answer if right else 'B'} {' '.join(draw.choices(WORDS, k=30))}"
            ended = outcome or (Outcome.SCORED if draw.random() < 0.97 else Outcome.UNPARSED)
            votes = (Vote("judge", "right"), Vote("judge.2", "wrong")) if draw.random() < 0.02 else ()
            sure = 0.9 if draw.random() < 0.1 else None
            responses.append(_response(key, case, model, said, ended))
            head = (digest(key, judges[case.task]), key, case.id, case.task, model, judges[case.task], ended)
            scored = (float(right), "right" if right else "wrong") if ended == Outcome.SCORED else (None, "")
            verdicts.append(Verdict(*head, *scored, "read", "rule", sure, votes))
    write_rows(folder / "responses.parquet", RESPONSES, map(response_row, sorted(responses, key=lambda r: r.key)))
    write_rows(folder / "verdicts.parquet", VERDICTS, map(verdict_row, sorted(verdicts, key=lambda v: v.key)))
    run.write_estimates([])
    run.end()
    run.leave()
    return folder


def _response(key: str, case: Case, model: str, said: str, ended: Outcome) -> Response:
    if ended == Outcome.ERROR:
        return Response(key, case.id, case.task, model, "error", (), "HTTP 500")
    return Response(key, case.id, case.task, model, "answered", (Reply(said, usage=Usage(20, 5), seconds=0.5),))
