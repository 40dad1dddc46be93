"""Servers that make pictures from words, in the shape of OpenAI's images: `images:MODEL@http://host:port/v1`.

Gateways and local servers (vLLM-Omni, SGLang Diffusion, LocalAI) speak it too, and take a seed and steps, which the
official ones refuse: what is refused is left out from then on, said aloud, and part of every key. Source:
https://platform.openai.com/docs/api-reference/images.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import msgspec

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
    Usage,
)
from trustgen.core.replies import Finish

from .adapting import adapting
from .client import LONGEST_BODY
from .faults import clean, cut_by_filter, fault_within
from .loose import counted, loose
from .pictures import kept, place, wished
from .secrets import strike
from .served import Served

SLOTS = 16
"""Calls at once, where nobody says how many: a picture is seconds of a whole device."""
REFUSABLE = ("response_format", "seed", "num_inference_steps", "guidance_scale", "negative_prompt", "size", "n")
"""Parameters that may be left out, in this order where an error names several."""


def open_model(rest: str, options: ModelOptions) -> ImagesModel:
    """The model of `MODEL@http://host:port/v1`.

    Raises `InputError` for a malformed URI, an unset key, and a secret that would cross a network unencrypted.
    """
    return ImagesModel(rest, options)


class _Made(NamedTuple):
    """What an answer has: where its pictures are, the prompts they were made by, tokens, seconds.

    `filtered` says that a filter took some of the pictures.
    """

    places: list[str]
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
        wanted = (request.sampling.image or Drawing()).count
        images = await kept(made.places, request, self.fetched, self._client.hide)
        text = strike("\n".join(made.revised), self._client.hide)
        finish: Finish = "stop" if len(images) == wanted else "filtered" if made.filtered else "other"
        return Reply(text, finish, made.usage, made.seconds, images=images)

    async def _asked(self, request: Request, adapted: Mapping[str, str]) -> _Made:
        data = _body(self._name, request, adapted)
        return await self._client.ask(self._target, data, LONGEST_BODY, self._read)

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
        left = [item for item in items if not _filtered(item, hide)]
        places = [one for item in left if (one := place(item))]
        filtered = len(left) < len(items)
        if not places and filtered:
            raise Blocked("the provider's content filter left no picture")
        if not places:
            raise Transient("the answer holds no picture")
        revised = [str(item["revised_prompt"]) for item in left if item.get("revised_prompt")]
        return _Made(places, list(dict.fromkeys(revised)), filtered, _usage(answer.get("usage")), seconds)


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
        "seed": request.sampling.seed,
        **wished(drawing),
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


def _usage(told: Any) -> Usage:
    known = told if isinstance(told, dict) else {}
    return Usage(counted(known.get("input_tokens")), counted(known.get("output_tokens")))
