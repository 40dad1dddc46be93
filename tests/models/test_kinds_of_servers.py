"""One conversation with every kind of server: the same answer, and the thoughts beside it, by both routes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from servers.kinds import KINDS, THOUGHT, Kind
from trustgen.core import (
    Blocked,
    ModelOptions,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Transient,
    Usage,
    user,
)
from trustgen.models import chat_format, open_model, streamed
from trustgen.models.faults import clean

THINKS = {"think", "closing", "harmony", "reasoning_content", "reasoning", "parts"}
ROUTES = ["plain", "think", "closing", "reasoning_content", "no_max_tokens", "no_temperature", "bare"]
ADAPTED = {
    "no_max_tokens": {"max_tokens": "max_completion_tokens"},
    "no_temperature": {"temperature": ""},
    "one_of_two": {"top_p": ""},
    "no_seed": {"seed": ""},
    "bare": {"max_tokens": "max_completion_tokens", "temperature": "", "seed": ""},
    "stream_wanted": {"stream": "on"},
}


def asked(uri: str, times: int = 1, options: ModelOptions | None = None, **sampling: Any) -> tuple[list[Reply], Any]:
    async def main() -> tuple[list[Reply], Any]:
        model = open_model(uri, options)
        try:
            request = Request((user("Capital of France?"),), Sampling(max_tokens=64, **sampling))
            return [await model.ask(request) for _ in range(times)], model
        finally:
            await model.close()

    return asyncio.run(main())


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "limited"])
def test_every_kind_of_server_gives_the_answer(kind: str) -> None:
    with Kind(kind, lambda _: "Paris") as server:
        (first, second), model = asked(f"openai-api:m@{server.url}", 2)
    assert first.text == second.text == "Paris"
    assert first.thoughts == (THOUGHT if kind in THINKS else "")
    assert first.finish == "stop"
    assert first.usage.prompt == 9
    assert first.usage.completion == 60
    assert (first.usage.thinking > 40) == (kind in THINKS)
    assert model.adapted == ADAPTED.get(kind, {})
    if kind in ADAPTED:
        assert server.refusals == len(ADAPTED[kind])  # the second call knows
    if kind in ("no_max_tokens", "bare"):
        assert server.seen[-1]["max_completion_tokens"] == 64


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", ROUTES)
def test_both_routes_say_the_same(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_API_KEY", "sk-nothing")
    with Kind(kind, lambda _: "Paris") as server:
        monkeypatch.setenv("LOCAL_BASE_URL", server.url)
        (ours,), _ = asked(f"openai-api:m@{server.url}")
        (theirs,), model = asked("inspect/openai-api/local/m")
    assert (theirs.text, theirs.thoughts.strip()) == (ours.text, ours.thoughts)
    assert theirs.usage.completion == ours.usage.completion
    assert model.adapted.keys() == ADAPTED.get(kind, {}).keys()


def test_a_parameter_refused_in_both_its_forms_is_the_callers_to_mend() -> None:
    class Capless(Kind):
        def refuses(self, body: dict[str, Any]) -> tuple[Any, ...] | None:
            named = next((name for name in ("max_tokens", "max_completion_tokens") if name in body), "")
            fault = b'{"error": {"message": "%s is too large: it must be at most 8"}}' % named.encode()
            return 400, fault, "application/json"

    with Capless("plain", lambda _: "Paris") as server, pytest.raises(Permanent, match="too large"):
        asked(f"openai-api:m@{server.url}")


def test_what_the_caller_adds_goes_into_the_call() -> None:
    with Kind("plain", lambda _: "Paris") as server:
        options = ModelOptions(headers={"x-team": "red"})
        extra = {"top_k": 5, "seed": None}
        asked(f"openai-api:m@{server.url}/chat/completions", 1, options, thinking=900, effort="high", extra=extra)
    (body,) = server.seen
    assert (body["max_tokens"], body["reasoning_effort"], body["top_k"]) == (964, "high", 5)
    assert "seed" not in body


def test_a_stream_that_breaks_off_is_no_reply() -> None:
    with pytest.raises(Transient):
        streamed.whole(b'data: {"choices": [{"delta": {"content": "Par"}}]}\n\n')
    told = streamed.whole(b'data: {"error": {"message": "overloaded", "code": 503}}\n\n')
    with pytest.raises(RateLimited, match="overloaded"):
        chat_format.reply(told, Sampling(), 0.1)


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        ({"input_tokens": 3, "output_tokens": 5}, Usage(3, 5)),
        ({"promptTokenCount": 3, "candidatesTokenCount": 5, "thoughtsTokenCount": 2}, Usage(3, 5, 2)),
        (
            {"prompt_tokens": 3, "output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 7}},
            Usage(3, 9, 7),
        ),
        ({"prompt_tokens": "3", "completion_tokens": 5.0}, Usage(3, 5)),
        ({"prompt_tokens": None, "completion_tokens": -1}, Usage()),
        (None, Usage()),
    ],
)
def test_usage_under_other_names(usage: Any, found: Usage) -> None:
    body = {"choices": [{"message": {"content": "Paris"}, "finish_reason": "stop"}], "usage": usage}
    assert chat_format.reply(json.dumps(body).encode(), Sampling(), 0.1).usage == found


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "RECITATION", "content_filter: SAFETY", "refusal"])
def test_blocks_under_other_names(reason: str) -> None:
    body = {"choices": [{"message": {"content": None}, "finish_reason": reason}]}
    with pytest.raises(Blocked):
        chat_format.reply(json.dumps(body).encode(), Sampling(), 0.1)


def test_a_key_too_short_to_be_one_strikes_no_letters() -> None:
    assert clean("max_tokens", "x") == "max_tokens"
    assert clean("the key sk-secret", "sk-secret") == "the key ***"


@pytest.mark.parametrize(
    "chunk", ['{"choices": [null]}', '{"choices": 5}', '{"choices": [{"delta": 5}]}', '{"choices": {}}']
)
def test_a_stream_of_something_else_is_no_reply(chunk: str) -> None:
    with pytest.raises(Transient):
        streamed.whole(f"data: {chunk}\n\n".encode())
