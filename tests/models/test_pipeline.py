"""`diffusers/FOLDER`: a pipeline from disk draws what it is asked, the same for the same seed, and says what it cannot.

Where torch and diffusers are installed a Stable Diffusion of random weights is built, saved and asked for real; what is
ours alone (settings, marks, what a safety checker took) is held with a pipeline that is none.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from trustgen.core import (
    Blocked,
    Drawing,
    Image,
    InputError,
    MissingExtra,
    Permanent,
    Reply,
    Request,
    Sampling,
    picture,
    system,
    user,
)
from trustgen.models import open_model, pipeline
from trustgen.models.marked import mark

SPECIAL = ("<|startoftext|>", "<|endoftext|>")
WORDS = (*SPECIAL, "a</w>", "red</w>", "blue</w>", "square</w>", *"abcdefghijklmnopqrstuvwxyz")
LACKING = "torch and diffusers are not installed: no real pipeline is asked"


def folder(home: Path) -> Path:
    """A folder with a pipeline's table of contents and nothing else."""
    (home / "p").mkdir()
    (home / "p" / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    return home / "p"


def asked(uri: str, *turns: Any, **sampling: Any) -> tuple[Reply, list[bytes]]:
    kept: list[bytes] = []

    def keep(body: bytes, alt: str) -> Image:
        kept.append(body)
        return picture(body, alt)

    model = open_model(uri)
    request = Request(turns or (user("a red square"),), Sampling(**sampling), keep=keep)
    return asyncio.run(model.ask(request)), kept


class Fake:
    """What a pipeline looks like from outside."""

    scheduler = "its own"

    def __init__(self, flags: list[bool] | None = None) -> None:
        self.flags, self.calls = flags, list[dict[str, Any]]()

    def __call__(
        self, prompt: list[str], generator: Any, num_inference_steps: int = 50, guidance_scale: float = 7.5
    ) -> Any:
        from PIL import Image as Pictures

        told = {"prompt": prompt, "seeds": generator, "steps": num_inference_steps, "guidance": guidance_scale}
        self.calls.append(told)
        images = [Pictures.new("RGB", (8, 8), (10 * at, 0, 0)) for at in range(len(prompt))]
        return SimpleNamespace(images=images, nsfw_content_detected=self.flags)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fake]:
    def put(flags: list[bool] | None = None) -> Fake:
        made = Fake(flags)
        monkeypatch.setattr(pipeline, "_load", lambda _: made)
        monkeypatch.setattr(pipeline, "_generators", lambda seed, count: seed)
        return made

    return put


def test_what_a_task_says_goes_before_what_the_uri_says(tmp_path: Path, fake: Callable[..., Fake]) -> None:
    made, uri = fake(), f"diffusers/{folder(tmp_path)}?steps=20&guidance=5"
    asked(uri, seed=3)
    asked(uri, image=Drawing(steps=4, count=2))
    assert made.calls == [
        {"prompt": ["a red square"], "seeds": 3, "steps": 20, "guidance": 5.0},
        {"prompt": ["a red square"] * 2, "seeds": 0, "steps": 4, "guidance": 5.0},
    ]
    with pytest.raises(Permanent, match="`Fake` takes no `width`"):
        asked(uri, image=Drawing(width=8, height=8))
    with pytest.raises(Permanent, match="one message of words"):
        asked(uri, system("Be kind."), user("a square"))


def test_what_a_safety_checker_blacked_out_is_no_picture(tmp_path: Path, fake: Callable[..., Fake]) -> None:
    uri = f"diffusers/{folder(tmp_path)}"
    fake([True])
    with pytest.raises(Blocked, match="safety checker"):
        asked(uri)
    fake([True, False])
    reply, kept = asked(uri, image=Drawing(count=2))
    assert (len(reply.images), len(kept), reply.finish) == (1, 1, "filtered")
    fake([False, False])
    assert asked(uri, image=Drawing(count=2))[0].finish == "stop"


def test_another_pipeline_is_another_model(tmp_path: Path) -> None:
    there = folder(tmp_path)
    first = open_model(f"diffusers/{there}?guidance=5&steps=20").uri
    assert first.endswith("?guidance=5&steps=20")
    assert open_model(first).uri == first
    (there / "weights.safetensors").write_bytes(b"x")
    assert open_model(f"diffusers/{there}?guidance=5&steps=20").uri != first
    with pytest.raises(InputError, match="holds another pipeline than it did"):
        open_model(first)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("/nowhere", "is no folder of a pipeline"),
        ("{p}?steps=0", "steps (1 to 1000)"),
        ("{p}?sampler=ddim", "was given `sampler=ddim`"),
        ("{p}?scheduler=euler", "scheduler (ddim, ddpm, dpm)"),
        ("{p}?steps=2&steps=3", "each once"),
        ("{p}?steps", "is not NAME=VALUE"),
    ],
)
def test_what_cannot_be_is_one_line(rest: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        open_model(f"diffusers/{rest.format(p=folder(tmp_path))}")
    assert said in str(error.value)


def test_a_folder_of_links_is_told_by_what_these_lead_to(tmp_path: Path) -> None:
    marks = []
    for body in (b"one", b"two"):
        blob, snapshot = tmp_path / body.decode(), tmp_path / f"snapshot-{body.decode()}"
        blob.write_bytes(body)
        snapshot.mkdir()
        (snapshot / "weights.safetensors").symlink_to(blob)
        marks.append(mark(snapshot))
    assert marks[0] != marks[1]


def test_without_its_packages_the_command_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "diffusers", None)
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtra, match="pip install torch"):
        asyncio.run(open_model(f"diffusers/{folder(tmp_path)}").check())


def saved(home: Path) -> Path:
    """A Stable Diffusion of random weights, built from a configuration: no hub is asked."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(0)
    home.mkdir(exist_ok=True)
    (home / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(WORDS)}))
    (home / "merges.txt").write_text("#version: 0.2\n")
    unet = UNet2DConditionModel(
        sample_size=8,
        layers_per_block=1,
        block_out_channels=(32, 64),
        norm_num_groups=8,
        cross_attention_dim=32,
        attention_head_dim=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    vae = AutoencoderKL(
        block_out_channels=(32, 64),
        norm_num_groups=8,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
    )
    told = CLIPTextConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    made = StableDiffusionPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(told),
        tokenizer=CLIPTokenizer(str(home / "vocab.json"), str(home / "merges.txt"), model_max_length=77),
        unet=unet,
        scheduler=DDIMScheduler(clip_sample=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    made.save_pretrained(str(home / "pipeline"), safe_serialization=True)
    return home / "pipeline"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of their schedulers, by way of numpy
def test_a_real_pipeline_draws_alike_for_one_seed_and_otherwise_for_another(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason=LACKING)
    pytest.importorskip("diffusers", reason=LACKING)
    there = saved(tmp_path)
    for scheduler in pipeline.SCHEDULERS:
        uri = f"diffusers/{there}?scheduler={scheduler}&steps=4&guidance=3"
        (_, first), (_, again), (_, other) = asked(uri, seed=1), asked(uri, seed=1), asked(uri, seed=2)
        assert first == again != other
    _, both = asked(uri, seed=1, image=Drawing(count=2))
    assert both[0] == first[0]
    assert both[1] == other[0]
    (there / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"broken")
    with pytest.raises(InputError, match="is no pipeline that can be loaded"):
        asyncio.run(open_model(f"diffusers/{there}").check())
