"""The public server fails as told, in the loop of its caller and in a thread of its own."""

from __future__ import annotations

import asyncio

import pytest

from trustgen import Permanent, RateLimited, Reply, Request, Sampling, Transient, user
from trustgen.core import ModelFault
from trustgen.models import open_model
from trustgen.testing import MockServer, by_attempt, by_prompt


async def ask(url: str, prompt: str = "Hi") -> Reply:
    model = open_model(f"openai-api:m@{url}")
    try:
        return await model.ask(Request((user(prompt),), Sampling()))
    finally:
        await model.close()


def test_it_serves_from_a_thread_and_stops() -> None:
    with MockServer(reply=lambda prompt: f"{prompt}!") as server:
        assert asyncio.run(ask(server.url)).text == "Hi!"
        assert server.asked == {"Hi": 1}
        assert server.seen[0]["messages"] == [{"role": "user", "content": "Hi"}]
    with pytest.raises(ModelFault):
        asyncio.run(ask(server.url))


@pytest.mark.parametrize(
    ("name", "fault", "said"),
    [
        ("418", Permanent, "HTTP 418: status 418, as planned"),
        ("529", RateLimited, "HTTP 529"),
        ("502", Transient, "HTTP 502"),
        ("truncated", Transient, None),
        ("html", ModelFault, None),
        ("no-such", Transient, "the plan says `no-such`, which is no fault"),
    ],
)
def test_a_plan_is_followed(name: str, fault: type[ModelFault], said: str | None) -> None:
    with MockServer(by_prompt({"Hi": name})) as server:
        with pytest.raises(fault, match=said):
            asyncio.run(ask(server.url))
        assert asyncio.run(ask(server.url, "Ho")).text == "answer to Ho"


def test_a_prompt_meets_faults_in_turn() -> None:
    with MockServer(by_attempt("500", "ok")) as server:
        with pytest.raises(Transient):
            asyncio.run(ask(server.url))
        assert asyncio.run(ask(server.url)).text == "answer to Hi"
