"""CLIPScore (Hessel et al. 2021) by a CLIP model that lies in a folder: how alike a picture and its prompt are to it.

What `save_pretrained` of a `CLIPModel` and a `CLIPProcessor` writes is read, from disk alone and as
safetensors. Other weights give other numbers for the same picture, so the folder's name and a hash of what lies in it
are part of the measure's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from trustgen.core import Image, InputError, MissingExtra
from trustgen.vision.decode import reader
from trustgen.vision.render import Pixels

from .marked import mark

INSTALL = "pip install torch==2.13.0 transformers safetensors pillow"
WEIGHT = 2.5  # of the cosine, as its makers chose it
NOT = "is no folder of a CLIP model"


class Clip:
    """Scores of one model; use `clip(FOLDER)`. Not for several threads."""

    top = WEIGHT
    workers = 1

    def __init__(self, folder: Path) -> None:
        self.measure = f"clipscore[{folder.resolve().name}#{mark(folder)}]"
        self._model, self._tokens, self._pixels = _load(folder)
        self._longest = self._model.config.text_config.max_position_embeddings

    def score(self, prompts: Sequence[str], _image: Image, pixels: Pixels) -> list[float]:
        """The CLIPScore of a picture with each prompt, 2.5 · max(cosine, 0): 0 to 2.5.

        `nan` for a prompt of more tokens than the model reads: it would be scored by its beginning.
        """
        import torch

        tokens = self._tokens(list(prompts), padding=True, return_tensors="pt")
        whole = tokens["attention_mask"].sum(dim=1) <= self._longest
        kept = {name: values[:, : self._longest] for name, values in tokens.items() if name != "token_type_ids"}
        shown = self._pixels(reader().fromarray(pixels), return_tensors="pt")
        with torch.inference_mode():
            found = self._model(**kept, pixel_values=shown["pixel_values"])
        texts, picture = found.text_embeds.numpy().astype(float), found.image_embeds.numpy().astype(float)[0]
        cosines = texts @ picture / (np.linalg.norm(texts, axis=1) * np.linalg.norm(picture))
        return [WEIGHT * max(float(c), 0.0) if w else float("nan") for c, w in zip(cosines, whole, strict=True)]


def clip(named: str) -> Clip:
    """The CLIP model in a folder. Raises `InputError` for what is none, and `MissingExtra` without transformers."""
    folder = Path(named).expanduser()
    try:
        kind = msgspec.json.decode((folder / "config.json").read_bytes(), type=dict[str, Any]).get("model_type")
    except (OSError, msgspec.DecodeError):
        raise InputError(f"`{named}` {NOT}: it has no config.json that can be read") from None
    if kind != "clip":
        raise InputError(f"`{named}` {NOT}: its config.json says `{kind}`, and CLIPScore is defined for CLIP")
    return Clip(folder)


def _load(folder: Path) -> tuple[Any, Any, Any]:
    """The model, and what makes tokens and pixels for it."""
    try:
        import torch  # noqa: F401  (transformers is importable without it, and then loads nothing)
        import transformers
        from transformers import CLIPModel, CLIPTokenizer
    except ImportError as error:
        raise MissingExtra("CLIPScore", error.name or "transformers", INSTALL) from None
    where, local = str(folder), {"local_files_only": True}
    transformers.utils.logging.disable_progress_bar()
    # From its fifth version on there are two, and that of torchvision resamples a little otherwise.
    pixels_of = getattr(transformers, "CLIPImageProcessorPil", None) or transformers.CLIPImageProcessor
    try:
        model = CLIPModel.from_pretrained(where, use_safetensors=True, **local)
        tokens = CLIPTokenizer.from_pretrained(where, **local)
        return model, tokens, pixels_of.from_pretrained(where, **local)
    except Exception as error:  # of some twenty kinds, by what is amiss in a folder of others
        why = " ".join(str(error).split())[:200]
        raise InputError(f"`{folder}` {NOT} that can be loaded ({type(error).__name__}: {why})") from None


__all__ = ["Clip", "clip"]
