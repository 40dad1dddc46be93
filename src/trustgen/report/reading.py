"""From a run's folder to graded cases, in one pass over its verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import msgspec
import numpy as np

from trustgen.core import Card, FolderError, InputError, Kit, Task, registry
from trustgen.core.models import underlying
from trustgen.stats.grades import Floats, Grades
from trustgen.stats.planned import Pair, Planned, sheets
from trustgen.store import Edition, RunFolder, RunManifest, TaskEntry


class Graded(NamedTuple):
    """The planned cases of a task, and how one model did on them."""

    planned: Planned
    grades: Grades


def counted_run(folder: RunFolder) -> RunManifest:
    """The manifest of a run that has numbers; one that was killed before it could count raises with the mend.

    A model is simulated where its address says so, whatever the manifest does.
    """
    manifest = folder.manifest()
    addresses = {
        model: manifest.endpoints[model].uri if model in manifest.endpoints else model for model in manifest.models
    }
    organisms = [model for model, uri in addresses.items() if underlying(uri).startswith("organism/")]
    manifest = msgspec.structs.replace(manifest, simulated=tuple(dict.fromkeys((*manifest.simulated, *organisms))))
    if not (folder.folder / "estimates.json").is_file():
        raise FolderError(
            f"run `{folder.folder}` has no numbers yet, because it is under way or was killed: wait for it, or run the "
            f"same command again with -o {folder.folder} to resume it"
        )
    return manifest


@dataclass(frozen=True)
class ReadRun:
    """A run that has numbers, with its edition and every applicable pair's grades under the judge that they rest on.

    Memory is a few tens of bytes a case, and 16 more for each model.
    """

    folder: RunFolder
    manifest: RunManifest
    edition: Edition
    grades: Mapping[Pair, Graded]

    @property
    def tasks(self) -> tuple[TaskEntry, ...]:
        """The tasks of its edition."""
        return self.edition.manifest.tasks

    @cached_property
    def installed(self) -> Installed:
        """Its tasks as they are installed."""
        return installed_of(self.tasks, self.edition.manifest.kit(self.manifest.roles))


def read_run(folder: RunFolder) -> ReadRun:
    """Read a run in one pass over its verdicts; raises as `counted_run`."""
    manifest, edition = counted_run(folder), folder.edition()
    pairs = manifest.pairs(entry.id for entry in edition.manifest.tasks)
    found = sheets(pairs, edition.case_columns(*Planned.COLUMNS), folder.joined(), manifest.judges)
    return ReadRun(folder, manifest, edition, {p: Graded(s.planned, s.grades()) for p, s in found.items()})


def installed(entry: TaskEntry, kit: Kit) -> Task:
    """The installed task, if it is of the version that was run; else an `InputError`."""
    task = entry.task(kit)
    if not entry.comparable(task.version):
        raise InputError(f"the run has version {entry.version}, installed is {task.version}")
    return task


class Installed(NamedTuple):
    """The tasks that are installed in the version that was run, by id, and why each other is not."""

    tasks: Mapping[str, Task]
    absent: Mapping[str, str]


def installed_of(entries: Iterable[TaskEntry], kit: Kit) -> Installed:
    """What is installed of some tasks, made with a kit."""
    tasks, absent = {}, {}
    for entry in entries:
        try:
            tasks[entry.id] = installed(entry, kit)
        except InputError as error:
            absent[entry.id] = str(error)
    return Installed(tasks, absent)


def card_of(entry: TaskEntry) -> Card | None:
    """The card of a task that is installed in a comparable version; another would describe another test."""
    try:
        factory = registry.load("task", entry.id)
    except InputError:
        return None
    return factory.card if entry.comparable(factory.version) else None


def dimension_of(entry: TaskEntry, card: Card | None) -> str:
    """The card's dimension, or the one that the task's id names where there is none."""
    parts = entry.id.split(".")
    return card.dimension if card else parts[-2] if len(parts) > 1 else "other"


def verdict_columns(grades: Grades, labels: dict[str, int]) -> Floats:
    """Outcome, score and label of each planned case; each model codes labels in its own order, so they are recoded."""
    code = np.array([labels.setdefault(name, len(labels)) for name in grades.labels])
    return np.column_stack((grades.outcome, grades.score, code[grades.label]))


def same_verdicts(a: Grades, b: Grades) -> bool:
    """Whether two models ended alike on every planned case."""
    labels: dict[str, int] = {}
    return np.array_equal(verdict_columns(a, labels), verdict_columns(b, labels), equal_nan=True)
