"""Bias towards a letter in multiple choice: ShiftCheck's BiasRate, with the null that it lacks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trustgen.core import LETTERS, Direction, InputError

from .grades import Floats, Grades
from .intervals import DRAWS, NOTHING, TAIL, Interval, bisect, resample, stretch, student, unseen
from .measure import ClusterMeasure, Counts, right_wrong

PERCENT = 100.0


@dataclass(frozen=True, kw_only=True)
class ChoiceBias(ClusterMeasure):
    """See `choice_bias`. Columns are the counted answers of each letter."""

    letters: str

    def count(self, grades: Grades) -> Counts:
        """Answers of each letter in each question not fully right."""
        planned, scored = self.reads(grades), self.usable(grades)
        _, wrong = right_wrong(grades)
        missed = (grades.per_cluster(planned & wrong) > 0)[grades.cluster]
        given = [grades.labelled(letter) for letter in self.letters]
        table = np.column_stack([grades.per_cluster(scored & missed & letter) for letter in given])
        counted = int(table.sum())
        # What a completion could add: missing answers, and those of a question that one would show not fully right.
        lost = (grades.per_cluster(planned & ~grades.scored) > 0)[grades.cluster]
        lettered = np.logical_or.reduce(given)
        addable = int((planned & lost & (~grades.scored | (lettered & ~missed))).sum())
        lowest = highest = math.nan
        if counted + addable:
            lowest, highest = reach(table.sum(axis=0) / max(counted, 1), addable / (counted + addable))
        return Counts(
            table=table,
            outcomes=grades.tally(planned),
            counted=counted,
            lowest=lowest,
            highest=highest,
            notes=self._notes(table.sum(axis=0), int((scored & missed).sum()) - counted),
        )

    def statistic(self, totals: Floats) -> Floats:
        """Population variance of the letters' shares in percent."""
        counted = totals.sum(axis=-1, keepdims=True)
        return variance(np.divide(totals, counted, out=np.full(totals.shape, math.nan), where=counted > 0))

    def interval(self, table: Floats) -> Interval:
        """A cluster bootstrap of the shares, inverted; see `choice_bias`."""
        table = table[table.any(axis=1)]
        if len(table) == 0:
            return NOTHING
        profile = table / table.sum(axis=1, keepdims=True)
        if np.ptp(profile, axis=0).max() <= 1e-12:
            share = unseen(len(table))
            return Interval(*reach(profile[0], share), f"clusters all alike: unseen share of {share:.3g}")
        # One more answer of each letter, as Agresti and Coull add successes and failures: a letter that was never, or
        # always, given would otherwise seem certain.
        padded = np.vstack((table, np.eye(len(self.letters))))
        shares = padded.sum(axis=0) / padded.sum()
        totals = resample(padded)
        noise = totals / totals.sum(axis=1, keepdims=True) - shares
        low, high = _invert(shares, noise * stretch(len(table)) / student(math.inf))
        value = self.value(table)
        low, high = min(low, value), min(max(high, value), self.range[1])
        return Interval(low, high, f"cluster bootstrap inverted, {DRAWS} draws")

    def _notes(self, totals: Floats, unlettered: int) -> dict[str, object]:
        counted, options = int(totals.sum()), len(self.letters)
        counts = {letter: int(count) for letter, count in zip(self.letters, totals, strict=True)}
        notes: dict[str, object] = {"letters": counts, "not_a_letter": unlettered}
        if counted:
            from scipy.stats import chisquare

            most = max(counts.values())
            notes["preferred"] = [letter for letter, count in counts.items() if count == most]
            notes["chi_square_p"] = float(chisquare(totals).pvalue)
            notes["expected_if_unbiased"] = PERCENT**2 * (options - 1) / (options**2 * counted)
        return notes


def variance(shares: Floats) -> Floats:
    """Population variance over the last axis of shares that sum to 1, in percent²."""
    squares: Floats = ((shares - 1 / shares.shape[-1]) ** 2).mean(axis=-1)
    return PERCENT**2 * squares


def reach(shares: Floats, extra: float) -> tuple[float, float]:
    """The lowest and highest variance while a part `extra` of all answers may carry any letters.

    `shares` are those of the counted answers; they keep 1 − `extra` of the whole. The variance is convex, so it is
    highest with all of the part on one letter; it is lowest with the part poured on the rarest until they are level.
    """
    kept = (1 - extra) * shares
    highest = max(float(variance(kept + extra * letter)) for letter in np.eye(len(kept)))
    rising = np.sort(kept)
    sums, columns = rising.cumsum(), np.arange(1, len(kept) + 1)
    depth = int((rising * columns - sums <= extra).sum())
    level = (sums[depth - 1] + extra) / depth
    lowest = float(variance(np.maximum(rising, level)))
    return min(lowest, highest), min(highest, float(variance(np.eye(len(kept))[0])))  # equal but for rounding


def _invert(shares: Floats, noise: Floats) -> tuple[float, float]:
    """The variances under which one as high, and as low, as the one seen still has a chance of `TAIL`.

    A true distance d from even shares, in the direction seen, shows as ‖d·direction + noise‖. Plain percentiles would
    take the noise for distance, twice: once in the estimate and once in its draws.
    """
    options = len(shares)
    away = shares - 1 / options
    seen, most = float(np.linalg.norm(away)), math.sqrt(1 - 1 / options)
    along = noise @ away / seen if seen > 0 else np.zeros(len(noise))
    squares = (noise**2).sum(axis=1)

    def chance_above(distance: float) -> float:
        return float((distance**2 + 2 * distance * along + squares >= seen**2).mean())

    low = 0.0 if chance_above(0.0) >= TAIL else bisect(lambda d: chance_above(d) >= TAIL, 0.0, seen, 50)
    high = bisect(lambda d: chance_above(d) > 1 - TAIL, seen, most, 50)
    # Counts that come out even by luck are no proof of an even model: never below what noise alone would show.
    high = min(max(high, float(np.sqrt(np.quantile(squares, 1 - 2 * TAIL)))), most)
    return PERCENT**2 * low**2 / options, PERCENT**2 * high**2 / options


def choice_bias(options: int, arm: str = "") -> ChoiceBias:
    """Letter bias among `options` choices: variance of the letters' shares in percent, ↓. Unit: answers.

    Denominator: answers "A", "B", … (labels of scored cases) to questions not fully right: clusters in which a scored
    case is wrong (score < .5). The value is the population variance over the k letters of their shares in percent, so
    percent². The highest, all answers one letter, is 10⁴(k−1)/k² (1875 for 4 options). `nan` without such answers.
    ShiftCheck's BiasRate (CMMU, arXiv 2401.14011; normalised, as in its code, by the letters counted).

    The plug-in variance is biased upwards, the more so with few answers: note `expected_if_unbiased` is its mean over
    as many independent answers of a model without preference. The other notes: the count of each letter, the preferred
    letters, scored answers that are no letter, and the p of a χ² test against even shares, which takes answers for
    independent. The interval does not: it resamples questions, and it reaches 0 where the shares may be even.
    """
    if not 2 <= options <= len(LETTERS):
        raise InputError(f"`choice_bias` needs 2 to {len(LETTERS)} options, got {options}")
    letters = LETTERS[:options]
    highest = float(variance(np.eye(options)[0]))
    return ChoiceBias(direction=Direction.LOWER, unit="answers", range=(0.0, highest), arm=arm, letters=letters)
