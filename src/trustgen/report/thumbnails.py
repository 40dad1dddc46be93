"""Pictures that a model gave, small enough for a page: decoded by the one gate, averaged down and written anew.

So a page holds no byte that a model made, and needs no file beside it. What is no picture, and all of them where Pillow
is not installed, is told in words alone.
"""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple

import numpy as np

from trustgen.core import Assets, Image, InputError, MissingExtra
from trustgen.vision.decode import decoded
from trustgen.vision.render import Pixels, png

SIDE = 128
"""Pixels of the longer side of a thumbnail, at most."""
MOST = 4  # pictures of one reply


class Thumbnail(NamedTuple):
    """A small picture as a data URL, with what it shows in words, as whoever made it says."""

    source: str
    alt: str
    width: int
    height: int


def thumbnails(images: tuple[Image, ...], assets: Assets) -> tuple[Thumbnail, ...]:
    """Those of the pictures of a reply that can be shown."""
    return tuple(made for image in images[:MOST] if (made := _thumbnail(image, assets)))


def _thumbnail(image: Image, assets: Assets) -> Thumbnail | None:
    try:
        pixels = decoded(assets.asset(image.sha256)).pixels
        if pixels is None:
            return None
        small = _smaller(pixels)
        source = f"data:image/png;base64,{b64encode(png(small)).decode()}"
    except (InputError, MissingExtra):  # gone, altered, or no Pillow: the words of the example say what there was
        return None
    height, width = small.shape[:2]
    return Thumbnail(source, image.alt or "a picture", width, height)


def _smaller(pixels: Pixels) -> Pixels:
    """Averaged over squares of pixels; what is left over at the right and the bottom goes."""
    step = -(-max(pixels.shape[:2]) // SIDE)
    rows, columns = (max(1, n // step) for n in pixels.shape[:2])
    if min(pixels.shape[:2]) < step:
        return pixels[::step, ::step]
    cut = pixels[: rows * step, : columns * step].reshape(rows, step, columns, step, 3)
    return np.asarray(cut.mean(axis=(1, 3)) + 0.5).astype(np.uint8)


__all__ = ["SIDE", "Thumbnail", "thumbnails"]
