"""The OpenAI chat format: a request as JSON bytes, a reply from JSON bytes, and what an error answer means.

Every endpoint that speaks it shares this file (`openai_api` over HTTP, `smollm2` in process), so the same conversation
and sampling are the same bytes everywhere. The format is described at
https://platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import msgspec

from trustgen.core import (
    Blocked,
    Image,
    InternalError,
    Permanent,
    Reply,
    Request,
    Sampling,
    Text,
    TokenLogprob,
    Transient,
    Turn,
    Usage,
)
from trustgen.core.records import Finish

from .faults import clean, cut_by_filter, fault_of_status

FLOOR = -9999.0
"""Stands for a log-probability of minus infinity, which JSON cannot carry (vLLM's convention)."""

# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_encode = msgspec.json.Encoder().encode


def body(model: str, request: Request) -> bytes:
    """The JSON of one chat completion.

    Temperature, `top_p` and `max_tokens` are always said, because servers differ in their defaults. What the protocol
    has no word for (`top_k`, `min_p`, repetition penalties) stays as the server is set.
    """
    sampling = request.sampling
    payload: dict[str, Any] = {
        "model": model,
        "messages": [_message(turn, i, request.asset) for i, turn in enumerate(request.turns)],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if sampling.seed is not None:
        payload["seed"] = sampling.seed
    if sampling.stop:
        payload["stop"] = sampling.stop
    if sampling.logprobs:
        payload["logprobs"] = True
        payload["top_logprobs"] = sampling.logprobs
    if sampling.schema is not None:
        schema = {"name": "reply", "strict": True, "schema": sampling.schema}
        payload["response_format"] = {"type": "json_schema", "json_schema": schema}
    try:
        return _encode(payload)
    except ValueError as error:  # half a surrogate pair in a text
        raise Permanent(f"the conversation cannot be written as UTF-8: {error}") from error


def data_url(image: Image, asset: Callable[[str], bytes]) -> str:
    """An image as a `data:` URL."""
    try:
        content = asset(image.sha256)
    except KeyError:
        raise InternalError(f"a case shows image {image.sha256}, which its edition does not hold") from None
    return f"data:{image.media_type};base64,{b64encode(content).decode('ascii')}"


def _message(turn: Turn, index: int, asset: Callable[[str], bytes]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": turn.role, "content": _content(turn, asset)}
    if turn.role == "tool":
        message["tool_call_id"] = f"call_{index}"  # compulsory in the protocol; a turn has no name of its own
    return message


def _content(turn: Turn, asset: Callable[[str], bytes]) -> str | list[dict[str, Any]]:
    # Text alone is sent as a plain string: not every server takes a list.
    if all(isinstance(part, Text) for part in turn.parts):
        return turn.text
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else {"type": "image_url", "image_url": {"url": data_url(part, asset)}}
        for part in turn.parts
    ]


# ── being answered ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Part(msgspec.Struct):
    type: str = "text"
    text: str | None = None
    refusal: str | None = None


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None


class _Alternative(msgspec.Struct):
    token: str
    logprob: float


class _Token(msgspec.Struct):
    token: str
    logprob: float
    top_logprobs: list[_Alternative] | None = None


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


_decode = msgspec.json.Decoder(_Completion).decode

_FINISH: dict[str | None, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
}
_CUT_BY_SERVER = frozenset({"abort", "error", "insufficient_system_resource"})
_SAID = frozenset({"text", "output_text", "refusal"})  # part types that are the answer; `thinking` is not


def reply(answer: bytes, sampling: Sampling, seconds: float, hide: str = "") -> Reply:
    """The reply in the JSON of a successful answer; `seconds` is how long it took, `hide` the key no error may show.

    The text is `content`, or the `refusal` that stands in its place. Reasoning (`reasoning_content`, parts of type
    `thinking`) is not the answer: without content the reply is empty, and the judge sees that it is.

    Raises `Blocked` where a filter cut the reply, `Transient` where the answer cannot be read or the server gave up
    half-way, and whatever an `error` inside the body amounts to.
    """
    completion = _read(answer)
    if completion.error is not None:
        raise fault_of_status(_status(completion.error), _encode({"error": completion.error}), hide=hide)
    if not completion.choices:
        raise Transient("the answer holds no choices")
    choice = completion.choices[0]
    text = _text(choice.message)
    if choice.finish_reason and cut_by_filter(choice.finish_reason, text):
        raise Blocked("the provider's content filter cut the reply")
    if choice.finish_reason in _CUT_BY_SERVER:
        raise Transient(f"the server gave up on the reply (finish reason `{choice.finish_reason}`)")
    usage = completion.usage
    return Reply(
        text,
        _FINISH.get(choice.finish_reason, "other"),
        Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0) if usage else Usage(),
        seconds,
        _logprobs(choice.logprobs, text) if sampling.logprobs else (),
    )


def _read(answer: bytes) -> _Completion:
    try:
        return _decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    # Real servers send halves of surrogate pairs, broken UTF-8, NaN and 12.0 for 12: read what can be read.
    try:
        loose = json.loads(answer.decode("utf-8", "replace"), strict=False)
        return msgspec.convert(_mended(loose), _Completion, strict=False)
    except (ValueError, RecursionError) as error:
        reason = clean(str(error))
    raise Transient(f"the answer is not a chat completion: {reason}")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


def _text(message: _Message) -> str:
    content = message.content
    if isinstance(content, list):
        content = "".join(part.text or part.refusal or "" for part in content if part.type in _SAID)
    return content or message.refusal or ""


def _logprobs(given: _Logprobs | None, text: str) -> tuple[TokenLogprob, ...]:
    if given is None or given.content is None:
        if text:
            raise Permanent("the server returned no logprobs: it does not offer what this task needs")
        return ()
    return tuple(
        TokenLogprob(token.token, max(FLOOR, token.logprob), _top(token.top_logprobs or ())) for token in given.content
    )


def _top(alternatives: list[_Alternative] | tuple[()]) -> dict[str, float]:
    # Two tokens that are parts of one character can print alike: the likelier, which comes first, keeps the name.
    top: dict[str, float] = {}
    for alternative in alternatives:
        top.setdefault(alternative.token, max(FLOOR, alternative.logprob))
    return top


def _status(error: Any) -> int:
    """The HTTP status that an error inside a 200 answer names; 500 where it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and code.isdecimal():
        code = int(code)
    return code if isinstance(code, int) and 400 <= code <= 599 else 500
