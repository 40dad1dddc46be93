"""A run's numbers counted anew from its rows: what stands in a file of a folder is a claim until then.

`estimates.json` is what the run wrote when it ended. A folder may come from anywhere, and a number in it may have been
edited, by hand or by a fault. So a report and a gate take the values from the verdicts through the measures installed
now, and say where the file says otherwise. What no row can tell is kept as the run states it: how its judges erred on
labelled replies, and what people made of the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from trustgen.core import Estimate, Task
from trustgen.stats.estimated import estimated
from trustgen.store import RunManifest

from .reading import Graded, ReadRun
from .words import number

SAME = 1e-9
"""How far two countings of one value may lie apart: rounding."""

Key = tuple[str, str, str]
"""Task, model and measure."""


class Doubt(NamedTuple):
    """A stored number of a model that does not follow from the rows, in a sentence."""

    model: str
    told: str


class Recounted(NamedTuple):
    """The estimates of a run, counted anew where `absent` does not name the task with the reason why not."""

    estimates: list[Estimate]
    doubts: tuple[Doubt, ...]
    absent: Mapping[str, str]


def recounted(run: ReadRun) -> Recounted:
    """Every measure of every pair of a run; only those of the stored numbers that can be told from rows."""
    stored = {(e.task, e.model, e.measure): e for e in run.folder.estimates()}
    manifest, tasks = run.manifest, run.installed.tasks
    found: list[Estimate] = []
    doubts: list[Doubt] = []
    for entry in run.tasks:
        if (task := tasks.get(entry.id)) is None:
            found += [e for e in stored.values() if e.task == entry.id and (e.task, e.model) in run.grades]
            continue
        for model in manifest.models:
            if (task.id, model) in run.grades:
                for made in _again(task, model, run.grades[task.id, model], manifest, stored):
                    found.append(made)
                    # A session under way has more rows than the numbers of the one before.
                    if manifest.status != "running":
                        doubts += _doubt(made, stored)
    return Recounted(found, tuple(doubts), run.installed.absent)


def _again(
    task: Task, model: str, graded: Graded, manifest: RunManifest, stored: Mapping[Key, Estimate]
) -> Iterator[Estimate]:
    """A task's measures of one model, with what only the run could say laid beside them."""
    for name in task.measures:
        made = estimated(task, name, model, graded.grades)
        # In the order in which the run's file has them, so that a page shows them alike.
        notes = msgspec.to_builtins(made.notes, order="sorted")
        made = msgspec.structs.replace(made, judge=manifest.judges.get(task.id, made.judge), notes=notes)
        if (was := stored.get((task.id, model, name))) is not None:
            made = msgspec.structs.replace(
                made,
                judge_error=was.judge_error,
                weakest=was.weakest,
                human=was.human,
                notes={**was.notes, **made.notes},
            )
        yield made


def _doubt(made: Estimate, stored: Mapping[Key, Estimate]) -> Iterator[Doubt]:
    was = stored.get((made.task, made.model, made.measure))
    if was is None or (_same(was.value, made.value) and (was.counted, was.outcomes) == (made.counted, made.outcomes)):
        return
    counts = f"{made.counted:,} of {made.planned:,} {made.unit}"
    told = (
        f"the stored `{made.measure}` of {made.task} is {number(was.value, made.range)} over {was.counted:,} of "
        f"{was.planned:,}, and the rows give {number(made.value, made.range)} over {counts}: it was edited, or counted "
        "by another version; the rows count"
    )
    yield Doubt(made.model, told)


def _same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or abs(a - b) <= SAME
