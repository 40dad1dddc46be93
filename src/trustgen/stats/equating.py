"""Equating: scores of one edition on the scale of another, with the error that the choice of records brings.

Two fresh editions differ in difficulty by the luck of the draw, or because the world moved on. What links them is a
model that answered both, or an anchor block of cases that both hold. Kolen and Brennan, *Test Equating, Scaling, and
Linking* (3rd ed. 2014), chapters 2 (single group) and 4 (chained linear equating with common items).

In their setting thousands of people answer a handful of items; here a handful of models answers many. Three things
follow. Scores are equated as log-odds, so that a share stays a share however far it is moved. What varies is the
records: each edition's own block by itself, the anchor block jointly in both. And the spread of a few models says
little of a slope: it is drawn towards 1, the more the less is known of it, and what stays unknown widens the limits of
whoever lies far from the links (compare the synthetic linking of Kim, von Davier and Haberman 2008).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import InputError

from .grades import Floats
from .intervals import LEVEL

ENOUGH = 3  # models from which a slope can be seen at all; below that it is 1 (mean equating)
SLOPES = 0.15
"""Standard deviation of the logarithms of true slopes, as assumed: editions of one task, drawn from one pool, tell able
models from others about equally well."""
MOST_ERROR = 0.15
"""Standard error of the shift, in points of the score, above which nothing is said: its interval would span more than
half of the scale."""

Places = NDArray[np.intp]


class Scores(NamedTuple):
    """Mean scores in [0, 1] of every record (rows) by every model (columns); nan where a model has none.

    `own` holds the edition's own records, `anchor` those of the block it shares: the same rows, in the same order, as
    in the edition it is equated with.
    """

    models: tuple[str, ...]
    own: Floats
    anchor: Floats


class Equated(NamedTuple):
    """One model of the other edition on the reference's scale, in 0..1. `low` and `high` bound `value` at 95 %.

    All but `raw` are nan where the model has no score on what links the editions.
    """

    model: str
    raw: float
    value: float
    low: float
    high: float


class Equating(NamedTuple):
    """log-odds of value = slope · log-odds of raw + intercept.

    `shift` is what this adds to a middling score of the other edition, in points of the score; `error` is the standard
    error of that.
    """

    method: str
    slope: float
    intercept: float
    shift: float
    error: float
    linked_by: int  # models that answered both editions, or records of the anchor block
    equated: tuple[Equated, ...]


class _Known(NamedTuple):
    """Log-odds of mean scores, those of one block and model after those of another, and the covariance of all."""

    at: Floats
    covariance: Floats


class _Moved(NamedTuple):
    """Log-odds on another scale: how each moves with everything known, and the variance that a slope's doubt adds."""

    at: Floats
    gradient: Floats
    doubt: Floats
    slope: float
    intercept: float
    weight: float  # the least that a slope which was seen had


def equate(reference: Scores, other: Scores, *, level: float = LEVEL) -> Equating:
    """Put the scores of `other` on the scale of `reference`.

    Where models answered both editions they are the link (single group). Else the anchor block is: `other` → block by
    the models of `other`, block → `reference` by those of `reference`. Either way by the mean, and by the spread as far
    as it is known (`SLOPES`). Raises `InputError` where nothing links the two, or says too little (`MOST_ERROR`).
    """
    here, there = (set(_answered(s.models, s.own)) for s in (reference, other))
    both = [m for m in other.models if m in here & there]
    if not both and not len(reference.anchor):
        raise InputError("nothing links the two editions: run one model on both, or build them with the same --anchor")
    if reference.anchor.shape[0] != other.anchor.shape[0]:
        raise InputError("the anchor blocks of the two editions differ: build both with the same --anchor and pools")
    if both:
        seen, links = [m for m in other.models if m in there], both
    else:
        seen = [m for m in _answered(other.models, other.anchor) if m in there]
        links = [m for m in _answered(reference.models, reference.anchor) if m in here]
    if not seen or not links:
        raise InputError("nothing links the two editions: no model has a score on both of what is to be linked")
    x, y = _columns(other, seen).own, _columns(reference, links).own
    blocks = [x, y]
    if not both:
        blocks.append(np.hstack((_columns(other, seen).anchor, _columns(reference, links).anchor)))
    known = _together([_log_odds(block) for block in blocks])
    own, end = np.arange(len(seen)), np.arange(len(seen), len(seen) + len(links))
    start = np.eye(len(seen), len(known.at))
    moved = _Moved(known.at[own], start, np.zeros(len(seen)), 1.0, 0.0, 1.0)
    if both:
        moved = _through(known, moved, np.array([seen.index(m) for m in both]), end)
    else:
        far = end[-1] + 1 + own
        moved = _through(known, moved, own, far)
        moved = _through(known, moved, np.arange(far[-1] + 1, len(known.at)), end)
    shift, error = _shift(known, moved, start)
    if not error <= MOST_ERROR:
        raise InputError(
            f"what links the editions says too little: a score would be moved by {shift:+.2f} with a standard error of "
            f"{error:.2f} (more records or models on both, or a larger --anchor)"
        )
    spread = np.sqrt(np.einsum("mi,ij,mj->m", moved.gradient, known.covariance, moved.gradient) + moved.doubt)
    half = NormalDist().inv_cdf((1 + level) / 2) * spread
    sizes = np.sum(~np.isnan(x), axis=0)
    shares = [_share(at, sizes) for at in (moved.at, moved.at - half, moved.at + half)]
    rows = dict(zip(seen, zip(*(column.tolist() for column in shares), strict=True), strict=True))
    raw = _means(other.own)
    nothing = (math.nan, math.nan, math.nan)
    return Equating(
        method=f"{'single group' if both else 'chained'} equating of log-odds, {_by(moved.weight)}",
        slope=moved.slope,
        intercept=moved.intercept,
        shift=shift,
        error=error,
        linked_by=len(both) or len(reference.anchor),
        equated=tuple(Equated(m, float(was), *rows.get(m, nothing)) for m, was in zip(other.models, raw, strict=True)),
    )


def _by(weight: float) -> str:
    return f"by the mean and {weight:.2f} of the slope seen" if weight else "by the mean"


def _through(known: _Known, given: _Moved, x: Places, y: Places) -> _Moved:
    """Move log-odds along the line that takes the links' places `x` in `known` to their places `y`.

    Its slope is the ratio of their spreads (standard deviations) to the power of its weight. That is the posterior mean
    of the logarithm, which is taken to be normal about 0 with `SLOPES`; what is left of its variance is `doubt`.
    """
    at_x, at_y, links = known.at[x], known.at[y], len(x)
    off_x, off_y = at_x - at_x.mean(), at_y - at_y.mean()
    squares_x, squares_y = float((off_x**2).sum()), float((off_y**2).sum())
    by_seen = np.zeros(len(known.at))
    seen, weight, doubt = 0.0, 0.0, SLOPES**2
    if links >= ENOUGH and min(squares_x, squares_y) > 0:
        seen = math.log(squares_y / squares_x) / 2
        by_seen[x], by_seen[y] = -off_x / squares_x, off_y / squares_y
        error = float(by_seen @ known.covariance @ by_seen)
        weight = SLOPES**2 / (SLOPES**2 + error)
        doubt = weight * error - weight**2 * error  # of the posterior's variance, what the gradient does not carry
    slope = math.exp(weight * seen)
    distance = given.at - at_x.mean()
    gradient = slope * (given.gradient + weight * distance[:, None] * by_seen)
    gradient[:, x] -= slope / links
    gradient[:, y] += 1 / links
    return _Moved(
        at=at_y.mean() + slope * distance,
        gradient=gradient,
        doubt=slope**2 * (given.doubt + doubt * distance**2),
        slope=slope * given.slope,
        intercept=float(at_y.mean() + slope * (given.intercept - at_x.mean())),
        weight=min(weight, given.weight),
    )


def _shift(known: _Known, moved: _Moved, start: Floats) -> tuple[float, float]:
    """What moving adds to the mean of the log-odds, in points of the score, and the standard error of that."""
    before, after = float((start @ known.at).mean()), float(moved.at.mean())
    by = (moved.gradient - start).mean(axis=0)
    middle = (before + after) / 2
    flat = 1 / (1 + math.exp(-middle))
    variance = float(by @ known.covariance @ by) + float(np.sqrt(moved.doubt).mean()) ** 2
    return 1 / (1 + math.exp(-after)) - 1 / (1 + math.exp(-before)), flat * (1 - flat) * math.sqrt(variance)


def _log_odds(table: Floats) -> _Known:
    """Log-odds of column means, half a success and half a failure added, and their covariance over rows.

    The two halves vary as well, each model's by themselves: a model that is always right is not known for certain.
    """
    there = ~np.isnan(table)
    counted = there.sum(axis=0)
    mean = (np.nansum(table, axis=0) + 0.5) / (counted + 1)
    steepness = 1 / (mean * (1 - mean) * (counted + 1))
    pull = np.where(there, np.nan_to_num(table) - mean, 0.0) * steepness
    rows = len(table)
    covariance = np.einsum("ri,rj->ij", pull, pull) * (rows / max(rows - 1, 1))
    covariance += np.diag((mean**2 + (1 - mean) ** 2) / 2 * steepness**2)
    return _Known(np.log(mean / (1 - mean)), covariance)


def _together(blocks: list[_Known]) -> _Known:
    """Blocks of records that have nothing to do with one another, in one."""
    sizes = np.cumsum([0, *(len(b.at) for b in blocks)])
    covariance = np.zeros((sizes[-1], sizes[-1]))
    for block, first, last in zip(blocks, sizes, sizes[1:], strict=False):
        covariance[first:last, first:last] = block.covariance
    return _Known(np.concatenate([b.at for b in blocks]), covariance)


def _share(log_odds: Floats, sizes: NDArray[np.intp]) -> Floats:
    """Back to a share of so many records, the two halves taken off again."""
    share: Floats = ((sizes + 1) / (1 + np.exp(-log_odds)) - 0.5) / sizes
    return share.clip(0.0, 1.0)


def _answered(models: tuple[str, ...], table: Floats) -> list[str]:
    """The models with any score in a table."""
    return [m for m, some in zip(models, np.sum(~np.isnan(table), axis=0), strict=True) if some]


def _columns(scores: Scores, models: list[str]) -> Scores:
    places = [scores.models.index(m) for m in models]
    return Scores(tuple(models), scores.own[:, places], scores.anchor[:, places])


def _means(table: Floats) -> Floats:
    """Column means over what is there; nan for a column of nothing."""
    counted = np.sum(~np.isnan(table), axis=0)
    means: Floats = np.divide(np.nansum(table, axis=0), counted, out=np.full(table.shape[1], np.nan), where=counted > 0)
    return means
