"""What people's labels do to a run's numbers; no model is asked, and what the machine ruled stays as it is.

- A reply that the machine left `unparsed` and that the labellers agree on counts as they say (rung `human`).
- Shares get two more estimates: from the labels alone, and from the machine's verdicts moved by what the labels say of
  their error (prediction-powered, see `trustgen.stats.predicted`). Both are over the replies that the machine scored.
- The judge's confusion on this run's own replies is kept with the run, by plain count over the *even* picks: these are
  an unweighted random draw, so no count needs a weight.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import NamedTuple

import msgspec

from trustgen.core import (
    Case,
    Estimate,
    InputError,
    Outcome,
    Task,
    Verdict,
    Vote,
    digest,
)
from trustgen.judge.words import NOTHING, words_of
from trustgen.stats.agreement import Settled
from trustgen.stats.calibration import NO_ANSWER, Calibration, counted
from trustgen.stats.planned import Pair, Planned, sheets
from trustgen.store import Edition, RunFolder, RunManifest
from trustgen.store.files import read_json, write_json
from trustgen.store.labels import read_labels, write_settled

from .calibrate import RIGHT, Registry, paired
from .estimate import estimates
from .judge import tasks_of
from .labelled import columns_of, human_estimate
from .review import (
    Pooled,
    ReviewPlan,
    all_settled,
    declines,
    kind_of,
    read_plan,
    read_pool,
    vocabulary,
)
from .settings import Result

CALIBRATION = "calibration.json"


def apply(folder: Path) -> Result:
    """Make a run's estimates anew with its labels; raises `InputError` where nobody gave any."""
    if not has_labels(folder):
        raise InputError(f"run `{folder}` has no labels yet: give some with `trustgen review {folder}`")
    return estimated_again(folder)


def has_labels(folder: Path) -> bool:
    """Whether anybody ever labelled a reply of this run."""
    return bool(read_labels(folder).given) and read_plan(folder) is not None


class Unused(NamedTuple):
    """Labels of a task and a model that its headline does not rest on, and why; they may `reach` other measures."""

    task: str
    model: str
    headline: str
    labels: int
    reach: int
    because: str


def unused(result: Result) -> list[Unused]:
    """Where people labelled replies and the headline of the task is none the wiser."""
    plan = read_plan(result.folder)
    picks = {p.response: (p.task, p.model) for p in plan.picks} if plan else {}
    given = Counter(picks[g.response] for g in read_labels(result.folder).live if g.response in picks)
    found = []
    for (task, model), labels in sorted(given.items()):
        mine = [e for e in result.estimates if (e.task, e.model) == (task, model)]
        reach = sum(e.human is not None and not isnan(e.human.predicted[0]) for e in mine)
        for e in mine:
            if e.headline and (e.human is None or isnan(e.human.predicted[0])):
                because = e.human.note if e.human else f"it is no mean over cases (it counts {e.unit})"
                found.append(Unused(task, model, e.measure, labels, reach, because))
    return found


def estimated_again(folder: Path) -> Result:
    """Make a run's estimates anew, keeping its verdicts and judges.

    Raises `InputError` where the judges installed now are not those of the run.
    """
    RunFolder.open(folder)
    run = RunFolder.take(folder)
    try:
        edition, manifest = run.edition(), run.manifest()
        tasks = tasks_of(edition, edition.manifest.kit(manifest.roles))
        for task in tasks.values():
            if task.judge.key != manifest.judges.get(task.id):
                bound = "".join(f" --role {role}={uri}" for role, uri in manifest.roles.items())
                raise InputError(
                    f"the judge of `{task.id}` is another one now: run `trustgen rejudge {folder}{bound}` first"
                )
        run.begin("estimated again")
        found = with_labels(run, edition, tasks, manifest)
        run.write_estimates(found)
        run.end()
        return Result(folder, manifest, found)
    finally:
        run.leave()


def with_labels(run: RunFolder, edition: Edition, tasks: Mapping[str, Task], manifest: RunManifest) -> list[Estimate]:
    """The estimates of a run with its labels; also writes what people settled, and the judge's confusion."""
    plan = read_plan(run.folder) or ReviewPlan(salt=manifest.salt, made="")
    settled = all_settled(read_labels(run.folder))
    ids = {p.case for p in plan.picks}
    cases = {case.id: case for case in edition.cases() if case.id in ids} if ids else {}
    ruled = _ruled(run, manifest, plan) if ids else {}
    people = list(_by_people(plan, tasks, cases, ruled, settled))
    write_settled(run.folder, people)
    if has_labels(run.folder):
        write_json(run.folder / CALIBRATION, list(_calibrations(plan, tasks, cases, ruled, settled, manifest)))
    pool: dict[Pair, list[Pooled]] = defaultdict(list)
    for pooled in read_pool(run.folder):
        pool[pooled.task, pooled.model].append(pooled)
    over: dict[Pair, list[Verdict]] = defaultdict(list)
    for verdict in people:
        over[verdict.task, verdict.model].append(verdict)
    cells = {(c.task, c.model): c for c in plan.cells}
    registry = Registry(own=run_calibrations(run.folder))
    found: list[Estimate] = []
    pairs = manifest.pairs(tasks)
    machine = run.joined(settled=False)
    for pair, sheet in sheets(pairs, edition.case_columns(*Planned.COLUMNS), machine, manifest.judges).items():
        task, columns = tasks[pair[0]], None
        graded = deepcopy(sheet.grades())  # as the machine ruled: the sheet's own columns are filled in further
        if pair in cells:
            columns = columns_of(sheet.planned, cells[pair], pool[pair], plan, task, cases, settled)
        for verdict in over[pair]:
            sheet.add(verdict)
        for estimate in estimates(task, pair[1], sheet.grades(), registry):
            human = columns and human_estimate(task.measures[estimate.measure], graded, columns, settled)
            found.append(msgspec.structs.replace(estimate, human=human) if human else estimate)
    return found


def _ruled(run: RunFolder, manifest: RunManifest, plan: ReviewPlan) -> dict[str, Verdict]:
    """The machine's verdicts on the picks, by response."""
    keys = {p.response for p in plan.picks}
    verdicts = run.verdicts(settled=False)
    return {v.response: v for v in verdicts if v.response in keys and v.judge == manifest.judges.get(v.task)}


def _by_people(
    plan: ReviewPlan,
    tasks: Mapping[str, Task],
    cases: Mapping[str, Case],
    ruled: Mapping[str, Verdict],
    settled: Mapping[str, Settled],
) -> Iterator[Verdict]:
    """Verdicts on what the machine could not read and people agree on; if they cannot tell either it stays unparsed."""
    for pick in plan.picks:
        verdict, known = ruled.get(pick.response), settled.get(pick.response)
        if verdict is None or known is None or verdict.outcome != Outcome.UNPARSED:
            continue
        case = cases[pick.case]
        judge = tasks[pick.task].judge.of(case.arm)
        scores = vocabulary(judge, case)
        if known.label not in scores or (scores[known.label] is None and not declines(judge, known.label)):
            continue
        score = scores[known.label]
        votes = tuple(Vote(f"person {i}", label) for i, label in enumerate(known.votes.values(), 1))
        yield msgspec.structs.replace(
            verdict,
            outcome=Outcome.REFUSED if score is None else Outcome.SCORED,
            score=score,
            label="" if score is None else known.label,
            reason=f"{len(votes)} people agree; the machine: {verdict.reason}"[:600],
            rung="human",
            votes=votes,
        )


# ── the judge's confusion on this run ───────────────────────────────────────────────────────────────────────────────


def _calibrations(
    plan: ReviewPlan,
    tasks: Mapping[str, Task],
    cases: Mapping[str, Case],
    ruled: Mapping[str, Verdict],
    settled: Mapping[str, Settled],
    manifest: RunManifest,
) -> Iterator[Calibration]:
    """Each judge against what people say, over the even picks, in plain counts.

    Replies on which people contradict each other are those that judges read worst. To leave them out would call the
    judge better than it is, so each counts once, by one of the labels that it was given, drawn by its key.
    """
    pairs: dict[tuple[str, str], list[tuple[str, str, str, str]]] = defaultdict(list)
    right: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    names: dict[tuple[str, str], str] = {}
    for pick in plan.picks:
        known, verdict = settled.get(pick.response), ruled.get(pick.response)
        if not pick.even or verdict is None or known is None or not (told := _told(pick.response, known)):
            continue
        case = cases[pick.case]
        judge = tasks[pick.task].judge.of(case.arm)
        if judge is None:
            continue
        kind, scores, words = kind_of(judge), vocabulary(judge, case), words_of(judge)
        key = (judge.key, kind)
        names[key] = judge.name
        # Labels whose worth goes by the case are told as right or wrong: "B" is right here and wrong there.
        by_score = words is not None and not words.positive
        nobody = words is None and scores.get(told, 0.0) is None and told not in NO_ANSWER
        label = NOTHING if nobody else told  # a rubric's own word for it
        said = paired(scores, label, verdict, by_score=by_score)
        pairs[key].append((pick.response, *said, case.records[0]))
        good = ["right"] if by_score else [k for k, v in scores.items() if v is not None and v >= 0.5]
        right[key] |= dict.fromkeys(RIGHT.get(kind) or (words.positive if words else good) or good)
    for (judge_key, kind), found in sorted(pairs.items()):
        head = Calibration(
            judge=judge_key,
            name=names[judge_key, kind],
            kind=kind,
            set=f"run {manifest.edition[:8]}",
            sha256=digest(sorted(found)),
            language="all",
            cells=(),
            right=tuple(right[judge_key, kind]),
            split="even picks, plain counts",
            made=datetime.now(UTC).date().isoformat(),
            own=True,
        )
        yield counted(head, [(true, said, record) for _, true, said, record in found])


def _told(response: str, known: Settled) -> str:
    """The label that a reply counts by: what all say, or one of several; "" where too few said anything."""
    given = sorted(label for vote in known.votes.values() for label in vote.split(" / "))
    if known.label or len(set(given)) < 2:
        return known.label
    return given[int(digest("contradicted", response), 16) % len(given)]


def run_calibrations(folder: Path) -> list[Calibration]:
    """What the labels of a run say of its judges; nothing where none were applied."""
    if not (folder / CALIBRATION).exists():
        return []
    found: list[Calibration] = read_json(folder / CALIBRATION, list[Calibration], "a run")
    return found
