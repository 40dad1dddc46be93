"""Scores of one run on the scale of another: the headlines of two runs on different editions, linked and equated."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from rich.table import Table

from trustgen.core import InputError, Measure, Task, named, registry
from trustgen.stats import Equating, Scores, equate
from trustgen.stats.measure import ratio
from trustgen.store import ANCHOR, Edition, RunFolder, RunManifest

from .console import console
from .reading import counted_run, graded, lacking
from .words import between, number

CAPTION = (
    "95 % intervals over the choice of records. Moved by: what is added to a middling score, ± its standard error; "
    "where it is no larger than two of these, the links do not show that the editions differ, and raw is as good."
)


class TaskEquating(msgspec.Struct, frozen=True, kw_only=True):
    """One task's headline, equated; or the `reason` why it cannot be."""

    task: str
    measure: str
    equating: Equating | None
    reason: str = ""


class _Run(NamedTuple):
    manifest: RunManifest
    edition: Edition
    grades: Any
    blocks: dict[str, tuple[list[str], list[str]]]  # task → own records, anchor records, each sorted


def equate_runs(reference: Path, other: Path) -> list[TaskEquating]:
    """Put every headline of run `other` on the scale of run `reference`. Nothing is asked."""
    one, two = _read(reference), _read(other)
    if one.manifest.edition == two.manifest.edition:
        raise InputError("both runs are on the same edition: their scores are on one scale already (use `compare`)")
    versions = [{e.id: e.version.split("-")[0] for e in run.edition.manifest.tasks} for run in (one, two)]
    return [_equate(task, one, two, same=versions[1].get(task) == v) for task, v in versions[0].items()]


def _equate(task_id: str, one: _Run, two: _Run, *, same: bool) -> TaskEquating:
    if not same:
        return TaskEquating(task=task_id, measure="", equating=None, reason="not in both runs at one version")
    task: Task = registry.load("task", task_id)(1, named(two.edition.manifest.makers))
    measure = task.measures[task.headline]
    if not measure.share:
        return TaskEquating(task=task_id, measure=task.headline, equating=None, reason="its headline is not a share")
    try:
        shared = sorted(set(one.blocks[task_id][1]) & set(two.blocks[task_id][1]))
        found = equate(_scores(one, task_id, measure, shared), _scores(two, task_id, measure, shared))
    except InputError as error:
        return TaskEquating(task=task_id, measure=task.headline, equating=None, reason=str(error))
    return TaskEquating(task=task_id, measure=task.headline, equating=found)


def _read(folder: Path) -> _Run:
    run = RunFolder.open(folder)
    manifest = counted_run(run)
    edition = run.edition()
    own: dict[str, set[str]] = {}
    anchor: dict[str, set[str]] = {}
    for case, block in edition.blocks():
        (anchor if block == ANCHOR else own).setdefault(case.task, set()).add(case.cluster)
    tasks = {e.id: (sorted(own.get(e.id, ())), sorted(anchor.get(e.id, ()))) for e in edition.manifest.tasks}
    return _Run(manifest, edition, graded(run, edition, manifest), tasks)


def _scores(run: _Run, task: str, measure: Measure, shared: list[str]) -> Scores:
    """The share of every record by every model that the task applies to."""
    out = lacking(run.manifest)
    models = tuple(m for m in run.manifest.models if (task, m) not in out)
    own, anchor = run.blocks[task]
    place = {record: i for i, record in enumerate(sorted({*own, *anchor}))}  # as `Planned` codes clusters
    columns = []
    for model in models:
        table = measure.count(run.grades[task, model].grades).table
        columns.append(ratio(table[:, 0], table[:, 1]))
    rows = np.column_stack(columns)
    return Scores(models, rows[[place[r] for r in own]], rows[[place[r] for r in shared]])


def print_equating(found: list[TaskEquating]) -> None:
    """A table for people."""
    table = Table(title="Scores on the scale of the first run", caption=CAPTION)
    for heading in ("task", "measure", "model", "raw", "equated", "95 %", "moved by", "method"):
        table.add_column(heading, overflow="fold")
    for row in found:
        if row.equating is None:
            table.add_row(row.task, row.measure, "", "", "", "", "", row.reason)
            continue
        moved = f"{number(row.equating.shift, (-1.0, 1.0))} ± {number(row.equating.error)}"
        for m in row.equating.equated:
            numbers = (number(m.raw), number(m.value), between(m.low, m.high))
            table.add_row(row.task, row.measure, m.model, *numbers, moved, row.equating.method)
    console().print(table)
