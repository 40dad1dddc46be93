"""Columns of our tables as arrays of numbers: codes into names, and ids of a fixed width.

What looks over hundreds of thousands of rows to show ten reads no object a row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Ids = np.ndarray[Any, Any]
"""Content ids as 32 bytes each."""

WIDTH = 32


class Coded:
    """A text column, gathered batch by batch: `codes` into `names`, in the order of first sight."""

    def __init__(self) -> None:
        self._parts: list[Codes] = []
        self._known: dict[str, int] = {}

    def add(self, column: Any) -> None:
        """Take in a column of Arrow, of texts or a dictionary of them."""
        column = column if hasattr(column, "dictionary") else column.dictionary_encode()
        known = self._known
        table = np.asarray([known.setdefault(name, len(known)) for name in column.dictionary.to_pylist()], np.int32)
        codes = _numbers(column.indices)
        self._parts.append(table[codes] if len(table) else np.empty(0, np.int32))

    @property
    def codes(self) -> Codes:
        """A code a row."""
        return np.concatenate(self._parts) if self._parts else np.empty(0, np.int32)

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct texts."""
        return tuple(self._known)


def ids_of(column: Any) -> Ids:
    """A column of content ids; one that is longer than ours is cut, and so is none of ours."""
    if not hasattr(column, "dictionary"):
        column = column.dictionary_encode()
    found = _fixed(column.dictionary)
    picked: Ids = found[_numbers(column.indices)] if len(found) else found
    return picked


def _fixed(values: Any) -> Ids:
    ends = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    if len(values) and (np.diff(ends) == WIDTH).all():
        return np.frombuffer(values.buffers()[2], "S32", len(values), int(ends[0]))
    return np.asarray([text.encode()[:WIDTH] for text in values.to_pylist()], "S32")


def numbers(column: Any) -> Floats:
    """A column of numbers; a missing one is nan."""
    values = column.buffers()[1]
    if values is None:  # nothing but gaps
        return np.full(len(column), math.nan)
    held = np.frombuffer(values, np.float64, len(column), 8 * column.offset)
    return np.where(_numbers(column.is_valid().cast("uint8")), held, math.nan)


def _numbers(column: Any) -> np.ndarray[Any, Any]:
    """A column without gaps as it lies in memory. (Its own `to_numpy` imports pandas wherever that is installed.)"""
    return np.from_dlpack(column)


def joined(parts: Iterable[np.ndarray[Any, Any]], kind: Any) -> Any:
    """Pieces of a column in one."""
    return np.concatenate([np.empty(0, kind), *parts])


class Index:
    """Finds ids among many."""

    def __init__(self, ids: Ids) -> None:
        self._order = np.argsort(ids)
        self._sorted = ids[self._order]

    def find(self, sought: Ids) -> Codes:
        """The place of each id; -1 for one that is not there."""
        if not len(self._sorted):
            return np.full(len(sought), -1, np.int32)
        at = np.minimum(np.searchsorted(self._sorted, sought), len(self._sorted) - 1)
        return np.where(self._sorted[at] == sought, self._order[at], -1).astype(np.int32)


def codes_of(values: Sequence[str], names: Sequence[str]) -> Codes:
    """Texts as codes into given names."""
    known = {name: i for i, name in enumerate(names)}
    return np.asarray([known.get(value, -1) for value in values], np.int32)


__all__ = ["Coded", "Codes", "Floats", "Ids", "Index", "codes_of", "ids_of", "joined", "numbers"]
