"""Which shape a patch of coverage is: templates of every shape about its centre of mass, by intersection over union."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .shapes import mask
from .world import SHAPES, SIZES

Cover = NDArray[Any]
"""How much of each pixel is covered, 0 to 1."""

Ways = tuple[tuple[str, float], ...]
"""Shapes, each with a span in pixels."""

_FINE = 6  # cells of a template along a pixel
_QUARTERS = 4  # a centre of mass is told to a quarter of a pixel
_GOOD = 0.9  # under this, other sizes than the two of the world are tried too


class Fit(msgspec.Struct, frozen=True):
    """A shape with its span in pixels, its middle in rows and columns, the intersection over union, 0 to 1, and by how
    much that is more than the union with any other shape."""

    shape: str
    span: float
    row: float
    column: float
    union: float
    lead: float = 0.0


def fitted(cover: Cover, side: int) -> Fit:
    """The best shape for a patch that holds one thing of a picture `side` pixels wide."""
    area = float(cover.sum())
    found = _fits(cover, area, tuple((shape, size * side) for shape in SHAPES for size in SIZES.values()), side)
    if max(fit.union for fit in found) < _GOOD:
        # Steps of 4 %, so that templates are shared between patches.
        even = float(np.exp(np.round(np.log(area) * 25) / 25))
        found += _fits(cover, area, tuple((shape, (even / _density(shape)) ** 0.5) for shape in SHAPES), side)
    best = max(found, key=lambda fit: fit.union)
    lead = best.union - max(fit.union for fit in found if fit.shape != best.shape)
    return msgspec.structs.replace(best, lead=lead)


def _fits(cover: Cover, area: float, ways: Ways, side: int) -> list[Fit]:
    rows, columns = cover.shape
    row = float(cover.sum(axis=1) @ (np.arange(rows) + 0.5)) / area
    column = float(cover.sum(axis=0) @ (np.arange(columns) + 0.5)) / area
    quarters = int(row % 1 * _QUARTERS), int(column % 1 * _QUARTERS)
    reach = max(side // 3, rows, columns)
    boards, sums, away = _templates(ways, quarters, reach)
    top, left = reach - int(row), reach - int(column)
    common = np.minimum(boards[:, top : top + rows, left : left + columns], cover).sum(axis=(1, 2))
    unions = common / (area + sums - common)
    return [
        Fit(*way, row + down, column + right, union)
        for way, (down, right), union in zip(ways, away.tolist(), unions.tolist(), strict=True)
    ]


@lru_cache(maxsize=512)
def _templates(ways: Ways, quarters: tuple[int, int], reach: int) -> tuple[Cover, Cover, Cover]:
    """Each way on a board of its own, its centre of mass in the middle pixel by so many quarters; what it covers in
    all; and how far its middle is from its centre of mass."""
    fine = [mask(shape, max(3, round(span * _FINE))) for shape, span in ways]
    boards, away = zip(*(_board(one, quarters, reach) for one in fine), strict=True)
    return np.stack(boards), np.array([one.sum() / _FINE**2 for one in fine], dtype=np.float32), np.array(away)


def _board(fine: NDArray[np.bool_], quarters: tuple[int, ...], reach: int) -> tuple[Cover, tuple[float, float]]:
    pixels = 2 * reach + 1
    canvas = np.zeros((pixels * _FINE, pixels * _FINE), dtype=np.uint8)
    cuts, away = [], []
    for axis in (0, 1):
        weight = fine.sum(axis=1 - axis)
        centre = float(weight @ (np.arange(len(weight)) + 0.5)) / float(weight.sum())
        start = round((reach + (quarters[axis] + 0.5) / _QUARTERS) * _FINE - centre)
        skip = max(0, -start)
        taken = min(len(weight), pixels * _FINE - start) - skip
        cuts.append((slice(start + skip, start + skip + taken), slice(skip, skip + taken)))
        away.append((len(weight) / 2 - centre) / _FINE)
    canvas[cuts[0][0], cuts[1][0]] = fine[cuts[0][1], cuts[1][1]]
    # Sums of every sixth row and column: a mean over blocks takes numpy thirty times as long.
    flat = np.add.reduce([canvas[at::_FINE] for at in range(_FINE)])
    cells = np.add.reduce([flat[:, at::_FINE] for at in range(_FINE)])
    return cells.astype(np.float32) / np.float32(_FINE**2), (away[0], away[1])


@lru_cache(maxsize=len(SHAPES))
def _density(shape: str) -> float:
    """What a shape covers of the square of its span."""
    return float(mask(shape, 240).sum()) / 240**2
