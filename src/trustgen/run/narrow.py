"""`--until-width`: a task is asked until its headline is narrow on every model; all models stop on the same clusters.

Replies come back out of order, and quick ones first. A look at "whatever has come back" would be a look at quick
replies, which are short ones, which fail differently. So a look sees the first clusters of the edition only, in its
order, up to the first one that is not whole for every model: whole is a cluster whose every planned case, in every arm,
has a verdict. Looks are taken after set numbers of clusters (`stats.stopping.looks`), each as if the others had not
come yet, so that where a run stops follows from what was answered and not from when.

Several models meet the same clusters, or they could not be compared in pairs: none runs further ahead than the calls in
flight need, a task is closed for all models at once, when the headline of the last one is narrow, and every cluster
that one of them has begun by then is asked of all.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from trustgen.core import Case, Estimate, Outcome, Task, Verdict
from trustgen.stats.planned import Planned, Sheet
from trustgen.stats.stopping import looks, narrow_enough
from trustgen.store import Edition, Journal

from .ask import Stop
from .estimate import planned

BATCH = 16
"""Clusters between two looks; a larger task is looked at about `MOST_LOOKS` times, since each costs time."""
MOST_LOOKS = 200
AHEAD = 2
"""How many times the calls in flight may be begun beyond the next look: fewer would wait for every slow reply."""
PATIENCE = 0.5  # seconds after which whoever waits for others looks whether the run was stopped


def batch_of(clusters: int) -> int:
    """Clusters between two looks at a task of that many."""
    return max(BATCH, math.ceil(clusters / MOST_LOOKS))


def check_width(tasks: Mapping[str, Task], width: float | None) -> None:
    """Raise `InputError` where the width is beyond the range of a task's headline."""
    for task in tasks.values():
        measure = task.measures[task.headline]
        if width is not None and measure.summed:
            narrow_enough(measure, np.zeros((1, 2)), width)


class _Model:
    """How far one model is with one task."""

    def __init__(self, columns: Planned, sizes: np.ndarray) -> None:
        self.sheet = Sheet(columns)
        self.done = np.zeros(len(columns.ids), np.bool_)
        self.left = sizes.copy()  # planned cases of each cluster, in asking order, without a verdict
        self.whole = 0  # clusters from the first that are whole

    def end(self, at: int, rank: int, verdict: Verdict) -> None:
        """Fill in one verdict."""
        self.sheet.add(verdict)
        if not self.done[at]:
            self.done[at] = True
            self.left[rank] -= 1
            while self.whole < len(self.left) and self.left[self.whole] == 0:
                self.whole += 1


class Watched:
    """One task of a run, watched until it is narrow on all models."""

    def __init__(self, task: Task, edition: Edition, models: Sequence[str], width: float) -> None:
        measure = task.measures[task.headline]
        self.task, self.width, self.measure = task, width, measure
        self._planned = planned(edition, task.id)
        self._rank = _ranks(edition, task.id, self._planned)
        sizes = np.bincount(self._rank)
        self.size = float(sizes.mean())
        self._models = {uri: _Model(self._planned, sizes) for uri in models}
        self._looks = looks(measure, len(sizes), batch_of(len(sizes)))
        self._next = 0
        self._begun = 0
        self._horizon = 0
        self.limit: int | None = None  # clusters to ask in all, once the task is closed

    def rank(self, case: str) -> int:
        """Which cluster, in the order of asking, a case belongs to."""
        return int(self._rank[self._at(case)])

    def _at(self, case: str) -> int:
        return int(np.searchsorted(self._planned.ids, case.encode()))

    def may_begin(self, rank: int, in_flight: int) -> bool:
        """Whether a cluster may be begun now, with so many calls at once."""
        lead = AHEAD * math.ceil(in_flight / self.size)
        self._horizon = max(self._horizon, self._looks[min(self._next, len(self._looks) - 1)] + lead)
        return rank < self._horizon

    def begin(self, rank: int) -> None:
        """Say that a cluster is being asked of a model."""
        self._begun = max(self._begun, rank + 1)

    def end(self, verdict: Verdict) -> bool:
        """Fill in a verdict; returns whether the task was closed by it, or others may go on."""
        if verdict.model not in self._models:  # dropped, with calls in flight
            return False
        at = self._at(verdict.case)
        self._models[verdict.model].end(at, int(self._rank[at]), verdict)
        before = self._next
        if self.limit is None:
            self._look()
        return self._next > before

    def drop(self, model: str) -> None:
        """Look at the others only from now on."""
        self._models.pop(model, None)
        if self._models and self.limit is None:
            self._look()

    def spared(self, model: str) -> int:
        """Planned cases that a model was not asked because the task was closed."""
        if self.limit is None:
            return 0
        ended = self._models[model].sheet.grades()
        return int((ended.ended(Outcome.SKIPPED) & (self._rank >= self.limit)).sum())

    def store(self, verdict: Verdict) -> None:
        """Take in a verdict of an earlier session. One of `error` has not ended: the case is asked again."""
        self.begin(self.rank(verdict.case))
        if verdict.outcome == Outcome.ERROR:
            self._models[verdict.model].sheet.add(verdict)

    def _look(self) -> None:
        whole = min(model.whole for model in self._models.values())
        while self._next < len(self._looks) and self._looks[self._next] <= whole:
            clusters = self._looks[self._next]
            self._next += 1
            if all(self._narrow(model, clusters) for model in self._models.values()):
                self.limit = max(clusters, min(self._begun, self._horizon))
                return

    def _narrow(self, model: _Model, clusters: int) -> bool:
        grades = model.sheet.grades()
        table = self.measure.count(grades.where(self._rank < clusters)).table
        return narrow_enough(self.measure, table, self.width)


class Narrowing:
    """All tasks of a run under `--until-width`."""

    def __init__(
        self,
        edition: Edition,
        tasks: Mapping[str, Task],
        models: Mapping[str, Sequence[str]],
        width: float,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`models` are those that are asked each task. A headline that is no sum over clusters is not watched."""
        self.width = width
        self._models = {task: list(uris) for task, uris in models.items()}
        self._note = note
        self._moved = asyncio.Event()
        self._watched: dict[str, Watched] = {}
        for task in tasks.values():
            if models.get(task.id) and task.measures[task.headline].summed:
                self._watched[task.id] = Watched(task, edition, models[task.id], width)

    def resume(self, journal: Journal) -> None:
        """Take in what earlier sessions stored; what ended in `error` is asked again, so it has not ended."""
        for name, watched in self._watched.items():
            for uri in self._models[name]:
                for verdict in journal.verdicts(name, uri, watched.task.judge.key):
                    watched.store(verdict)
                    if verdict.outcome != Outcome.ERROR:
                        self._end(watched, verdict)

    def end(self, verdict: Verdict) -> None:
        """A case ended."""
        if watched := self._watched.get(verdict.task):
            self._end(watched, verdict)

    def drop(self, model: str) -> None:
        """A model is asked nothing more: the others no longer wait for it."""
        for name, watched in self._watched.items():
            if model in self._models[name]:
                self._models[name].remove(model)
                was_open = watched.limit is None
                watched.drop(model)
                self._tell(watched, closed=was_open and watched.limit is not None)

    def _end(self, watched: Watched, verdict: Verdict) -> None:
        if watched.end(verdict):
            self._tell(watched, closed=watched.limit is not None)

    def _tell(self, watched: Watched, *, closed: bool) -> None:
        if closed:
            name = watched.task.id
            self._note(f"{name}: interval within {self.width:g} on every model, no further record is asked")
        self._moved.set()
        self._moved = asyncio.Event()

    def spared(self, task: str, model: str) -> int:
        """Planned cases of a task that a model was not asked because the interval was narrow."""
        asked = task in self._watched and model in self._models[task]
        return self._watched[task].spared(model) if asked else 0

    def noted(self, estimates: list[Estimate]) -> list[Estimate]:
        """The estimates, with a note on those that rest on fewer cases than planned for that reason."""
        note = {"asked_until_width": f"{self.width:g}"}
        return [
            msgspec.structs.replace(e, notes={**e.notes, **note}) if self.spared(e.task, e.model) else e
            for e in estimates
        ]

    async def turn(self, case: Case, in_flight: Callable[[], int], stop: Stop) -> bool:
        """Whether to ask a case, once it is known: waits while this model is too far ahead of the others."""
        if (watched := self._watched.get(case.task)) is None:
            return True
        rank = watched.rank(case.id)
        while watched.limit is None and not watched.may_begin(rank, in_flight()) and not stop:
            moved = self._moved
            try:
                async with asyncio.timeout(PATIENCE):
                    await moved.wait()
            except TimeoutError:
                continue
        if watched.limit is not None and rank >= watched.limit:
            return False
        watched.begin(rank)
        return True


def _ranks(edition: Edition, task: str, columns: Planned) -> np.ndarray:
    """For each planned case, the place of its cluster in the order in which the edition first shows clusters."""
    ids: list[str] = []
    for batch in edition.case_columns("id", "task"):
        those = zip(*batch, strict=True)
        ids += [case for case, of in those if of == task]
    codes = columns.cluster[np.searchsorted(columns.ids, np.asarray(ids, dtype="S32"))]
    distinct, first = np.unique(codes, return_index=True)
    place = np.empty(len(distinct), np.int32)
    place[distinct[np.argsort(first)]] = np.arange(len(distinct), dtype=np.int32)
    return place[columns.cluster]
