"""From verdicts to estimates: every planned case of a task joins its verdict, or counts as skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trustgen.core import Estimate, Outcome, Task
from trustgen.stats import Grades
from trustgen.stats.estimated import estimated
from trustgen.stats.planned import Planned
from trustgen.store import Edition, Journal, RunManifest

from .calibrate import Registry


def planned(edition: Edition, task_id: str) -> Planned:
    """The planned cases of one task of an edition."""
    batches = edition.case_columns(*Planned.COLUMNS)
    return Planned.of(task_id, ([column.to_pylist() for column in batch.columns] for batch in batches))


def estimates(task: Task, model: str, grades: Grades, registry: Registry | None = None) -> Iterator[Estimate]:
    """Every measure of a task over one model's grades, with what is known of its judge's error."""
    for name, measure in task.measures.items():
        calibration = registry.for_measure(task, measure) if registry else None
        least = registry.weakest(task, measure) if registry else None
        yield estimated(task, name, model, grades, calibration, least)


def estimate_all(
    edition: Edition,
    tasks: Mapping[str, Task],
    manifest: RunManifest,
    journal: Journal,
    registry: Registry | None = None,
) -> tuple[list[Estimate], dict[tuple[str, str], int]]:
    """Every measure of every applicable (task, model) of a run, and how many planned cases of each have no verdict."""
    registry = registry or Registry()
    lacking = {(n.task, n.model) for n in manifest.not_applicable}
    found: list[Estimate] = []
    skipped: dict[tuple[str, str], int] = {}
    for task in tasks.values():
        columns = planned(edition, task.id)
        for model in manifest.models:
            if (task.id, model) not in lacking:
                grades = columns.grades(journal.joined(task.id, model, task.judge.key))
                found += estimates(task, model, grades, registry)
                everything = grades.in_arm("")
                skipped[task.id, model] = grades.tally(everything)[Outcome.SKIPPED]
    return found, skipped
