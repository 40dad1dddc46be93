"""Linear equating: scores of one edition on the scale of another, with the error that the choice of records brings.

Two fresh editions differ in difficulty by the luck of the draw, or because the world moved on. What links them is a
model that answered both, or an anchor block of cases that both hold. Kolen and Brennan, *Test Equating, Scaling, and
Linking* (3rd ed. 2014), chapters 2 (single group) and 4 (chained linear equating with common items).

In their setting thousands of people answer a handful of items; here a handful of models answers many, so what is
resampled is the records: each edition's own block by itself, the anchor block jointly in both.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from trustgen.core import InputError

from .grades import Floats
from .intervals import DRAWS, LEVEL, SEED

ENOUGH = 3  # models from which a slope can be fitted; below that it is 1 (mean equating)


class Scores(NamedTuple):
    """Mean scores in [0, 1] of every record (rows) by every model (columns); nan where a model has none.

    `own` holds the edition's own records, `anchor` those of the block it shares: the same rows, in the same order, as
    in the edition it is equated with.
    """

    models: tuple[str, ...]
    own: Floats
    anchor: Floats


class Equated(NamedTuple):
    """One model of the other edition on the reference's scale. `low` and `high` bound `value` at 95 %."""

    model: str
    raw: float
    value: float
    low: float
    high: float


class Equating(NamedTuple):
    """value = slope · raw + intercept. `error` is the standard error of `value` at the mean raw score."""

    method: str
    slope: float
    intercept: float
    error: float
    linked_by: int  # models that answered both editions, or records of the anchor block
    equated: tuple[Equated, ...]


def equate(reference: Scores, other: Scores, *, draws: int = DRAWS, level: float = LEVEL) -> Equating:
    """Put the scores of `other` on the scale of `reference`.

    Where models answered both editions they are the link (single group): the line through their means and spreads.
    Else the anchor block is: `other` → block by the models of `other`, block → `reference` by those of `reference`.
    The slope is fitted from three models on and is 1 below. Raises `InputError` where nothing links the two.
    """
    both = [m for m in other.models if m in reference.models]
    if not both and not len(reference.anchor):
        raise InputError("nothing links the two editions: run one model on both, or build them with the same --anchor")
    if reference.anchor.shape[0] != other.anchor.shape[0]:
        raise InputError("the anchor blocks of the two editions differ: build both with the same --anchor and pools")
    rng = np.random.default_rng(SEED)
    slope, intercept = _line(reference, other, both)
    raw = _means(other.own)
    values = slope * raw + intercept
    drawn = np.empty((draws, len(other.models)))
    at_mean = np.empty(draws)
    for i in range(draws):
        block = rng.integers(0, max(1, len(reference.anchor)), len(reference.anchor))
        one = _resampled(reference, rng, block)
        two = _resampled(other, rng, block)
        a, b = _line(one, two, both)
        drawn[i] = a * _means(two.own) + b
        at_mean[i] = a * np.nanmean(raw) + b
    z = NormalDist().inv_cdf((1 + level) / 2)
    spread = z * np.nanstd(drawn, axis=0, ddof=1)
    rows = zip(other.models, raw, values, values - spread, values + spread, strict=True)
    return Equating(
        method=_method(both, reference, other),
        slope=float(slope),
        intercept=float(intercept),
        error=float(np.nanstd(at_mean, ddof=1)),
        linked_by=len(both) or len(reference.anchor),
        equated=tuple(Equated(m, *(float(x) for x in found)) for m, *found in rows),
    )


def _method(both: list[str], reference: Scores, other: Scores) -> str:
    fitted = len(both) >= ENOUGH if both else min(len(reference.models), len(other.models)) >= ENOUGH
    return f"{'single group' if both else 'chained'} {'linear' if fitted else 'mean'} equating, records resampled"


def _resampled(scores: Scores, rng: np.random.Generator, block: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Scores:
    own = rng.integers(0, len(scores.own), len(scores.own))
    return Scores(scores.models, scores.own[own], scores.anchor[block])


def _means(table: Floats) -> Floats:
    """Column means over what is there; nan for a column of nothing."""
    counted = np.sum(~np.isnan(table), axis=0)
    means: Floats = np.divide(np.nansum(table, axis=0), counted, out=np.full(table.shape[1], np.nan), where=counted > 0)
    return means


def _line(reference: Scores, other: Scores, both: list[str]) -> tuple[float, float]:
    """Slope and intercept from `other` to `reference`."""
    if both:
        there = _means(other.own)[[other.models.index(m) for m in both]]
        here = _means(reference.own)[[reference.models.index(m) for m in both]]
        return _through(there, here)
    first, second = (
        _through(_means(other.own), _means(other.anchor)),
        _through(_means(reference.anchor), _means(reference.own)),
    )
    return second[0] * first[0], second[0] * first[1] + second[1]


def _through(x: Floats, y: Floats) -> tuple[float, float]:
    """The linear equating line: the one that takes the mean and the spread of x to those of y."""
    spread_x, spread_y = (float(np.std(v)) for v in (x, y))
    slope = spread_y / spread_x if len(x) >= ENOUGH and spread_x > 0 and spread_y > 0 else 1.0
    return slope, float(np.mean(y) - slope * np.mean(x))
