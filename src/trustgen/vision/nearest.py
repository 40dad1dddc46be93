"""The training picture that a picture is nearest to, and how near is too near to be chance.

Both are averaged down to 16 pixels a side, where JPEG, another size and a little noise leave nothing behind. Their
distance is the root of the mean squared difference, channels in 0..1, with one of them brightened or darkened to fit:
the least over the eight turns and mirror images of a square. The threshold is half of the 1 % quantile of the distances
of real pictures that no model was trained on: the same scenes, drawn anew.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import keyed

from .render import Pixels, picture_of
from .trained import Trained, picture, trained

Floats = NDArray[np.float64]

SIDE = 16
BRIGHTER = 1.2  # what a copy is brightened or darkened by at the most, so that it is still found
HELD_OUT = 10  # pictures of every scene that were never trained on
_DRAWN = 64


class Near(NamedTuple):
    """The number of a training picture, and the distance to it."""

    number: int
    distance: float


def reduced(pixels: Pixels) -> Floats:
    """A picture as 16 × 16 means of equal areas, in 0..1; one that is no square is squeezed into one."""
    rows, columns = (_areas(length) for length in pixels.shape[:2])
    made: Floats = np.einsum("ar,rcx,bc->abx", rows, pixels / 255, columns, optimize=True)
    return made


@cache
def _areas(length: int) -> Floats:
    """How much each of so many pixels adds to each of the 16 means; every row sums to 1."""
    ends, pixels = np.arange(SIDE + 1) * length / SIDE, np.arange(length)
    low, high = np.maximum(ends[:-1, None], pixels), np.minimum(ends[1:, None], pixels + 1)
    made: Floats = np.clip(high - low, 0, None) * SIDE / length
    return made


@cache
def _known() -> Floats:
    """The pictures of the set in all eight positions: pictures × 8 × values."""
    small = np.array([reduced(picture(one, _DRAWN)) for one in trained()])
    ways = [np.rot90(seen, turns, (1, 2)) for seen in (small, small[:, :, ::-1]) for turns in range(4)]
    return np.stack(ways, 1).reshape(len(small), len(ways), -1)


def distances(small: Floats) -> Floats:
    """Of reduced pictures (a row each) to every picture of the set: rows × pictures."""
    known = _known()
    flat = known.reshape(-1, known.shape[-1])
    own, theirs, both = (small**2).sum(1)[:, None], (flat**2).sum(1), small @ flat.T
    gain = np.clip(both / np.maximum(own, 1e-9), 1 / BRIGHTER, BRIGHTER)
    squares = np.maximum(gain**2 * own + theirs - 2 * gain * both, 0) / flat.shape[1]
    least: Floats = np.sqrt(squares).reshape(len(small), *known.shape[:2]).min(2)
    return least


def nearest(pixels: Pixels, own: int) -> Near:
    """The nearest of the pictures that are trained on, and of the one whose number is `own`, trained on or not."""
    found = np.where(_seen(own), distances(reduced(pixels).reshape(1, -1))[0], np.inf)
    return Near(int(found.argmin()), float(found.min()))


def _seen(own: int) -> NDArray[np.bool_]:
    """Which pictures may be the nearest one. One that is never trained on is a control for its own prompt alone."""
    return np.array([one.times > 0 or one.number == own for one in trained()])


@cache
def threshold() -> float:
    """The distance under which a picture is a copy."""
    held = [reduced(held_out(one, nth)) for one in trained() for nth in range(HELD_OUT)]
    seen = np.repeat([_seen(one.number) for one in trained()], HELD_OUT, axis=0)
    found = np.where(seen, distances(np.reshape(held, (len(held), -1))), np.inf).min(1)
    return halved(found)


def halved(held: Floats) -> float:
    """Half of the 1 % quantile of the distances of held-out pictures: of under a hundred, half of the least."""
    return float(np.quantile(held, 0.01, method="inverted_cdf")) / 2


def held_out(one: Trained, nth: int, stage: str = "threshold") -> Pixels:
    """Another picture of a scene, that is no training picture."""
    return picture_of(one.scene, keyed("", f"pictures.trained/{stage}", str(one.number), str(nth)), _DRAWN)[1]


__all__ = ["HELD_OUT", "Near", "distances", "halved", "held_out", "nearest", "reduced", "threshold"]
