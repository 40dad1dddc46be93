"""Which verdicts of a run are shown, and in which order: the filters, two models held against each other, surprise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import OUTCOMES, InputError, Outcome
from trustgen.stats.grades import CODE, SCORED
from trustgen.stats.measure import RIGHT

from .cases_read import Mask, Names, Rows, ranks

First = Literal["worst", "surprising"]
Kind = Literal["broken", "mended", "differs"]
Places = NDArray[np.intp]
SURE = 0.8
"""How sure a model must have said to be for a wrong answer to be surprising."""
WHY = ("the judge is unsure", "models differ", "an easy one wrong", "a hard one right", "wrong, and said to be sure")
"""What makes a verdict surprising; each counts one."""


class Wanted(NamedTuple):
    """What to show of a run; what is empty leaves nothing out.

    `tasks`, `arms`, `labels` and `models` are names, `tags` names with values, `outcomes` any of `Outcome`, `right` and
    `wrong`; `transforms` are steps or values of the tag `transform`. Two `models` are held against each other: `differ`
    keeps cases that they ended otherwise, `kinds` only those that the second broke or mended.
    """

    tasks: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    transforms: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    text: str = ""
    first: First = "worst"
    differ: bool = False
    kinds: tuple[Kind, ...] = ()
    n: int = 10


def models_of(rows: Rows, wanted: Wanted) -> tuple[int, ...]:
    """The models asked for, by number: each by its name, or by a part of it that no other has; all where none is."""
    known = rows.manifest.models
    found = []
    for name in wanted.models:
        like = [model for model in known if name in model]
        if name not in known and len(like) != 1:
            mend = f"`{name}` is in {', '.join(like)}" if like else f"it has {', '.join(known)}"
            raise InputError(f"the run has no model `{name}`: {mend}")
        found.append(known.index(name if name in known else like[0]))
    if (wanted.differ or wanted.kinds) and not found and len(known) == 2:
        found = [0, 1]
    if (wanted.differ or wanted.kinds) and len(found) != 2:
        raise InputError("--differ holds two models against each other: name them with --model A --model B")
    return tuple(dict.fromkeys(found)) or tuple(range(len(known)))


def matching(rows: Rows, wanted: Wanted, models: Sequence[int]) -> Mask:
    """Which rows the filters keep. Raises `InputError` for a name that the run does not have."""
    cases = rows.cases
    of_case = np.ones(len(cases.ids), np.bool_)
    if wanted.tasks:
        tasks = [t for t in cases.task.names if any(t == w or t.startswith(f"{w}.") for w in wanted.tasks)]
        tasks = tasks or [t for t in cases.task.names if any(t.endswith(f".{w}") for w in wanted.tasks)]
        of_case &= cases.task.among(*_known("task", wanted.tasks, tasks, cases.task.names))
    if wanted.arms:
        of_case &= cases.arm.among(*_known("arm", wanted.arms, wanted.arms, cases.arm.names))
    for name, value in wanted.tags:
        tag = cases.tag(name)
        of_case &= tag.among(*_known(f"tag {name}", (value,), (value,), tag.names))
    for name in wanted.transforms:
        of_case &= _changed(rows, name)
    keep: Mask = of_case[rows.case] & np.isin(rows.model, models)
    if wanted.labels:
        keep &= rows.label.among(*_known("label", wanted.labels, wanted.labels, rows.label.names))
    if wanted.outcomes:
        keep &= np.any([_ended(rows, outcome) for outcome in wanted.outcomes], axis=0)
    return keep


def _known(what: str, asked: Sequence[str], found: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    if not set(found) & set(names):
        shown = sorted(name for name in names if name)[:40]
        raise InputError(f"the run has no {what} `{asked[0]}`: {', '.join(shown) or 'there is none'}")
    return found


def _changed(rows: Rows, name: str) -> Mask:
    """Which cases were varied so: by a step, or by what their tag `transform` says."""
    steps = rows.steps
    mask: Mask = rows.cases.tag("transform").among(name)
    mask = mask | np.asarray([name in _names_of(told) for told in steps.names] or [False])[steps.codes]
    if not mask.any():
        known = {step for told in steps.names for step in told.split("\n")} | set(rows.cases.tag("transform").names)
        raise InputError(f"no case of the run was varied by `{name}`: {', '.join(sorted(known - {''})) or 'none was'}")
    return mask


def _names_of(steps: str) -> set[str]:
    """What steps go by: as they are written, and without what each was done with."""
    return {name for step in steps.split("\n") for name in (step, step.partition(":")[0])}


def _ended(rows: Rows, outcome: str) -> Mask:
    merit = rows.merit
    with np.errstate(invalid="ignore"):
        if outcome in ("right", "wrong"):
            right: Mask = merit >= RIGHT
            return right if outcome == "right" else ~np.isnan(merit) & ~right
    mask: Mask = rows.outcome == CODE[Outcome(outcome)]
    return mask


# ── two models ──────────────────────────────────────────────────────────────────────────────────────────────────────


def by_model(rows: Rows, model: int) -> Places:
    """The row of one model for every case; -1 where it has none."""
    found = np.full(len(rows.cases.ids), -1, np.intp)
    mine = np.flatnonzero(rows.model == model)
    found[rows.case[mine]] = mine
    return found


def kinds(rows: Rows, a: Places, b: Places) -> Names:
    """What became of every case from the first model to the second: "", broken, mended or differs."""
    both = (a >= 0) & (b >= 0)
    merit, label, outcome = rows.merit, rows.label.codes, rows.outcome
    right_a, right_b = (both & (_at(merit, p) >= RIGHT) for p in (a, b))
    judged = both & ~np.isnan(_at(merit, a)) & ~np.isnan(_at(merit, b))
    other = both & ((_at(outcome, a) != _at(outcome, b)) | ((rows.cases.side == 0) & (_at(label, a) != _at(label, b))))
    codes = np.where(judged & right_a & ~right_b, 1, np.where(judged & right_b & ~right_a, 2, np.where(other, 3, 0)))
    return Names(codes.astype(np.int32), ("", "broken", "mended", "differs"))


def _at(values: NDArray[Any], places: Places) -> NDArray[Any]:
    return values[np.maximum(places, 0)] if len(values) else np.zeros(len(places))


# ── order ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_order(rows: Rows, keep: Mask, first: First) -> Places:
    """The kept rows, those to be read first at the front; ties go by case id, a hash, and by model.

    Worst: wrong replies by score, then what is no score, what is neither right nor wrong, right ones, and last what was
    never asked. Surprising: by the number of `WHY` that hold, then as worst.
    """
    at = np.flatnonzero(keep)
    merit = rows.merit[at]
    scored = rows.outcome[at] == SCORED
    group = np.select(
        [merit < RIGHT, rows.outcome[at] == CODE[Outcome.SKIPPED], ~scored, np.isnan(merit)], [0, 4, 1, 2], 3
    )
    points = surprise(rows)[:, at].sum(0) if first == "surprising" else np.zeros(len(at), np.int64)
    order = np.lexsort((rows.model[at], rows.cases.ids[rows.case[at]], np.nan_to_num(merit), group, -points))
    found: Places = at[order]
    return found


def surprise(rows: Rows) -> NDArray[np.bool_]:
    """For every row which of `WHY` hold: one line each."""
    merit, case = rows.merit, rows.case
    right, wrong = merit >= RIGHT, merit < RIGHT
    many = len(rows.cases.ids)
    n_right, n_wrong = (np.bincount(case[mask], minlength=many) for mask in (right, wrong))
    unknown = np.flatnonzero((rows.outcome == SCORED) & (rows.cases.side[case] == 0))
    pairs = np.unique(case[unknown].astype(np.int64) * (len(rows.label.names) + 1) + rows.label.codes[unknown])
    labels = np.bincount(pairs // (len(rows.label.names) + 1), minlength=many)
    differ = ((n_right > 0) & (n_wrong > 0)) | (labels > 1)
    easy, hard = _ends(rows)
    unsure = rows.split | (rows.outcome == CODE[Outcome.UNPARSED])
    asked = rows.outcome == SCORED
    with np.errstate(invalid="ignore"):
        sure = wrong & (rows.sure >= SURE)
    return np.asarray([unsure, differ[case] & asked, easy[case] & wrong, hard[case] & right, sure])


def _ends(rows: Rows) -> tuple[Mask, Mask]:
    """Which cases are of the easiest stratum of their task, and which of the hardest; none where there is but one."""
    hardness, task = ranks(rows.cases.difficulty), rows.cases.task.codes
    easy, hard = np.zeros(len(task), np.bool_), np.zeros(len(task), np.bool_)
    for code in range(len(rows.cases.task.names)):
        mine = (task == code) & (hardness >= 0)
        if mine.any() and (low := hardness[mine].min()) < (high := hardness[mine].max()):
            easy |= mine & (hardness == low)
            hard |= mine & (hardness == high)
    return easy, hard


def counts(rows: Rows, keep: Mask) -> Mapping[str, int]:
    """How the kept rows ended: right, wrong, and each outcome that is no score."""
    found = {
        "right": int((_ended(rows, "right") & keep).sum()),
        "wrong": int((_ended(rows, "wrong") & keep).sum()),
        "neither right nor wrong": int((np.isnan(rows.merit) & (rows.outcome == SCORED) & keep).sum()),
    }
    found |= {o.value: int((_ended(rows, o) & keep).sum()) for o in OUTCOMES if o != Outcome.SCORED}
    return {name: n for name, n in found.items() if n}
