"""Scores of one run on the scale of another: the headlines of two runs on different editions, linked and equated."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from trustgen.core import InputError, Measure
from trustgen.core.shown import one_line
from trustgen.stats import Equating, Scores, equate
from trustgen.stats.measure import ratio
from trustgen.store import ANCHOR, RunFolder, TaskEntry

from .reading import ReadRun, read_run
from .screen import Screen
from .words import between, number

CAPTION = (
    "Brackets: 95 % intervals over the choice of records. Moved by: what is added to a middling score, ± its standard "
    "error; where it is at most two of these, the links do not show that the editions differ, and raw is as good."
)


class TaskEquating(msgspec.Struct, frozen=True, kw_only=True):
    """One task's headline, equated; or the `reason` why it cannot be."""

    task: str
    measure: str
    equating: Equating | None
    reason: str = ""


class _Run(NamedTuple):
    read: ReadRun
    blocks: dict[str, tuple[list[str], list[str]]]  # task → own records, anchor records, each sorted


def equate_runs(reference: Path, other: Path) -> list[TaskEquating]:
    """Put every headline of run `other` on the scale of run `reference`. Nothing is asked."""
    one, two = _read(reference), _read(other)
    if one.read.manifest.edition == two.read.manifest.edition:
        raise InputError("both runs are on the same edition: their scores are on one scale already (use `compare`)")
    theirs = {entry.id: entry for entry in two.read.tasks}
    return [_equate(entry, theirs.get(entry.id), one, two) for entry in one.read.tasks]


def _equate(entry: TaskEntry, other: TaskEntry | None, one: _Run, two: _Run) -> TaskEquating:
    if other is None or not entry.comparable(other.version):
        return TaskEquating(task=entry.id, measure="", equating=None, reason="not in both runs at one version")
    task = entry.task(two.read.edition.manifest.kit({}), 1)
    measure = task.measures[task.headline]
    if not measure.share:
        return TaskEquating(task=entry.id, measure=task.headline, equating=None, reason="its headline is not a share")
    try:
        shared = sorted(set(one.blocks[entry.id][1]) & set(two.blocks[entry.id][1]))
        found = equate(_scores(one, entry.id, measure, shared), _scores(two, entry.id, measure, shared))
    except InputError as error:
        return TaskEquating(task=entry.id, measure=task.headline, equating=None, reason=str(error))
    return TaskEquating(task=entry.id, measure=task.headline, equating=found)


def _read(folder: Path) -> _Run:
    run = read_run(RunFolder.open(folder))
    own: dict[str, set[str]] = {}
    anchor: dict[str, set[str]] = {}
    for case, block in run.edition.blocks():
        (anchor if block == ANCHOR else own).setdefault(case.task, set()).add(case.cluster)
    tasks = {e.id: (sorted(own.get(e.id, ())), sorted(anchor.get(e.id, ()))) for e in run.tasks}
    return _Run(run, tasks)


def _scores(run: _Run, task: str, measure: Measure, shared: list[str]) -> Scores:
    """The share of every record by every model that the task applies to."""
    models = tuple(model for _, model in run.read.manifest.pairs([task]))
    own, anchor = run.blocks[task]
    place = {record: i for i, record in enumerate(sorted({*own, *anchor}))}  # as `Planned` codes clusters
    columns = []
    for model in models:
        table = measure.count(run.read.grades[task, model].grades).table
        columns.append(ratio(table[:, 0], table[:, 1]))
    rows = np.column_stack(columns)
    return Scores(models, rows[[place[r] for r in own]], rows[[place[r] for r in shared]])


def print_equating(found: list[TaskEquating]) -> None:
    """Every model's score in run B beside the same on the scale of run A."""
    out = Screen()
    out.line("Scores on the scale of the first run", style="bold")
    for row in found:
        out.line()
        out.line((row.task, "cyan"), f" · {row.measure}" if row.measure else "")
        if (made := row.equating) is None:
            out.line(one_line(row.reason, 400), style="dim", indent=2)
            continue
        for m in made.equated:
            scores = f"raw {number(m.raw)}  equated {number(m.value)} {between(m.low, m.high)}"
            out.line((one_line(m.model, 120), "bold"), f"  {scores}", indent=2)
        shift = f"{number(made.shift, (-1.0, 1.0))} ± {number(made.error)}"
        out.line(f"moved by {shift}, {made.method}", style="dim", indent=2)
    out.line()
    out.line(CAPTION, style="dim")
    out.show()
