"""A diffusion pipeline that lies in a folder, in process: `diffusers/FOLDER?scheduler=ddim&steps=20&guidance=5`.

Whatever `DiffusionPipeline.save_pretrained` writes is read, from disk alone: no hub is asked, and only safetensors are
loaded, since other weights are code. What its own safety checker blacked out is `blocked`, and not a black picture.
"""

from __future__ import annotations

import asyncio
import inspect
import io
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from trustgen.core import (
    TALK,
    Blocked,
    Drawing,
    Image,
    InputError,
    Level,
    MissingExtra,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Usage,
)
from trustgen.core.replies import Finish

from .marked import mark

INSTALL = "pip install torch==2.13.0 diffusers transformers safetensors pillow"
SCHEDULERS = {"ddim": "DDIMScheduler", "ddpm": "DDPMScheduler", "dpm": "DPMSolverMultistepScheduler"}
FORM = "write for example diffusers/models/my-pipeline?scheduler=ddim&steps=20&guidance=5"


def open_model(rest: str, _options: ModelOptions) -> Pipeline:
    """The pipeline in `FOLDER`, with the settings behind `?`. Raises `InputError` for what is none."""
    named, _, query = rest.partition("?")
    named, _, wanted = named.partition("#")
    folder = Path(named).expanduser()
    if not named or not (folder / "model_index.json").is_file():
        raise InputError(f"`{named}` is no folder of a pipeline (it has no model_index.json): {FORM}")
    settings = _settings(query)
    marked = mark(folder)
    if wanted not in ("", marked):
        raise InputError(f"`{named}` holds another pipeline than it did (#{marked}, not #{wanted}): write {named}")
    said = "&".join(f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}" for name, value in settings)
    return Pipeline(f"diffusers/{named}#{marked}{'?' if said else ''}{said}", folder, dict(settings))


class Pipeline(Model):
    """One call at a time. A picture's noise is drawn on the CPU from its seed, so it is the same on every device."""

    levels = frozenset({Level.IMAGE_OUT, Level.SAMPLER})
    without = TALK

    def __init__(self, uri: str, folder: Path, settings: Mapping[str, Any]) -> None:
        self.uri, self._folder, self._settings = uri, folder, settings
        self._lock = Lock()
        self._loaded: Any = None
        self._given: Any = None  # the scheduler that it came with

    def __repr__(self) -> str:
        return f"Pipeline({self.uri!r})"

    async def check(self) -> None:
        """Load it. Raises `InputError` where it cannot be."""
        await asyncio.to_thread(self._pipeline)

    async def ask(self, request: Request) -> Reply:
        """The pictures of one prompt. Raises `Blocked` where the safety checker left none."""
        parts = [part for turn in request.turns for part in turn.parts]
        if len(request.turns) != 1 or any(isinstance(part, Image) for part in parts):
            raise Permanent("a diffusion pipeline takes one message of words: this conversation has more")
        return await asyncio.to_thread(self._drawn, request)

    def _pipeline(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder)
                self._given = self._loaded.scheduler
            return self._loaded

    def _drawn(self, request: Request) -> Reply:
        pipeline = self._pipeline()
        drawing = request.sampling.image or Drawing()
        asked = _asked(self._settings, drawing)
        known = inspect.signature(pipeline.__call__).parameters
        if strange := [name for name in asked if name not in known]:
            raise Permanent(f"`{type(pipeline).__name__}` takes no `{strange[0]}`")
        began, named = perf_counter(), drawing.sampler or self._settings.get("scheduler")
        with self._lock:
            pipeline.scheduler = _scheduler(named, self._given) if named else self._given
            made = pipeline(
                prompt=[request.turns[0].text] * drawing.count,
                generator=_generators(request.sampling.seed, drawing.count),
                **asked,
            )
        flags = getattr(made, "nsfw_content_detected", None) or [False] * len(made.images)
        kept = [image for image, flagged in zip(made.images, flags, strict=True) if not flagged]
        if not kept:
            raise Blocked("the pipeline's safety checker left no picture")
        finish: Finish = "stop" if len(kept) == len(made.images) else "filtered"
        images = tuple(request.keep(_png(image), "") for image in kept)
        return Reply("", finish, Usage(images=len(images)), perf_counter() - began, images=images)


def _asked(settings: Mapping[str, Any], drawing: Drawing) -> dict[str, Any]:
    """What a task says of a picture goes before what the URI says."""
    told = {
        "num_inference_steps": drawing.steps or settings.get("steps"),
        "guidance_scale": drawing.guidance if drawing.guidance is not None else settings.get("guidance"),
        "width": drawing.width or None,
        "height": drawing.height or None,
        "negative_prompt": [drawing.negative] * drawing.count if drawing.negative else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _settings(query: str) -> list[tuple[str, Any]]:
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise InputError(f"`{query}` is not NAME=VALUE&…: {FORM}") from None
    made: dict[str, Any] = {}
    for name, value in given:
        good = {
            "scheduler": value in SCHEDULERS,
            "steps": value.isdecimal() and 1 <= int(value) <= 1000,
            "guidance": value.replace(".", "", 1).isdecimal(),
        }.get(name, False)
        if not good or name in made:
            known = f"scheduler ({', '.join(SCHEDULERS)}), steps (1 to 1000) and guidance, each once"
            raise InputError(f"a pipeline was given `{name}={value}`: it takes {known}")
        made[name] = {"scheduler": str, "steps": int, "guidance": float}[name](value)
    return sorted(made.items())


def _load(folder: Path) -> Any:
    try:
        import torch
        from diffusers import DiffusionPipeline
    except ImportError as error:
        raise MissingExtra("`diffusers/FOLDER`", error.name or "diffusers", INSTALL) from None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = torch.float16 if device == "cuda" else torch.float32
    try:
        made = DiffusionPipeline.from_pretrained(str(folder), local_files_only=True, use_safetensors=True)
    except Exception as error:  # of some twenty kinds, by what is amiss in a folder of others
        why = " ".join(str(error).split())[:200]
        raise InputError(f"`{folder}` is no pipeline that can be loaded ({type(error).__name__}: {why})") from None
    made.set_progress_bar_config(disable=True)
    return made.to(device, kind)


def _scheduler(name: str, old: Any) -> Any:
    import diffusers

    if name not in SCHEDULERS:
        raise Permanent(f"no sampler is called `{name}`: a pipeline has {', '.join(SCHEDULERS)}")
    return getattr(diffusers, SCHEDULERS[name]).from_config(old.config)


def _generators(seed: int | None, count: int) -> Any:
    """A generator for each picture, on the CPU; none where no seed is asked for."""
    if seed is None:
        return None
    import torch

    return [torch.Generator("cpu").manual_seed(seed + at) for at in range(count)]


def _png(image: Any) -> bytes:
    file = io.BytesIO()
    image.convert("RGB").save(file, "PNG")
    return file.getvalue()
