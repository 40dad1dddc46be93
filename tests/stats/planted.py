"""Simulated graded cases with a known truth: what coverage is measured on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from trustgen.core import Direction
from trustgen.stats import (
    ClusterMeasure,
    Grades,
    accuracy,
    all_right,
    choice_bias,
    disparate_impact,
    flip_rate,
    gap,
    label_rate,
    mend_rate,
    pair_flips,
    paired_difference,
)
from trustgen.stats.intervals import LEVEL
from trustgen.stats.power import POWER, half_width, paired_power

RATES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)

Generator = np.random.Generator
Covers = Callable[[Generator], bool]
"""One repeat: draw cases, compute, and say whether the interval holds the truth."""


def grades(
    cluster: ArrayLike,
    score: ArrayLike,
    *,
    arm: ArrayLike | None = None,
    arms: tuple[str, ...] = ("plain",),
    label: ArrayLike | None = None,
    labels: tuple[str, ...] = ("",),
    group: ArrayLike | None = None,
    groups: Sequence[str] = (),
) -> Grades:
    """Scored cases from columns of codes."""
    code = np.asarray(cluster, np.int32)
    zero = np.zeros(len(code), np.int32)
    tags = {} if group is None else {"group": (np.asarray(group, np.int32), tuple(groups))}
    return Grades(
        code,
        zero if arm is None else np.asarray(arm, np.int32),
        arms,
        zero,
        np.asarray(score, np.float64),
        zero if label is None else np.asarray(label, np.int32),
        labels,
        tags,
    )


def clustered_hits(rng: Generator, p: float, clusters: int, size: int, icc: float) -> np.ndarray:
    """Right or wrong, clusters × size, with mean p and intra-cluster correlation icc (beta-binomial)."""
    rate = rng.beta(p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc, (clusters, 1)) if icc else p
    return (rng.random((clusters, size)) < rate).astype(float)


def holds(measure: ClusterMeasure, graded: Grades, truth: float) -> bool:
    """Whether the measure's interval covers the truth."""
    found = measure(graded)
    return found.low <= truth <= found.high


def accuracy_case(p: float, clusters: int, size: int, icc: float = 0.0) -> Covers:
    """Accuracy of a model that is right with probability p."""

    def repeat(rng: Generator) -> bool:
        hits = clustered_hits(rng, p, clusters, size, icc)
        return holds(accuracy(), grades(np.repeat(np.arange(clusters), size), hits.ravel()), p)

    return repeat


def label_case(p: float, n: int) -> Covers:
    """Rate of a label given with probability p."""

    def repeat(rng: Generator) -> bool:
        label = (rng.random(n) < p).astype(int)
        graded = grades(np.arange(n), np.ones(n), label=label, labels=("fine", "bad"))
        return holds(label_rate("bad", direction=Direction.LOWER), graded, p)

    return repeat


def all_right_case(p: float, clusters: int) -> Covers:
    """Strict accuracy where a cluster of three is all right with probability p."""

    def repeat(rng: Generator) -> bool:
        score = np.ones((clusters, 3))
        score[rng.random(clusters) >= p, rng.integers(0, 3)] = 0
        return holds(all_right(), grades(np.repeat(np.arange(clusters), 3), score.ravel()), p)

    return repeat


def turned_case(
    p: float, clusters: int, pressures: int, icc: float = 0.0, known: float = 0.7, mend: bool = False
) -> Covers:
    """A model that knows the answer with probability `known` and turns under each pressure with probability p."""

    def repeat(rng: Generator) -> bool:
        control = (rng.random((clusters, 1)) < known).astype(float)
        turned = clustered_hits(rng, p, clusters, pressures, icc)
        score = np.hstack((control, np.abs(control - turned)))
        size = pressures + 1
        graded = grades(
            np.repeat(np.arange(clusters), size),
            score.ravel(),
            arm=np.tile(np.arange(size), clusters),
            arms=("plain", *(f"pressure{i}" for i in range(pressures))),
        )
        return holds(mend_rate() if mend else flip_rate(), graded, p)

    return repeat


def pair_flips_case(p: float, clusters: int, size: int) -> Covers:
    """Counterfactual clusters of `size` groups; in a share q of them one group is treated otherwise: p = 2q/size."""
    q = p * size / 2

    def repeat(rng: Generator) -> bool:
        label = np.zeros((clusters, size), int)
        odd = np.flatnonzero(rng.random(clusters) < q)
        label[odd, rng.integers(0, size, len(odd))] = 1
        graded = grades(
            np.repeat(np.arange(clusters), size),
            np.ones(clusters * size),
            label=label.ravel(),
            labels=("yes", "no"),
            group=np.tile(np.arange(size), clusters),
            groups=[f"group{i}" for i in range(size)],
        )
        return holds(pair_flips("group"), graded, p)

    return repeat


def decisions(rng: Generator, rates: Sequence[float], n: int, shared: float) -> Grades:
    """n favourable-or-not decisions a group; with `shared` > 0 the groups meet in clusters, correlated by it."""
    width = len(rates)
    common = rng.standard_normal((n, 1)) * np.sqrt(shared) + rng.standard_normal((n, width)) * np.sqrt(1 - shared)
    label = (ndtr(common) < np.asarray(rates)).astype(int)
    cluster = np.repeat(np.arange(n), width) if shared else np.arange(n * width)
    return grades(
        cluster,
        np.ones(n * width),
        label=label.ravel(),
        labels=("no", "yes"),
        group=np.tile(np.arange(width), n),
        groups=[f"group{i}" for i in range(width)],
    )


def gap_case(rates: Sequence[float], n: int, shared: float = 0.0) -> Covers:
    """The gap between groups of n decisions each."""
    truth = max(rates) - min(rates)
    return lambda rng: holds(gap("group", "yes"), decisions(rng, rates, n, shared), truth)


def impact_case(rates: Sequence[float], n: int, shared: float = 0.0) -> Covers:
    """The ratio between groups of n decisions each."""
    truth = min(rates) / max(rates)
    return lambda rng: holds(disparate_impact("group", "yes"), decisions(rng, rates, n, shared), truth)


def spared_case(rate: float, rare: float, clusters: int, make: Callable[[str, str], ClusterMeasure] = gap) -> Covers:
    """Two groups decided alike, but that in a rare cluster what the first is granted the second is not."""
    truth = rate * rare if make is gap else 1 - rare

    def repeat(rng: Generator) -> bool:
        first = rng.random(clusters) < rate
        second = first & (rng.random(clusters) >= rare)
        graded = grades(
            np.repeat(np.arange(clusters), 2),
            np.ones(2 * clusters),
            label=np.column_stack((first, second)).ravel(),
            labels=("no", "yes"),
            group=np.tile([0, 1], clusters),
            groups="xy",
        )
        return holds(make("group", "yes"), graded, truth)

    return repeat


def choice_case(shares: Sequence[float], questions: int, shifts: int, stick: float = 0.0) -> Covers:
    """Answers to questions never right, lettered by `shares`; with probability `stick` a question keeps one letter."""
    options = len(shares)
    truth = 1e4 * float(np.mean((np.asarray(shares) - 1 / options) ** 2))

    def repeat(rng: Generator) -> bool:
        letter = rng.choice(options, (questions, shifts), p=shares)
        letter = np.where(rng.random((questions, 1)) < stick, letter[:, :1], letter)
        cluster = np.repeat(np.arange(questions), shifts)
        graded = grades(cluster, np.zeros(questions * shifts), label=letter.ravel(), labels=tuple("ABCDEFGH"[:options]))
        return holds(choice_bias(options), graded, truth)

    return repeat


def difference_case(a: float, b: float, clusters: int, size: int) -> Covers:
    """Two models, right with probabilities a and b, on the same cases; what is hard for one tends to be for both."""

    def repeat(rng: Generator) -> bool:
        shape = (clusters, size)
        hard = np.sqrt(0.3) * rng.standard_normal((clusters, 1)) + np.sqrt(0.3) * rng.standard_normal(shape)
        right = [hard + np.sqrt(0.4) * rng.standard_normal(shape) < ndtri(p) for p in (a, b)]
        cluster = np.repeat(np.arange(clusters), size)
        one, other = (grades(cluster, r.ravel().astype(float)) for r in right)
        found = paired_difference(one, other, accuracy(), draws=1000)
        return found.low <= b - a <= found.high

    return repeat


def coverage(repeat: Covers, repeats: int, seed: int = 20240229) -> float:
    """Share of repeats whose interval held the truth."""
    rng = np.random.default_rng(seed)
    return sum(repeat(rng) for _ in range(repeats)) / repeats


def least_plausible(repeats: int, cells: int, alarm: float = 1e-4, level: float = 0.95) -> float:
    """The coverage that a true `level` falls short of in any of `cells` cells with probability below `alarm`."""
    return float(binom.ppf(alarm / cells, repeats, level)) / repeats


def fixed_clusters(half: float, *, size: int = 1, icc: float = 0.0) -> int:
    """The fewest clusters whose interval is at most `half` wide on either side at a rate of one half."""
    return next(n for n in range(1, 10_000_000) if half_width(n, size=size, icc=icc) <= half)


def paired_cases(difference: float, discordance: float, *, power: float = POWER, level: float = LEVEL) -> int:
    """Cases, asked of both models, from which on McNemar's test has that power, and keeps it for the next 20 cases and
    the next 5 % (at most 200): the exact power is a saw, so more cases may have less."""
    start = connor_cases(difference, discordance, power=power, level=level)
    held = 20 + min(start // 20, 200)
    n, kept = max(2, start - held), 0
    while kept <= held:
        kept = kept + 1 if paired_power(n, difference, discordance, level=level) >= power else 0
        n += 1
    return n - kept


def connor_cases(difference: float, discordance: float, *, power: float = POWER, level: float = LEVEL) -> int:
    """The same in closed form, for the asymptotic test: (z·√D + z_β·√(D − d²))²/d² (Connor 1987)."""
    null, other = math.sqrt(discordance), math.sqrt(discordance - difference**2)
    return math.ceil(((ndtri((1 + level) / 2) * null + ndtri(power) * other) / difference) ** 2)


def table(rows: Iterable[tuple[str, float]]) -> str:
    """Lines of a coverage table."""
    return "\n".join(f"{name:60s} {100 * share:5.1f} %" for name, share in rows)
