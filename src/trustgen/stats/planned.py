"""Planned cases as columns, and the sheets on which their outcomes are filled in: where `Grades` come from.

Nothing here reads a file: whoever has an edition passes its columns in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from trustgen.core import Outcome, Verdict

from .grades import CODE, SCORED, Codes, Grades

Ids = np.ndarray[Any, Any]
"""Content ids as fixed-width bytes."""


@dataclass(frozen=True)
class Planned:
    """The planned cases of one task, in the order of their ids; verdicts are joined on them by binary search."""

    COLUMNS = ("id", "task", "arm", "cluster", "tags")
    JOINED = ("case_id", "outcome", "score", "label", "confidence")

    ids: Ids
    cluster: Codes
    arm: Codes
    arms: tuple[str, ...]
    tags: Mapping[str, tuple[Codes, tuple[str, ...]]]

    @classmethod
    def each(cls, tasks: Iterable[str], batches: Iterable[Sequence[Sequence[Any]]]) -> dict[str, Planned]:
        """The cases of each of some tasks, by batches of an edition's `COLUMNS`; a few tens of bytes a case."""
        found = {task: _Rows() for task in tasks}
        for batch in batches:
            mine: dict[str, list[Sequence[Any]]] = {}
            for row in zip(*batch, strict=True):
                mine.setdefault(row[1], []).append(row)
            for task in found.keys() & mine.keys():
                found[task].add(mine[task])
        return {task: rows.planned() for task, rows in found.items()}

    @classmethod
    def of(cls, task: str, batches: Iterable[Sequence[Sequence[Any]]]) -> Planned:
        """The cases of one task among them."""
        return cls.each((task,), batches)[task]


class _Rows:
    """Rows of one task as they come. Tags are the JSON text they are stored as: few are distinct, each read once."""

    def __init__(self) -> None:
        self._ids, self._clusters = [np.empty(0, "S32")], [np.empty(0, "S32")]
        self._arm, self._tag = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        self._arms: dict[str, int] = {}
        self._tags: dict[str, int] = {}

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        ids, _, arms, records, tags = zip(*rows, strict=True)
        self._ids.append(np.asarray(ids, dtype="S32"))
        self._clusters.append(np.asarray(records, dtype="S32"))
        self._arm.append(_codes(arms, self._arms))
        self._tag.append(_codes(tags, self._tags))

    def planned(self) -> Planned:
        ids = np.concatenate(self._ids)
        order = np.argsort(ids)
        _, cluster = np.unique(np.concatenate(self._clusters), return_inverse=True)
        return Planned(
            ids[order],
            cluster.astype(np.int32)[order],
            np.concatenate(self._arm)[order],
            tuple(self._arms),
            _tag_columns(np.concatenate(self._tag)[order], list(self._tags)),
        )


class Sheet:
    """How the planned cases of one (task, model, judge) ended, as far as it is known; what stays blank is skipped.

    Sheets of many models can be filled in one pass over the verdicts of a run: 16 bytes a case each.
    """

    def __init__(self, planned: Planned) -> None:
        n = len(planned.ids)
        self.planned = planned
        self._outcome = np.full(n, CODE[Outcome.SKIPPED], np.int32)
        self._score = np.full(n, np.nan)
        self._label = np.zeros(n, np.int32)
        self._sure = np.full(1, np.nan)
        self._labels: dict[str, int] = {"": 0}

    def add(self, verdict: Verdict) -> None:
        """Fill in one verdict; one for a case that is not planned here (of a wider edition) is passed over."""
        v = verdict
        self.fill(([v.case], [v.outcome], [v.score], [v.label], [v.confidence]))

    def fill(self, columns: Sequence[Sequence[Any]]) -> None:
        """Fill in verdicts by column, in the order of `JOINED`: a million take a second or two."""
        cases, outcomes, scores, labels, sure = columns
        ids = self.planned.ids
        sought = np.asarray(cases, dtype=ids.dtype)
        at = np.minimum(np.searchsorted(ids, sought), max(len(ids) - 1, 0))
        here = ids[at] == sought if len(ids) else np.zeros(len(sought), np.bool_)
        at = at[here]
        outcome = np.asarray([CODE[o] for o in outcomes], np.int32)[here]
        scored = outcome == SCORED
        self._outcome[at] = outcome
        known = self._labels
        label = np.asarray([known.setdefault(name, len(known)) for name in labels], np.int32)[here]
        score = np.asarray(scores, np.float64)[here]
        self._score[at[scored]] = score[scored]
        self._label[at[scored]] = label[scored]
        confidence = np.asarray(sure, np.float64)[here]
        if scored.any() and not np.isnan(confidence[scored]).all():
            if len(self._sure) != len(ids):
                self._sure = np.full(len(ids), np.nan)
            self._sure[at[scored]] = confidence[scored]

    def grades(self) -> Grades:
        """What a measure reads."""
        p = self.planned
        columns = (self._outcome, self._score, self._label)
        return Grades(p.cluster, p.arm, p.arms, *columns, tuple(self._labels), dict(p.tags), self._sure)


Pair = tuple[str, str]
"""A task and a model."""


def sheets(
    pairs: Iterable[Pair],
    cases: Iterable[Sequence[Sequence[Any]]],
    verdicts: Iterable[tuple[tuple[str, str, str], Sequence[Sequence[Any]]]],
    judges: Mapping[str, str],
) -> dict[Pair, Sheet]:
    """From verdicts to how the cases of every pair ended, under the one judge of its task (by key).

    `cases` are batches of an edition's `COLUMNS`, `verdicts` batches of `JOINED`, each of one (task, model, judge).
    """
    pairs = list(pairs)
    planned = Planned.each(dict.fromkeys(task for task, _ in pairs), cases)
    found = {pair: Sheet(planned[pair[0]]) for pair in pairs}
    for (task, model, judge), batch in verdicts:
        if (task, model) in found and judge == judges.get(task):
            found[task, model].fill(batch)
    return found


def _codes(values: Iterable[str], known: dict[str, int]) -> Codes:
    return np.asarray([known.setdefault(v, len(known)) for v in values], np.int32)


def _tag_columns(codes: Codes, distinct: list[str]) -> dict[str, tuple[Codes, tuple[str, ...]]]:
    """Split the distinct JSON objects into one coded column a tag name."""
    decoded = [msgspec.json.decode(text, type=dict[str, str]) for text in distinct]
    columns = {}
    for name in sorted({name for tags in decoded for name in tags}):
        values: dict[str, int] = {}
        table = np.asarray([values.setdefault(tags.get(name, ""), len(values)) for tags in decoded], np.int32)
        columns[name] = (table[codes], tuple(values))
    return columns
