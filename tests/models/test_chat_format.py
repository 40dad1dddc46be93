"""Requests as bytes, replies from bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from trustgen.core import (
    Blocked,
    Image,
    Permanent,
    RateLimited,
    Request,
    Sampling,
    Text,
    Transient,
    Turn,
    Usage,
    assistant,
    system,
    user,
)
from trustgen.models import chat_format

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SHA = hashlib.sha256(PNG).hexdigest()


def sent(*turns: Turn, **sampling: Any) -> dict:
    request = Request(turns, Sampling(**sampling), asset={SHA: PNG}.__getitem__)
    return json.loads(chat_format.body("m", request))


def read(body: Any, **sampling: Any):
    return chat_format.reply(body if isinstance(body, bytes) else json.dumps(body).encode(), Sampling(**sampling), 0.25)


def said(content: Any = "Paris", finish: Any = "stop", **more: Any) -> dict:
    return {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish, **more}]}


def test_every_role_and_every_default_is_said() -> None:
    got = sent(system("Be brief."), user("Hi"), assistant("Yes?"), Turn("tool", (Text("42"),)), user("So?"))
    assert got == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Yes?"},
            {"role": "tool", "content": "42", "tool_call_id": "call_3"},
            {"role": "user", "content": "So?"},
        ],
        "temperature": 0.0,
        "top_p": 1.0,
        "max_tokens": 256,
        "seed": 0,
    }


def test_every_sampling_field_is_said() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    got = sent(
        user("Hi"), temperature=0.7, top_p=0.9, max_tokens=5, seed=None, stop=("END", "\n"), logprobs=3, schema=schema
    )
    del got["messages"], got["model"]
    assert got == {
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 5,
        "stop": ["END", "\n"],
        "logprobs": True,
        "top_logprobs": 3,
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}},
    }


def test_image_is_sent_as_its_own_bytes() -> None:
    (message,) = sent(user("What is this?", Image(SHA, "image/jpeg")))["messages"]
    text, image = message["content"]
    assert text == {"type": "text", "text": "What is this?"}
    head, _, data = image["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(data) == PNG


def test_what_pictures_are_sent_with_stands_beside_each_and_not_in_the_body() -> None:
    shown = Image(SHA, "image/png")
    turns = (user("What is this?", shown), assistant("A cat."), user("And this?", shown))
    bare = sent(*turns)
    told = sent(*turns, extra={"image_url": {"detail": "low", "crop": None}, "top_k": 3})
    assert (told.pop("top_k"), "image_url" in told) == (3, False)
    for turn in (0, 2):
        url = bare["messages"][turn]["content"][1]["image_url"]["url"]
        assert told["messages"][turn]["content"][1].pop("image_url") == {"url": url, "detail": "low"}
        assert bare["messages"][turn]["content"][1].pop("image_url") == {"url": url}
    assert told == bare
    assert sent(user("Hi"), extra={"image_url": {"detail": "low"}}) == sent(user("Hi"))
    for wrong in ("low", ["low"], {"url": "https://example.org/another.png"}):
        with pytest.raises(Permanent, match=r'what pictures are sent with: write \{"detail": "low"\}'):
            sent(user("What is this?", shown), extra={"image_url": wrong})


def test_text_parts_are_one_string() -> None:
    (message,) = sent(Turn("user", (Text("a"), Text("b"))))["messages"]
    assert message["content"] == "ab"


def test_text_that_is_not_text_is_permanent() -> None:
    with pytest.raises(Permanent, match="UTF-8"):
        sent(user("half a pair: \ud83d"))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Paris", "Paris"),
        ("", ""),
        (None, ""),
        ([{"type": "text", "text": "Pa"}, {"type": "text", "text": "ris"}], "Paris"),
        (
            [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Paris"}],
            "Paris",
        ),
        ([{"type": "reasoning", "text": "hm"}, {"type": "text", "text": "Paris"}], "Paris"),
        ([{"type": "refusal", "refusal": "I can't."}], "I can't."),
        ([], ""),
    ],
)
def test_content_in_every_form(content: Any, text: str) -> None:
    got = read(said(content))
    assert (got.text, got.finish, got.seconds) == (text, "stop", 0.25)


def test_refusal_is_the_text_and_reasoning_is_not() -> None:
    refused = {"choices": [{"message": {"content": None, "refusal": "I can't help."}, "finish_reason": "stop"}]}
    assert read(refused).text == "I can't help."
    thought = {"choices": [{"message": {"content": "", "reasoning_content": "Let me see"}, "finish_reason": "length"}]}
    assert (read(thought).text, read(thought).finish) == ("", "length")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("tool_calls", "stop"),
        ("something new", "other"),
        (None, "other"),
    ],
)
def test_finish_reason(reason: str | None, finish: str) -> None:
    assert read(said(finish=reason)).finish == finish


@pytest.mark.parametrize("reason", ["content_filter", "content_filter: SAFETY"])
def test_filter_is_blocked_even_with_text(reason: str) -> None:
    with pytest.raises(Blocked):
        read(said("I was about to", reason))


@pytest.mark.parametrize("reason", ["abort", "error", "insufficient_system_resource"])
def test_a_reply_the_server_gave_up_on_is_no_reply(reason: str) -> None:
    with pytest.raises(Transient, match=reason):
        read(said("half a sen", reason))


def test_usage() -> None:
    assert read({**said(), "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).usage == Usage(7, 2)
    assert read({**said(), "usage": {"prompt_tokens": 7, "completion_tokens": None}}).usage == Usage(7, 0)
    assert read({**said(), "usage": None}).usage == Usage()
    assert read(said()).usage == Usage()


def test_logprobs() -> None:
    tops = [
        {"token": "Par", "logprob": -0.1},
        {"token": "\ufffd", "logprob": -2.0},
        {"token": "\ufffd", "logprob": -3.0},
    ]
    tokens = [{"token": "Par", "logprob": -0.1, "top_logprobs": tops}, {"token": "is", "logprob": 0.0}]
    first, second = read(said(logprobs={"content": tokens}), logprobs=3).logprobs
    assert (first.token, first.logprob, first.top) == ("Par", -0.1, {"Par": -0.1, "\ufffd": -2.0})
    assert (second.token, second.logprob, second.top) == ("is", 0.0, {})
    assert read(said(logprobs={"content": tokens})).logprobs == ()  # not asked for


def test_logprobs_that_were_asked_for_and_not_given_are_not_silently_none() -> None:
    for logprobs in (None, {"content": None}, {}):
        with pytest.raises(Permanent, match="no logprobs"):
            read(said(logprobs=logprobs), logprobs=1)
    assert read(said("", logprobs=None), logprobs=1).logprobs == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"<html></html>",
        b'{"choices": null}',
        b'{"choices": []}',
        b"{}",
        b'{"choices": [{}]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": 3}}]}',
        b'{"choices": [{"message": {"content": "Par',
        b"[" * 100_000,
        b'{"error": ' + b"[" * 100_000,
        b'{"unknown": ' + b'{"a":' * 100_000,
        b'{"error": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    ],
)
def test_unreadable_answer_is_transient(body: bytes) -> None:
    with pytest.raises(Transient):
        read(body)


def test_error_inside_a_good_answer() -> None:
    with pytest.raises(RateLimited, match="busy"):
        read({"error": {"code": 429, "message": "busy"}})
    with pytest.raises(Permanent, match="exceeds the available context"):
        read({"error": {"code": 400, "message": "exceeds the available context", "type": "exceed_context_size_error"}})
    with pytest.raises(Blocked):
        read({"error": {"code": "400", "type": "content_filter", "message": "no"}})
    with pytest.raises(Blocked):
        read({"error": {"code": "content_filter", "message": "no"}})
    for error in ("broken", {"message": "broken"}, {"code": "x", "message": "broken"}):
        with pytest.raises(Transient, match="broken"):
            read({"error": error})


def test_sloppy_json_is_read_all_the_same() -> None:
    """Seen from real servers: half a surrogate pair, broken UTF-8, raw control characters, NaN, 12.0 for 12."""
    assert read(rb'{"choices": [{"message": {"content": "ok \ud83d"}, "finish_reason": "stop"}]}').text == "ok �"
    assert read(b'{"choices": [{"message": {"content": "ok \xff"}, "finish_reason": "stop"}]}').text == "ok �"
    assert read(b'{"choices": [{"message": {"content": "a\nb"}, "finish_reason": "stop"}]}').text == "a\nb"
    assert read({**said(), "usage": {"prompt_tokens": 12.0, "completion_tokens": "3"}}).usage == Usage(12, 3)
    tokens = b'[{"token": "a", "logprob": -Infinity}, {"token": "b", "logprob": NaN}]'
    body = b'{"choices": [{"message": {"content": "ab"}, "logprobs": {"content": %b}}]}' % tokens
    assert [t.logprob for t in read(body, logprobs=1).logprobs] == [chat_format.FLOOR, chat_format.FLOOR]


def test_sloppy_error_is_read_all_the_same() -> None:
    with pytest.raises(Transient, match="broken"):
        read(rb'{"error": {"message": "broken", "\ud83d": NaN}}')


def test_half_a_pair_that_is_whole_stays_whole() -> None:
    assert read(rb'{"choices": [{"message": {"content": "\ud83d\ude00 \ud83d"}}]}').text == "😀 �"
