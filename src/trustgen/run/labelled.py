"""What people's labels say of a share: alone, and together with all of the machine's verdicts.

Only labels on which all labellers agree are used. Picks that are not settled yet are taken to be like the settled ones
of the same doubt, and the two ends stand beside the estimate: all of them 0, all of them 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from trustgen.core import Case, HumanEstimate, Measure, Task
from trustgen.judge.words import words_of
from trustgen.stats.agreement import Settled, krippendorff_alpha
from trustgen.stats.calibration import NO_ANSWER
from trustgen.stats.grades import Floats, Grades, Mask
from trustgen.stats.planned import Planned
from trustgen.stats.predicted import Predicted, predicted_rate

from .review import Cell, Pick, Pooled, ReviewPlan, contradicted, vocabulary

NEEDED = 0.8
"""Share of the picks behind an estimate that must be settled before anything is said."""

NAN = float("nan")


class Columns(NamedTuple):
    """What people may read of one (task, model), aligned with its planned cases; nan and "" where nothing is known."""

    keys: list[str]
    chance: Floats
    doubt: Floats
    picked: Mask
    offered: list[Mapping[str, float | None]]  # the labels that people could give a pick
    label: list[str]
    score: Floats  # of the settled label; 0 where nobody could score the reply, nan where no label says the score


def columns_of(
    columns: Planned,
    cell: Cell,
    pool: Iterable[Pooled],
    plan: ReviewPlan,
    task: Task,
    cases: Mapping[str, Case],
    settled: Mapping[str, Settled],
) -> Columns:
    n = len(columns.ids)
    place = {case_id.decode(): i for i, case_id in enumerate(columns.ids)}
    picks: dict[str, Pick] = {p.response: p for p in plan.picks if (p.task, p.model) == (cell.task, cell.model)}
    made = Columns(
        [""] * n, np.full(n, NAN), np.full(n, NAN), np.zeros(n, np.bool_), [{}] * n, [""] * n, np.full(n, NAN)
    )
    for pooled in pool:
        if (at := place.get(pooled.case)) is None:
            continue
        made.keys[at], made.doubt[at] = pooled.response, pooled.doubt
        pick = picks.get(pooled.response)
        made.chance[at] = pick.chance if pick else cell.chance(pooled.doubt)
        made.picked[at] = pick is not None
        if pick is None:
            continue
        case, known = cases[pooled.case], settled.get(pooled.response)
        judge = task.judge.of(case.arm)
        made.offered[at] = vocabulary(judge, case)
        if known and known.label:
            worth = made.offered[at].get(known.label)
            mute = worth is None and known.label not in NO_ANSWER and words_of(judge) is not None
            made.label[at], made.score[at] = known.label, NAN if mute else worth or 0.0
    return made


def human_estimate(
    measure: Measure, graded: Grades, columns: Columns, settled: Mapping[str, Settled]
) -> HumanEstimate | None:
    """What labels say of a share over the replies that the machine scored, or a note on what they lack.

    None of a measure that is no mean over cases: no label moves it.
    """
    if (judged := measure.unit_value(graded)) is None:
        return None
    labels, _ = measure.unit_labels()
    over = measure.usable(graded)
    picked = np.flatnonzero(over & columns.picked)
    known = [settled[columns.keys[i]] for i in picked if columns.keys[i] in settled]
    people = sorted({name for one in known for name in one.votes})
    alpha = krippendorff_alpha([[one.votes.get(name) for name in people] for one in known])
    truth = np.full(len(graded), NAN)
    for i in picked:
        if label := columns.label[i]:
            truth[i] = float(label in labels) if labels else columns.score[i]
    alone = powered = None
    ends = (NAN, NAN)
    note = _short(measure, graded, columns, truth)
    if not note:
        alone, powered, ends = _both(judged, truth, over, columns, graded)
        if open_picks := int(np.isnan(truth[picked]).sum()):
            note = f"{open_picks} of {len(picked)} picks are not settled; taken to be like the others of their doubt"
    width = _three(alone)[2] - _three(alone)[1]
    return HumanEstimate(
        cases=int(over.sum()),
        picked=len(picked),
        labels=sum(len(one.votes) for one in known),
        agreed=int((~np.isnan(truth[picked])).sum()),
        flagged=sum(contradicted(one) for one in known),
        alpha=(alpha.value, alpha.low, alpha.high),
        labels_only=_three(alone),
        predicted=_three(powered),
        narrower=1 - (_three(powered)[2] - _three(powered)[1]) / width if width > 0 else NAN,
        ends=ends,
        method=powered.method if powered else "",
        note=note or (powered.method if powered and math.isnan(powered.value) else ""),
    )


def _short(measure: Measure, graded: Grades, columns: Columns, truth: Floats) -> str:
    """Why the labels say nothing of a measure yet; "" where they do."""
    over = measure.usable(graded)
    picked = over & columns.picked
    total, done = int(picked.sum()), int((~np.isnan(truth[picked])).sum())
    if late := int((over & np.isnan(columns.chance)).sum()):
        return f"{late} scored replies came after the picks were drawn: run `trustgen review` again"
    if total == 0:
        return "nothing was picked here: ask for more with --n"
    if why := _unsaid(measure, graded, columns, picked):
        return why
    if done < NEEDED * total:
        return f"{done} of {total} picks are settled, {math.ceil(NEEDED * total)} are needed"
    return ""


def _unsaid(measure: Measure, graded: Grades, columns: Columns, picked: Mask) -> str:
    """What people cannot say of a measure with the labels that they have; "" where they can."""
    labels, among = measure.unit_labels()
    offered = {label for i in np.flatnonzero(picked) for label in columns.offered[i]}
    if strange := sorted(set(labels) - offered):
        return f"people are not offered the label `{', '.join(strange)}`"
    if not labels and any(columns.label[i] and math.isnan(columns.score[i]) for i in np.flatnonzero(picked)):
        return "no label says how high the score is"
    over, read = measure.usable(graded), np.flatnonzero(measure.reads(graded) & graded.scored & columns.picked)
    if among and (strays := sum(bool(columns.label[i]) and (columns.label[i] in among) != over[i] for i in read)):
        return f"on {strays} replies people and the judge differ on what the share is of"
    return ""


def _both(
    judged: Floats, truth: Floats, over: Mask, columns: Columns, graded: Grades
) -> tuple[Predicted, Predicted, tuple[float, float]]:
    """From labels alone, prediction-powered, and the latter with every open pick at 0 and at 1."""
    chance, picked = columns.chance[over], columns.picked[over]
    said, label, clusters = judged[over], truth[over], graded.cluster[over]
    answered = chance * _answered(columns.doubt[over], picked, ~np.isnan(label))
    alone = predicted_rate(said, label, chances=answered, clusters=clusters, tuning=0.0)
    powered = predicted_rate(said, label, chances=answered, clusters=clusters)
    open_picks = picked & np.isnan(label)
    if not open_picks.any():
        return alone, powered, (powered.value, powered.value)
    filled = (
        predicted_rate(said, np.where(open_picks, end, label), chances=chance, clusters=clusters) for end in (0, 1)
    )
    low, high = (made.value for made in filled)
    return alone, powered, (low, high)


def _answered(doubt: Floats, picked: Mask, known: Mask) -> Floats:
    """The share of picks that are settled, by doubt: what is in doubt is also contradicted more often."""
    share = np.full(len(doubt), known.sum() / max(picked.sum(), 1))
    for value in np.unique(doubt):
        alike = doubt == value
        if done := int((known & alike).sum()):
            share[alike] = done / int((picked & alike).sum())
    return share


def _three(made: Predicted | None) -> tuple[float, float, float]:
    return (made.value, made.low, made.high) if made else (NAN, NAN, NAN)
