"""From verdicts to estimates: every planned case of a task joins its verdict, or counts as skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from trustgen.core import Estimate, Outcome, Task
from trustgen.stats import Grades
from trustgen.stats.estimated import estimated
from trustgen.stats.measure import has_tag
from trustgen.stats.planned import Planned, sheets
from trustgen.store import Edition, Journal, RunManifest
from trustgen.store.draws import TAG, draw_id

from .calibrate import Registry


def planned(edition: Edition, task_id: str) -> Planned:
    """The planned cases of one task of an edition."""
    return Planned.of(task_id, edition.case_columns(*Planned.COLUMNS))


def estimates(task: Task, model: str, grades: Grades, registry: Registry | None = None) -> Iterator[Estimate]:
    """Every measure of a task over one model's grades, with what is known of its judge's error."""
    for name, measure in task.measures.items():
        calibration = registry.for_measure(task, measure) if registry else None
        least = registry.weakest(task, measure) if registry else None
        yield estimated(task, name, model, grades, calibration, least)


def spread_of(columns: Planned, grades: Grades, draws: int) -> dict[str, Any]:
    """The variance of scores within a case, over its draws, and between cases; nothing where each has one draw.

    Both are over cases with at least two scored draws: the pooled variance within, and the variance of the cases' means
    less the part that the draws alone would give them, not below 0.
    """
    if draws == 1:
        return {}
    first = ~has_tag(grades, TAG)
    base = [case.decode() for case in columns.ids[first]]
    ids = np.array([[draw_id(case, draw) for draw in range(draws)] for case in base], dtype=columns.ids.dtype)
    at = np.searchsorted(columns.ids, ids)
    scores = np.where(grades.scored[at], grades.score[at], np.nan)
    scores = scores[(~np.isnan(scores)).sum(axis=1) >= 2]
    if len(scores) < 2:
        return {"draws": draws}
    counts = (~np.isnan(scores)).sum(axis=1)
    each = np.nanvar(scores, axis=1, ddof=1)
    within = float(np.average(each, weights=counts - 1))
    between = max(0.0, float(np.nanmean(scores, axis=1).var(ddof=1) - (each / counts).mean()))
    return {
        "draws": draws,
        "variance_within_a_case": round(within, 6),
        "variance_between_cases": round(between, 6),
        "cases_with_several_draws": len(scores),
    }


def estimate_all(
    edition: Edition,
    tasks: Mapping[str, Task],
    manifest: RunManifest,
    journal: Journal,
    registry: Registry | None = None,
) -> tuple[list[Estimate], dict[tuple[str, str], int]]:
    """Every measure of every applicable (task, model) of a run, and how many planned cases of each have no verdict."""
    registry = registry or Registry()
    judges = {task.id: task.judge.key for task in tasks.values()}
    pairs = manifest.pairs(judges)
    stored = ((key, batch) for t, m in pairs for key in [(t, m, judges[t])] for batch in journal.joined(*key))
    found: list[Estimate] = []
    skipped: dict[tuple[str, str], int] = {}
    for (task, model), sheet in sheets(pairs, edition.case_columns(*Planned.COLUMNS), stored, judges).items():
        grades = sheet.grades()
        made = list(estimates(tasks[task], model, grades, registry))
        if spread := spread_of(sheet.planned, grades, manifest.repeats):
            made = [msgspec.structs.replace(e, notes=e.notes | spread) if e.headline else e for e in made]
        found += made
        skipped[task, model] = grades.tally(grades.in_arm(""))[Outcome.SKIPPED]
    return found, skipped
