"""How far people agree with one another, and which cases their labels decide."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import InputError

from .grades import Floats
from .intervals import DRAWS, LEVEL, NOTHING, SEED, Interval, percentile_interval, resample, unseen_interval

Scale = Literal["nominal", "ordinal", "interval"]


class HumanLabel(NamedTuple):
    """What one labeller says of one case."""

    case: str
    labeller: str
    label: str


class Settled(NamedTuple):
    """What the labels of one case come to: `label` where all labellers agree, else "" and the reason why not."""

    label: str
    flagged: str
    votes: Mapping[str, str]


def settle(labels: Iterable[HumanLabel], *, least: int = 2) -> dict[str, Settled]:
    """Per case, the label that all its labellers gave; a case is flagged where they differ or are fewer than `least`.

    A flagged case has no label: contradictions go back to people and are never outvoted. The same label given twice
    by one labeller counts once; two different ones contradict each other, and so raise no count either.
    """
    votes: dict[str, dict[str, list[str]]] = {}
    for case, labeller, label in labels:
        if not label:
            raise InputError(f"case {case}: labeller {labeller} gave an empty label: leave the row out instead")
        votes.setdefault(case, {}).setdefault(labeller, []).append(label)
    return {case: _settled(by, least) for case, by in votes.items()}


def _settled(by: dict[str, list[str]], least: int) -> Settled:
    given = sorted({label for labels in by.values() for label in labels})
    votes = {labeller: " / ".join(dict.fromkeys(labels)) for labeller, labels in by.items()}
    if len(given) > 1:
        return Settled("", f"contradicting labels: {', '.join(given)}", votes)
    if len(by) < least:
        return Settled("", f"{len(by)} labeller{'s' if len(by) != 1 else ''}, {least} needed", votes)
    return Settled(given[0], "", votes)


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement: 1 is full, 0 is chance, below 0 is worse than chance; `nan` where undefined.

    `units` is how many units at least two raters labelled, `raters` how many raters there are; `note` says why a value
    is missing.
    """

    value: float
    low: float
    high: float
    method: str
    units: int
    raters: int
    note: str = ""


def krippendorff_alpha(
    votes: Sequence[Sequence[Hashable | None]],
    *,
    scale: Scale = "nominal",
    order: Sequence[Hashable] | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Agreement:
    """Krippendorff's alpha (2004, "Content Analysis") of `votes`: a row for each unit, a column for each rater.

    `None` (or `nan`) is a missing vote. `order` lists the values from least to most, which `ordinal` needs for values
    that are not numbers; `interval` needs numbers. The interval resamples units, each with all its votes.

    Alpha compares disagreement seen with disagreement by chance. Where all votes are equal there is none by chance, so
    alpha is undefined: `nan` and a note, not 1. The same holds where no unit has two votes.
    """
    counts, domain, raters = _counted(votes, scale, order)
    paired = counts[counts.sum(axis=1) > 1]
    units = len(paired)
    note = ""
    if units == 0:
        note = "no unit has two votes: let two raters label the same units"
    elif int((paired.sum(axis=0) > 0).sum()) < 2:
        note = "all votes are equal: agreement beyond chance cannot be told from them"
    if note:
        return Agreement(math.nan, math.nan, math.nan, NOTHING.method, units, raters, note)
    by_unit = _coincidences(paired)
    value = float(alpha_of(by_unit.sum(axis=0), domain, scale))
    interval = _alpha_interval(by_unit, domain, scale, value, level, draws, seed)
    return Agreement(value, interval.low, interval.high, interval.method, units, raters)


def _coincidences(paired: NDArray[np.int64]) -> Floats:
    """What each unit adds to the matrix of coincidences, shape (units, values, values): its ordered pairs of votes,
    weighed by 1/(votes − 1)."""
    pairs = paired[:, :, None] * paired[:, None, :] - paired[:, :, None] * np.eye(paired.shape[1])
    added: Floats = pairs / (paired.sum(axis=1) - 1)[:, None, None]
    return added


def _alpha_interval(
    by_unit: Floats, domain: Floats, scale: Scale, value: float, level: float, draws: int, seed: int
) -> Interval:
    """Percentile bootstrap over units, all draws at once from their coincidence matrices."""
    units, values, _ = by_unit.shape
    table = by_unit.reshape(units, values * values)
    totals = resample(table, draws, seed).reshape(draws, values, values)
    drawn = alpha_of(totals, domain, scale)
    spread = drawn[~np.isnan(drawn)]
    if len(spread) == 0 or float(np.ptp(spread)) <= 1e-12:
        return unseen_interval(value, units, (-1.0, 1.0), level)
    return percentile_interval(value, drawn, clusters=units, span=(-1.0, 1.0), level=level)


def alpha_of(coincidences: Floats, domain: Floats, scale: Scale) -> Floats:
    """Alpha of matrices of coincidences, shape (…, values, values), shape (…); `nan` where one value is all there is.

    `domain` holds the values in order. Distances are Krippendorff's: unequal or not, squared difference of ranks (by
    how often values occur), squared difference.
    """
    margin = coincidences.sum(axis=-1)
    total = margin.sum(axis=-1)
    if scale == "ordinal":
        rank = margin.cumsum(axis=-1) - margin / 2
        distance = (rank[..., :, None] - rank[..., None, :]) ** 2
    elif scale == "interval":
        distance = (domain[:, None] - domain[None, :]) ** 2
    else:
        distance = 1.0 - np.eye(len(domain))
    seen = (coincidences * distance).sum(axis=(-2, -1))
    chance = (margin[..., :, None] * margin[..., None, :] * distance).sum(axis=(-2, -1))
    undefined = chance <= 1e-12
    alpha: Floats = np.where(undefined, np.nan, 1 - (total - 1) * seen / np.where(undefined, 1.0, chance))
    return alpha


def _counted(
    votes: Sequence[Sequence[Hashable | None]], scale: Scale, order: Sequence[Hashable] | None
) -> tuple[NDArray[np.int64], Floats, int]:
    """Votes for each value, shape (units, values); the values as numbers; how many raters there are."""
    widths = {len(row) for row in votes}
    if len(widths) > 1:
        raise InputError(
            f"units have {min(widths)} to {max(widths)} votes: give each a vote per rater, None if missing"
        )
    given = [[vote for vote in row if not _missing(vote)] for row in votes]
    seen = {vote for row in given for vote in row}
    known = list(order) if order is not None else _sorted(seen, scale)
    if spare := seen - set(known):
        raise InputError(f"votes {sorted(map(str, spare))} are not in `order`: list every value")
    place = {value: i for i, value in enumerate(known)}
    counts = np.zeros((len(given), len(known)), np.int64)
    for row, kept in zip(counts, given, strict=True):
        for vote in kept:
            row[place[vote]] += 1
    numbers = known if scale == "interval" else range(len(known))
    return counts, np.asarray(list(numbers), np.float64), max(widths, default=0)


def _sorted(seen: set[Hashable], scale: Scale) -> list[Hashable]:
    if all(isinstance(value, (int, float, np.integer, np.floating)) for value in seen):
        return sorted(seen, key=float)  # type: ignore[arg-type]
    if scale != "nominal":
        raise InputError(f"alpha on {scale} values needs numbers, or `order` for an ordinal scale of labels")
    return sorted(seen, key=str)


def _missing(vote: Hashable | None) -> bool:
    return vote is None or (isinstance(vote, float) and math.isnan(vote))
