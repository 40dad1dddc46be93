"""Colours as they look: CIE Lab under D65, and the distance (ΔE 1976) that everything here is told apart by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .world import BACKGROUNDS, COLOURS, PAINT, TONES

Floats = NDArray[Any]

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(rgb: ArrayLike) -> Floats:
    """sRGB, 0 to 255, as light, 0 to 1."""
    value = np.asarray(rgb, dtype=np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((np.maximum(value, 0) + 0.055) / 1.055) ** 2.4)


def lab(rgb: ArrayLike) -> Floats:
    """CIE Lab (D65) of sRGB, 0 to 255, over the last axis. Source: CIE 15, IEC 61966-2-1."""
    return lab_of_light(linear(rgb))


def lab_of_light(light: Floats) -> Floats:
    """CIE Lab (D65) of linear sRGB, 0 to 1."""
    xyz = light @ _XYZ.T / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


@cache
def _known(table: str) -> tuple[tuple[str, ...], Floats]:
    tables: Mapping[str, Mapping[str, tuple[int, int, int]]] = {
        "objects": {**COLOURS, "ink": PAINT["ink"]},
        "backgrounds": BACKGROUNDS,
        "tones": {str(tone): rgb for tone, rgb in TONES.items()},
    }
    return tuple(tables[table]), lab(np.array([*tables[table].values()]))


def nearest(colour: Floats, table: str) -> tuple[str, float]:
    """The name in a table ("objects" with the ink, "backgrounds", "tones") nearest to a Lab colour, and how far."""
    names, known = _known(table)
    far = np.sqrt(((known - colour) ** 2).sum(axis=1))
    at = int(far.argmin())
    return names[at], float(far[at])
