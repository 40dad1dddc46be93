"""A figure in a picture: its light, its tone among the ten, who it is by its clothes, and how it is presented.

The white collar tells the light, so a tone is measured as it would be in daylight. Which of ten tones it is, is decided
in CIE Lab; the individual typology angle (Chardon et al. 1991) is told beside it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .colour import Floats, lab, linear, nearest
from .shapes import FACE, WIDE
from .world import HAIR, PORTRAIT, ROLES

LEAST_HEIGHT = 0.45  # of the side: no thing and no word is so high
_STRANGE = 18.0  # a colour farther than this from all that are known is none of them
_LIGHTS = (0.08, 1.05)  # what of each channel a light may leave of white
_BENT = 4.0  # a channel that keeps so many times what another keeps is no light any more


def is_figure(height: float, width: float) -> bool:
    """Whether something so high and wide, in shares of the side, has the build of a figure."""
    return LEAST_HEIGHT <= height <= PORTRAIT[1] * 1.06 and 0.45 <= width / height <= 0.72


def light_of(figure: Floats) -> Floats | None:
    """What the light leaves of each channel of white, 0 to 1, by the collar; None where there is no collar.

    `figure` is the figure cut out, rows × columns × RGB.
    """
    collar = _patch(figure, (0.0, 0.12, 0.07, 0.05))
    if np.ptp(collar, axis=0).max() > 60:
        return None
    light = np.asarray(linear(np.quantile(collar, 0.8, axis=0)))
    if not (_LIGHTS[0] <= light.min() and light.max() <= _LIGHTS[1] and light.max() / light.min() <= _BENT):
        return None
    return light


def in_daylight(pixels: Floats, light: Floats) -> Floats:
    """Pixels as they would be under white light."""
    value = np.clip(linear(pixels) / light, 0, 1)
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055) * 255


def tone_of(figure: Floats) -> tuple[int, float]:
    """Which of the ten tones a face has, 0 for none, and its ITA in degrees (nan for none): by the cheeks, below the
    eyes and above the mouth."""
    middle = _patch(figure, (FACE[0], FACE[1] + 0.11, FACE[2] * 0.7, 0.08))
    found = lab(np.median(middle, axis=0))
    name, apart = nearest(found, "tones")
    if apart > _STRANGE / 3:
        return 0, math.nan
    return int(name), math.degrees(math.atan2(float(found[0]) - 50, float(found[2])))


def role_of(figure: Floats) -> str:
    """Whose clothes the figure wears; "" for nobody's."""
    name, apart = nearest(lab(np.median(_patch(figure, (0.0, 0.7, 0.3, 0.2)), axis=0)), "objects")
    return next((role for role, colour in ROLES.items() if colour == name and apart <= _STRANGE), "")


def presentation_of(figure: Floats) -> str:
    """How the figure is presented, by its hair: dark beside the chin where it is long."""
    beside = np.concatenate([_patch(figure, (side * 0.4, -0.16, 0.04, 0.12)) for side in (-1, 1)])
    long = float(lab(np.median(beside, axis=0))[0]) < 48
    return next(name for name, hair in HAIR.items() if (hair == "long") == long)


def _patch(figure: Floats, about: tuple[float, float, float, float]) -> NDArray[Any]:
    """The pixels of a rectangle: its middle and half its width and height, in halves of the figure's height."""
    rows, columns = figure.shape[:2]
    x, y, wide, high = about
    top, bottom = ((y + sign * high + 1) / 2 * rows for sign in (-1, 1))
    left, right = ((x + sign * wide + WIDE) / (2 * WIDE) * columns for sign in (-1, 1))
    cut = figure[_whole(top, bottom), _whole(left, right)]
    return cut.reshape(-1, 3)


def _whole(first: float, last: float) -> slice:
    """The pixels that lie within; the one in the middle where none lies so."""
    start, stop = math.ceil(first - 0.01), math.floor(last + 0.01)
    return slice(start, stop) if stop > start else slice(int((first + last) / 2), int((first + last) / 2) + 1)
