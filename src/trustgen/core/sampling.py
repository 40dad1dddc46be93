"""How a model is asked to generate: part of every response key."""

from __future__ import annotations

from typing import Any

import msgspec

DRAWN = ("modalities", "num_inference_steps", "guidance_scale", "negative_prompt", "size")
"""Parameters that say to a server what a `Drawing` says."""


class Drawing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a picture is to be made; what is 0, empty or `None` is left to the model. Sizes are in pixels."""

    width: int = 0
    height: int = 0
    sampler: str = ""  # by its name: ddpm, ddim or dpm
    steps: int = 0
    guidance: float | None = None
    negative: str = ""  # what it is not to show
    count: int = 1  # pictures of one call


class Sampling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is asked to generate. Part of every response key: a change re-asks.

    `max_tokens` is a cap on the answer; `thinking` tokens are room on top of it, for models that think aloud first.
    `effort` is how hard such a model is to think (`low`, `medium`, `high` …), `extra` goes into the request's body,
    `image` says how pictures are to be made. `functions`: whether what may be called is given as functions where the
    endpoint has them, and not described in words.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 256
    seed: int | None = 0
    stop: tuple[str, ...] = ()
    logprobs: int = 0  # how many alternatives a token to return; 0 for none
    schema: dict[str, Any] | None = None  # JSON schema the reply must follow
    thinking: int = 0
    effort: str = ""
    extra: dict[str, Any] = {}
    image: Drawing | None = None
    functions: bool = False
