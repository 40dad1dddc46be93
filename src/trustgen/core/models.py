"""What every model endpoint looks like from above: levels, one request, one reply."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from .assets import NO_ASSETS, Scratch, picture
from .errors import Blocked, InputError, ModelFault, NoPicture, Permanent, RateLimited, Transient
from .ids import digest
from .records import Case, Image, Turn, system, user
from .registry import names
from .replies import Reply
from .sampling import Drawing, Sampling
from .tools import Param, Play, Tool


class Level(StrEnum):
    """What a model lets us do. A task declares what it needs; without any of it the task is "not applicable"."""

    GENERATE = "generate"  # give text
    LOGPROBS = "logprobs"  # and how probable its tokens were
    IMAGE_IN = "image_in"  # read pictures
    IMAGE_OUT = "image_out"  # make pictures
    SAMPLER = "sampler"  # by a sampler, in steps and with guidance that are named
    WORDS = "any_words"  # read a prompt in whatever words it is
    HIDDEN = "hidden"  # show its hidden states
    GRAD = "grad"  # and gradients
    TRAIN = "train"  # learn
    TOOLS = "tools"  # call functions
    TURNS = "turns"  # take a conversation of several messages
    SYSTEM = "system"  # take a system message


TALK = frozenset({Level.TURNS, Level.SYSTEM})
OFFERED = TALK | {Level.WORDS}
"""What a model offers unless it says otherwise (`Model.without`); of it, what a conversation may need."""


def talk_of(turns: Sequence[Turn], play: Play | None = None) -> frozenset[Level]:
    """What of `TALK` a conversation needs that begins with these turns."""
    told = bool(turns) and turns[0].role == "system"
    several = len(turns) - told > 1 or (play is not None and play.steps > 1)
    told |= play is not None and bool(play.tools)  # described in words, where there are no functions
    return frozenset(level for level, so in ((Level.TURNS, several), (Level.SYSTEM, told)) if so)


class Request(msgspec.Struct, frozen=True):
    """One question to a model: the conversation so far and how to sample.

    `case` is filled only for simulated models (organisms), which answer from its `expect`; a real model is never
    handed the answer. `asset` reads a picture's bytes by its SHA-256. `keep` takes the bytes of a picture that the
    model made and returns what names it in the reply; it writes to disk: call it in a thread where there are many.
    `tools` are what it may call as functions.
    """

    turns: tuple[Turn, ...]
    sampling: Sampling
    case: Case | None = None
    asset: Callable[[str], bytes] = NO_ASSETS.asset
    keep: Callable[[bytes, str], Image] = NO_ASSETS.keep
    tools: tuple[Tool, ...] = ()


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


PLAIN = Manner()
"""As tasks say."""
NOTHING: Mapping[str, str] = MappingProxyType({})


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


class Model:
    """One endpoint; what a plug-in registers makes one. Everything but `ask` has a default.

    `ask` returns a reply or raises a `ModelFault`; retries, deadlines and pacing are the engine's. A model may be asked
    by several tasks of one event loop at once, as many as `slots`.
    """

    uri: str  # canonical; part of every response key
    levels: frozenset[Level] = frozenset({Level.GENERATE})
    maybe: frozenset[Level] = frozenset()  # levels that only a question can tell of; see `learn`
    without: frozenset[Level] = frozenset()  # what of `TALK` it cannot take
    simulated = False  # an organism: its properties are planted, and every table says so
    served = False  # a server answers for it, which may take a seed and heed none
    slots = 1  # how many calls it can usefully serve at once
    ends_within = inf  # seconds after which every call has ended by itself; the engine ends those that may take longer

    @property
    def at(self) -> str:
        """Its URI, whatever name it goes by."""
        return self.uri

    @property
    def manner(self) -> Manner:
        """How it is asked, beyond what tasks say."""
        return PLAIN

    @property
    def adapted(self) -> Mapping[str, str]:
        """What its server refuses, and is left out or renamed: parameter → its other name, "" where it is left out."""
        return NOTHING

    async def check(self) -> None:
        """Raise an `InputError` if the endpoint cannot work at all (weights missing, port closed, key unset)."""

    async def learn(self, needed: frozenset[Level]) -> None:
        """Find out which of the `needed` levels that it may have it has: they come into `levels`.

        Whether a server reads pictures is asked with one of a single colour, whether it makes some by asking for one,
        whether it calls functions with one that it is told to call. Raises `InputError` where it gives no answer to
        that, neither yes nor no.
        """
        if Level.IMAGE_IN in needed & self.maybe - self.levels and await _sees(self):
            self.levels |= {Level.IMAGE_IN}
        if Level.IMAGE_OUT in needed & self.maybe - self.levels and await _draws(self):
            self.levels |= {Level.IMAGE_OUT}
        if Level.TOOLS in needed & self.maybe - self.levels:
            if await _calls(self):
                self.levels |= {Level.TOOLS}
            else:
                self.adapt({"tools": ""})
        self.maybe -= needed

    async def ask(self, request: Request) -> Reply:
        """One reply to one conversation."""
        raise NotImplementedError(f"{type(self).__name__} answers nothing: give it `async def ask(self, request)`")

    def adapt(self, known: Mapping[str, str]) -> None:
        """Take up what its server refused before, in the words of `adapted`."""

    async def close(self) -> None:
        """Let go of sockets, threads and memory. Safe to call twice."""


class Wrapped(Model):
    """A model around another one; what it does not change is the inner model's. A subclass gives `uri` and `ask`."""

    def __init__(self, inner: Model, uri: str) -> None:
        self.inner, self.uri = inner, uri
        self.levels, self.maybe, self.without = inner.levels, inner.maybe, inner.without
        self.simulated, self.served, self.slots = inner.simulated, inner.served, inner.slots
        self.ends_within = inner.ends_within

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.inner!r})"

    @property
    def at(self) -> str:
        """The inner model's, unless this one is another by its URI."""
        return self.inner.at if self.uri == self.inner.uri else self.uri

    @property
    def manner(self) -> Manner:
        """The inner model's."""
        return self.inner.manner

    @property
    def adapted(self) -> Mapping[str, str]:
        """What the inner model leaves out or renames."""
        return self.inner.adapted

    async def check(self) -> None:
        """The inner model's."""
        await self.inner.check()

    async def learn(self, needed: frozenset[Level]) -> None:
        """What the inner model finds out of itself, as far as this one lets it through."""
        sought = needed & self.maybe
        await self.inner.learn(sought)
        self.levels |= sought & self.inner.levels
        self.maybe -= needed

    async def ask(self, request: Request) -> Reply:
        """The inner model's reply."""
        return await self.inner.ask(request)

    def adapt(self, known: Mapping[str, str]) -> None:
        """The inner model's."""
        self.inner.adapt(known)

    async def close(self) -> None:
        """The inner model's."""
        await self.inner.close()


class Named(Wrapped):
    """A model under a name of its own, asked in a manner of its own.

    `uri` is the name, or else the inner URI with the manner in brackets: what keys, tables and files call it.
    """

    def __init__(self, inner: Model, name: str = "", manner: Manner | None = None) -> None:
        self._manner = manner or PLAIN
        if self._manner.system and Level.SYSTEM in inner.without:
            raise InputError(f"`{name or inner.uri}` has no place for a system message: give it one, or leave it out")
        super().__init__(inner, name or (f"{inner.uri} ({self._manner})" if str(self._manner) else inner.uri))

    @property
    def at(self) -> str:
        """The inner URI."""
        return self.inner.uri

    @property
    def manner(self) -> Manner:
        """How it is asked."""
        return self._manner

    async def ask(self, request: Request) -> Reply:
        """The inner model's reply, asked in this manner."""
        turns, sampling = self.manner.before(request.turns), self.manner.over(request.sampling)
        return await self.inner.ask(msgspec.structs.replace(request, turns=turns, sampling=sampling))


class Layer(NamedTuple):
    """The outermost mitigation of a model's URI, its settings, and the URI of what is inside ("": nothing)."""

    name: str
    settings: dict[str, str]
    inner: str


_LAYER = re.compile(r"(?P<name>[\w.-]+)(?:\?(?P<settings>[^/]*))?(?:/(?P<inner>.*))?", re.DOTALL)


def layer(uri: str) -> Layer | None:
    """`retrieval?k=3/smollm2` taken apart; None for a model by itself. Raises `InputError` for settings in no form."""
    found = _LAYER.fullmatch(uri)
    if found is None or found["name"] not in names("mitigation"):
        return None
    settings: dict[str, str] = {}
    for one in (found["settings"] or "").split("&") if found["settings"] else ():
        name, equals, value = one.partition("=")
        if not (name and equals) or name in settings:
            raise InputError(
                f"`{one}` in the model URI `{uri}`: write {found['name']}?NAME=VALUE&…/MODEL, each name once"
            )
        settings[name] = value
    return Layer(found["name"], settings, found["inner"] or "")


def underlying(uri: str) -> str:
    """The model that answers in the end: `smollm2` for `retrieval/smollm2`, any other URI itself, manners apart."""
    uri = uri.partition(" (")[0]
    while outer := layer(uri):
        uri = outer.inner
    return uri


_SIDE = 64  # pixels: some models refuse fewer than 28
_TRIES = 3
_PATIENCE = 120.0  # seconds that one answer is waited for, and at most for a limit to pass
_OF_PICTURES = re.compile(r"image|picture|vision|visual|multi-?modal|mmproj", re.IGNORECASE)
_OF_TOOLS = re.compile(r"tool|function|jinja", re.IGNORECASE)


async def _sees(model: Model) -> bool:
    """Whether a model takes a picture. A server may fail with 500 at one that it was not made for."""
    body = _red(_SIDE)
    shown = picture(body, "a red square")
    asked = (user("What colour is this? Answer with one word.", shown),)
    request = Request(asked, Sampling(max_tokens=16), asset={shown.sha256: body}.__getitem__)
    return await _tried(model, request, "reads pictures", _OF_PICTURES) is not None


async def _draws(model: Model) -> bool:
    """Whether a model makes a picture. A server may take the request and answer in words.

    What is held back, or lies where it is not fetched, was made: each case will say so, where a no would say nothing.
    """
    asked = (user("Draw a red square on a white ground."),)
    request = Request(asked, Sampling(image=Drawing()), keep=Scratch().keep)
    reply = await _tried(model, request, "makes pictures", _OF_PICTURES)
    return reply is not None and (bool(reply.images) or reply.finish == "filtered")


async def _calls(model: Model) -> bool:
    """Whether a model calls a function that it is told to call. A server may take functions and leave them alone."""
    ready = Tool("ready", "Says that you are ready.", {"word": Param("text", "the word `ready`")})
    asked = (user("Call the function `ready` now, with the word `ready`."),)
    request = Request(asked, Sampling(max_tokens=512, functions=True), tools=(ready,))
    reply = await _tried(model, request, "calls functions", _OF_TOOLS)
    return reply is not None and any(call.tool == ready.name for call in reply.calls)


async def _tried(model: Model, request: Request, what: str, of: re.Pattern[str]) -> Reply | None:
    """A reply to such a request, or None where the server will have none; a filter's objection is a reply, and so is
    a picture that cannot be kept."""
    import asyncio  # late: `--help` need not pay for it

    why = ""
    for tries in range(_TRIES):
        pause: float = 2**tries
        try:
            async with asyncio.timeout(_PATIENCE):
                return await model.ask(request)
        except (Blocked, NoPicture):
            return Reply("", "filtered")
        except Permanent:
            return None
        except RateLimited as fault:
            why, pause = str(fault), min(fault.retry_after or pause, _PATIENCE)
        except TimeoutError:
            why = f"nothing within {_PATIENCE:g} s"
        except ModelFault as fault:
            if isinstance(fault, Transient) and of.search(str(fault)):
                return None
            why = str(fault)
        if tries < _TRIES - 1:
            await asyncio.sleep(pause)
    raise InputError(f"`{model.uri}` was asked whether it {what} and gave no answer ({why}): try again")


def _red(side: int) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    rows = (b"\0" + b"\xd0\x10\x10" * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


Opener = Callable[[str, ModelOptions], Model]
"""What a model plug-in registers: the part of the URI after its scheme, and the options, to a model."""

Mitigation = Callable[[Model, Mapping[str, str]], Wrapped]
"""What a mitigation registers: the model to stand around and its settings, as texts, to the model with it."""
