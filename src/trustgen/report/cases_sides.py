"""Which way a judge's score goes, arm by arm: whether a high one is good, or a low one.

Where a case has a right answer, a high score is a good one. Elsewhere the installed task's judge is given the best and
the worst reply that the case itself knows, and scores both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustgen.core import Case, Reply, Response, TrustGenError
from trustgen.store import Edition, RunManifest, TaskEntry

from .reading import installed


def sides(
    edition: Edition, entries: Mapping[str, TaskEntry], manifest: RunManifest, task: Any, arm: Any, known: Any
) -> NDArray[np.int8]:
    """+1, -1 or 0 (neither is right nor wrong) for every case, from the columns of tasks, arms and known answers."""
    side: NDArray[np.int8] = known.astype(np.int8)
    cell = task.codes.astype(np.int64) * len(arm.names) + arm.codes
    open_cells, firsts = np.unique(np.where(known, -1, cell), return_index=True)
    first = {int(c): int(at) for c, at in zip(open_cells, firsts, strict=True) if c >= 0}
    cases = edition.cases_at(first.values())
    tasks: dict[str, Any] = {}
    for code, at in first.items():
        case = cases[at]
        if case.task not in tasks:
            tasks[case.task] = _task(entries[case.task], edition, manifest)
        side[(cell == code) & ~known] = _side(tasks[case.task], case)
    return side


def _task(entry: TaskEntry, edition: Edition, manifest: RunManifest) -> Any:
    try:
        return installed(entry, edition.manifest.kit(manifest.roles))
    except TrustGenError:  # not installed, or in another version: then nobody can be asked which way it goes
        return None


def _side(task: Any, case: Case) -> int:
    if task is None or not (case.expect.best_reply and case.expect.worst_reply) or case.play:
        return 0
    best, worst = (_score(task, case, said) for said in (case.expect.best_reply, case.expect.worst_reply))
    return int(np.nan_to_num(np.sign(best - worst)))


def _score(task: Any, case: Case, said: str) -> float:
    replies = tuple(Reply(said) for _ in range(case.calls))
    try:
        ruling = task.judge(case, Response("", case.id, case.task, "", "answered", replies))
    except Exception:  # a judge that must ask somebody, or lacks a package, says nothing here
        return float("nan")
    return float("nan") if ruling.score is None else float(ruling.score)


__all__ = ["sides"]
