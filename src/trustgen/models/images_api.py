"""Servers that make pictures from words, in the shape of OpenAI's images: `images:MODEL@http://host:port/v1`.

Gateways and local servers (vLLM-Omni, SGLang Diffusion, LocalAI) speak it too, and take a seed and steps, which the
official ones refuse: what is refused is left out from then on, said aloud, and part of every key. Source:
https://platform.openai.com/docs/api-reference/images.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec
from yarl import URL

from trustgen.core import (
    TALK,
    Blocked,
    Drawing,
    Level,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Text,
    Transient,
    Unusable,
    Usage,
)
from trustgen.core.replies import Finish

from .adapting import adapting
from .chat_format import fault_within
from .client import LONGEST_BODY
from .faults import clean, cut_by_filter
from .loose import counted, loose
from .secrets import strike
from .served import Served

SLOTS = 16
"""Calls at once, where nobody says how many: a picture is seconds of a whole device."""
MOST = 20 * 2**20
"""Bytes of one picture that are fetched by a URL."""
REFUSABLE = ("response_format", "seed", "num_inference_steps", "guidance_scale", "negative_prompt", "size", "n")
"""Parameters that may be left out, in this order where an error names several."""


def open_model(rest: str, options: ModelOptions) -> ImagesModel:
    """The model of `MODEL@http://host:port/v1`.

    Raises `InputError` for a malformed URI, an unset key, and a secret that would cross a network unencrypted.
    """
    return ImagesModel(rest, options)


class _Made(NamedTuple):
    """What an answer has: pictures as bytes or as where they lie, the prompts they were made by, tokens, seconds.

    `filtered` says that a filter took some of the pictures.
    """

    found: list[bytes | str]
    revised: list[str]
    filtered: bool
    usage: Usage
    seconds: float


class ImagesModel(Served):
    """A model that makes pictures from one prompt."""

    scheme, path = "images", "/images/generations"
    refusable = REFUSABLE
    levels = frozenset({Level.IMAGE_OUT})
    without = TALK
    slots = SLOTS

    async def ask(self, request: Request) -> Reply:
        """The pictures of one prompt, as many of those asked for as are pictures; the text is a prompt it rewrote.

        Where there are fewer, the reply's `finish` is `filtered` or `other`, and what came is kept. Raises the
        `ModelFault` that the answer amounts to: `Blocked` where a filter left none.
        """
        made = await adapting(self._adapted, partial(self._asked, request))
        images, faults = [], []
        wanted = (request.sampling.image or Drawing()).count
        for found in made.found[:wanted]:
            body = found if isinstance(found, bytes) else await self._fetched(found)
            try:
                images.append(await asyncio.to_thread(request.keep, body, ""))
            except Unusable as error:
                faults.append(str(error))
        if not images:
            raise Permanent(clean(f"no picture in the answer: {faults[0]}", self._client.hide))
        text = strike("\n".join(made.revised), self._client.hide)
        finish: Finish = "stop" if len(images) == wanted else "filtered" if made.filtered else "other"
        return Reply(text, finish, made.usage, made.seconds, images=tuple(images))

    async def _asked(self, request: Request, adapted: Mapping[str, str]) -> _Made:
        data = _body(self._name, request, adapted)
        return await self._client.ask(self._target, data, LONGEST_BODY, self._read)

    async def _fetched(self, place: str) -> bytes:
        """The bytes of a picture that lies on the server that was asked, and on no other."""
        try:
            url = self._target.join(URL(place))
            own = url.scheme in ("http", "https") and url.origin() == self._target.origin()
        except ValueError:
            raise Permanent(f"the picture's URL is malformed: {clean(place, self._client.hide)}") from None
        if not own:
            where = clean(f"{url.scheme}://{url.host}", self._client.hide)
            raise Permanent(f"the picture lies on another server ({where}): it is not fetched")
        return await self._client.ask(url, b"", MOST, lambda content, _: content, method="GET", text=True)

    def _read(self, content: bytes, seconds: float) -> _Made:
        hide = self._client.hide
        try:
            answer = loose(content)
        except (ValueError, RecursionError) as error:
            raise Transient(f"the answer is not JSON: {clean(str(error), hide)}") from None
        if isinstance(answer, dict) and answer.get("error"):
            raise fault_within(answer["error"], hide)
        items = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(items, list):
            raise Transient("the answer holds no `data`")
        items = [item for item in items if isinstance(item, dict)]
        kept = [item for item in items if not _filtered(item, hide)]
        found = [one for item in kept if (one := _picture(item)) is not None]
        if not found and len(kept) < len(items):
            raise Blocked("the provider's content filter left no picture")
        if not found:
            raise Transient("the answer holds no picture")
        revised = [str(item["revised_prompt"]) for item in kept if item.get("revised_prompt")]
        filtered = len(kept) < len(items)
        return _Made(found, list(dict.fromkeys(revised)), filtered, _usage(answer.get("usage")), seconds)


def _body(model: str, request: Request, adapted: Mapping[str, str]) -> bytes:
    """The JSON of one request. What `Drawing` leaves open is left to the server; `Sampling.extra` goes before all."""
    parts = [part for turn in request.turns for part in turn.parts]
    if len(request.turns) != 1 or not all(isinstance(part, Text) for part in parts):
        raise Permanent("a model of pictures takes one message of words: this conversation has more")
    drawing = request.sampling.image or Drawing()
    told: dict[str, Any] = {
        "model": model,
        "prompt": request.turns[0].text,
        "n": drawing.count,
        "response_format": "b64_json",
        "size": f"{drawing.width}x{drawing.height}" if drawing.width and drawing.height else None,
        "seed": request.sampling.seed,
        "num_inference_steps": drawing.steps or None,
        "guidance_scale": drawing.guidance,
        "negative_prompt": drawing.negative or None,
    }
    told = {name: value for name, value in told.items() if adapted.get(name) != ""} | request.sampling.extra
    try:
        return msgspec.json.encode({name: value for name, value in told.items() if value is not None})
    except ValueError as error:  # half a surrogate pair in a text
        raise Permanent(f"the prompt cannot be written as UTF-8: {error}") from error


def _filtered(item: dict[str, Any], hide: tuple[str, ...]) -> bool:
    """Whether a filter took a picture, or put another in its place: by a reason, an error of its own, or a verdict."""
    if cut_by_filter(str(item.get("finish_reason") or ""), "picture"):
        return True
    if item.get("error") and isinstance(fault_within(item["error"], hide), Blocked):
        return True
    verdicts = item.get("content_filter_results")
    told = verdicts.values() if isinstance(verdicts, dict) else ()
    return any(isinstance(one, dict) and one.get("filtered") is True for one in told)


def _picture(item: dict[str, Any]) -> bytes | str | None:
    """The bytes of a picture, or where it lies. Raises `Transient` for what is no Base64."""
    text = item.get("b64_json") or item.get("url")
    if not isinstance(text, str) or not text:
        return None
    head, comma, data = text.partition(",")
    if text.startswith("data:") and comma and head.endswith(";base64"):
        text = data
    elif not item.get("b64_json"):
        return text
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NoBase64, ValueError):
        raise Transient("the picture is no Base64") from None


def _usage(told: Any) -> Usage:
    known = told if isinstance(told, dict) else {}
    return Usage(counted(known.get("input_tokens")), counted(known.get("output_tokens")))
