"""Which of many models can be told apart: letters that ties share, and the ranks each model may have.

A leaderboard prints an order whether there is one or not; in a published one, none of 89 neighbours was separable. Here
every pair is compared on the cases both have (paired, clusters kept whole), the p-values are adjusted over all pairs
(Holm 1979), and only what is then different counts as an order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_lowercase

import numpy as np

from trustgen.core import Direction, InputError

from .grades import Floats, Mask
from .intervals import LEVEL

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
    """Models from best to worst value, then those without one; and what stands behind the letters.

    `p` holds Holm's adjusted p-value of each pair, models in the order of `standings`; `nan` where a pair could not be
    tested, and on the diagonal. Such a pair counts as not told apart; `untested` says how many there are.
    """

    standings: tuple[Standing, ...]
    p: Floats
    level: float
    method: str
    untested: int

    @property
    def adjacent_told_apart(self) -> int:
        """How many neighbours in the order of values differ: the first thing to ask of a leaderboard."""
        n = sum(not math.isnan(s.value) for s in self.standings)
        return int(sum(self.p[i, i + 1] <= 1 - self.level for i in range(n - 1)))


def ties(
    names: Sequence[str],
    values: Sequence[float],
    p: Floats,
    *,
    direction: Direction = Direction.HIGHER,
    target: float | None = None,
    level: float = LEVEL,
    method: str = "all pairs, Holm; insert-absorb letters",
) -> Ties:
    """Letters and rank ranges from each model's value and the p-value of each pair (names × names).

    The p-values are adjusted already, over whatever family they belong to; `nan` is a pair that could not be tested.
    Input order changes nothing: equal values are ordered by name.
    """
    adjusted = _square(names, values, p)
    merit = [_merit(float(value), direction, target) for value in values]
    order = sorted(range(len(names)), key=lambda i: (math.isnan(merit[i]), -np.nan_to_num(merit[i]), names[i]))
    ranked = sum(not math.isnan(m) for m in merit)
    adjusted = adjusted[np.ix_(order, order)]
    adjusted[ranked:, :] = adjusted[:, ranked:] = math.nan
    different: Mask = adjusted <= 1 - level + 1e-12
    columns = letter_columns(different[:ranked, :ranked])
    standings = []
    for place, i in enumerate(order):
        mine = tuple(_letter(k) for k, column in enumerate(columns) if place in column)
        # Never below its own value's place: two models of equal merit cannot differ, whatever a p-value says.
        above = int(different[place, :place].sum())
        below = int(different[place, place + 1 : ranked].sum())
        best, worst = (1 + above, ranked - below) if place < ranked else (0, 0)
        standings.append(Standing(names[i], float(values[i]), mine, best, worst))
    untested = int(np.isnan(adjusted[np.triu_indices(ranked, 1)]).sum())
    return Ties(tuple(standings), adjusted, level, method, untested)


def _square(names: Sequence[str], values: Sequence[float], p: Floats) -> Floats:
    """The p-values of pairs, checked."""
    if len(set(names)) != len(names) or np.shape(p) != (len(names), len(names)) or len(values) != len(names):
        raise InputError(f"{len(names)} models need distinct names, one value each and a square of p-values")
    p = np.array(p, np.float64)
    np.fill_diagonal(p, math.nan)
    if not np.array_equal(p, p.T, equal_nan=True):
        raise InputError("the p-values of pairs are not symmetric: give one two-sided p for each pair")
    return p


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
