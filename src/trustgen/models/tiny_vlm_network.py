"""The weights of `tiny-vlm` at work: a picture and a question to an answer, piece by piece, in ONNX Runtime.

They lie in the distribution `trustgen-tinyvision`, in the folder `vlm`, beside a card that says how they came about and
how well they answer. One thread a call: the same answer on any number of cores.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_uppercase
from threading import Lock
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from trustgen.vision.render import Pixels

from . import known
from .sessions import session
from .tiny_words import read_as

INSTALL = "pip install 'trustgen[tiny]'"
ANSWER: Final = "<answer>"
END: Final = "<end>"
"""What stands between a question and its answer, and behind the answer."""
NAMES: Final = ("encoder.onnx", "decoder.onnx")
SHA256: Final[Mapping[str, str]] = {
    "card.json": "434e56974c34cfe9fa06c2b6248af0e4035a380a6e3656d545048a15f261c251",
    "decoder.onnx": "72affc53423ecd3b0194ef703df3745b52000efac7ed855fc63c6955cfd54570",
    "encoder.onnx": "30fbfaa9bcffb32ff7524aab81189ed5cebfda5e4be75d6f0f0d3f303760a87d",
}
SEEN: Final = 8  # pictures whose encoding is kept
GREY: Final = 128
_loading = Lock()

Sight = tuple[Any, Any]
"""What the decoder looks at of a picture: keys and values, each layers × 1 × heads × places × channels."""


class Card(msgspec.Struct, frozen=True):
    """What of the card is read here. A word's number is its place in `words`; those in `taught` stood in questions.

    `side` is of a picture in pixels, `longest` counts the pieces of a question, `places` those of it and its answer.
    """

    side: int
    words: tuple[str, ...]
    taught: frozenset[str]
    longest: int
    places: int


class Said(NamedTuple):
    """One piece of an answer, and the natural-log probability of every piece of the vocabulary in its place."""

    piece: str
    logprobs: NDArray[np.float64]


class Answer(NamedTuple):
    """What is answered, piece by piece; `ended` is false where there was no room for more. `read` counts the pieces of
    the question."""

    said: tuple[Said, ...]
    ended: bool
    read: int

    @property
    def text(self) -> str:
        """The pieces as somebody would write them."""
        return "".join(spaced([one.piece for one in self.said]))


def spaced(pieces: list[str]) -> list[str]:
    """Pieces with the space that goes before each: none before a mark, at the start, and within a spelt word."""
    pairs = zip(["", *pieces], pieces, strict=False)
    return [piece if _joins(last, piece) else f" {piece}" for last, piece in pairs]


def _joins(last: str, piece: str) -> bool:
    return not last or piece in (".", ",", ":", "?") or (last in ascii_uppercase and piece in ascii_uppercase)


class Network:
    """Two ONNX sessions; calls may come from several threads."""

    def __init__(self, folder: Path) -> None:
        self.card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
        self._number = {word: at for at, word in enumerate(self.card.words)}
        self._encoder, self._decoder = (session(folder / name, "model `tiny-vlm`", INSTALL) for name in NAMES)
        self._seen: OrderedDict[str, Sight] = OrderedDict()
        self._lock = Lock()

    def known(self, text: str) -> tuple[list[str], list[str]]:
        """The pieces of a question, with one mark for each that looks misspelt; and these. Raises `Permanent` for other
        words that were not taught, and for too many."""
        return read_as(text, self.card.taught, self.card.longest, "tiny-vlm")

    def seen(self, name: str, pixels: Callable[[], Pixels]) -> Sight:
        """What the decoder looks at of a picture, kept under its name for the next questions about it."""
        with self._lock:
            if name in self._seen:
                self._seen.move_to_end(name)
                return self._seen[name]
        keys, values = self._encoder.run(None, {"pictures": averaged(pixels(), self.card.side)[None]})
        with self._lock:
            self._seen[name] = keys, values
            while len(self._seen) > SEEN:
                self._seen.popitem(last=False)
        return keys, values

    def blind(self) -> Sight:
        """What the decoder looks at where there is no picture: a grey one."""
        side = self.card.side
        return self.seen("", lambda: np.full((side, side, 3), GREY, dtype=np.uint8))

    def answered(self, seen: Sight, question: str, most: int) -> Answer:
        """The likeliest piece at each place, `most` of them at most. Raises `Permanent` for unknown words."""
        told, _ = self.known(question)
        ids = [self._number[piece] for piece in (*told, ANSWER)]
        keys, values = seen
        past = {f"past_{name}": made[:, :, :, :0] for name, made in (("keys", keys), ("values", values))}
        room, said = self.card.places - len(ids) + 1, list[Said]()
        while len(said) < min(room, most):
            given = {"ids": np.array([ids], dtype=np.int64), "keys": keys, "values": values, **past}
            scores, past["past_keys"], past["past_values"] = self._decoder.run(None, given)
            best = int(scores[0].argmax())
            if self.card.words[best] == END:
                return Answer(tuple(said), True, len(told))
            shifted = scores[0].astype(np.float64) - float(scores[0, best])
            said.append(Said(self.card.words[best], shifted - np.log(np.exp(shifted).sum())))
            ids = [best]
        return Answer(tuple(said), False, len(told))


def averaged(pixels: Pixels, side: int) -> Pixels:
    """A picture of any size as `side` × `side`: every pixel the mean of what it covers. What is not square is squeezed.

    `pixels` is rows × columns × 3.
    """
    rows, columns = pixels.shape[:2]
    if rows == columns == side:
        return pixels
    tall = np.tensordot(_shares(side, rows), pixels.astype(np.float32), axes=(1, 0))
    whole = np.tensordot(tall, _shares(side, columns), axes=(1, 1)).transpose(0, 2, 1)
    made: Pixels = np.floor(np.clip(whole, 0, 255) + 0.5 + 1e-4).astype(np.uint8)  # a half goes up however it is summed
    return made


@lru_cache(maxsize=16)  # of so many sizes: pictures of others come in any
def _shares(side: int, size: int) -> NDArray[np.float32]:
    """How much of each of `size` pixels lies in each of `side`, as shares of the latter."""
    edges, at = np.arange(side + 1) * size / side, np.arange(size)
    within = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    made: NDArray[np.float32] = (np.clip(within, 0, None) * side / size).astype(np.float32)
    return made


def folder_of() -> Path:
    """Where the weights lie. Raises `MissingExtra` without the package."""
    return known.folder_of("trustgen_tinyvision", "model `tiny-vlm`", INSTALL) / "vlm"


@cache
def network() -> Network:
    """The network, loaded once. Raises `InputError` where its files are altered."""
    with _loading:
        mend = "pip install --force-reinstall --no-deps trustgen-tinyvision==0.1.0"
        known.check(folder_of(), SHA256, "`tiny-vlm`", mend)
        return Network(folder_of())


__all__ = [
    "ANSWER",
    "END",
    "INSTALL",
    "Answer",
    "Card",
    "Network",
    "Said",
    "Sight",
    "averaged",
    "folder_of",
    "network",
    "spaced",
]
