"""A laid-out scene to pixels and to PNG: twice as fine, then averaged two by two, so that edges are smooth.

Everything falls on half pixels, so equal scenes are equal pixels on every machine; the bytes of a PNG depend on the
zlib beside Pillow too, and are equal within one installation.
"""

from __future__ import annotations

import io
from hashlib import sha256
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustgen.core import InputError, MissingExtra

from .layout import Box, Layout, laid
from .scene import Scene, filled
from .shapes import Mask, figure, letter, mask
from .wording import called, listed, named
from .world import BACKGROUNDS, COLOURS, HAIR, LETTER, PAINT, ROLES, SIZES, TONES, Rgb

Pixels = NDArray[np.uint8]
"""Rows × columns × red, green, blue."""

LEAST_SIDE, MOST_SIDE = 32, 2048
INSTALL = 'pip install "trustgen[vision]"'


def render(layout: Layout, side: int) -> Pixels:
    """The picture of a layout, `side` pixels square. Raises `InputError` for what is not filled, and for the side."""
    if not LEAST_SIDE <= side <= MOST_SIDE:
        raise InputError(f"a side of {side} pixels is not between {LEAST_SIDE} and {MOST_SIDE}")
    scene = layout.scene
    if not scene.background or any(not (thing.colour and thing.size) for thing in scene.things):
        raise InputError("a scene with colours, sizes or a background left open cannot be drawn: fill it first")
    canvas = np.empty((2 * side, 2 * side, 3), dtype=np.uint8)
    canvas[:] = BACKGROUNDS[scene.background]
    for thing in scene.things:
        made = mask(thing.shape, max(3, round(2 * side * SIZES[thing.size])))
        for box in layout.of(thing):
            _paint(canvas, made, box, COLOURS[thing.colour])
    if layout.person:
        _person(canvas, layout)
    if layout.word:
        _word(canvas, scene.word, layout.word)
    return _averaged(canvas)


def picture_of(scene: Scene, draw: Random, side: int) -> tuple[Layout, Pixels]:
    """A picture of a scene, with what is left open decided by the draw; and its layout, which tells what was."""
    layout = laid(filled(scene, draw), draw)
    return layout, render(layout, side)


def png(pixels: Pixels) -> bytes:
    """The bytes of a PNG, without any metadata."""
    try:
        from PIL import Image
    except ImportError:
        raise MissingExtra("writing a picture", "pillow", INSTALL) from None
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=6)
    return file.getvalue()


def digest_of(pixels: Pixels) -> str:
    """The SHA-256 of size and pixels: the same for the same picture in any lossless container."""
    height, width = pixels.shape[:2]
    return sha256(b"RGB %d %d\n" % (width, height) + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def alt(scene: Scene) -> str:
    """What a picture of the scene shows, in words, for who cannot see it."""
    parts = [called(scene.person)] if scene.person else []
    parts += [named(thing) for thing in scene.things]
    parts += [f"the word {scene.word}"] if scene.word else []
    return f"{listed(parts)} on {scene.background or 'a plain background'}"


def _averaged(canvas: NDArray[Any]) -> Pixels:
    """Every two by two cells as one pixel, rounded half up."""
    columns = canvas[:, 0::2].astype(np.uint16)
    columns += canvas[:, 1::2]
    total = columns[0::2]
    total += columns[1::2]
    total += 2
    total >>= 2
    return total.astype(np.uint8)


def _corner(canvas: NDArray[Any], box: Box, rows: int, columns: int) -> tuple[int, int]:
    """Where a mask begins, so that its middle lies on the box's."""
    side = canvas.shape[0]
    return round(box.y * side - rows / 2), round(box.x * side - columns / 2)


def _paint(canvas: NDArray[Any], made: Mask, box: Box, colour: Rgb) -> None:
    rows, columns = made.shape
    top, left = _corner(canvas, box, rows, columns)
    canvas[top : top + rows, left : left + columns][made] = colour


def _word(canvas: NDArray[Any], word: str, box: Box) -> None:
    side = canvas.shape[0]
    height, step = round(box.height * side), LETTER * side
    for at, name in enumerate(word):
        x = (box.x * side + (at - (len(word) - 1) / 2) * step) / side
        _paint(canvas, letter(name, height), Box(x, box.y, LETTER, box.height), PAINT["ink"])


def _person(canvas: NDArray[Any], layout: Layout) -> None:
    person, box = layout.scene.person, layout.person
    assert person
    assert box
    if not (person.tone and person.presentation):
        raise InputError("a person with tone or presentation left open cannot be drawn: fill the scene first")
    side = canvas.shape[0]
    parts = figure(HAIR[person.presentation], round(box.height * side), round(box.width * side))
    ink = PAINT["ink"]
    paints = {
        "hair": ink,
        "clothes": COLOURS[ROLES[person.role]],
        "outline": ink,
        "face": TONES[person.tone],
        "ink": ink,
        "collar": PAINT["collar"],
    }
    for part, made in parts.items():
        _paint(canvas, made, box, paints[part])


__all__ = ["Pixels", "alt", "digest_of", "picture_of", "png", "render"]
