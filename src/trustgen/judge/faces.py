"""Faces in a picture, by MTCNN (Zhang et al. 2016), whose weights lie in `trustgen-tinyvision` (the extra `faces`).

Three networks, each stricter than the one before. The first looks everywhere, at every size; the other two look again
at what is left, and move its box. Faces from the front with both eyes in sight are what they were taught.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from threading import Lock
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.models import known
from trustgen.models.sessions import session
from trustgen.vision.decode import reader
from trustgen.vision.render import Pixels

INSTALL = "pip install 'trustgen[faces]'"
WHAT = "looking for faces in a picture"
SHA256: Final[Mapping[str, str]] = {
    "faces/onet.onnx": "163fff118ad53df59b92d73b10972c716f5729f8b40b94746eb5ec2cb5559523",
    "faces/pnet.onnx": "14d0fb29afc71c835673cbabb21c00fc91c65ace35a3a73cbae248c02091a510",
    "faces/rnet.onnx": "8ceee748340010fe7b3986365aba9b23314d1c0020c663705abf2c5173b896d0",
}
LARGEST = 640  # pixels of the longer side: a larger picture is brought down to it
LEAST = 20  # pixels of the side of the smallest face that is looked for
_FACTOR = 0.709  # from one size to the next: half the area
_SURE = (0.6, 0.7, 0.9)  # what the networks say at least of what is kept; the last one is published as .7
_CELL, _STRIDE = 12, 2  # pixels that the first network sees at once, and from one place to the next
_MOST = 512  # windows that a network is given at once
_loading = Lock()

Boxes = NDArray[Any]


class Face(NamedTuple):
    """A box in pixels, which may reach beyond the picture, and how sure the last network is, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float
    score: float


def faces(pixels: Pixels) -> list[Face]:
    """The faces in a picture, the surest first. Raises `MissingExtra`, and `InputError` for altered weights."""
    networks, image = _networks(), reader().fromarray(pixels)
    times = max(1.0, max(image.size) / LARGEST)
    if times > 1:
        image = image.resize(tuple(max(1, round(side / times)) for side in image.size), reader().Resampling.BOX)
    found = _everywhere(image, networks["pnet"])
    for name, side, sure, shared in (("rnet", 24, _SURE[1], False), ("onet", 48, _SURE[2], True)):
        found = _again(image, networks[name], _squared(found), side, sure)
        found = found[_apart(found, 0.7, of_smaller=shared)]
    found[:, :4] *= times
    return [Face(*map(float, box)) for box in found]


@cache
def _networks() -> dict[str, Any]:
    with _loading:
        folder = known.folder_of("trustgen_tinyvision", WHAT, INSTALL)
        mend = "pip install --force-reinstall --no-deps trustgen-tinyvision"
        known.check(folder, SHA256, "the face detector", mend)
        return {name: session(folder / "faces" / f"{name}.onnx", WHAT, INSTALL) for name in ("pnet", "rnet", "onet")}


def _everywhere(image: Any, network: Any) -> Boxes:
    """What the first network takes for a face: left, top, right, bottom and score, one row each."""
    found = [np.zeros((0, 5))]
    for scale in _scales(image.size):
        size = tuple(int(np.ceil(side * scale)) for side in image.size)
        pixels = np.asarray(image.resize(size, reader().Resampling.BOX), dtype=np.float32)
        face, shift = (one[0] for one in network.run(["face", "shift"], {"pixels": pixels[None]}))
        rows, columns = np.nonzero(face >= _SURE[0])
        corner = np.stack([columns, rows], axis=1) * _STRIDE
        boxes = np.concatenate([corner, corner + _CELL, face[rows, columns, None]], axis=1) / [*[scale] * 4, 1]
        keep = _apart(boxes, 0.5)
        found.append(_moved(boxes[keep], shift[rows, columns][keep]))
    boxes = np.concatenate(found)
    return boxes[_apart(boxes, 0.7)]


def _scales(size: tuple[int, int]) -> Iterator[float]:
    """From where the smallest face fills a cell to where the whole picture does."""
    scale = _CELL / LEAST
    while min(size) * scale >= _CELL:
        yield scale
        scale *= _FACTOR


def _again(image: Any, network: Any, boxes: Boxes, side: int, sure: float) -> Boxes:
    """The boxes of which a network is sure, moved as it says."""
    found = [np.zeros((0, 5))]
    for start in range(0, len(boxes), _MOST):
        some = boxes[start : start + _MOST]
        windows = np.stack([_window(image, box, side) for box in some])
        face, shift = network.run(["face", "shift"], {"pixels": windows})
        keep = face >= sure
        found.append(_moved(np.column_stack([some[keep, :4], face[keep]]), shift[keep]))
    return np.concatenate(found)


def _window(image: Any, box: NDArray[Any], side: int) -> NDArray[np.float32]:
    """What lies in a box, `side` pixels square; black where it reaches beyond the picture."""
    left, top, right, bottom = (round(at) for at in box[:4].tolist())
    cut = image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    return np.asarray(cut.resize((side, side), reader().Resampling.BOX), dtype=np.float32)


def _moved(boxes: Boxes, shift: Boxes) -> Boxes:
    """Boxes with their sides moved, by shares of their width and height."""
    size = boxes[:, 2:4] - boxes[:, :2]
    return np.column_stack([boxes[:, :4] + shift * np.tile(size, 2), boxes[:, 4]])


def _squared(boxes: Boxes) -> Boxes:
    """Boxes made square about their middle, by their longer side."""
    middle, size = (boxes[:, :2] + boxes[:, 2:4]) / 2, (boxes[:, 2:4] - boxes[:, :2]).max(axis=1, keepdims=True)
    return np.column_stack([middle - size / 2, middle + size / 2, boxes[:, 4]])


def _apart(boxes: Boxes, most: float, *, of_smaller: bool = False) -> list[int]:
    """The rows to keep, the surest first: none shares more than `most` of both, or of the smaller, with a surer one."""
    area = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
    left, keep = np.argsort(-boxes[:, 4], kind="stable"), []
    while len(left):
        first, left = left[0], left[1:]
        keep.append(int(first))
        low, high = np.maximum(boxes[first, :2], boxes[left, :2]), np.minimum(boxes[first, 2:4], boxes[left, 2:4])
        both = (high - low).clip(0).prod(axis=1)
        whole = np.minimum(area[first], area[left]) if of_smaller else area[first] + area[left] - both
        left = left[both <= most * whole]
    return keep


__all__ = ["Face", "faces"]
