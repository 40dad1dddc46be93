"""Ratings from pairwise verdicts: Bradley and Terry's model, with intervals that keep an item's verdicts together.

A rating exists only between players whom wins join in both directions (Ford 1957): who won every comparison is better
by an unknown amount, not by a large number. Such a player has no rating here, and a reason instead.

The fit is the library `evalica`'s (extra `stats`): Newman's iteration (2023) of the likelihood of Bradley and Terry
(1952), a tie as half a win for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import InputError, MissingExtra

from .grades import Column, Floats, Mask
from .intervals import LEVEL, SEED, Interval, ratio_interval, resample, stretch

SCALE = 400.0
ANCHOR = 1500.0
RATING_DRAWS = 500


class Bout(NamedTuple):
    """One pairwise verdict: `first` was shown first. `item` is the record asked about, the cluster of the verdict."""

    item: str
    first: str
    second: str
    winner: Literal["first", "second", "tie"]


class Rated(NamedTuple):
    """One player. `rating`, `low` and `high` are `nan` where `reason` says why; an infinite limit means no limit."""

    name: str
    rating: float
    low: float
    high: float
    wins: float
    bouts: int
    reason: str


class Ratings(NamedTuple):
    """Players from best to worst rating, then those without one, by name.

    `scale` points of difference are odds of 10 to 1; the mean rating is `anchor`.
    """

    players: tuple[Rated, ...]
    scale: float
    anchor: float
    method: str

    def chance(self, a: str, b: str) -> float:
        """The probability that a beats b (a tie counting half), in 0..1; `nan` where either has no rating."""
        found = {player.name: player.rating for player in self.players}
        for name in (a, b):
            if name not in found:
                raise InputError(f"no player `{name}` in these ratings: {', '.join(sorted(found))}")
        return float(1 / (1 + 10 ** ((found[b] - found[a]) / self.scale)))


def bradley_terry(
    bouts: Iterable[Bout],
    *,
    scale: float = SCALE,
    anchor: float = ANCHOR,
    draws: int = RATING_DRAWS,
    level: float = LEVEL,
    seed: int = SEED,
) -> Ratings:
    """Ratings and percentile intervals over resampled items (`stretch`ed for few).

    The rated group is the largest whose members wins join both ways; the others get `nan` and a reason, and so does
    everybody where the largest is not one alone, or is a single player. In a resample where a member wins all, its
    rating is infinite (without end for the limit); where it is cut off, it counts against both limits.

    Raises `MissingExtra` without `evalica`, `InputError` for a player against itself or an unknown winner.
    """
    names, items, first, second, points = _columns(bouts)
    if not names:
        return Ratings((), scale, anchor, "nothing compared")
    count = len(names)
    wins = _wins(count, first, second, points, np.ones(len(first)))
    group, reasons = _rated_group(wins, names)
    ratings = np.full(count, math.nan)
    low, high = ratings.copy(), ratings.copy()
    undefined = 0
    if len(group):
        inside = np.isin(first, group) & np.isin(second, group)
        ratings[group] = _fit(wins[np.ix_(group, group)], scale) + anchor
        place = np.zeros(count, np.int64)
        place[group] = np.arange(len(group))
        table = _item_table(items[inside], place[first[inside]], place[second[inside]], points[inside], len(group))
        drawn, undefined = _draws(table, ratings[group] - anchor, draws, scale, seed)
        low[group], high[group] = (end + anchor for end in _limits(drawn, len(table), level))
        low, high = np.fmin(low, ratings), np.fmax(high, ratings)
    total = wins + wins.T
    rows = [
        Rated(
            name,
            rating=float(ratings[i]),
            low=float(low[i]),
            high=float(high[i]),
            wins=float(wins[i].sum()),
            bouts=round(total[i].sum()),
            reason=reasons[i],
        )
        for i, name in enumerate(names)
    ]
    rows.sort(key=lambda row: (math.isnan(row.rating), -np.nan_to_num(row.rating), row.name))
    method = f"Bradley-Terry, ties half, {draws} draws of {len(np.unique(items))} items"
    return Ratings(tuple(rows), scale, anchor, method + (f", {undefined} with a player cut off" if undefined else ""))


class PositionBias(NamedTuple):
    """How often the answer shown first wins where a pair was judged in both orders: .5 is no bias.

    `first` is that share (ties half), with its interval; `consistent` is the share of swaps with the same verdict in
    both orders. All `nan` with no swap; `swaps` is how many there are.
    """

    first: float
    low: float
    high: float
    method: str
    consistent: float
    swaps: int


def position_bias(bouts: Iterable[Bout]) -> PositionBias:
    """The judge's pull towards a position, from (item, pair) judged in both orders equally often; other bouts rest.

    Since each player of a swap stands first once, how strong they are cancels. Items are the clusters of the interval.
    """
    orders: dict[tuple[str, str, str], tuple[list[float], list[float]]] = {}
    for bout in bouts:
        key = (bout.item, *sorted((bout.first, bout.second)))
        pair = orders.setdefault((key[0], key[1], key[2]), ([], []))
        pair[bout.first > bout.second].append(_point(bout))
    swaps = {key: both for key, both in orders.items() if both[0] and len(both[0]) == len(both[1])}
    items = sorted({key[0] for key in swaps})
    at = {item: i for i, item in enumerate(items)}
    hits, sizes = np.zeros(len(items)), np.zeros(len(items))
    agree = 0
    for (item, *_), (one, other) in swaps.items():
        hits[at[item]] += sum(one) + sum(other)
        sizes[at[item]] += len(one) + len(other)
        agree += sum(one) == len(other) - sum(other)
    if not swaps:
        nan = math.nan
        return PositionBias(nan, nan, nan, "no pair judged in both orders", nan, 0)
    found: Interval = ratio_interval(hits, sizes)
    share = float(hits.sum() / sizes.sum())
    low, high, method = found
    return PositionBias(share, low, high, method, agree / len(swaps), len(swaps))


def _point(bout: Bout) -> float:
    points = {"first": 1.0, "second": 0.0, "tie": 0.5}
    if bout.winner not in points:
        raise InputError(f"winner `{bout.winner}` of item `{bout.item}`: it is `first`, `second` or `tie`")
    if bout.first == bout.second:
        raise InputError(f"`{bout.first}` meets itself on item `{bout.item}`: a bout needs two players")
    return points[bout.winner]


Indices = NDArray[np.int64]


def _columns(bouts: Iterable[Bout]) -> tuple[list[str], Indices, Indices, Indices, Floats]:
    """Names in order, and for each bout its item, both players, and the first one's points."""
    item, first, second = Column(), Column(), Column()
    points = []
    for bout in bouts:
        points.append(_point(bout))
        item.add(bout.item)
        first.add(bout.first)
        second.add(bout.second)
    names = sorted({*first.names, *second.names})
    place = {name: i for i, name in enumerate(names)}
    items = {name: i for i, name in enumerate(sorted(item.names))}

    def coded(column: Column, order: dict[str, int]) -> Indices:
        return np.array([order[name] for name in column.names], np.int64)[column.codes] if points else np.zeros(0, int)

    return names, coded(item, items), coded(first, place), coded(second, place), np.array(points)


def _wins(count: int, first: Indices, second: Indices, points: Floats, weights: Floats) -> Floats:
    """wins[i, j]: how often i beat j, ties half."""
    wins = np.zeros((count, count))
    np.add.at(wins, (first, second), points * weights)
    np.add.at(wins, (second, first), (1 - points) * weights)
    return wins


def _reach(wins: Floats) -> Mask:
    """reach[i, j]: whether a chain of wins (or ties) leads from i to j; everyone reaches itself."""
    reach: Mask = (wins > 0) | np.eye(len(wins), dtype=np.bool_)
    for _ in range(max(1, math.ceil(math.log2(max(len(wins), 2))))):
        reach = np.einsum("ij,jk->ik", reach.astype(np.int32), reach.astype(np.int32)) > 0
    return reach


def _rated_group(wins: Floats, names: Sequence[str]) -> tuple[Indices, list[str]]:
    """The players that can be rated against one another, and why each of the others cannot."""
    reach = _reach(wins)
    joined = reach & reach.T
    sizes = joined.sum(axis=1)
    largest = np.flatnonzero(sizes == sizes.max())
    alone = len(largest) == sizes.max() and sizes.max() > 1
    group = largest if alone else np.zeros(0, np.int64)
    reasons = []
    for i in range(len(names)):
        if alone and i in group:
            reasons.append("")
        elif wins[:, i].sum() == 0:
            reasons.append("won every comparison: better than its opponents by an unknown amount")
        elif wins[i].sum() == 0:
            reasons.append("lost every comparison: worse than its opponents by an unknown amount")
        elif not alone:
            reasons.append("no one group of players is joined by wins in both directions: compare more pairs")
        else:
            above, below = reach[i, group[0]], reach[group[0], i]
            how = "only ever won" if above else "only ever lost" if below else "was never compared, even indirectly,"
            reasons.append(f"{how} against the rated group: compare more pairs")
    return group, reasons


def _fit(wins: Floats, scale: float) -> Floats:
    """Ratings of players joined by wins both ways, mean 0."""
    try:
        import evalica
    except ImportError as error:
        raise MissingExtra("ratings of pairwise verdicts", "evalica", 'pip install "trustgen[stats]"') from error
    i, j = np.nonzero(wins)
    winners: list[Any] = [evalica.Winner.X] * len(i)
    found = evalica.bradley_terry(
        i.tolist(), j.tolist(), winners, weights=wins[i, j].tolist(), tolerance=1e-9, limit=100_000
    )
    strength = np.log(found.scores.reindex(range(len(wins))).to_numpy(np.float64))
    ratings: Floats = (strength - strength.mean()) * scale / math.log(10)
    return ratings


def _item_table(items: Indices, first: Indices, second: Indices, points: Floats, count: int) -> Floats:
    """Wins of each player over each other (columns, count²) in each item (rows)."""
    rows, code = np.unique(items, return_inverse=True)
    table = np.zeros((len(rows), count * count))
    np.add.at(table, (code, first * count + second), points)
    np.add.at(table, (code, second * count + first), 1 - points)
    return table


def _draws(table: Floats, full: Floats, draws: int, scale: float, seed: int) -> tuple[Floats, int]:
    """Ratings in resamples of the items (draws × players), and in how many a player was cut off (`nan`)."""
    count = len(full)
    drawn = np.empty((draws, count))
    for k, total in enumerate(resample(table, draws, seed)):
        wins = total.reshape(count, count)
        reach = _reach(wins)
        joined = reach & reach.T
        core = joined[joined.sum(axis=1).argmax()]
        if core.sum() == 1:  # nobody is joined with anybody: this draw says nothing
            drawn[k] = math.nan
            continue
        head = int(core.argmax())
        drawn[k] = np.where(reach[:, head], math.inf, np.where(reach[head], -math.inf, math.nan))
        # Where some fell out, the others are set against their own mean in the whole, which fixes the same zero.
        drawn[k, core] = _fit(wins[np.ix_(core, core)], scale) + full[core].mean()
    return drawn, int(np.isnan(drawn).any(axis=1).sum())


def _limits(drawn: Floats, items: int, level: float) -> tuple[Floats, Floats]:
    """Expanded percentile limits of each player; a `nan` draw lies beyond both."""
    if items < 2:
        return np.full(drawn.shape[1], -math.inf), np.full(drawn.shape[1], math.inf)
    tail = NormalDist().cdf(-stretch(items, level))
    cut = np.isnan(drawn)
    low = np.quantile(np.where(cut, -math.inf, drawn), tail, axis=0, method="lower")
    high = np.quantile(np.where(cut, math.inf, drawn), 1 - tail, axis=0, method="higher")
    return low, high
