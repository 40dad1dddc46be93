"""CLIPScore: as transformers' own similarity, from a CLIP model of random weights that is built, saved and read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trustgen.core import Image, InputError, MissingExtra
from trustgen.models.clip import Clip, clip
from trustgen.vision.render import Pixels

LACKING = "torch and transformers are not installed: no real CLIP model is read"
PROMPTS = ("a red circle", "two blue squares on a green ground")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ANY = Image("0" * 64, "")


def saved(home: Path) -> Path:
    """A CLIP model of random weights: no hub is asked."""
    import torch
    import transformers
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    home.mkdir()
    words = ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    (home / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(words)}))
    (home / "merges.txt").write_text("#version: 0.2\n")
    torch.manual_seed(0)
    small = {"hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 4}
    ends = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    text = {**small, **ends, "vocab_size": len(words), "max_position_embeddings": 40}
    told = CLIPConfig(text_config=text, vision_config={**small, "image_size": 32, "patch_size": 8}, projection_dim=16)
    CLIPModel(told).save_pretrained(home)
    CLIPTokenizer(str(home / "vocab.json"), str(home / "merges.txt"), model_max_length=40).save_pretrained(home)
    pixels = getattr(transformers, "CLIPImageProcessorPil", None) or transformers.CLIPImageProcessor
    pixels(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(home)
    return home


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason=LACKING)
    pytest.importorskip("transformers", reason=LACKING)
    return saved(tmp_path_factory.mktemp("clip") / "tiny-clip")


def noise(seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def theirs(folder: Path, pixels: Pixels) -> list[float]:
    """The same by transformers' own similarity, which is the cosine times a learned scale."""
    import torch
    import transformers
    from transformers import CLIPModel, CLIPTokenizer

    model: Any = CLIPModel.from_pretrained(folder)
    made = getattr(transformers, "CLIPImageProcessorPil", None) or transformers.CLIPImageProcessor
    tokens = CLIPTokenizer.from_pretrained(folder)(list(PROMPTS), padding=True, return_tensors="pt")
    shown = made.from_pretrained(folder)(pixels, return_tensors="pt")
    with torch.no_grad():
        found = model(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"], **shown)
        cosines = found.logits_per_image[0] / model.logit_scale.exp()
    return [2.5 * max(float(cosine), 0.0) for cosine in cosines]


def test_it_is_two_and_a_half_times_their_cosine_and_never_below_zero(folder: Path) -> None:
    read, seen = clip(str(folder)), []
    for seed in range(40):
        pixels = noise(seed) if seed % 2 else np.full((48, 64, 3), 6 * seed, np.uint8)
        found = read.score(PROMPTS, ANY, pixels)
        assert found == pytest.approx(theirs(folder, pixels), abs=1e-5)
        assert all(0 <= score <= Clip.top for score in found)
        seen += found
    assert len({round(score, 6) for score in seen}) > 20


def test_a_prompt_that_is_cut_has_no_score(folder: Path) -> None:
    short, long = clip(str(folder)).score(("a " * 30, "a " * 50), ANY, noise(1))
    assert short >= 0
    assert np.isnan(long)


def test_other_weights_are_another_measure(folder: Path, tmp_path: Path) -> None:
    import torch
    from transformers import CLIPModel

    named = clip(str(folder)).measure
    assert named.startswith("clipscore[tiny-clip#")
    assert clip(str(folder)).measure == named
    other = tmp_path / "tiny-clip"
    shutil.copytree(folder, other)
    model: Any = CLIPModel.from_pretrained(other)
    with torch.no_grad():
        model.logit_scale.add_(1)
    model.save_pretrained(other)
    assert clip(str(other)).measure != named
    (other / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(InputError, match="is no folder of a CLIP model that can be loaded"):
        clip(str(other))


def test_without_its_packages_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtra, match="pip install torch"):
        clip(str(tmp_path))
