"""Which of many models can be told apart: letters that ties share, and the ranks each model may have.

A leaderboard prints an order whether there is one or not; in a published one, none of 89 neighbours was separable. So
only what a test shows counts as an order, and in the direction that the test shows: on the cases both models have. A
model's own value may say otherwise, where it has left out the hard cases.

Letters and ranks answer two questions. "Which pairs differ?" is asked of all pairs on all headlines at once. "Which
ranks may a model have here?" is asked of one headline, and comparisons elsewhere do not bear on it. A pair shown at 5 %
over its headline's pairs (Holm 1979) bounds the ranks of two models, and all rank sets of the headline hold at once at
95 %: a set misses its model's rank only where a pair was told apart wrongly (Mogstad, Romano, Shaikh, Wilhelm 2024).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_lowercase

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Mask

MOST_LETTERS = 2000


@dataclass(frozen=True)
class Standing:
    """One model. Models that share a letter are not told apart; `best` and `worst` are the ranks it may have, from 1.

    A model without a value has no letters and the ranks 0.
    """

    name: str
    value: float
    letters: tuple[str, ...]
    best: int
    worst: int


@dataclass(frozen=True)
class Ties:
    """Models from best to worst, then those without a value.

    `told_apart` counts the neighbours in this order of which the first is shown to be better: the first thing to ask of
    a leaderboard. `against` are the pairs (better, worse) that the shared cases show, and the models' own values deny.
    """

    standings: tuple[Standing, ...]
    told_apart: int
    against: tuple[tuple[str, str], ...]


def ties(
    names: Sequence[str],
    values: Sequence[float],
    better: Mask,
    ahead: Mask | None = None,
    *,
    direction: Direction = Direction.HIGHER,
    target: float | None = None,
) -> Ties:
    """Letters and rank sets (names × names: whether i is shown to be better than j).

    `better` is by the tests that the letters stand for, `ahead` by those of the ranks (without it, the same). Whoever
    is shown to be better stands before; otherwise models stand by their own values, equal ones by name, so input order
    changes nothing. Tests of pairs on different cases can run in a circle; then values decide within it.
    """
    ahead = better if ahead is None else ahead
    _check(names, values, better)
    _check(names, values, ahead)
    merit = [_merit(float(value), direction, target) for value in values]
    valued = [i for i in range(len(names)) if not math.isnan(merit[i])]
    order = _order(sorted(valued, key=lambda i: (-merit[i], names[i])), better | ahead)
    first, ranks = better[np.ix_(order, order)], ahead[np.ix_(order, order)]
    columns = letter_columns(first | first.T)
    standings = [
        Standing(
            names[i],
            float(values[i]),
            tuple(_letter(k) for k, column in enumerate(columns) if place in column),
            1 + int(ranks[:, place].sum()),
            len(order) - int(ranks[place].sum()),
        )
        for place, i in enumerate(order)
    ]
    without = sorted(set(range(len(names))) - set(order), key=lambda i: names[i])
    standings += [Standing(names[i], float(values[i]), (), 0, 0) for i in without]
    shown = better | ahead
    return Ties(
        tuple(standings),
        int(sum(first[i, i + 1] for i in range(len(order) - 1))),
        tuple((names[i], names[j]) for i in order for j in order if shown[i, j] and merit[i] < merit[j]),
    )


def _order(by_value: Sequence[int], shown: Mask) -> list[int]:
    """Models so that whoever is shown to be better stands before, else by value.

    The next is always the first by value whom none that are left beats; in a circle, whom the fewest beat.
    """
    left, order = list(by_value), []
    while left:
        beaten = shown[np.ix_(left, left)].sum(axis=0)
        order.append(left.pop(int(np.argmin(beaten))))
    return order


def _check(names: Sequence[str], values: Sequence[float], better: Mask) -> None:
    if len(set(names)) != len(names) or np.shape(better) != (len(names), len(names)) or len(values) != len(names):
        raise InputError(f"{len(names)} models need distinct names, one value each and a square of comparisons")
    if (better & better.T).any():
        i, j = np.argwhere(better & better.T)[0]
        raise InputError(f"`{names[i]}` and `{names[j]}` are each said to be better than the other: give one direction")


def letter_columns(different: Mask) -> list[tuple[int, ...]]:
    """Every largest set of models no two of which differ, by Piepho's insert and absorb (2004).

    `different` is symmetric (models × models). The sets cover each pair that does not differ, and no other pair; they
    come sorted, so models ordered by value get their letters in order. They are all such sets, so the order in which
    pairs are inserted changes nothing. Piepho's sweeping, which takes out letters that are not needed, is left out: it
    depends on that order.
    """
    n = len(different)
    columns = {(1 << n) - 1} if n else set()
    for i, j in combinations(range(n), 2):
        if not different[i, j]:
            continue
        both = 1 << i | 1 << j
        split = {column for column in columns if column & both == both}
        kept = columns - split
        # Only a half that came of this split can lie within another column.
        halves = {column & ~(1 << out) for column in split for out in (i, j)}
        columns = kept | {h for h in halves if not any(h | c == c and h != c for c in (*kept, *halves))}
        if len(columns) > MOST_LETTERS:
            raise InputError(f"more than {MOST_LETTERS} groups of tied models: show rank ranges, or fewer models")
    return sorted(tuple(i for i in range(n) if column >> i & 1) for column in columns)


def _merit(value: float, direction: Direction, target: float | None) -> float:
    """Higher is better."""
    if direction == Direction.TARGET and target is not None:
        return -abs(value - target)
    return -value if direction == Direction.LOWER else value


def _letter(index: int) -> str:
    """a, b, …, z, aa, ab, …"""
    letter = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letter = ascii_lowercase[rest] + letter
    return letter
