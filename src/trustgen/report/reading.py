"""From a run's folder to graded cases, in one pass over its verdicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from trustgen.core import FolderError
from trustgen.core.models import underlying
from trustgen.stats.grades import Floats, Grades
from trustgen.stats.planned import Planned, Sheet
from trustgen.store import Edition, RunFolder, RunManifest

Pair = tuple[str, str]
"""A task and a model."""


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


def lacking(manifest: RunManifest) -> dict[Pair, str]:
    """The pairs that were not planned, each with the level that the model lacks."""
    return {(n.task, n.model): n.level for n in manifest.not_applicable}


def graded(
    folder: RunFolder, edition: Edition, manifest: RunManifest, models: Collection[str] = ()
) -> Mapping[Pair, Graded]:
    """Every applicable (task, model) with its grades under the judge that the estimates rest on.

    `models` narrows it down. Memory is a few tens of bytes a case and 16 more for each model.
    """
    sheets: dict[Pair, Sheet] = {}
    out = lacking(manifest)
    for entry in edition.manifest.tasks:
        planned = Planned.of(entry.id, edition.case_columns(*Planned.COLUMNS))
        for model in manifest.models:
            if (entry.id, model) not in out and (not models or model in models):
                sheets[entry.id, model] = Sheet(planned)
    for (task, model, judge), batch in folder.joined():
        sheet = sheets.get((task, model))
        if sheet is not None and judge == manifest.judges.get(task):
            sheet.fill(batch)
    return {pair: Graded(sheet.planned, sheet.grades()) for pair, sheet in sheets.items()}


def verdict_columns(grades: Grades, labels: dict[str, int]) -> Floats:
    """Outcome, score and label of each planned case; each model codes labels in its own order, so they are recoded."""
    code = np.array([labels.setdefault(name, len(labels)) for name in grades.labels])
    return np.column_stack((grades.outcome, grades.score, code[grades.label]))


def same_verdicts(a: Grades, b: Grades) -> bool:
    """Whether two models ended alike on every planned case."""
    labels: dict[str, int] = {}
    return np.array_equal(verdict_columns(a, labels), verdict_columns(b, labels), equal_nan=True)
