"""A leaderboard: models side by side, counted anew from the stored verdicts, with what cannot be told apart left tied.

No table is copied: every number comes from the verdicts through the measures installed now. Models stand in the order
of their weakest dimension, so that no average can hide one that fails. A value over the few cases that a model answered
well is no rank: models with a dimension missing, or with a verdict on less than `COVERED` of their cases, stand last.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from trustgen.core import OUTCOMES, Direction, InputError, Outcome, Task, named
from trustgen.stats import ClusterMeasure, Grades
from trustgen.stats.estimated import estimated
from trustgen.stats.intervals import LEVEL
from trustgen.stats.profile import Profile, profile
from trustgen.stats.ties import Standing, Ties, ties
from trustgen.store import Edition, RunFolder, RunManifest, TaskEntry

from .compare import installed
from .family import Tested, Verdict, family
from .gate import dimension_of
from .reading import counted_run, graded, lacking, verdict_columns

COVERED = 0.8
"""Share of a model's planned cases that must be scored or refused for it to be ranked."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A mean of goodness (0 worst to 1 best) with 95 % limits, over `of` of `planned`; `missing` says why not all."""

    name: str
    value: float
    low: float
    high: float
    of: int
    planned: int
    missing: dict[str, str]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Share of planned cases that the model refused, with its 95 % limits, in one dimension."""

    name: str
    value: float
    low: float
    high: float
    refused: int
    planned: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One model. `bottleneck` is its weakest dimension; `tasks` of `of` have a value, utility left out.

    `outcomes` counts the planned cases of these tasks; `ranked` is false where too few of them have a verdict.
    """

    model: str
    simulated: bool
    trust: Part
    bottleneck: Part | None
    dimensions: tuple[Part, ...]
    utility: Part | None
    refusals: tuple[Refused, ...]
    tasks: int
    of: int
    outcomes: dict[str, int] = {}
    ranked: bool = True

    def share(self, *outcomes: Outcome) -> float:
        """Share of the planned cases that ended so; `nan` where nothing was planned."""
        planned = sum(self.outcomes.values())
        return sum(self.outcomes.get(o, 0) for o in outcomes) / planned if planned else math.nan


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One model on one headline: models that share a letter are not told apart, and its rank lies in best..worst.

    Its value is over the cases that have a verdict (scored or refused), `read` of `planned`.
    """

    model: str
    value: float
    letters: tuple[str, ...]
    best: int
    worst: int
    read: int = 0
    planned: int = 0


class Versus(msgspec.Struct, frozen=True, kw_only=True):
    """What one headline says of `model` against `other`, as `compare` does; `adjusted` is Holm's p over the family.

    About `needed` clusters, of `clusters` that there are, would show a difference as large as the one seen.
    """

    model: str
    other: str
    verdict: Verdict
    adjusted: float
    clusters: int
    needed: int


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One headline's order from best to worst, and how many of its `neighbours` differ; or the `reason` for none."""

    task: str
    title: str
    measure: str
    direction: Direction
    target: float | None
    range: tuple[float, float]
    told_apart: int
    neighbours: int
    method: str
    places: tuple[Place, ...]
    versus: tuple[Versus, ...] = ()  # every pair that could be compared, the one with the better value first
    reason: str = ""

    def against(self, model: str, other: str) -> Versus | None:
        """Two neighbours."""
        return next((v for v in self.versus if (v.model, v.other) == (model, other)), None)


class Twins(msgspec.Struct, frozen=True, kw_only=True):
    """Models with identical verdicts on every planned case of `tasks`, of `of` that they all were asked."""

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    of: int
    cases: int


class Leaderboard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the formats show. `weights` are those of tasks within their dimension."""

    edition: str
    suite: str
    salt: str
    runs: tuple[str, ...]
    lines: tuple[Line, ...]
    orders: tuple[Order, ...]
    identical: tuple[Twins, ...]
    family: int  # tests that share the 5 %: pairs of models times headlines
    weights: dict[str, float]
    utility: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def told_apart(self) -> int:
        """Neighbours that differ, over all headlines."""
        return sum(order.told_apart for order in self.orders)

    @property
    def neighbours(self) -> int:
        """Neighbours in the order of values, over all headlines."""
        return sum(order.neighbours for order in self.orders)


class _Board(NamedTuple):
    """What the runs hold together: verdicts by (task, model), and what is known of each."""

    edition: Edition
    manifests: list[tuple[Path, RunManifest]]
    models: dict[str, bool]  # by the name shown; whether simulated
    grades: dict[tuple[str, str], Grades]
    excused: dict[tuple[str, str], str]


def leaderboard(
    folders: Sequence[Path], *, utility: Sequence[str] = (), weights: Mapping[str, float] | None = None
) -> Leaderboard:
    """The leaderboard of one run or of several on one edition.

    `utility` names tasks that measure usefulness and stand beside trust; `weights` are those of tasks within their
    dimension, 1 where not given. Raises `InputError` for runs on different editions or judged by different judges.
    """
    board = _read(folders)
    entries = board.edition.manifest.tasks
    known = [entry.id for entry in entries]
    for name in (*utility, *(weights or {})):
        if name not in known:
            raise InputError(f"unknown task `{name}`: the edition has {', '.join(known)}")
    tasks, absent = _tasks(board, entries)
    rooms = {entry.id: dimension_of(entry) for entry in entries}
    lines = []
    for model, simulated in board.models.items():
        estimates = [
            estimated(task, task.headline, model, board.grades[task.id, model])
            for task in tasks.values()
            if (task.id, model) in board.grades
        ]
        excused = {task: why for (task, its), why in board.excused.items() if its == model} | absent
        made = profile(estimates, rooms, utility=utility, weights=weights, not_applicable=excused)
        counted = [board.grades[pair] for pair in board.grades if pair[1] == model and pair[0] not in utility]
        lines.append(_line(model, simulated, made, counted))
    headlines = {task: tasks.get(task) for task in known}
    pairs = family(headlines, list(board.models), board.grades)
    orders = [_order(task, board, pairs) for task in tasks.values()]
    return Leaderboard(
        edition=board.edition.manifest.id,
        suite=board.edition.manifest.suite,
        salt=board.edition.manifest.salt,
        runs=tuple(str(folder) for folder in folders),
        lines=tuple(sorted(lines, key=_standing)),
        orders=tuple(orders),
        identical=tuple(_identical(board, known)),
        family=len(pairs),
        weights={task: (weights or {}).get(task, 1.0) for task in known},
        utility=tuple(utility),
        warnings=tuple(_warnings(board, absent)),
    )


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(folders: Sequence[Path]) -> _Board:
    runs = [RunFolder.open(folder) for folder in folders]
    manifests = [counted_run(run) for run in runs]
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
    edition = runs[0].edition()
    board = _Board(edition, list(zip(folders, manifests, strict=True)), {}, {}, {})
    for folder, run, manifest in zip(folders, runs, manifests, strict=True):
        shown = {m: m if names.count(m) == 1 else f"{m} ({folder})" for m in manifest.models}
        if clash := [name for name in shown.values() if name in board.models]:
            raise InputError(f"`{clash[0]}` is named twice: name each run once")
        board.models.update({name: m in manifest.simulated for m, name in shown.items()})
        board.grades.update({(t, shown[m]): g.grades for (t, m), g in graded(run, run.edition(), manifest).items()})
        for (task, m), level in lacking(manifest).items():
            board.excused[task, shown[m]] = f"lacks the level {level}"
    return board


def _tasks(board: _Board, entries: Sequence[TaskEntry]) -> tuple[dict[str, Task], dict[str, str]]:
    """The tasks installed in the version that was run, and why each other is not."""
    roles = {role: uri for _, manifest in board.manifests for role, uri in manifest.roles.items()}
    kit = named({**board.edition.manifest.makers, **roles})
    tasks, absent = {}, {}
    for entry in entries:
        try:
            tasks[entry.id] = installed(entry, kit)
        except InputError as error:
            absent[entry.id] = str(error)
    return tasks, absent


# ── one model ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _line(model: str, simulated: bool, made: Profile, grades: Sequence[Grades]) -> Line:
    """`grades` are those of the tasks that count as trust."""
    outcomes = {o.value: sum(int(g.ended(o).sum()) for g in grades) for o in OUTCOMES}
    planned = sum(outcomes.values())

    def part(mean: object) -> Part:
        fields = mean._asdict()  # type: ignore[attr-defined]
        return Part(**fields | {"missing": dict(fields["missing"])})

    return Line(
        model=model,
        simulated=simulated,
        trust=part(made.trust),
        bottleneck=part(made.bottleneck) if made.bottleneck else None,
        dimensions=tuple(part(mean) for mean in made.dimensions),
        utility=part(made.utility) if made.utility.planned else None,
        refusals=tuple(Refused(**row._asdict()) for row in made.refusals),
        tasks=sum(mean.of for mean in made.dimensions),
        of=sum(mean.planned for mean in made.dimensions),
        outcomes=outcomes,
        ranked=outcomes[Outcome.SCORED] + outcomes[Outcome.REFUSED] >= COVERED * planned,
    )


def _standing(line: Line) -> tuple[bool, float, float, str]:
    """Whole profiles first, then by the weakest dimension, then by the mean, then by name."""
    if line.bottleneck is None:
        return True, 1.0, 1.0, line.model
    return line.tasks < line.of or not line.ranked, -line.bottleneck.value, -line.trust.value, line.model


# ── one headline ────────────────────────────────────────────────────────────────────────────────────────────────────


def _order(task: Task, board: _Board, pairs: Mapping[tuple[str, str, str], Tested]) -> Order:
    name = task.headline
    measure = task.measures[name]
    mine = {model: board.grades[task.id, model] for model in sorted(board.models) if (task.id, model) in board.grades}
    reason, found = "", None
    if isinstance(measure, ClusterMeasure):
        found = _ties(task.id, mine, measure, pairs)
    else:
        reason = "a measure of this kind has no paired difference"
    valued = [s for s in found.standings if s.letters] if found else []
    return Order(
        task=task.id,
        title=task.card.title,
        measure=name,
        direction=measure.direction,
        target=measure.target,
        range=measure.range,
        told_apart=found.adjacent_told_apart if found else 0,
        neighbours=max(len(valued) - 1, 0),
        method=found.method if found else "",
        places=tuple(_place(s, mine[s.name]) for s in found.standings) if found else (),
        versus=tuple(_versus(task.id, [s.name for s in valued], pairs)),
        reason=reason,
    )


def _ties(
    task: str, mine: Mapping[str, Grades], measure: ClusterMeasure, pairs: Mapping[tuple[str, str, str], Tested]
) -> Ties:
    """Letters and ranks by the verdicts of the family: a pair without one is not told apart, whatever its p-value."""
    names = list(mine)
    p = np.full((len(names), len(names)), math.nan)
    for i, j in combinations(range(len(names)), 2):
        one = pairs[task, names[i], names[j]]
        apart = one.verdict in ("better", "worse")
        p[i, j] = p[j, i] = one.adjusted if apart or one.adjusted > 1 - LEVEL else 1.0
    values = [measure.value(measure.count(mine[name]).table) for name in names]
    how = "all pairs on all headlines, Holm; insert-absorb letters"
    return ties(names, values, p, direction=measure.direction, target=measure.target, method=how)


def _place(standing: Standing, grades: Grades) -> Place:
    read = grades.ended(Outcome.SCORED) | grades.ended(Outcome.REFUSED)
    return Place(
        model=standing.name,
        value=standing.value,
        letters=standing.letters,
        best=standing.best,
        worst=standing.worst,
        read=int(read.sum()),
        planned=len(grades),
    )


def _versus(task: str, names: Sequence[str], pairs: Mapping[tuple[str, str, str], Tested]) -> Iterator[Versus]:
    """Every pair that could be compared, by value; the stored verdict speaks of the one that is second by name."""
    opposite: dict[Verdict, Verdict] = {"better": "worse", "worse": "better"}
    for model, other in combinations(names, 2):
        a, b = sorted((model, other))
        one = pairs[task, a, b]
        if one.found is not None and not math.isnan(one.found.p):
            said = one.verdict if b == model else opposite.get(one.verdict, one.verdict)
            yield Versus(
                model=model,
                other=other,
                verdict=said,
                adjusted=one.adjusted,
                clusters=one.found.clusters,
                needed=one.needed,
            )


# ── what to distrust ────────────────────────────────────────────────────────────────────────────────────────────────


def _identical(board: _Board, tasks: Sequence[str]) -> list[Twins]:
    """Models with the same verdict in every case of some task: a copy, or a task that tells nothing apart."""
    labels: dict[str, int] = {}
    columns = {pair: verdict_columns(grades, labels) for pair, grades in board.grades.items() if grades.scored.any()}
    alike: dict[tuple[tuple[str, ...], int], list[set[str]]] = defaultdict(list)  # groups, by what they are alike in
    for a, b in combinations(board.models, 2):
        both = [task for task in tasks if (task, a) in columns and (task, b) in columns]
        same = tuple(task for task in both if np.array_equal(columns[task, a], columns[task, b], equal_nan=True))
        if same:
            groups = alike[same, len(both)]
            met = [group for group in groups if group & {a, b}]
            groups[:] = [group for group in groups if group not in met] + [set().union({a, b}, *met)]
    found = []
    for (same, of), groups in alike.items():
        for group in groups:
            models = tuple(model for model in board.models if model in group)
            cases = sum(len(columns[task, models[0]]) for task in same)
            found.append(Twins(models=models, tasks=same, of=of, cases=cases))
    return sorted(found, key=lambda twins: (-len(twins.tasks), twins.models))


def _warnings(board: _Board, absent: Mapping[str, str]) -> list[str]:
    states = {"stopped": "was stopped", "running": "is under way or was killed"}
    found = [
        f"`{folder}` {states[m.status]} ({m.stopped or 'no reason was stored'}): its numbers are partial"
        for folder, m in board.manifests
        if m.status != "finished"
    ]
    return found + [f"{task} is left out: {why}" for task, why in absent.items()]
