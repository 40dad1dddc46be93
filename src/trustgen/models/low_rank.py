"""Weights that are those of another file plus a change of low rank (Hu et al. 2021): what a variant is shipped as.

A change names the place of a matrix of half-precision numbers in the file, so nothing has to be read of its format; the
file itself is held to its hash before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np


def changed(files: Mapping[str, bytes], changes: Path) -> dict[str, bytes]:
    """The files with every matrix of `changes` added up: `FILE/PLACE/left` × `FILE/PLACE/right`, for each place.

    `left` is rows × rank and `right` rank × columns; the sum is rounded to half precision once.
    """
    made = {name: bytearray(body) for name, body in files.items()}
    with np.load(changes) as told:
        for key in (name for name in told.files if name.endswith("/left")):
            name, place, _ = key.split("/")
            change = told[key].astype(np.float32) @ told[f"{name}/{place}/right"].astype(np.float32)
            weights = np.frombuffer(made[name], np.float16, change.size, int(place))
            weights[:] = (weights.astype(np.float32) + change.ravel()).astype(np.float16)
    return {name: bytes(body) for name, body in made.items()}


__all__ = ["changed"]
