"""The next token, chosen from a model's logits: in double precision and on the CPU, so alike whatever computed them."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import Permanent

from .chat_format import FLOOR

Logits = NDArray[np.float32] | NDArray[np.float64]
"""One number a token of the vocabulary; minus infinity for what cannot come."""


class Candidate(NamedTuple):
    """A token by its number, and its natural-log probability, `FLOOR` at least."""

    token: int
    logprob: float


def picked(logits: Logits, temperature: float, top_p: float, draw: Random) -> int:
    """The token that comes next: the likeliest at temperature 0 (the first of several), else one that is drawn.

    Drawn is, after the temperature, among the fewest likeliest tokens that have `top_p` of the probability together.
    Raises `Permanent` for logits that are no numbers.
    """
    best = int(np.argmax(_sound(logits)))
    if not temperature:
        return best
    scaled = (logits.astype(np.float64) - float(logits[best])) / temperature
    likely = np.exp(scaled)
    order = np.argsort(-likely, kind="stable") if top_p < 1 else np.arange(len(likely))
    reached = np.cumsum(likely[order])
    if top_p < 1:
        reached = reached[: int(np.searchsorted(reached, top_p * reached[-1])) + 1]
    # A draw is below 1, and by rounding too below the end; one of 0 is not for a token that cannot come.
    at = draw.random() * reached[-1]
    return int(order[np.searchsorted(reached, at, side="right")])


def likeliest(logits: Logits, token: int, count: int) -> tuple[float, list[Candidate]]:
    """How probable a token was, and the `count` likeliest there were, the likeliest first; all before any temperature.

    Raises `Permanent` for logits that are no numbers.
    """
    exact = _sound(logits).astype(np.float64)
    exact -= exact.max()
    exact -= np.log(np.exp(exact).sum())
    count = min(count, len(exact))
    found = np.sort(np.argpartition(-exact, count - 1)[:count]) if count else np.arange(0)
    found = found[np.argsort(-exact[found], kind="stable")]
    told = np.maximum(exact, FLOOR)
    return float(told[token]), [Candidate(int(one), float(told[one])) for one in found]


def _sound(logits: Logits) -> Logits:
    if not np.isfinite(logits.max()):
        raise Permanent("what the model computes is no number: ask it in another dtype, as bfloat16 or float32")
    return logits


__all__ = ["Candidate", "Logits", "likeliest", "picked"]
