"""What the runs behind a leaderboard hold together: one edition, its tasks, and every model's graded cases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from trustgen.core import InputError
from trustgen.stats import Grades
from trustgen.store import Edition, RunManifest

from .reading import Installed, ReadRun, installed_of
from .sealed import seal_lines


class Board(NamedTuple):
    """What the runs hold together: verdicts by (task, model), and what is known of each."""

    edition: Edition
    installed: Installed
    manifests: list[tuple[Path, RunManifest]]
    models: dict[str, bool]  # by the name shown; whether simulated
    grades: dict[tuple[str, str], Grades]
    excused: dict[tuple[str, str], str]
    seals: list[str]  # what was edited in a run, or cannot be told


def board_of(runs: Sequence[ReadRun]) -> Board:
    """Every verdict of some runs; `InputError` where they are not of one edition, or not judged alike."""
    folders = [run.folder.folder for run in runs]
    manifests = [run.manifest for run in runs]
    first = manifests[0]
    for folder, manifest in zip(folders, manifests, strict=True):
        if manifest.edition != first.edition:
            raise InputError(
                f"`{folders[0]}` and `{folder}` are on different editions, so their scores are not on one scale: put "
                f"one on the other's with `trustgen equate {folders[0]} {folder}`"
            )
        if manifest.judges != first.judges:
            raise InputError(f"`{folder}` was judged by other judges than `{folders[0]}`: `trustgen rejudge` it first")
    names = [m for manifest in manifests for m in manifest.models]
    board = Board(runs[0].edition, _installed(runs), list(zip(folders, manifests, strict=True)), {}, {}, {}, [])
    for folder, run, manifest in zip(folders, runs, manifests, strict=True):
        shown = {m: m if names.count(m) == 1 else f"{m} ({folder})" for m in manifest.models}
        if clash := [name for name in shown.values() if name in board.models]:
            raise InputError(f"`{clash[0]}` is named twice: name each run once")
        board.models.update({name: m in manifest.simulated for m, name in shown.items()})
        board.grades.update({(t, shown[m]): g.grades for (t, m), g in run.grades.items()})
        for (task, m), level in manifest.lacking.items():
            board.excused[task, shown[m]] = f"lacks the level {level}"
    broken, unsure = seal_lines(dict.fromkeys(folders))
    board.seals.extend([*broken, *unsure])
    return board


def _installed(runs: Sequence[ReadRun]) -> Installed:
    """The tasks as one run has them, or with the roles of all runs."""
    if len(runs) == 1:
        return runs[0].installed
    roles = {role: uri for run in runs for role, uri in run.manifest.roles.items()}
    return installed_of(runs[0].tasks, runs[0].edition.manifest.kit(roles))


def record_names(edition: Edition) -> dict[str, list[str]]:
    """The ids of each task's records, in the order of the codes that `Grades.cluster` holds."""
    found: dict[str, set[str]] = {entry.id: set() for entry in edition.manifest.tasks}
    for batch in edition.case_columns("task", "cluster"):
        for task, record in zip(*batch, strict=True):
            found[task].add(record)
    return {task: sorted(records) for task, records in found.items()}
