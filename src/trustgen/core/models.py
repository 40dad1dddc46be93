"""What every model endpoint looks like from above: levels, one request, one reply."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import msgspec

from .ids import digest
from .records import Case, Reply, Sampling, Turn, system


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


@runtime_checkable
class Adapts(Protocol):
    """A model that leaves out, or renames, what its server refuses: parameter → its other name, "" where left out."""

    adapted: dict[str, str]


class Manner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one model is asked, beyond what tasks say; what is `None`, 0 or empty is left to the task.

    `max_tokens` stands in place of a task's cap on the answer, `thinking_tokens` are room on top of it. `system` is put
    before every conversation, or before the conversation's own system message.
    """

    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    max_tokens: int = 0
    thinking_tokens: int = 0
    reasoning_effort: str = ""
    system: str = ""
    extra_body: dict[str, Any] = {}

    def over(self, sampling: Sampling) -> Sampling:
        """A task's sampling, as this model is to be asked."""
        said = {name: value for name in ("temperature", "top_p") if (value := getattr(self, name)) is not None}
        if self.seed is not None:  # the draws of a case count on from it
            said["seed"] = self.seed + (sampling.seed or 0)
        if self.max_tokens:
            said["max_tokens"] = self.max_tokens
        if self.thinking_tokens:
            said["thinking"] = self.thinking_tokens
        if self.reasoning_effort:
            said["effort"] = self.reasoning_effort
        if self.extra_body:
            said["extra"] = self.extra_body
        return msgspec.structs.replace(sampling, **said) if said else sampling

    def before(self, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
        """A conversation with this model's system message in front; joined to the conversation's own."""
        if not self.system:
            return turns
        if turns and turns[0].role == "system":
            return (system(f"{self.system}\n\n{turns[0].text}"), *turns[1:])
        return (system(self.system), *turns)

    def __str__(self) -> str:
        told = msgspec.to_builtins(self)
        return ", ".join(f"{name.replace('_', '-')} {_short(value)}" for name, value in told.items())


def _short(value: Any) -> str:
    """A value in one short line. Keys of judges rest on it: what it leaves out stands for itself in a hash."""
    whole = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = " ".join(whole.split())
    return text if text == whole and len(text) <= 40 else f"{text[:30]}… {digest(whole)[:8]}"


class ModelOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line knows about an endpoint; every opener takes it and uses what applies."""

    api_key_env: str = ""
    timeout: float = 120.0  # seconds a call may take
    headers: dict[str, str] = {}  # sent with every call; their values are shown nowhere
    insecure: bool = False  # whether a key may go unencrypted to another machine


class Named:
    """A model under a name of its own, asked in a manner of its own; all else is the inner model's.

    `uri` is the name, or else the inner URI with the manner in brackets: what keys, tables and files call it. `at` is
    the inner URI.
    """

    def __init__(self, inner: Model, name: str = "", manner: Manner | None = None) -> None:
        self.inner, self.at, self.manner = inner, inner.uri, manner or Manner()
        self.uri = name or (f"{inner.uri} ({self.manner})" if str(self.manner) else inner.uri)
        self.levels, self.simulated, self.slots = inner.levels, inner.simulated, inner.slots

    def __repr__(self) -> str:
        return f"Named({self.inner!r}, {self.uri!r})"

    @property
    def adapted(self) -> dict[str, str]:
        """What the inner model leaves out or renames."""
        return self.inner.adapted if isinstance(self.inner, Adapts) else {}

    async def check(self) -> None:
        """The inner model's."""
        await self.inner.check()

    async def ask(self, request: Request) -> Reply:
        """The inner model's reply, asked in this manner."""
        turns, sampling = self.manner.before(request.turns), self.manner.over(request.sampling)
        return await self.inner.ask(msgspec.structs.replace(request, turns=turns, sampling=sampling))

    async def close(self) -> None:
        """The inner model's."""
        await self.inner.close()


def located(model: Model) -> str:
    """The URI of a model, whatever name it goes by."""
    return model.at if isinstance(model, Named) else model.uri


WRAPPERS = ("retrieval/",)
"""Schemes of models that wrap another one, whose URI follows."""


def underlying(uri: str) -> str:
    """The model that answers in the end: `smollm2` for `retrieval/smollm2`, any other URI itself, manners apart."""
    uri = uri.partition(" (")[0]
    for wrapper in WRAPPERS:
        uri = uri.removeprefix(wrapper)
    return uri


Opener = Callable[[str, ModelOptions], Model]
"""What a model plug-in registers: the part of the URI after its scheme, and the options, to a model."""
