"""The nineteen corruptions of ImageNet-C (Hendrycks and Dietterich 2019), five severities each, the same every time.

Severities were set for pictures of 224 pixels. Lengths of the blurs are scaled by the shorter side; snow, spatter and
frost are drawn in pixels, as the package does, and zoom, fog, elastic and pixelate are relative as they are. How far a
picture came from the plain one is measured and handed back: at another size the same severity is another harm.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from random import Random
from threading import Lock
from typing import Any, Literal, get_args

import msgspec
import numpy as np
from numpy.random import Generator

from trustgen.core import InputError, MissingExtra

from .colour import Floats
from .render import LEAST_SIDE, Pixels

Corruption = Literal[
    "gaussian_noise",
    "shot_noise",
    "impulse_noise",
    "speckle_noise",
    "gaussian_blur",
    "defocus_blur",
    "glass_blur",
    "motion_blur",
    "zoom_blur",
    "snow",
    "frost",
    "fog",
    "spatter",
    "brightness",
    "contrast",
    "saturate",
    "elastic_transform",
    "pixelate",
    "jpeg_compression",
]
CORRUPTIONS: tuple[Corruption, ...] = get_args(Corruption)
SEVERITIES = range(1, 6)
INSTALL = 'pip install "trustgen[corruptions]"'

_WHOLE = 224  # the side that the severities were set for
_LOCK = Lock()  # the package draws from NumPy's one global generator

Own = Callable[[Floats, int, float, Generator], Floats]


class Corrupted(msgspec.Struct, frozen=True, eq=False):
    """A corrupted picture, and its peak signal-to-noise ratio to the plain one in dB: inf where nothing changed."""

    pixels: Pixels
    psnr: float


def corrupted(pixels: Pixels, kind: Corruption, severity: int, draw: Random) -> Corrupted:
    """The picture with one corruption; equal draws give equal pixels, in any order and from any thread.

    Raises `InputError` for another kind or severity and for a side under 32 pixels, `MissingExtra` without the package.
    """
    if kind not in CORRUPTIONS or severity not in SEVERITIES:
        raise InputError(f"no corruption `{kind}` of severity {severity}: 1 to 5 of {', '.join(CORRUPTIONS)}")
    if min(pixels.shape[:2]) < LEAST_SIDE:
        raise InputError(f"{pixels.shape[1]} × {pixels.shape[0]} pixels: corruptions need {LEAST_SIDE} a side")
    seed = draw.getrandbits(32)
    if own := _OWN.get(kind):
        scale = min(pixels.shape[:2]) / _WHOLE
        made = own(pixels / 255, severity - 1, scale, np.random.default_rng(seed)) * 255
    else:
        made = _packaged(pixels, kind, severity, seed)
    out: Pixels = np.clip(made, 0, 255).astype(np.uint8)
    return Corrupted(out, psnr(pixels, out))


def psnr(one: Pixels, other: Pixels) -> float:
    """The peak signal-to-noise ratio of two pictures in dB; inf for equal ones."""
    error = float(((one.astype(np.float64) - other) ** 2).mean())
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def _package() -> Any:
    try:
        from imagecorruptions import corruptions
    except ImportError:
        raise MissingExtra("corrupting a picture", "imagecorruptions-imaug", INSTALL) from None
    return corruptions


def _packaged(pixels: Pixels, kind: Corruption, severity: int, seed: int) -> Floats:
    """As the package does it, with the global generator seeded, and given back as it was."""
    package = _package()
    image = package.Image.fromarray(pixels)
    # Where a zoom does not fit it prints that it handled the exception: that is its business.
    with _LOCK, redirect_stdout(io.StringIO()), np.errstate(invalid="ignore", divide="ignore"):
        state = np.random.get_state()
        np.random.seed(seed)
        try:
            made = np.asarray(getattr(package, kind)(image, severity), dtype=np.float64)
        finally:
            np.random.set_state(state)
    # Spatter divides by its brightest drop: where none fell, nothing changed.
    return np.where(np.isnan(made), pixels, made)


def _impulse(image: Floats, level: int, _: float, chance: Generator) -> Floats:
    """Salt and pepper, in halves, on each channel for itself."""
    amount = (0.03, 0.06, 0.09, 0.17, 0.27)[level]
    hit = chance.random(image.shape) < amount
    return np.where(hit, chance.random(image.shape) < 0.5, image)


def _blurred(image: Floats, sigma: float) -> Floats:
    return np.asarray(_package().gaussian(image, sigma=sigma, channel_axis=-1))


def _gaussian(image: Floats, level: int, scale: float, _: Generator) -> Floats:
    return _blurred(image, (1, 2, 3, 4, 6)[level] * scale)


def _defocus(image: Floats, level: int, scale: float, _: Generator) -> Floats:
    """A disc, its edge to an eighth of a pixel: the package's is whole pixels, and none of them at 64."""
    radius = (3, 4, 6, 8, 10)[level] * scale
    reach, fine = int(np.ceil(radius)), 8
    at = (np.arange((2 * reach + 1) * fine) + 0.5) / fine - reach - 0.5
    disc = (np.hypot(at[:, None], at[None, :]) <= radius).reshape(2 * reach + 1, fine, 2 * reach + 1, fine)
    weight = disc.mean(axis=(1, 3))
    return np.asarray(_package().cv2.filter2D(image, -1, weight / weight.sum()))


def _motion(image: Floats, level: int, scale: float, chance: Generator) -> Floats:
    radius, sigma = ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15))[level]
    angle = float(chance.uniform(-45, 45))
    return np.asarray(_package()._motion_blur(image, max(1, round(radius * scale)), sigma * scale, angle))


def _glass(image: Floats, level: int, scale: float, chance: Generator) -> Floats:
    """Every pixel from somewhere near, again and again, between two blurs.

    The package exchanges pixels one by one, and draws them where no seed reaches.
    """
    sigma, most, times = ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))[level]
    image = _blurred(image, sigma * scale)
    rows, columns = image.shape[:2]
    for _ in range(times):
        # Part of a pixel is a whole one now and then, so that a small picture is shaken, and less than a large one.
        shaken = chance.uniform(-most * scale, most * scale, (2, rows, columns))
        down, across = np.floor(shaken + chance.random(shaken.shape)).astype(int)
        row = np.clip(np.arange(rows)[:, None] + down, 0, rows - 1)
        column = np.clip(np.arange(columns)[None, :] + across, 0, columns - 1)
        image = image[row, column]
    return _blurred(image, sigma * scale)


_OWN: dict[Corruption, Own] = {
    "impulse_noise": _impulse,
    "gaussian_blur": _gaussian,
    "defocus_blur": _defocus,
    "motion_blur": _motion,
    "glass_blur": _glass,
}
