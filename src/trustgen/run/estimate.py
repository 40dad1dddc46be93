"""From verdicts to estimates: every planned case of a task joins its verdict, or counts as skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from trustgen.core import OUTCOMES, Estimate, Outcome, Task, Verdict
from trustgen.stats import Grades
from trustgen.store import Edition, Journal, RunManifest

_CODE = {outcome: i for i, outcome in enumerate(OUTCOMES)}
_SKIPPED = _CODE[Outcome.SKIPPED]


@dataclass(frozen=True)
class Planned:
    """The planned cases of one task as columns, ids sorted; verdicts are joined on them by binary search."""

    ids: np.ndarray[Any, Any]  # fixed-width bytes, sorted
    cluster: np.ndarray[Any, Any]
    arm: np.ndarray[Any, Any]
    arms: tuple[str, ...]
    tags: Mapping[str, tuple[np.ndarray[Any, Any], tuple[str, ...]]]

    def grades(self, verdicts: Iterable[Verdict]) -> Grades:
        """Join verdicts of one (model, judge); a planned case without one is skipped."""
        n = len(self.ids)
        outcome = np.full(n, _SKIPPED, np.int32)
        score = np.full(n, np.nan)
        label = np.zeros(n, np.int32)
        labels: dict[str, int] = {"": 0}
        for verdict in verdicts:
            at = int(np.searchsorted(self.ids, verdict.case.encode()))
            if at == n or self.ids[at] != verdict.case.encode():
                continue  # a case of a wider edition: not planned here
            outcome[at] = _CODE[verdict.outcome]
            if verdict.outcome == Outcome.SCORED:
                score[at] = np.nan if verdict.score is None else verdict.score
                label[at] = labels.setdefault(verdict.label, len(labels))
        return Grades(self.cluster, self.arm, self.arms, outcome, score, label, tuple(labels), dict(self.tags))


def planned(edition: Edition, task_id: str) -> Planned:
    """Read the columns of one task's cases; a few tens of bytes a case."""
    ids: list[Any] = []
    clusters: list[Any] = []
    arm: list[Any] = []
    arms: dict[str, int] = {}
    tag: list[Any] = []
    tags: dict[str, int] = {}
    for batch in edition.case_columns("id", "task", "arm", "cluster", "tags"):
        mine = [row for row in zip(*(c.to_pylist() for c in batch.columns), strict=True) if row[1] == task_id]
        case_id, _, case_arm, record, case_tags = zip(*mine, strict=True) if mine else ((),) * 5
        ids.append(np.asarray(case_id, dtype="S32"))
        clusters.append(np.asarray(record, dtype="S32"))
        arm.append(_codes(case_arm, arms))
        tag.append(_codes(case_tags, tags))
    all_ids = np.concatenate(ids)
    order = np.argsort(all_ids)
    _, cluster = np.unique(np.concatenate(clusters), return_inverse=True)
    return Planned(
        all_ids[order],
        cluster.astype(np.int32)[order],
        np.concatenate(arm)[order],
        tuple(arms),
        _tag_columns(np.concatenate(tag)[order], list(tags)),
    )


def _codes(values: Iterable[str], known: dict[str, int]) -> Any:
    return np.asarray([known.setdefault(v, len(known)) for v in values], np.int32)


def _tag_columns(codes: Any, distinct: list[str]) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Split the distinct JSON objects into one coded column a tag name."""
    decoded = [msgspec.json.decode(text, type=dict[str, str]) for text in distinct]
    columns = {}
    for name in sorted({name for tags in decoded for name in tags}):
        values: dict[str, int] = {}
        table = np.asarray([values.setdefault(tags.get(name, ""), len(values)) for tags in decoded], np.int32)
        columns[name] = (table[codes], tuple(values))
    return columns


def estimates(task: Task, model: str, grades: Grades) -> Iterator[Estimate]:
    """Every measure of a task over one model's grades."""
    for name, measure in task.measures.items():
        found = measure(grades)
        yield Estimate(
            task=task.id,
            model=model,
            arm=measure.arm,
            measure=name,
            value=found.value,
            low=found.low,
            high=found.high,
            method=found.method,
            direction=measure.direction,
            range=measure.range,
            planned=found.planned,
            outcomes=found.outcomes,
            worst=found.worst,
            best=found.best,
            counted=found.counted,
            unit=found.unit,
            clusters=found.clusters,
            judge=task.judge.key,
            headline=name == task.headline,
            target=measure.target,
            notes=dict(found.notes),
        )


def estimate_all(
    edition: Edition, tasks: Mapping[str, Task], manifest: RunManifest, journal: Journal
) -> list[Estimate]:
    """Every measure of every applicable (task, model) of a run."""
    lacking = {(n.task, n.model) for n in manifest.not_applicable}
    found: list[Estimate] = []
    for task in tasks.values():
        columns = planned(edition, task.id)
        for model in manifest.models:
            if (task.id, model) not in lacking:
                grades = columns.grades(journal.verdicts(task.id, model, task.judge.key))
                found += estimates(task, model, grades)
    return found


def narrow(edition: Edition, task: Task, model: str, journal: Journal, width: float) -> bool:
    """Whether the headline's interval is at most `width` wide on what is stored so far."""
    grades = planned(edition, task.id).grades(journal.verdicts(task.id, model, task.judge.key))
    found = task.measures[task.headline](grades)
    return bool(found.high - found.low <= width)  # nan compares false: nothing counted yet is not narrow
