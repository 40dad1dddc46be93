"""A measure of a task over one model's graded cases, as the estimate that runs, reports and leaderboards speak of."""

from __future__ import annotations

from trustgen.core import Estimate, Task, Weakest

from .calibration import Calibration, judge_error
from .grades import Grades


def estimated(
    task: Task,
    measure_name: str,
    model: str,
    grades: Grades,
    calibration: Calibration | None = None,
    weakest: Weakest | None = None,
) -> Estimate:
    """One measure; with a `calibration` of its judge, what is known of the judge's error stands beside it."""
    measure = task.measures[measure_name]
    found, judge = measure(grades), task.judge.of(measure.arm) or task.judge
    return Estimate(
        task=task.id,
        model=model,
        arm=measure.arm,
        measure=measure_name,
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
        bounds=found.bounds,
        joint=found.joint,
        counted=found.counted,
        unit=found.unit,
        clusters=found.clusters,
        judge=task.judge.key,
        headline=measure_name == task.headline,
        target=measure.target,
        notes=dict(found.notes),
        judge_error=judge_error(measure, grades, calibration) if calibration else None,
        weakest=weakest,
        judge_counted=judge.first.counted,
    )
