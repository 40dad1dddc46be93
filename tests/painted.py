"""Faces of a known tone under a known light, and ways to guess the light: what telling a tone would have to pass."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from trustgen.judge.faces import Face
from trustgen.vision.colour import lab, linear, nearest
from trustgen.vision.render import Pixels
from trustgen.vision.world import TONES

Floats = Any
LIGHTS = {"dim": (0.3, 0.3, 0.3), "bright": (1.4, 1.4, 1.4), "warm": (1.0, 0.8, 0.55)}
"""What is left of each channel, in linear light."""

GROUNDS = {"white": (255, 255, 255), "grey": (118, 118, 118), "dark": (40, 40, 45), "green": (60, 120, 60)}
HAIR, LINEN, WHITES, IRIS = (35, 28, 25), (60, 70, 110), (235, 232, 228), (25, 18, 14)


def photo(name: str) -> Pixels:
    """A picture that scikit-image ships."""
    from PIL import Image

    return np.array(Image.open(folder() / name).convert("RGB"))


def folder() -> Path:
    """Where the pictures of scikit-image lie; nothing of it is imported."""
    spec = find_spec("skimage")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "data"


def crops() -> list[Pixels]:
    """A hundred faces of Labelled Faces in the Wild, then a hundred pieces of pictures that are none: 25 × 25 grey
    pixels each, labelled by others, enlarged to 200."""
    from PIL import Image

    grey = np.clip(np.load(folder() / "lfw_subset.npy") * 255, 0, 255).astype(np.uint8)
    large = (Image.fromarray(one).resize((200, 200), Image.Resampling.BICUBIC) for one in grey)
    return [np.stack([np.asarray(one)] * 3, axis=-1) for one in large]


def framed(pixels: Pixels) -> Pixels:
    """A picture with a grey margin of a quarter of its side."""
    margin = len(pixels) // 4
    return np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), constant_values=127)


def srgb(light: Floats) -> Pixels:
    """Linear light, 0 to 1, as pixels; what is brighter is 255."""
    light = np.clip(light, 0, 1)
    return np.rint(np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055) * 255).astype(
        np.uint8
    )


def lit(pixels: Pixels, light: tuple[float, float, float]) -> Pixels:
    """A picture under another light."""
    return srgb(linear(pixels) * np.array(light))


def repainted(tone: int) -> Pixels:
    """The photograph `astronaut` with skin of a tone: the median of the middle of the face is the reference."""
    pixels, box = photo("astronaut.png"), (180, 62, 267, 173)
    apart = _ellipse(pixels.shape, box, 0.62)
    share = np.clip((1.15 - apart) / 0.3, 0, 1)[..., None]
    middle = linear(np.median(pixels[_ellipse(pixels.shape, box, 0.3) < 1], axis=0))
    light = linear(pixels)
    return srgb(light * (1 - share + share * linear(TONES[tone]) / middle))


def drawn(tone: int, ground: tuple[int, int, int], side: int = 256) -> Pixels:
    """A shaded face from the front before a plain ground."""
    y, x = np.mgrid[0 : 2 * side, 0 : 2 * side] / (2 * side)
    skin = linear(TONES[tone])
    made = np.empty((*x.shape, 3))
    made[:] = linear(ground)

    def within(cx: float, cy: float, wide: float, high: float) -> Floats:
        return ((x - cx) / wide) ** 2 + ((y - cy) / high) ** 2

    def darker(where: Floats, share: float) -> None:
        made[:] *= 1 - share * np.exp(-where)[..., None]

    made[within(0.5, 1.05, 0.38, 0.28) < 1] = linear(LINEN)
    made[(abs(x - 0.5) < 0.09) & (y > 0.6) & (y < 0.85)] = 0.7 * skin
    made[within(0.5, 0.4, 0.225, 0.28) < 1] = linear(HAIR)
    face = within(0.5, 0.45, 0.19, 0.255)
    shade = np.clip((0.72 + 0.33 * np.sqrt(np.clip(1 - face, 0, 1))) * (1 - 0.6 * (x - 0.5)), 0, 1.1)
    made[face < 1] = skin * shade[face < 1][:, None]
    made[(face < 1) & (y < 0.29 + 0.02 * np.cos((x - 0.5) * 20))] = linear(HAIR)
    for at in (0.422, 0.578):
        darker(1.2 * within(at, 0.42, 0.055, 0.035), 0.35)
        made[within(at, 0.425, 0.038, 0.016) < 1] = linear(WHITES)
        made[within(at, 0.425, 0.015, 0.016) < 1] = linear(IRIS)
        made[(within(at, 0.424, 0.042, 0.021) < 1) & (within(at, 0.429, 0.042, 0.019) > 1) & (y < 0.424)] = 0.15 * skin
        made[(within(at, 0.385, 0.052, 0.018) < 1) & (within(at, 0.398, 0.055, 0.02) > 1)] = linear(HAIR)
        made[within(0.5 + (at - 0.5) / 4.3, 0.53, 0.009, 0.006) < 1] = 0.25 * skin
    darker(within(0.475, 0.48, 0.012, 0.05), 0.25)
    darker(within(0.5, 0.545, 0.035, 0.008), 0.35)
    made[within(0.5, 0.605, 0.063, 0.023) < 1] = skin * (0.8, 0.45, 0.45)
    made[(abs(y - 0.606) < 0.003) & (abs(x - 0.5) < 0.062)] = 0.15 * skin
    darker(within(0.5, 0.64, 0.05, 0.008), 0.2)
    return srgb(made.reshape(side, 2, side, 2, 3).mean(axis=(1, 3)))


def _ellipse(shape: tuple[int, ...], box: tuple[float, float, float, float], share: float) -> Floats:
    """How far every pixel is from a box's middle: under 1 within an ellipse of that share of its width and height."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    left, top, right, bottom = box
    return ((x - (left + right) / 2) / ((right - left) * share)) ** 2 + (
        (y - (top + bottom) / 2) / ((bottom - top) * share)
    ) ** 2


WAYS: dict[str, Callable[[Floats], Floats]] = {
    "as it is": lambda ground: np.ones(3),
    "the ground is grey in the mean": lambda ground: ground.mean(axis=0) / 0.18,
    "the ground has no hue in the mean": lambda ground: ground.mean(axis=0) / ground.mean(),
    "the brightest of the ground is white": lambda ground: np.quantile(ground, 0.99, axis=0),
}
"""What the light is taken for, by the pixels around a face, in linear light."""


def tone_of(pixels: Pixels, face: Face, way: str) -> int:
    """The nearest of the ten tones to the median of the middle of a face, in Lab."""
    light = linear(pixels)
    skin = np.median(light[_ellipse(pixels.shape, face[:4], 0.3) < 1], axis=0)
    around = light[_ellipse(pixels.shape, face[:4], 0.75) > 1]
    return int(nearest(lab(srgb(skin / WAYS[way](around))), "tones")[0])
