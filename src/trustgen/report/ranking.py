"""A leaderboard: models side by side, counted anew from the stored verdicts, with those not shown to differ left tied.

No table is copied: every number comes from the verdicts through the measures installed now. Models stand in the order
of what can be believed of their weakest dimension: no average can hide one that fails, and no bad luck makes one. A
value over the few cases that a model answered well is no rank: models with a dimension missing, or with a verdict on
less than `COVERED` of their cases, stand last.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from pathlib import Path

import numpy as np

from trustgen.core import OUTCOMES, InputError, Measure, Outcome, Task
from trustgen.stats import Grades
from trustgen.stats.estimated import estimated
from trustgen.stats.goodness import Scale
from trustgen.stats.grades import Floats
from trustgen.stats.multiplicity import holm
from trustgen.stats.profile import Profile, profile, saturated
from trustgen.stats.shared import Pull, pulls
from trustgen.stats.ties import Standing, Ties, ties
from trustgen.store import RunFolder

from .anchors import scales
from .board import Board, board_of, record_names
from .board_parts import COVERED, Leaderboard, Line, Order, Place, Twins, Versus
from .family import Tested, Verdict, family, verdict
from .reading import ReadRun, card_of, dimension_of, read_run, verdict_columns

METHOD = "letters: all pairs on all headlines, ranks: all pairs on this one; Holm"
UNEVEN = 0.9
"""Models are asked alike where the least asked has this share of the cases of the most asked."""


def leaderboard(
    folders: Sequence[Path], *, utility: Sequence[str] = (), weights: Mapping[str, float] | None = None
) -> Leaderboard:
    """The leaderboard of one run or of several on one edition.

    `utility` names tasks that measure usefulness and stand beside trust; `weights` are those of tasks within their
    dimension, 1 where not given. Raises `InputError` for runs on different editions or judged by different judges.
    """
    runs = [read_run(RunFolder.open(folder)) for folder in folders]
    return ranked(runs, utility=utility, weights=weights)


def ranked(
    runs: Sequence[ReadRun], *, utility: Sequence[str] = (), weights: Mapping[str, float] | None = None
) -> Leaderboard:
    """The same of runs that were read."""
    board = board_of(runs)
    entries = board.edition.manifest.tasks
    known = [entry.id for entry in entries]
    for name in (*utility, *(weights or {})):
        if name not in known:
            raise InputError(f"unknown task `{name}`: the edition has {', '.join(known)}")
    tasks, absent = board.installed
    rooms = {entry.id: dimension_of(entry, card_of(entry)) for entry in entries}
    held = scales(tasks, board.edition, board.manifests[0][1], {task: g for (task, _), g in board.grades.items()})
    names = record_names(board.edition)
    lines = []
    graded = {
        model: {name: board.grades[name, model] for name in tasks if (name, model) in board.grades}
        for model in board.models
    }
    found = {
        model: [estimated(tasks[name], tasks[name].headline, model, grades) for name, grades in mine.items()]
        for model, mine in graded.items()
    }
    full = saturated(chain.from_iterable(found.values()), rooms, held)
    for model, simulated in board.models.items():
        mine = graded[model]
        made = profile(
            found[model],
            rooms,
            left_out=full,
            utility=utility,
            weights=weights,
            not_applicable={**{task: why for (task, its), why in board.excused.items() if its == model}, **absent},
            scales=held,
            pulls=_pulls(tasks, mine, names),
            refused={name: _refused(grades) for name, grades in mine.items()},
        )
        counted = [board.grades[pair] for pair in board.grades if pair[1] == model and pair[0] not in utility]
        lines.append(_line(model, simulated, made, counted))
    headlines = {task: tasks.get(task) for task in known}
    pairs = family(headlines, list(board.models), board.grades)
    orders = [_order(task, board, pairs, held[task.id]) for task in tasks.values()]
    return Leaderboard(
        edition=board.edition.manifest.id,
        suite=board.edition.manifest.suite,
        salt=board.edition.manifest.salt,
        runs=tuple(str(run.folder.folder) for run in runs),
        lines=tuple(sorted(lines, key=_standing)),
        orders=tuple(orders),
        identical=tuple(_identical(board, known)),
        family=len(pairs),
        weights={task: (weights or {}).get(task, 1.0) for task in known},
        utility=tuple(utility),
        warnings=tuple(_warnings(board, absent) + _uneven(lines)),
    )


# ── one model ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _pulls(
    tasks: Mapping[str, Task], grades: Mapping[str, Grades], names: Mapping[str, Sequence[str]]
) -> dict[str, Pull]:
    """What each record does to each headline."""
    measures = {name: tasks[name].measures[tasks[name].headline] for name in grades}
    return {name: pulls(measure, grades[name], names[name]) for name, measure in measures.items() if measure.summed}


def _refused(grades: Grades) -> Floats:
    """Refused and planned cases of each record."""
    every = np.ones(len(grades), np.bool_)
    return np.column_stack((grades.per_cluster(grades.ended(Outcome.REFUSED)), grades.per_cluster(every)))


def _line(model: str, simulated: bool, made: Profile, grades: Sequence[Grades]) -> Line:
    """`grades` are those of the tasks that count as trust."""
    outcomes = {o.value: sum(int(g.ended(o).sum()) for g in grades) for o in OUTCOMES}
    planned = sum(outcomes.values())
    return Line(
        model=model,
        simulated=simulated,
        trust=made.trust,
        minimum=made.weakest,
        dimensions=made.dimensions,
        utility=made.utility if made.utility.planned else None,
        refusals=made.refusals,
        tasks=sum(mean.of for mean in made.dimensions),
        of=sum(mean.planned for mean in made.dimensions),
        outcomes=outcomes,
        ranked=outcomes[Outcome.SCORED] + outcomes[Outcome.REFUSED] >= COVERED * planned,
        goodness={one.task: one for one in made.tasks},
    )


def _standing(line: Line) -> tuple[bool, float, float, str]:
    """Whole profiles first, then by the minimum, then by the mean, then by name."""
    if line.minimum is None:
        return True, 1.0, 1.0, line.model
    return line.tasks < line.of or not line.ranked, -line.minimum.value, -line.trust.value, line.model


# ── one headline ────────────────────────────────────────────────────────────────────────────────────────────────────


def _order(task: Task, board: Board, pairs: Mapping[tuple[str, str, str], Tested], scale: Scale) -> Order:
    name = task.headline
    measure = task.measures[name]
    mine = {model: board.grades[task.id, model] for model in sorted(board.models) if (task.id, model) in board.grades}
    found = _ties(task.id, mine, measure, pairs) if measure.summed else Ties((), 0, ())
    valued = [s for s in found.standings if s.letters]
    return Order(
        task=task.id,
        title=task.card.title,
        measure=name,
        direction=measure.direction,
        target=measure.target,
        range=measure.range,
        told_apart=found.told_apart,
        neighbours=max(len(valued) - 1, 0),
        method=METHOD if measure.summed else "",
        places=tuple(_place(s, mine[s.name]) for s in found.standings),
        versus=tuple(_versus(task.id, [s.name for s in valued], pairs)),
        reason="" if measure.summed else "a measure of this kind has no paired difference",
        against=found.against,
        anchors=(scale.guesser.value, scale.perfect.value) if scale.guesser and scale.perfect else None,
        unanchored=scale.reason,
    )


def _ties(
    task: str, mine: Mapping[str, Grades], measure: Measure, pairs: Mapping[tuple[str, str, str], Tested]
) -> Ties:
    """Letters by the verdicts of the whole family, ranks by those of this headline's pairs alone."""
    names = list(mine)
    at = {name: i for i, name in enumerate(names)}
    mates = [pairs[task, a, b] for a, b in combinations(names, 2)]
    better, ahead = np.zeros((2, len(names), len(names)), np.bool_)
    alone = holm([math.nan if one.found is None else one.found.p for one in mates])
    for one, p in zip(mates, alone, strict=True):
        for table, adjusted in ((better, one.adjusted), (ahead, float(p))):
            if winner := _winner(one, adjusted, measure):
                table[at[winner], at[one.a if winner == one.b else one.b]] = True
    values = [measure.value(measure.count(mine[name]).table) for name in names]
    return ties(names, values, better, ahead, direction=measure.direction, target=measure.target)


def _winner(one: Tested, adjusted: float, measure: Measure) -> str:
    """The model that is shown to be better; "" where none is."""
    said = verdict(one.found, adjusted, measure.target, 0.0) if one.found else "not shown"
    return {"better": one.b, "worse": one.a}.get(said, "")


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


def _identical(board: Board, tasks: Sequence[str]) -> list[Twins]:
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


def _uneven(lines: Sequence[Line]) -> list[str]:
    """Whether models were asked unequal numbers of cases: what was asked less of is less sure, and no less good."""
    asked = {line.model: line.asked for line in lines if line.asked}
    if not asked or min(asked.values()) >= UNEVEN * max(asked.values()):
        return []
    few, many = min(asked, key=lambda m: (asked[m], m)), max(asked, key=lambda m: (asked[m], m))
    return [
        f"models were asked unequal numbers of cases (`{few}` {asked[few]:,}, `{many}` {asked[many]:,}): compare their "
        "intervals, and the pairs below, which are on the cases both have"
    ]


def _warnings(board: Board, absent: Mapping[str, str]) -> list[str]:
    states = {"stopped": "was stopped", "running": "is under way or was killed"}
    found = [
        f"`{folder}` {states[m.status]} ({m.stopped or 'no reason was stored'}): its numbers are partial"
        for folder, m in board.manifests
        if m.status != "finished"
    ]
    return board.seals + found + [f"{task} is left out: {why}" for task, why in absent.items()]
