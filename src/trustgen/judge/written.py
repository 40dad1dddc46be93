"""The word that is written in a picture: by the letters that the renderer draws, or else by an OCR engine.

Letters of our own are held against templates in the four ways in which they can fall on the pixels: a millisecond a
word, and no package. Any other writing is read by `rapidocr` where it is installed (the extra `ocr`), on one thread.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.vision.layout import Box
from trustgen.vision.render import Pixels
from trustgen.vision.shapes import letter
from trustgen.vision.world import LETTER, PAINT, WORD_HEIGHT

from .ocr import INSTALL, PACKAGE, joined, pieces

_ALIKE = 0.78  # the least likeness, as a correlation, with the best letter
_CLEAR = 0.02  # by which it must be more like that than like the next one
_SIDE = 64  # of a smaller picture letters run into each other; a larger one is averaged down to less than twice this
_SLACK = 1.5  # pixels that the letters of a word may differ in height from what the renderer makes them

Floats = NDArray[np.float32]


class Written(NamedTuple):
    """A word, in capital letters; "" where it could not be read, with the reason. `by` says who read it."""

    word: str
    by: str = "letters"
    reason: str = ""


def written(pixels: Pixels, at: Box | None) -> Written:
    """The word in a picture, whose ink lies in a box as `measure` found it."""
    if at is not None and len(pixels) >= _SIDE and (word := _by_letters(_ink(_smaller(pixels)), at)):
        return Written(word)
    if find_spec(PACKAGE) is None:
        return Written("", "ocr", f"the letters are not ours, and reading others needs `{PACKAGE}`: run  {INSTALL}")
    word = _capitals(joined(pieces(pixels)))
    return Written(word, "ocr", "" if word else "no letters were found")


def _smaller(pixels: Pixels) -> Floats:
    step = len(pixels) // _SIDE
    side = len(pixels) // step
    cut = pixels[: side * step, : side * step].astype(np.float32)
    return np.asarray(cut.reshape(side, step, side, step, 3).mean(axis=(1, 3)))


def _ink(image: Floats) -> Floats:
    """How far each pixel is from the ground towards the ink, 0 to 1."""
    edge = np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
    ground = np.median(edge, axis=0)
    way = np.asarray(PAINT["ink"], dtype=np.float32) - ground
    return np.asarray(np.clip((image - ground) @ way / float(way @ way), 0, 1))


def _by_letters(ink: Floats, at: Box) -> str:
    """The word, letter by letter, at the pitch at which the renderer writes; "" where one is like no letter."""
    side = len(ink)
    high = WORD_HEIGHT * side
    if abs(at.height * side - high) > _SLACK + 0.03 * side:
        return ""
    pitch = LETTER * side
    many = max(1, round((at.width * side + 0.25 * pitch) / pitch))
    found = []
    for count in (many, many + 1, many - 1):
        told = [
            _letter(ink, at.x * side + (nth - (count - 1) / 2) * pitch, at.y * side) for nth in range(max(0, count))
        ]
        if told and all(name for name, _ in told):
            found.append((min(like for _, like in told), "".join(name for name, _ in told)))
    return max(found)[1] if found else ""


def _letter(ink: Floats, x: float, y: float) -> tuple[str, float]:
    """The letter whose middle lies about there, and how like it is; "" for none, or for two alike."""
    names, templates = _templates(len(ink))
    rows, columns = templates.shape[1:]
    padded = np.pad(ink, ((rows, rows), (columns, columns)))
    best = np.full(len(names), -1.0)
    for down in (-1, 0, 1):
        for across in (-2, -1, 0, 1, 2):
            top, left = round(y - rows / 2) + down + rows, round(x - columns / 2) + across + columns
            window = padded[top : top + rows, left : left + columns]
            if window.shape == (rows, columns):
                best = np.maximum(best, _like(templates, window))
    of = {name: float(best[[at for at, one in enumerate(names) if one == name]].max()) for name in ascii_uppercase}
    first, second = sorted(of, key=lambda name: -of[name])[:2]
    return (first, of[first]) if of[first] >= _ALIKE and of[first] - of[second] >= _CLEAR else ("", 0.0)


def _like(templates: Floats, window: Floats) -> NDArray[Any]:
    """The correlation of each template with what is seen, over all of their pixels."""
    seen = window - window.mean()
    norm = float(np.sqrt((seen**2).sum()))
    return np.asarray((templates * seen).sum(axis=(1, 2)) / norm if norm > 1e-6 else np.zeros(len(templates)))


@cache
def _templates(side: int) -> tuple[tuple[str, ...], Floats]:
    """Every letter in the four ways in which it can fall on the pixels, each of mean 0 and length 1."""
    fine = round(2 * WORD_HEIGHT * side)
    rows, columns = fine // 2 + 2, max(1, round(0.68 * fine)) // 2 + 2
    names, made = [], []
    for name in ascii_uppercase:
        drawn = letter(name, fine)
        for down in (0, 1):
            for across in (0, 1):
                canvas = np.zeros((2 * rows, 2 * columns), dtype=np.float32)
                canvas[1 + down : 1 + down + drawn.shape[0], 1 + across : 1 + across + drawn.shape[1]] = drawn
                cells = canvas.reshape(rows, 2, columns, 2).mean(axis=(1, 3))
                cells -= cells.mean()
                names.append(name)
                made.append(cells / np.sqrt((cells**2).sum()))
    return tuple(names), np.stack(made)


def _capitals(text: str) -> str:
    return re.sub(r"[^A-Z]", "", text.upper())


__all__ = ["Written", "written"]
