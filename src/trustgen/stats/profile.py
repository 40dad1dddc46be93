"""A model's profile: its headline estimates as goodness from 0 to 1, by dimension, with the weakest one named.

An average over dimensions hides one that fails, so the minimum stands beside it. A task without a value is named with
its reason and is never 0, and every number says over how many of how many tasks it is. Everything here reads
`Estimate`s and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trustgen.core import Direction, Estimate, InputError

from .intervals import wilson


class Goodness(NamedTuple):
    """A headline turned so that 1 is the best its measure can be and 0 the worst; `nan` where it has no value."""

    task: str
    value: float
    low: float
    high: float
    weight: float


class Mean(NamedTuple):
    """A weighted mean of goodness. `of` units of `planned` had a value; `missing` names the others with the reason."""

    name: str
    value: float
    low: float
    high: float
    of: int
    planned: int
    missing: tuple[tuple[str, str], ...]


class Refusals(NamedTuple):
    """Share of planned units that the model refused; the interval (Wilson) takes them for independent.

    It counts the outcome `refused`, where an answer was due, and no label: where refusing is measured it is a score.
    """

    name: str
    value: float
    low: float
    high: float
    refused: int
    planned: int


@dataclass(frozen=True)
class Profile:
    """One model. `trust` is the mean over dimensions, `bottleneck` the weakest dimension (`None` without any value).

    `utility` is the mean over the tasks declared as such, which are in no dimension of `dimensions`. `refusals` has one
    row a dimension and one for utility, over the tasks that ran.
    """

    model: str
    dimensions: tuple[Mean, ...]
    trust: Mean
    bottleneck: Mean | None
    utility: Mean
    tasks: tuple[Goodness, ...]
    refusals: tuple[Refusals, ...]
    method: str = "weighted means, MOVER over independent tasks"


def goodness(estimate: Estimate, weight: float = 1.0) -> Goodness:
    """An estimate on the scale 0 (worst its measure can be) to 1 (best), interval included.

    Higher is better: (value − low end)/(high end − low end) of its range; lower is better: the rest to 1; a target: 1
    less the distance to it over the largest distance in the range. Raises `InputError` where range or target are not
    declared, or the value lies outside: numbers of unknown range or direction cannot stand in one mean.
    """
    bottom, top = estimate.range
    name = f"`{estimate.measure}` of {estimate.task}"
    if not (math.isfinite(bottom) and math.isfinite(top) and bottom < top):
        raise InputError(f"{name} has the range {bottom}..{top}: a profile needs a finite range, declared")
    if estimate.direction == Direction.TARGET and (estimate.target is None or not bottom <= estimate.target <= top):
        raise InputError(
            f"{name} is to be near a target, and its target is {estimate.target}: declare one in its range"
        )
    ends = (estimate.value, estimate.low, estimate.high)
    slack = 1e-9 * (top - bottom)
    outside = [end for end in ends if end < bottom - slack or end > top + slack]
    if outside:
        raise InputError(f"{name} is {outside[0]}, outside its range {bottom}..{top}")
    if any(math.isnan(end) for end in ends):
        return Goodness(estimate.task, math.nan, math.nan, math.nan, weight)
    value, one, other = (_scaled(end, estimate) for end in ends)
    low, high = min(one, other, value), max(one, other, value)
    if estimate.target is not None and estimate.direction == Direction.TARGET and _holds(estimate, estimate.target):
        high = 1.0  # the best lies inside the interval, not at an end
    return Goodness(estimate.task, value, low, high, weight)


def profile(
    estimates: Iterable[Estimate],
    dimensions: Mapping[str, str],
    *,
    utility: Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    not_applicable: Mapping[str, str] | None = None,
) -> Profile:
    """One model's profile from its headline estimates (others are passed over).

    `dimensions` maps every task planned to its dimension, and so says what is missing; `utility` names the tasks that
    measure usefulness, not trust. `weights` are those of tasks, 1 where not given. `not_applicable` gives the reason
    for tasks the model cannot be asked.

    A dimension is the weighted mean of its tasks that have a value, a model the plain mean of its dimensions that have
    one. Limits: mean − √Σ(w·(value − low))² and alike above (MOVER: Zou and Donner 2008), which takes tasks for
    independent: tasks made from the same records are not quite. Raises `InputError` for estimates of several models,
    two headlines of one task, or a task that no dimension was declared for.
    """
    headlines = _headlines(estimates)
    excused, weight = dict(not_applicable or {}), dict(weights or {})
    _check(headlines, dimensions, utility, weight, excused)
    tasks = {name: goodness(e, weight.get(name, 1.0)) for name, e in headlines.items()}
    reasons = {name: _reason(name, headlines, tasks, excused) for name in dimensions}

    def mean(name: str, members: Sequence[str]) -> Mean:
        parts = [tasks[m] for m in members if not reasons[m]]
        missing = tuple((m, reasons[m]) for m in members if reasons[m])
        ends = _mover([(g.value, g.low, g.high) for g in parts], [g.weight for g in parts])
        return Mean(name, *ends, len(parts), len(members), missing)

    useful = [task for task in dimensions if task in utility]
    rooms: dict[str, list[str]] = {}
    for task, dimension in dimensions.items():
        if task not in utility:
            rooms.setdefault(dimension, []).append(task)
    means = tuple(mean(name, rooms[name]) for name in sorted(rooms))
    valued = [m for m in means if m.of]
    models = {e.model for e in headlines.values()}
    trust = Mean(
        "trust",
        *_mover([(m.value, m.low, m.high) for m in valued], [1.0] * len(valued)),
        len(valued),
        len(means),
        tuple((m.name, "none of its tasks has a value") for m in means if not m.of),
    )
    refusals = [_refusals(name, [headlines[t] for t in rooms[name] if t in headlines]) for name in sorted(rooms)]
    if useful:
        refusals.append(_refusals("utility", [headlines[t] for t in useful if t in headlines]))
    return Profile(
        model=next(iter(models), ""),
        dimensions=means,
        trust=trust,
        bottleneck=min(valued, key=lambda m: (m.value, m.name), default=None),
        utility=mean("utility", useful),
        tasks=tuple(tasks[name] for name in dimensions if name in tasks),
        refusals=tuple(refusals),
    )


def _scaled(value: float, estimate: Estimate) -> float:
    bottom, top = estimate.range
    if estimate.direction == Direction.TARGET and estimate.target is not None:
        far = max(top - estimate.target, estimate.target - bottom)
        return 1 - min(abs(value - estimate.target) / far, 1.0)
    share = min(max((value - bottom) / (top - bottom), 0.0), 1.0)
    return share if estimate.direction == Direction.HIGHER else 1 - share


def _holds(estimate: Estimate, value: float) -> bool:
    return estimate.low <= value <= estimate.high


def _headlines(estimates: Iterable[Estimate]) -> dict[str, Estimate]:
    headlines: dict[str, Estimate] = {}
    for estimate in estimates:
        if not estimate.headline:
            continue
        if estimate.task in headlines:
            raise InputError(f"{estimate.task} has two headline estimates: give those of one model and one judge")
        headlines[estimate.task] = estimate
    models = sorted({e.model for e in headlines.values()})
    if len(models) > 1:
        raise InputError(f"a profile is of one model, these estimates are of {', '.join(models)}")
    return headlines


def _check(
    headlines: Mapping[str, Estimate],
    dimensions: Mapping[str, str],
    utility: Sequence[str],
    weights: Mapping[str, float],
    excused: Mapping[str, str],
) -> None:
    for kind, names in (("estimate", headlines), ("utility", utility), ("weight", weights), ("reason", excused)):
        for name in names:
            if name not in dimensions:
                raise InputError(
                    f"{kind} for `{name}`, which has no dimension: name every planned task in `dimensions`"
                )
    for name, weight in weights.items():
        if not (weight > 0 and math.isfinite(weight)):
            raise InputError(
                f"weight {weight} of {name}: weights are above 0; leave a task out of `dimensions` instead"
            )


def _reason(
    name: str, headlines: Mapping[str, Estimate], tasks: Mapping[str, Goodness], excused: Mapping[str, str]
) -> str:
    """Why a task has no value; "" where it has."""
    if name in excused:
        if name in headlines and not math.isnan(tasks[name].value):
            raise InputError(f"{name} is given as not applicable, and has a value")
        return f"not applicable: {excused[name]}"
    if name not in headlines:
        return "no estimate"
    if math.isnan(tasks[name].value):
        ended = ", ".join(f"{n} {outcome}" for outcome, n in headlines[name].outcomes.items() if n)
        return f"no value: {ended or 'nothing planned'}"
    return ""


def _mover(parts: Sequence[tuple[float, float, float]], weights: Sequence[float]) -> tuple[float, float, float]:
    """Weighted mean of independent values and its limits; `nan` of none."""
    if not parts:
        return math.nan, math.nan, math.nan
    whole = sum(weights)
    shares = [w / whole for w in weights]
    value = sum(s * v for s, (v, _, _) in zip(shares, parts, strict=True))
    below = math.sqrt(sum((s * (v - low)) ** 2 for s, (v, low, _) in zip(shares, parts, strict=True)))
    above = math.sqrt(sum((s * (high - v)) ** 2 for s, (v, _, high) in zip(shares, parts, strict=True)))
    return value, value - below, value + above


def _refusals(name: str, ran: Sequence[Estimate]) -> Refusals:
    refused = sum(e.outcomes.get("refused", 0) for e in ran)
    planned = sum(e.planned for e in ran)
    low, high = wilson(refused, planned)
    return Refusals(name, refused / planned if planned else math.nan, low, high, refused, planned)
