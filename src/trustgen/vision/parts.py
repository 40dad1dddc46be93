"""The connected parts of a mask: runs along the rows, joined from row to row where they touch, corners too."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .shapes import Mask

Labels = NDArray[np.int32]


class Part(msgspec.Struct, frozen=True):
    """One connected part: its number in the labels, its rows and columns (the last is left out), and its pixels."""

    label: int
    top: int
    bottom: int
    left: int
    right: int
    area: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def window(self) -> tuple[slice, slice]:
        """Where it lies in the picture, with two pixels around it."""
        return slice(max(0, self.top - 2), self.bottom + 2), slice(max(0, self.left - 2), self.right + 2)


def runs_of(mask: Mask) -> NDArray[Any]:
    """Every run of a mask as row, first column and the column after the last, in reading order."""
    rows, columns = mask.shape
    padded = np.zeros((rows, columns + 2), dtype=np.int8)
    padded[:, 1:-1] = mask
    step = np.diff(padded, axis=1)
    row, first = np.nonzero(step == 1)
    _, after = np.nonzero(step == -1)
    return np.stack([row, first, after], axis=1)


def parts_of(mask: Mask, runs: NDArray[Any]) -> tuple[Labels, list[Part]]:
    """Every pixel's part, 0 for none, and the parts in the order in which their first runs come."""
    told: list[list[int]] = runs.tolist()
    parent = list(range(len(told)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    above = 0  # the first run of the row before that may still touch
    for at, (row, first, after) in enumerate(told):
        while told[above][0] < row - 1 or (told[above][0] == row - 1 and told[above][2] < first):
            above += 1
        other = above
        while told[other][0] == row - 1 and told[other][1] <= after:
            parent[root(at)] = root(other)
            other += 1
    labels = np.zeros(mask.shape, dtype=np.int32)
    found: dict[int, list[int]] = {}
    for at, (row, first, after) in enumerate(told):
        one = found.setdefault(root(at), [len(found) + 1, row, row + 1, first, after, 0])
        one[2], one[3], one[4] = row + 1, min(one[3], first), max(one[4], after)
        one[5] += after - first
        labels[row, first:after] = one[0]
    return labels, [Part(*one) for one in found.values()]
