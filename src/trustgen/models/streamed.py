"""A chat completion that came as a stream of events, put together to the one that was asked for.

We never ask for a stream. Some servers send nothing else, and some gateways send one in spite of that; the format is
the one of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), a JSON chunk in each.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from trustgen.core import Transient

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode
THOUGHT = ("reasoning_content", "reasoning", "thinking")


def is_stream(content: bytes) -> bool:
    """Whether a body is a stream of events, whatever its headers call it."""
    return content[:200].lstrip().startswith((b"data:", b"event:", b"id:", b"retry:", b":"))


def whole(content: bytes) -> bytes:
    """The JSON of the completion that a stream adds up to. Raises `Transient` where it breaks off or is none."""
    try:
        return _joined(content)
    except (AttributeError, TypeError, LookupError) as error:
        raise Transient(f"the stream of the answer holds no chat completion ({type(error).__name__})") from None


def _loose(data: bytes) -> dict[str, Any]:
    """A chunk; one with NaN or infinity among its numbers, which JSON has not, is read all the same."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        found: dict[str, Any] = json.loads(data, parse_constant=lambda _: None, parse_int=float)
        return found


def _joined(content: bytes) -> bytes:
    said: dict[str, list[str]] = {}
    parts: dict[str, list[Any]] = {}
    tokens: list[Any] = []
    finish: str | None = None
    usage: Any = None
    ended = False
    for line in content.split(b"\n"):
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            ended = True
            continue
        try:
            chunk = _loose(data)
        except (ValueError, RecursionError):
            continue  # a comment, or half an event: what is missing shows at the end
        if chunk.get("error"):
            return _encode({"error": chunk["error"]})
        usage = chunk.get("usage") or usage
        for choice in (chunk.get("choices") or ())[:1]:
            finish = choice.get("finish_reason") or finish
            tokens += (choice.get("logprobs") or {}).get("content") or ()
            delta = choice.get("delta") or choice.get("message") or {"content": choice.get("text")}
            _gather(delta, said, parts)
    if not (ended or finish):
        raise Transient("the stream of the answer broke off")
    message: dict[str, Any] = {name: "".join(pieces) for name, pieces in said.items()} | parts
    if "content" in parts:
        message["content"] = [{"type": "text", "text": "".join(said.get("content", ()))}, *parts["content"]]
    choice = {
        "message": message,
        "finish_reason": finish or "stop",
        "logprobs": {"content": tokens} if tokens else None,
    }
    return _encode({"choices": [choice], "usage": usage})


def _gather(delta: dict[str, Any], said: dict[str, list[str]], parts: dict[str, list[Any]]) -> None:
    """Take what a chunk adds: pieces of texts, and parts that come whole, pictures above all."""
    for name in ("content", "refusal", *THOUGHT):
        if isinstance(piece := delta.get(name), str):
            said.setdefault(name, []).append(piece)
    for name in ("content", "images"):
        if isinstance(more := delta.get(name), list):
            parts.setdefault(name, []).extend(more)


__all__ = ["is_stream", "whole"]
