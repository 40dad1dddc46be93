"""The OpenAI chat format: a request as JSON bytes, a reply from JSON bytes, and what an error answer means.

Every endpoint that speaks it shares this file (`openai_api` over HTTP, `smollm2` in process), so the same conversation
and sampling are the same bytes everywhere. The format is described at
https://platform.openai.com/docs/api-reference/chat.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from trustgen.core import (
    Blocked,
    Call,
    Image,
    Permanent,
    Reply,
    Request,
    Sampling,
    Text,
    TokenLogprob,
    Tool,
    Transient,
    Turn,
    Usage,
)
from trustgen.core.replies import Finish

from .calls import MOST, call_of
from .faults import clean, cut_by_filter, fault_within
from .loose import counted, loose
from .pictures import place, wished
from .secrets import STRUCK, spans, strike

STREAM = "stream"
"""The one parameter that a server may want and that is never sent of ourselves."""

PICTURE = "image_url"
"""What a part of a message that is a picture is called, and what stands in it."""

FLOOR = -9999.0
"""Stands for a log-probability of minus infinity, which JSON cannot carry (vLLM's convention)."""

# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_encode = msgspec.json.Encoder().encode


def body(model: str, request: Request, adapted: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """The JSON of one chat completion.

    Temperature, `top_p` and `max_tokens` are always said, because servers differ in their defaults. What the protocol
    has no word for (`top_k`, `min_p`, repetition penalties) stays as the server is set, but for `Sampling.extra`, which
    goes before all else (and `null` there leaves a field out; of `image_url` there see `beside`). `adapted` renames
    parameters, or leaves out those renamed to "". Where a picture is asked for, no cap is said: it would cut the
    picture, which is a thousand tokens.
    """
    sampling = request.sampling
    payload: dict[str, Any] = {
        "model": model,
        "messages": _messages(request),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens + sampling.thinking,
    }
    if request.tools:
        payload["tools"] = [{"type": "function", "function": _function(tool)} for tool in request.tools]
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
    if sampling.effort:
        payload["reasoning_effort"] = sampling.effort
    if sampling.image is not None:
        del payload["max_tokens"]
        payload |= {"modalities": ["image", "text"], **wished(sampling.image)}
    for name, other in adapted.items():
        if name == STREAM:
            payload[STREAM] = True
        elif name in payload:
            value = payload.pop(name)
            payload |= {other: value} if other else {}
    if sampling.extra:
        more = {name: value for name, value in sampling.extra.items() if name != PICTURE}
        payload = {name: value for name, value in (payload | more).items() if value is not None}
    try:
        return _encode(payload)
    except ValueError as error:  # half a surrogate pair in a text
        raise Permanent(f"the conversation cannot be written as UTF-8: {error}") from error


def beside(sampling: Sampling) -> dict[str, Any]:
    """What every picture that is shown is sent with, as `{"detail": "low"}`: the field `image_url` of `Sampling.extra`.

    No body has such a field, and pictures stand deep in it, where a field of the body cannot reach. Raises `Permanent`
    for what is none of fields, or would put another picture in the place.
    """
    told = sampling.extra.get(PICTURE) or {}
    if not isinstance(told, dict) or "url" in told:
        raise Permanent(f'the extra field `{PICTURE}` holds what pictures are sent with: write {{"detail": "low"}}')
    return {name: value for name, value in told.items() if value is not None}


def data_url(image: Image, asset: Callable[[str], bytes]) -> str:
    """An image as a `data:` URL."""
    return f"data:{image.media_type};base64,{b64encode(asset(image.sha256)).decode('ascii')}"


def _function(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.about, "parameters": tool.schema}


def _messages(request: Request) -> list[dict[str, Any]]:
    """The conversation. A tool's message names the call that it answers, which is compulsory: the next of the calls
    before it, or one that nobody made."""
    messages = []
    open_calls: list[str] = []
    told = beside(request.sampling)
    for index, turn in enumerate(request.turns):
        message: dict[str, Any] = {"role": turn.role, "content": _content(turn, request.asset, told)}
        if turn.role == "tool":
            message["tool_call_id"] = open_calls.pop(0) if open_calls else f"call_{index}"
        elif turn.calls and request.tools:
            open_calls = [f"call_{index}_{place}" for place in range(len(turn.calls))]
            calls = zip(open_calls, turn.calls, strict=True)
            message["tool_calls"] = [{"id": of, "type": "function", "function": _called(call)} for of, call in calls]
        messages.append(message)
    return messages


def _called(call: Call) -> dict[str, str]:
    return {"name": call.tool, "arguments": _encode(call.arguments).decode()}


def _content(turn: Turn, asset: Callable[[str], bytes], told: Mapping[str, Any]) -> str | list[dict[str, Any]]:
    # Text alone is sent as a plain string: not every server takes a list.
    if all(isinstance(part, Text) for part in turn.parts):
        return turn.text
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else {"type": PICTURE, PICTURE: {"url": data_url(part, asset), **told}}
        for part in turn.parts
    ]


# ── being answered ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Part(msgspec.Struct):
    type: str = "text"
    text: str | None = None
    refusal: str | None = None
    thinking: Any = None
    reasoning: Any = None
    summary: Any = None
    image_url: Any = None
    url: Any = None
    b64_json: Any = None


class _Function(msgspec.Struct):
    name: str = ""
    arguments: Any = None


class _ToolCall(msgspec.Struct):
    function: _Function | None = None


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None
    tool_calls: list[_ToolCall] | None = None
    images: Any = None
    refusal: str | None = None
    reasoning_content: Any = None
    reasoning: Any = None
    thinking: Any = None


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
    message: _Message | None = None
    text: str | None = None
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: Any = None
    usage_metadata: Any = msgspec.field(default=None, name="usageMetadata")
    error: Any = None


_decode = msgspec.json.Decoder(_Completion).decode

_FINISH: dict[str | None, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "tool_calls": "stop",
    "function_call": "stop",
    "tool_use": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
}
_CUT_BY_SERVER = frozenset({"abort", "error", "insufficient_system_resource"})
_SAID = frozenset({"text", "output_text", "refusal"})  # part types that are the answer; `thinking` is not
_SHOWN = frozenset({PICTURE, "image", "output_image"})  # and those that are pictures
_PROMPT = ("prompt_tokens", "input_tokens", "promptTokens", "promptTokenCount", "inputTokens", "prompt_eval_count")
_COMPLETION = (
    "completion_tokens", "output_tokens", "completionTokens", "candidatesTokenCount", "outputTokens", "eval_count",
)  # fmt: skip
_THINKING = ("reasoning_tokens", "thinking_tokens", "thoughtsTokenCount", "reasoningTokens")
_DETAILS = ("completion_tokens_details", "output_tokens_details")


class Answer(NamedTuple):
    """A reply, and where the pictures are that came with it; "" for one that is announced and not there."""

    reply: Reply
    places: list[str]


def reply(answer: bytes, sampling: Sampling, seconds: float, hide: str | Sequence[str] = "") -> Reply:
    """The words of `read`."""
    return read(answer, sampling, seconds, hide).reply


def read(answer: bytes, sampling: Sampling, seconds: float, hide: str | Sequence[str] = "") -> Answer:
    """The reply in the JSON of a successful answer; `seconds` is how long it took, `hide` the keys that neither a
    reply nor an error may show.

    The text is `content`, or the `refusal` or the `text` that stands in its place. Reasoning (`reasoning_content`,
    `reasoning`, parts of type `thinking`) becomes `Reply.thoughts`: without content the reply is empty, and the judge
    sees that it is.

    Raises `Blocked` where a filter cut the reply, `Transient` where the answer cannot be read or the server gave up
    half-way, and whatever an `error` inside the body amounts to.
    """
    completion = _read(answer)
    if completion.error is not None:
        raise fault_within(completion.error, hide)
    if not completion.choices:
        raise Transient("the answer holds no choices")
    choice = completion.choices[0]
    if choice.message is None and choice.text is None:
        raise Transient("the answer holds no message")
    text, thoughts = _text(choice), _thoughts(choice.message)
    reason = (choice.finish_reason or "").lower()
    if reason not in _FINISH and cut_by_filter(reason, text):
        raise Blocked("the provider's content filter cut the reply")
    if reason in _CUT_BY_SERVER:
        raise Transient(f"the server gave up on the reply (finish reason `{reason}`)")
    logprobs = _logprobs(choice.logprobs, text) if sampling.logprobs else ()
    usage = _usage(completion.usage or completion.usage_metadata)
    finish = _FINISH.get(reason or None, "other")
    made = Reply(
        strike(text, hide),
        finish,
        usage,
        seconds,
        struck(logprobs, hide),
        strike(thoughts, hide),
        calls=_calls(choice.message, hide),
    )
    return Answer(made, _places(choice.message))


def _places(message: _Message | None) -> list[str]:
    """Where the pictures of a message are: in parts of its content, beside it, or the same in both."""
    if message is None or not (message.images or isinstance(message.content, list)):
        return []
    parts = [part for part in message.content if _shows(part)] if isinstance(message.content, list) else []
    beside = message.images if isinstance(message.images, list) else []
    items = [*map(msgspec.structs.asdict, parts), *(one if isinstance(one, dict) else {"url": one} for one in beside)]
    return list(dict.fromkeys(map(place, items)))


def _shows(part: _Part) -> bool:
    return part.type in _SHOWN or part.image_url is not None


def _calls(message: _Message | None, hide: str | Sequence[str]) -> tuple[Call, ...]:
    """The functions that a message calls, `MOST` at most."""
    found = []
    for made in (message.tool_calls or () if message else ())[:MOST]:
        if made.function is not None:
            arguments = made.function.arguments
            told = strike(arguments, hide) if isinstance(arguments, str) else arguments
            found.append(call_of(made.function.name, {} if told is None else told))
    return tuple(found)


def struck(tokens: tuple[TokenLogprob, ...], hide: str | Sequence[str]) -> tuple[TokenLogprob, ...]:
    """Tokens without those that spell a key together, nor alternatives of theirs or with a key in them."""
    found = spans("".join(token.token for token in tokens), hide) if tokens else []
    if not found and not any(spans(other, hide) for token in tokens for other in token.top):
        return tokens
    kept, at = [], 0
    for token in tokens:
        end = at + len(token.token)
        whole = not any(at < last and first < end for first, last in found)
        top = {other: p for other, p in token.top.items() if whole and not spans(other, hide)}
        kept.append(TokenLogprob(token.token if whole else STRUCK, token.logprob, top))
        at = end
    return tuple(kept)


def _read(answer: bytes) -> _Completion:
    try:
        return _decode(answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(loose(answer), _Completion, strict=False)
    except (ValueError, RecursionError) as error:
        reason = clean(str(error))
    raise Transient(f"the answer is not a chat completion: {reason}")


def _text(choice: _Choice) -> str:
    message = choice.message
    if message is None:
        return choice.text or ""
    content = message.content
    if isinstance(content, list):
        content = "".join(part.text or part.refusal or "" for part in content if part.type in _SAID)
    return content or message.refusal or choice.text or ""


def _thoughts(message: _Message | None) -> str:
    """What a server that parses reasoning says was thought, whatever it calls it."""
    if message is None:
        return ""
    named = message.reasoning_content or message.reasoning or message.thinking
    if named is None and isinstance(message.content, list):
        named = [part.thinking or part.reasoning or part.summary or part.text for part in message.content
                 if part.type not in _SAID and not _shows(part)]  # fmt: skip
    return "" if named is None else _words(named).strip()


def _words(value: Any, depth: int = 5) -> str:
    """The text in a value, wherever it stands: servers send reasoning as a string, as parts, and as parts of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth:
        return "".join(_words(item, depth - 1) for item in value)
    if isinstance(value, dict) and depth:
        return "".join(_words(value[name], depth - 1) for name in ("text", "content", "thinking", "summary")
                       if name in value)  # fmt: skip
    return ""


def _usage(told: Any) -> Usage:
    """Tokens, under whatever name a server counts them; 0 where it does not."""
    if not isinstance(told, dict):
        return Usage()
    details = next((found for name in _DETAILS if isinstance(found := told.get(name), dict)), told)
    return Usage(_count(told, _PROMPT), _count(told, _COMPLETION), _count(details, _THINKING))


def _count(told: dict[str, Any], names: tuple[str, ...]) -> int:
    return next((count for name in names if (count := counted(told.get(name)))), 0)


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
