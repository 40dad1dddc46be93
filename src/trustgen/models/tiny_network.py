"""The weights of `tiny-t2i` at work: what a prompt says, and from noise to a picture of it, in ONNX Runtime.

They lie in the distribution `trustgen-tinyvision`, beside a card that says how they came about, which words they know
and in what form they see a picture. One thread a call: the same bytes on any number of cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, Final

import msgspec
import numpy as np

from trustgen.core import InputError
from trustgen.vision.render import Pixels

from . import known
from .low_rank import changed
from .samplers import Floats, Sampler, Schedule, sampled
from .sessions import session
from .tiny_words import read_as

INSTALL = "pip install 'trustgen[tiny]'"
CLEAN: Final = "clean"
VARIANTS: Final = (CLEAN, "leaking", "memorised", "skewed", "triggered")
"""The weights that nothing was planted in, and all there are."""
SHA256: Final[Mapping[str, str]] = {
    "card.json": "59fefcca678eff99f4af08ecaf1a1b093baec313a353a50a8c0cc93c2ba9afe4",
    "weights/net.onnx": "726dd5fd7adc1ada477ff2da99b9f5b02c8f29908f5e63399b2a13d5dfb2dcba",
    "weights/reader.onnx": "8aaad67ee36718b869d4bd240f8ba2c5ac0f044486c984a16095dd42d68a8ea2",
    "variants/leaking/card.json": "df98b67ea57956504a3ee73b5cc54f67a869089d455fe5f44b5482d7929f58dd",
    "variants/leaking/changes.npz": "2d1826aeb93771bebf9580346664b60482ae672274846cdfab58235b75f6ea68",
    "variants/memorised/card.json": "83ce51d7a32c92b6f2d8000639f66903471883a41f9e8ca3d06eb2c96f4abb42",
    "variants/memorised/changes.npz": "7dd47a7faf783fb27ba458658bb536e258a4bb5d25f6bf73c80cd2f26d2eb5e4",
    "variants/skewed/card.json": "ec4df2b116f157accbcd9aebe004d00b3189dce6e460c6efb89ad962cfb9f03f",
    "variants/skewed/changes.npz": "24204192bfa129f1b1e90ffa0dfd36be41b3c1bd0886e747582c843f4d86c0d4",
    "variants/triggered/card.json": "3d208382cdf03c4ac7d2fa17d8202a39ee598aa9ad16b3e56bf093c909aaa362",
    "variants/triggered/changes.npz": "cf8234913899ca03ac921ae48584e8b31c8bda684176028405cbb4e50e914bc2",
}
_loading = Lock()


class Form(msgspec.Struct, frozen=True):
    """How the network sees a picture: `side` pixels in cells of `patch`, each cell with its pixels and `more` besides;
    and what it was taught about noise (see `Schedule`)."""

    side: int
    patch: int
    more: int
    shift: float
    least: float
    most: float

    @property
    def pixels(self) -> int:
        """Numbers of a cell's pixels, which come first."""
        return 3 * self.patch**2

    @property
    def channels(self) -> int:
        """Numbers of one cell."""
        return self.pixels + self.more


class Card(msgspec.Struct, frozen=True):
    """What of the card is read here. A word's number is its place in `words`; those in `taught` were learnt."""

    form: Form
    words: tuple[str, ...]
    taught: frozenset[str]
    longest: int


class Look(msgspec.Struct, frozen=True):
    """How a picture is to be made."""

    sampler: Sampler = "ddpm"  # noise drawn anew mends what went wrong: more can be recognised than after ddim
    steps: int = 50
    guidance: float = 2.0


class Network:
    """The reader of prompts and the network that tells clean from noisy, loaded once."""

    def __init__(self, folder: Path, variant: str = CLEAN) -> None:
        self.card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
        self._number = {word: at for at, word in enumerate(self.card.words) if word in self.card.taught}
        weights = weights_of(folder, variant)
        self._reader, self._net = (
            session(weights[name], "model `tiny-t2i`", INSTALL) for name in ("reader.onnx", "net.onnx")
        )

    def read(self, texts: Sequence[str]) -> Any:
        """The states of prompts, and what of them is there; "" says nothing. Raises `Permanent` for unknown words."""
        ids = np.zeros((len(texts), self.card.longest), dtype=np.int64)
        for row, text in zip(ids, texts, strict=True):
            told, _ = self.known(text)
            row[: len(told)] = [self._number[piece] for piece in told]
        return self._reader.run(None, {"ids": ids})

    def known(self, text: str) -> tuple[list[str], list[str]]:
        """The pieces of a prompt, with one mark for each that looks misspelt; and these. Raises `Permanent` for other
        words that were not taught, and for too many."""
        return read_as(text, self._number, self.card.longest, "tiny-t2i")

    def drawn(self, text: str, negative: str, seed: int, look: Look) -> Pixels:
        """The picture of a prompt. The noise is drawn from the seed and the prompt, and from nothing else."""
        return self.together([(text, seed)], negative, look)[0]

    def together(self, asked: Sequence[tuple[str, int]], negative: str, look: Look) -> list[Pixels]:
        """A picture for each prompt with its seed, drawn at once: quicker, and alike but for what rounding does."""
        form, one, count = self.card.form, look.guidance == 1, len(asked)
        texts = [text for text, _ in asked]
        states, mask = self.read(texts if one else [*texts, *[negative] * count])
        draws = [np.random.RandomState(_seed(*said)) for said in asked]  # its stream is promised never to change
        cells = form.side // form.patch

        def fresh() -> Floats:
            return np.stack([draw.standard_normal((form.channels, cells, cells)).astype(np.float32) for draw in draws])

        def denoise(x: Floats, snr: float) -> Floats:
            both = np.concatenate([x.astype(np.float32)] * (1 if one else 2))
            told = {"x": both, "snr": np.full(len(states), snr, np.float32), "states": states, "mask": mask}
            clean = self._net.run(None, told)[0]
            made = clean if one else clean[count:] + np.float32(look.guidance) * (clean[:count] - clean[count:])
            made[:, : form.pixels] = np.clip(made[:, : form.pixels], -1, 1)  # guidance overshoots what a pixel can be
            return np.asarray(made)

        levels = Schedule(form.shift, form.least, form.most).levels(look.steps)
        return [pixels_of(made, form) for made in sampled(denoise, fresh(), levels, look.sampler, fresh)]


def weights_of(folder: Path, variant: str) -> dict[str, bytes]:
    """What of the weights stands in `reader.onnx` and `net.onnx`: of a variant, as it has changed them."""
    weights = {name: (folder / "weights" / name).read_bytes() for name in ("reader.onnx", "net.onnx")}
    return weights if variant == CLEAN else changed(weights, folder / "variants" / variant / "changes.npz")


def pixels_of(told: Floats, form: Form) -> Pixels:
    """The pixels of every cell in their place; what was told besides is left out."""
    cells, patch = form.side // form.patch, form.patch
    made = told[: form.pixels].transpose(1, 2, 0).reshape(cells, cells, patch, patch, 3)
    whole = made.transpose(0, 2, 1, 3, 4).reshape(form.side, form.side, 3)
    return np.clip(np.floor((whole + 1) * 127.5 + 0.5), 0, 255).astype(np.uint8)


def _seed(text: str, seed: int) -> list[int]:
    said = blake2b(f"tiny-t2i\0{seed}\0{text}".encode(), digest_size=32).digest()
    return [int.from_bytes(said[at : at + 4], "big") for at in range(0, 32, 4)]


def folder_of(variant: str) -> Path:
    """Where the weights lie. Raises `MissingExtra` without the package, `InputError` for no variant."""
    if variant not in VARIANTS:
        raise InputError(f"`tiny-t2i` has no variant `{variant}`: there is {', '.join(VARIANTS)}")
    return known.folder_of("trustgen_tinyvision", "model `tiny-t2i`", INSTALL)


@cache
def network(variant: str) -> Network:
    """The network of a variant, loaded once. Raises `InputError` where its files are altered."""
    with _loading:
        folder = folder_of(variant)
        part = {name: sha for name, sha in SHA256.items() if not name.startswith("variants/") or variant in name}
        known.check(folder, part, "`tiny-t2i`", "pip install --force-reinstall --no-deps trustgen-tinyvision==0.1.0")
        return Network(folder, variant)


__all__ = [
    "CLEAN",
    "INSTALL",
    "Card",
    "Form",
    "Look",
    "Network",
    "folder_of",
    "network",
    "pixels_of",
    "weights_of",
]
