"""What is drawn with: every shape, letter and figure as a mask on a grid of any size, from formulas alone.

Masks are computed, cached and the same on every machine: no font, no rasteriser of a package. In the formulas x runs
right and y down, from -1 to 1.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Grid = NDArray[Any]

STROKE = 0.18  # how thick a letter's strokes are, in heights of a letter


def _grid(rows: int, columns: int) -> tuple[Grid, Grid]:
    """The centres of a grid's cells."""
    return (np.arange(columns)[None, :] + 0.5) / columns * 2 - 1, (np.arange(rows)[:, None] + 0.5) / rows * 2 - 1


def _star(x: Grid, y: Grid) -> Mask:
    step = 2 * math.pi / 5
    angle = np.abs((np.arctan2(x, -y) + step / 2) % step - step / 2)
    radius = np.hypot(x, y)
    along, across = radius * np.cos(angle), radius * np.sin(angle)
    right, up = 0.45 * math.cos(step / 2) - 1, 0.45 * math.sin(step / 2)  # from a point of the star to a notch
    return np.asarray(right * across >= up * (along - 1))


def _heart(x: Grid, y: Grid) -> Mask:
    u, v = 1.18 * x, 0.12 - 1.18 * y
    return np.asarray((u**2 + v**2 - 1) ** 3 <= u**2 * v**3)


def _house(x: Grid, y: Grid) -> Mask:
    # A door, and walls nearly as wide as the roof: without them people take it for an arrow that points up.
    roof = (y <= -0.1) & (np.abs(x) <= (y + 1) * 1.05)
    return np.asarray(roof | ((y > -0.1) & (y <= 0.9) & (np.abs(x) <= 0.78) & ((np.abs(x) > 0.2) | (y < 0.3))))


def _arrow(x: Grid, y: Grid) -> Mask:
    return np.asarray(((np.abs(y) <= 0.27) & (x <= 0.1)) | ((x >= 0) & (np.abs(y) <= (1 - x) * 0.85)))


_FORMULAS: dict[str, Callable[[Grid, Grid], Mask]] = {
    "circle": lambda x, y: np.hypot(x, y) <= 0.98,
    "square": lambda x, y: np.maximum(np.abs(x), np.abs(y)) <= 0.88,
    "triangle": lambda x, y: (np.abs(x) <= (y + 1) / 1.8) & (y <= 0.8),
    "diamond": lambda x, y: np.abs(x) / 0.82 + np.abs(y) <= 1,
    "cross": lambda x, y: (np.minimum(np.abs(x), np.abs(y)) <= 0.3) & (np.maximum(np.abs(x), np.abs(y)) <= 0.95),
    "star": _star,
    "heart": _heart,
    "ring": lambda x, y: (np.hypot(x, y) <= 1) & (np.hypot(x, y) >= 0.52),
    "moon": lambda x, y: (np.hypot(x, y) <= 1) & (np.hypot(x - 0.5, y) >= 0.85),
    "arrow": _arrow,
    "hourglass": lambda x, y: (np.abs(x) <= np.abs(y) * 0.85 + 0.06) & (np.abs(y) <= 0.95) & (np.abs(x) < 2),
    "house": _house,
}


@cache
def mask(shape: str, side: int) -> Mask:
    """A shape that spans `side` cells, without the empty rows and columns around it."""
    whole = np.broadcast_to(_FORMULAS[shape](*_grid(side, side)), (side, side))
    rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
    made = whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
    made.flags.writeable = False
    return made


@cache
def _strokes() -> dict[str, list[list[tuple[float, float]]]]:
    told = tomllib.loads((files(__package__) / "letters.toml").read_text("utf-8"))["letters"]

    def points(line: str) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in (point.split(",") for point in line.split())]

    return {letter: [points(line) for line in text.split("|")] for letter, text in told.items()}


@cache
def letter(name: str, height: int) -> Mask:
    """A capital letter on a grid `height` cells high and 0.68 of that wide."""
    width = max(1, round(0.68 * height))
    # In heights of a letter; strokes keep half their thickness from the edges.
    x = ((np.arange(width) + 0.5) / height)[None, :]
    y = ((np.arange(height) + 0.5) / height)[:, None]
    half, made = STROKE / 2, np.zeros((height, width), dtype=bool)
    for line in _strokes()[name]:
        at = [(half + u * (0.68 - STROKE), half + v * (1 - STROKE)) for u, v in line]
        for (x0, y0), (x1, y1) in pairwise(at):
            length = (x1 - x0) ** 2 + (y1 - y0) ** 2
            along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length, 0, 1)
            made |= np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) <= half
    made.flags.writeable = False
    return made


# A figure, in halves of its height: x from -0.571 to 0.571, y from -1 to 1.
WIDE = 0.571
FACE = (0.0, -0.42, 0.32, 0.42)  # centre and radii of the face


def _ellipse(x: Grid, y: Grid, at: tuple[float, float, float, float]) -> Mask:
    return np.asarray(((x - at[0]) / at[2]) ** 2 + ((y - at[1]) / at[3]) ** 2 <= 1)


@cache
def figure(hair: str, rows: int, columns: int) -> dict[str, Mask]:
    """A person as masks to be painted one over the other: clothes, outline and hair, face, ink, collar."""
    x, y = _grid(rows, columns)
    x = x * WIDE
    long = hair == "long"
    body = (y >= 0.02) & (np.abs(x) <= 0.2 + np.minimum((y - 0.02) * 1.2, WIDE - 0.2))
    back = (_ellipse(x, y, (0, -0.4, 0.47, 0.58)) & (y <= -0.4)) | ((np.abs(x) <= 0.47) & (y > -0.4) & (y <= 0.2))
    cap = _ellipse(x, y, (0, -0.5, 0.39, 0.5)) & (y <= -0.42)
    face = _ellipse(x, y, FACE)
    outline = _ellipse(x, y, (FACE[0], FACE[1], FACE[2] + 0.055, FACE[3] + 0.055))
    fringe = face & (y <= -0.66)
    eyes = _ellipse(np.abs(x), y, (0.13, -0.46, 0.045, 0.055))
    mouth = (np.abs(x) <= 0.1) & (np.abs(y + 0.19) <= 0.028)
    collar = (np.abs(x) <= 0.22 * (1 - (y - 0.06) / 0.4)) & (y >= 0.06) & (y <= 0.4)
    parts = {"hair": back if long else cap, "clothes": body, "outline": outline, "face": face}
    return {**parts, "ink": fringe | eyes | mouth, "collar": collar}
