"""The network with the weights that are shipped, to go on from, or to be held against them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor

from trustgen.models.tiny_network import CLEAN, weights_of

from .domain import WORDS
from .model import Tiny


def shipped(package: Path, variant: str = CLEAN) -> Tiny:
    """The network of a folder with `card.json` and `weights/`, or one of its variants.

    Words that its card does not know, places beyond its longest prompt, and the heads that only training asks are drawn
    anew. Raises `ValueError` where more is missing.
    """
    tiny, known = Tiny(), json.loads((package / "card.json").read_text())["words"]
    files = weights_of(package, variant)
    for name, part in (("reader", tiny.reader), ("net", tiny.net)):
        told = _weights(files[f"{name}.onnx"])
        state = part.state_dict()
        if missing := sorted(key for key in state if key not in told and not key.startswith("told.")):
            raise ValueError(f"{package.name} has no {', '.join(missing)}")
        for key, value in state.items():
            if key == "words.weight":
                told[key] = _by_word(told[key], known, value)
            elif key == "places" and len(told[key]) < len(value):
                told[key] = torch.cat([told[key], value[len(told[key]) :]])
        part.load_state_dict({key: told.get(key, value) for key, value in state.items()})
    return tiny


def _weights(file: bytes) -> dict[str, Tensor]:
    """The weights of a file by the names that torch gives them."""
    return {
        one.name.removesuffix(".half"): torch.from_numpy(np.array(onnx.numpy_helper.to_array(one))).float()
        for one in onnx.load_from_string(file).graph.initializer
    }


def _by_word(told: Tensor, known: list[str], new: Tensor) -> Tensor:
    made = new.clone()
    for at, word in enumerate(WORDS):
        if word in known:
            made[at] = told[known.index(word)]
    return made
