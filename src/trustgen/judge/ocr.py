"""What is written in a picture, by `rapidocr` (the extra `ocr`), on the thread that asks.

Rows of letters of one size on a plain ground, well apart, are cut out by measuring and read one by one: some
hundredths of a second each. Where a picture is not so, or one of its rows is not read surely, the engine finds the
writing itself: that takes a second. Rows that touch are one row to measuring, and small print in it would be missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import MissingExtra
from trustgen.vision.render import Pixels, digest_of

INSTALL = 'pip install "trustgen[ocr]"'
PACKAGE = "rapidocr"
_ENLARGED = 384  # pixels of the side that a picture is brought to before it is read: the engine knows photographs
_PLAIN = 0.97  # share of the edge that must be of the ground's colour
_APART = 20  # how far in a channel the ink is from the ground
_ROWS = range(2, 15)
_LEAST_HEIGHT = 5  # pixels
_ALIKE, _GAP = 1.45, 0.3  # the highest row and the least gap, in heights of the usual row
_NARROW = 0.3  # the least width of a letter in the mean, in heights of its row: of two rows in one it is half
_KEPT = 512  # readings
_READ: dict[str, str] = {}
_SURE = 0.9  # what the engine says of a row that is read


class Piece(NamedTuple):
    """A piece of writing that OCR found: its words, and its top, bottom and left in pixels."""

    text: str
    top: float
    bottom: float
    left: float


def joined(found: Sequence[Piece]) -> str:
    """Pieces as lines: those of one row from left to right, rows from the top.

    A number that is written in groups comes in as many pieces, in any order.
    """
    rows: list[list[Piece]] = []
    for piece in sorted(found, key=lambda one: one.top):
        middle = (piece.top + piece.bottom) / 2
        row = next((row for row in rows if row[0].top <= middle <= row[0].bottom), None)
        if row is None:
            rows.append([piece])
        else:
            row.append(piece)
    return "\n".join(" ".join(one.text for one in sorted(row, key=lambda one: one.left)) for row in rows)


def pieces(pixels: Pixels) -> list[Piece]:
    """What the engine finds in a picture."""
    times = max(1, -(-_ENLARGED // len(pixels)))
    large = pixels.repeat(times, axis=0).repeat(times, axis=1)
    found = _engine(finds=True)(np.ascontiguousarray(large[:, :, ::-1]))
    if found.txts is None:
        return []
    boxes = [np.asarray(box, dtype=float) / times for box in found.boxes]
    return [
        Piece(text, box[:, 1].min(), box[:, 1].max(), box[:, 0].min())
        for text, box in zip(found.txts, boxes, strict=True)
    ]


def lines(pixels: Pixels) -> str:
    """All writing in a picture, row by row from the top. Raises `MissingExtra` without the engine.

    A picture that comes again, as from a model that always draws the same, is read once.
    """
    there()
    name = digest_of(pixels)
    if name not in _READ:
        if len(_READ) >= _KEPT:
            _READ.clear()
        _READ[name] = _lines(pixels)
    return _READ[name]


def _lines(pixels: Pixels) -> str:
    read = [_row(row) for row in _rows(pixels)]
    return "\n".join(read) if read and all(read) else joined(pieces(pixels))


def there() -> None:
    """Raise `MissingExtra` where the engine is not installed."""
    if find_spec(PACKAGE) is None:
        raise MissingExtra("reading what is written in a picture", PACKAGE, INSTALL)


def _rows(pixels: Pixels) -> list[Pixels]:
    """The rows of writing on a plain ground, cut out; none where it is not plain, or they are too unlike."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).astype(np.int16)
    ground = np.median(edge, axis=0)
    if (np.abs(edge - ground).max(axis=1) < _APART).mean() < _PLAIN:
        return []
    ink = np.abs(pixels.astype(np.int16) - ground).max(axis=2) >= _APART
    spans = list(_runs(ink.any(axis=1)))
    if len(spans) not in _ROWS:
        return []
    heights = [stop - start for start, stop in spans]
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    usual = float(np.median(heights))
    if min(heights) < _LEAST_HEIGHT or max(heights) > _ALIKE * usual or min(gaps) < _GAP * usual:
        return []
    return [_cut(pixels, ink, start, stop) for start, stop in spans]


def _runs(there: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """From where to where it is so, without a break."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
    yield from zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)


def _cut(pixels: Pixels, ink: NDArray[np.bool_], start: int, stop: int) -> Pixels:
    """A row with a margin of a quarter of its height."""
    across = np.flatnonzero(ink[start:stop].any(axis=0))
    margin = max(2, (stop - start) // 4)
    rows = slice(max(0, start - margin), stop + margin)
    return pixels[rows, max(0, int(across[0]) - margin) : int(across[-1]) + 1 + margin]


def _row(pixels: Pixels) -> str:
    """What one row says; "" where that is not sure."""
    found = _engine(finds=False)(np.ascontiguousarray(pixels[:, :, ::-1]))
    if found.txts is None or min(found.scores) < _SURE:
        return ""
    read, (height, width) = " ".join(found.txts), pixels.shape[:2]
    return read if width >= _NARROW * height * len(read) else ""


@cache
def _engine(*, finds: bool) -> Any:
    """An engine that finds writing and reads it, or that reads a row it is given; what an engine is told at a call it
    keeps, so that there are two. Each is on the thread that asks: a pool of threads spins on every core as it waits."""
    from rapidocr import RapidOCR

    quiet = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "error", "Global.use_det": finds, "Global.use_cls": finds, **quiet})


__all__ = ["INSTALL", "PACKAGE", "Piece", "joined", "lines", "pieces", "there"]
