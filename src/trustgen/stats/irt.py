"""Item response theory: how hard each item is, how well it tells models apart, and which items to ask a new model.

The two-parameter logistic model (Birnbaum 1968): P(right) = 1/(1 + exp(−slope·(ability − difficulty))). It is fitted by
marginal maximum likelihood with the EM algorithm of Bock and Aitkin (1981): abilities are integrated out over a
standard normal, so the unit of ability is the spread of the models calibrated with, and 0 is their mean.

It is written out here because the packages do not fit: `py-irt` brings torch and CUDA libraries, and `girth` has had no
release since 2021.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import InputError

from .grades import Floats
from .intervals import LEVEL, student

FEWEST_MODELS = 8
FEWEST_ITEMS = 3  # that some models get right and others wrong: below that nothing ties abilities to a scale
NODES = 61
REACH = 5.0
SLOPE_SPREAD = 0.5  # of the prior of log slopes, about their mean
DIFFICULTY_SPREAD = 2.0
MOST_ROUNDS = 500
SETTLED = 1e-4


class Bank(NamedTuple):
    """Calibrated items: arrays of one entry an item, in the order of `items`; errors are standard errors.

    An item that no model answered is `nan` in all and is never asked.
    """

    items: tuple[str, ...]
    slope: Floats
    difficulty: Floats
    slope_error: Floats
    difficulty_error: Floats


class Ability(NamedTuple):
    """One model's ability, posterior mean and interval in units of the calibration's spread; `nan` with no answers."""

    model: str
    value: float
    low: float
    high: float
    answered: int


class Calibration(NamedTuple):
    """A bank, the models it was fitted on, and how the fit went."""

    bank: Bank
    abilities: tuple[Ability, ...]
    rounds: int
    converged: bool
    method: str


def calibrate(models: Sequence[str], items: Sequence[str], answers: Floats) -> Calibration:
    """Fit the items on many models: `answers` is models × items, 1 right, 0 wrong, `nan` not answered.

    Light priors keep slopes and difficulties finite where all models agree: log slopes spread by ½ and difficulties
    by 2 about their own means (Mislevy 1986), which leaves the scale to the abilities; Firth's correction (1993)
    takes off the steepness that few models feign. Slopes are above 0: an item that able models miss more often gets a
    slope near 0, so look for wrong keys there. Standard errors are Louis's (1982), item by item: other items and the
    abilities' scale are taken as known. Below 8 models, or below 3 items on which models differ, nothing is fitted
    (`InputError`). Difficulties correlate with the true ones at .85 with 20 models and .95 with 100 (simulated;
    slopes about 1).
    """
    seen = _checked(models, items, answers)
    known = ~np.isnan(seen)
    right = np.where(known, seen, 0.0)
    theta, prior = _nodes()
    log_slope = np.zeros(len(items))
    share = (right.sum(axis=0) + 0.5) / (known.sum(axis=0) + 1)
    difficulty = -np.log(share / (1 - share))
    rounds, moved = 0, math.inf
    while rounds < MOST_ROUNDS and moved > SETTLED:
        posterior = _posterior(right, known, log_slope, difficulty, theta, prior)
        old = np.stack((log_slope, difficulty))
        _improve(posterior, right, known, theta, log_slope, difficulty)
        moved = float(np.abs(np.stack((log_slope, difficulty)) - old).max())
        rounds += 1
    posterior = _posterior(right, known, log_slope, difficulty, theta, prior)
    errors = _errors(posterior, right, known, theta, log_slope, difficulty)
    asked = known.any(axis=0)
    bank = Bank(
        tuple(items),
        *(
            np.where(asked, column, math.nan)
            for column in (np.exp(log_slope), difficulty, np.exp(log_slope) * errors[0], errors[1])
        ),
    )
    return Calibration(
        bank,
        tuple(_ability(m, p, theta, int(k.sum())) for m, p, k in zip(models, posterior, known, strict=True)),
        rounds,
        moved <= SETTLED,
        f"2PL, marginal maximum likelihood, {len(models)} models, {len(items)} items",
    )


def ability(bank: Bank, answers: Floats, model: str = "", level: float = LEVEL) -> Ability:
    """A new model's ability from its answers to the bank's items (1, 0, `nan`): posterior mean (EAP) and interval.

    Bock and Mislevy (1982). The prior is the calibrated models' distribution, N(0, 1), so few answers pull towards 0.
    The interval takes the items' parameters as known: simulated, it holds the truth 83 times in 100 for a bank
    calibrated on 20 models, 92 on 60 and 93 on 200; beyond the abilities of those models it falls short most.
    """
    seen = np.asarray(answers, np.float64)
    if seen.shape != bank.slope.shape:
        raise InputError(f"{seen.shape} answers for a bank of {len(bank.items)} items: one each, nan where not asked")
    known = ~np.isnan(seen) & ~np.isnan(bank.slope)
    theta, prior = _nodes()
    right = np.where(known, seen, 0.0)[None]
    slope, difficulty = np.nan_to_num(bank.slope, nan=1.0), np.nan_to_num(bank.difficulty)
    posterior = _posterior(right, known[None], np.log(slope), difficulty, theta, prior)
    return _ability(model, posterior[0], theta, int(known.sum()), level)


def information(bank: Bank, at: float | Floats) -> Floats:
    """Fisher information of each item (last axis) at abilities `at`: slope²·P·(1 − P) (Birnbaum 1968).

    Shape (…, items), in 1 over squared units of ability; `nan` for an item that is not calibrated.
    """
    gap = np.asarray(at, np.float64)[..., None] - bank.difficulty
    p = 1 / (1 + np.exp(-np.clip(bank.slope * gap, -35, 35)))
    found: Floats = bank.slope**2 * p * (1 - p)
    return found


def next_items(bank: Bank, answers: Floats, count: int = 1) -> tuple[str, ...]:
    """The `count` items not yet answered that tell most at the ability estimated so far; fewer where the bank ends.

    Maximum information (Lord 1980). With no answers yet that ability is 0. Ask a few at a time: the estimate moves.
    """
    seen = np.asarray(answers, np.float64)
    so_far = ability(bank, seen).value
    told = information(bank, 0.0 if math.isnan(so_far) else so_far)
    open_ = np.flatnonzero(np.isnan(seen) & ~np.isnan(told))
    best = open_[np.argsort(-told[open_], kind="stable")][:count]
    return tuple(bank.items[i] for i in best)


def _checked(models: Sequence[str], items: Sequence[str], answers: Floats) -> Floats:
    seen = np.asarray(answers, np.float64)
    if seen.shape != (len(models), len(items)):
        raise InputError(f"answers are {seen.shape}, not {len(models)} models × {len(items)} items")
    if len(models) < FEWEST_MODELS:
        raise InputError(
            f"{len(models)} models are too few to calibrate items on: with fewer than {FEWEST_MODELS} an item's "
            "slope and difficulty are mostly the prior; compare accuracies instead, or add models"
        )
    if not (np.isnan(seen) | (seen == 0) | (seen == 1)).all():
        raise InputError("answers are 1 (right), 0 (wrong) or nan (not answered): cut part marks at .5 first")
    telling = int(((seen == 1).any(axis=0) & (seen == 0).any(axis=0)).sum())
    if telling < FEWEST_ITEMS:
        raise InputError(
            f"{telling} of {len(items)} items are answered rightly by some models and wrongly by others: with fewer "
            f"than {FEWEST_ITEMS} no scale can be fitted; add items on which the models differ"
        )
    return seen


def _nodes() -> tuple[Floats, Floats]:
    """Points of ability and their standard normal weights, which sum to 1."""
    theta = np.linspace(-REACH, REACH, NODES)
    weight = np.exp(-(theta**2) / 2)
    return theta, weight / weight.sum()


def _probability(theta: Floats, log_slope: Floats, difficulty: Floats) -> Floats:
    """P(right), nodes × items."""
    p: Floats = 1 / (1 + np.exp(-np.clip(np.exp(log_slope) * (theta[:, None] - difficulty), -35, 35)))
    return p


def _posterior(
    right: Floats, known: NDArray[np.bool_], log_slope: Floats, difficulty: Floats, theta: Floats, prior: Floats
) -> Floats:
    """Each model's weights over the nodes, models × nodes."""
    p = _probability(theta, log_slope, difficulty)
    wrong = known - right
    log_likelihood = right @ np.log(p).T + wrong @ np.log1p(-p).T + np.log(prior)
    weights = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    posterior: Floats = weights / weights.sum(axis=1, keepdims=True)
    return posterior


def _improve(
    posterior: Floats,
    right: Floats,
    known: NDArray[np.bool_],
    theta: Floats,
    log_slope: Floats,
    difficulty: Floats,
) -> None:
    """One round of Fisher scoring for each item, in place, on the counts expected at the nodes.

    Then abilities are put back to mean 0 and spread 1 over the models, by moving the items (parameter-expanded EM: Liu,
    Rubin and Wu 1998): left to itself EM drifts there in hundreds of rounds.
    """
    counts, hits = posterior.T @ known, posterior.T @ right
    middle_s, middle_d = float(log_slope.mean()), float(difficulty.mean())
    for _ in range(2):
        p = _probability(theta, log_slope, difficulty)
        slope, away = np.exp(log_slope), theta[:, None] - difficulty
        info = counts * p * (1 - p)
        left = hits - counts * p + _leverage(info, theta) * (0.5 - p)
        grad_s = slope * (left * away).sum(axis=0) - (log_slope - middle_s) / SLOPE_SPREAD**2
        grad_d = -slope * left.sum(axis=0) - (difficulty - middle_d) / DIFFICULTY_SPREAD**2
        ss = slope**2 * (info * away**2).sum(axis=0) + 1 / SLOPE_SPREAD**2
        dd = slope**2 * info.sum(axis=0) + 1 / DIFFICULTY_SPREAD**2
        sd = -(slope**2) * (info * away).sum(axis=0)
        det = ss * dd - sd**2
        log_slope += np.clip((dd * grad_s - sd * grad_d) / det, -0.5, 0.5)
        difficulty += np.clip((ss * grad_d - sd * grad_s) / det, -0.5, 0.5)
    of_models = posterior.mean(axis=0)
    mean = float(of_models @ theta)
    spread = math.sqrt(float(of_models @ theta**2) - mean**2)
    difficulty -= mean
    difficulty /= spread
    log_slope += math.log(spread)


def _leverage(info: Floats, theta: Floats) -> Floats:
    """Each node's leverage in an item's logistic regression, nodes × items; sums to about 2.

    Firth's correction (1993) adds half of it to the right and half to the wrong answers. Without it slopes come out too
    steep on few models, and a new model's ability too near 0.
    """
    x = theta[:, None]
    one, two, three = info.sum(axis=0), (info * x).sum(axis=0), (info * x**2).sum(axis=0)
    found: Floats = info * (three - 2 * x * two + x**2 * one) / np.maximum(one * three - two**2, 1e-12)
    return found


def _errors(
    posterior: Floats,
    right: Floats,
    known: NDArray[np.bool_],
    theta: Floats,
    log_slope: Floats,
    difficulty: Floats,
) -> tuple[Floats, Floats]:
    """Errors of log slope and difficulty: complete information less what hidden abilities take (Louis 1982)."""
    p = _probability(theta, log_slope, difficulty)
    slope, away = np.exp(log_slope), theta[:, None] - difficulty
    info = posterior.T @ known * p * (1 - p)
    ss = slope**2 * (info * away**2).sum(axis=0) + 1 / SLOPE_SPREAD**2
    dd = slope**2 * info.sum(axis=0) + 1 / DIFFICULTY_SPREAD**2
    sd = -(slope**2) * (info * away).sum(axis=0)
    # A model's score at a node is (y − P) times a direction; its variance over the posterior is what is not seen.
    lost = np.zeros((3, len(slope)))
    for m in range(len(right)):
        left = np.where(known[m], right[m] - p, 0.0)
        one, two = slope * left * away, -slope * left
        w = posterior[m]
        mean_one, mean_two = w @ one, w @ two
        lost += np.stack((w @ one**2 - mean_one**2, w @ two**2 - mean_two**2, w @ (one * two) - mean_one * mean_two))
    ss, dd, sd = ss - lost[0], dd - lost[1], sd - lost[2]
    det = ss * dd - sd**2
    sound = (ss > 0) & (dd > 0) & (det > 0)
    det = np.where(sound, det, math.nan)
    return np.sqrt(np.where(sound, dd, math.nan) / det), np.sqrt(np.where(sound, ss, math.nan) / det)


def _ability(model: str, weights: Floats, theta: Floats, answered: int, level: float = LEVEL) -> Ability:
    """Posterior mean and a normal interval about it."""
    if not answered:
        return Ability(model, math.nan, math.nan, math.nan, 0)
    value = float(weights @ theta)
    half = student(math.inf, level) * math.sqrt(max(float(weights @ theta**2) - value**2, 0.0))
    return Ability(model, value, value - half, value + half, answered)
