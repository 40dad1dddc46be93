"""What every model endpoint looks like from above: levels, one request, one reply."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

from .records import Case, Reply, Sampling, Turn


class Level(StrEnum):
    """What a model lets us do. A task declares the one it needs; without it the task is "not applicable"."""

    GENERATE = "generate"
    LOGPROBS = "logprobs"
    HIDDEN = "hidden"
    TRAIN = "train"
    IMAGE_OUT = "image_out"


def no_assets(sha256: str) -> bytes:
    """The reader of an edition without images."""
    raise KeyError(sha256)


class Request(msgspec.Struct, frozen=True):
    """One question to a model: the conversation so far and how to sample.

    `case` is filled only for simulated models (organisms), which answer from its `expect`; a real model is never
    handed the answer. `asset` reads an image's bytes by its SHA-256.
    """

    turns: tuple[Turn, ...]
    sampling: Sampling
    case: Case | None = None
    asset: Callable[[str], bytes] = no_assets


class Model(Protocol):
    """One endpoint. `ask` returns a reply or raises a `ModelFault`; retries, deadlines and pacing are the engine's."""

    uri: str  # canonical; part of every response key
    levels: frozenset[Level]
    simulated: bool  # an organism: its properties are planted, and every table says so
    slots: int  # how many calls it can usefully serve at once

    async def check(self) -> None:
        """Raise an `InputError` if the endpoint cannot work at all (weights missing, port closed, key unset)."""

    async def ask(self, request: Request) -> Reply:
        """One reply to one conversation."""

    async def close(self) -> None:
        """Let go of sockets, threads and memory. Safe to call twice."""


class ModelOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line knows about endpoints; every opener takes it and uses what applies."""

    api_key_env: str = ""
    timeout: float = 120.0  # seconds a call may take


WRAPPERS = ("retrieval/",)
"""Schemes of models that wrap another one, whose URI follows."""


def underlying(uri: str) -> str:
    """The model that answers in the end: `smollm2` for `retrieval/smollm2`, any other URI itself."""
    for wrapper in WRAPPERS:
        uri = uri.removeprefix(wrapper)
    return uri


Opener = Callable[[str, ModelOptions], Model]
"""What a model plug-in registers: the part of the URI after its scheme, and the options, to a model."""
