"""What a server says of tokens: a bad count spoils the count alone, and talks no cap down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trustgen.core import Reply, Request, Sampling, Usage, user
from trustgen.core.replies import MOST_TOKENS
from trustgen.models import streamed
from trustgen.models.chat_format import reply
from trustgen.run.budget import Budget, Price, Purse
from trustgen.run.usage import with_usage

QUESTION = "What is the capital of France? " * 20
REQUEST = Request((user(QUESTION),), Sampling())
WORDS = "It is Paris, as everybody knows."
FORGED = (
    *("1000000000000000000", "1e19", "1" + "0" * 30, str(2**63 - 1), str(-(10**18)), "-5", "NaN", "1e300", "1e999"),
    *("Infinity", "-Infinity", "9" * 5000, "true", "null", '"7"', '"٧"', f'"{"9" * 5000}"', "[]", "{}", "12.5"),
)

numbers = st.one_of(
    st.integers().map(str),
    st.floats().map(json.dumps),
    st.integers(-(10**40), 10**40).map(str),
    st.sampled_from(FORGED),
)


def body(prompt: str, completion: str) -> bytes:
    """A good answer with these JSON texts as counts."""
    usage = f'{{"prompt_tokens": {prompt}, "completion_tokens": {completion}}}'
    choice = f'{{"message": {{"content": "{WORDS}"}}, "finish_reason": "stop"}}'
    return f'{{"choices": [{choice}], "usage": {usage}}}'.encode()


def counted(prompt: str, completion: str) -> Reply:
    return with_usage(reply(body(prompt, completion), Sampling(), 0.1), REQUEST)


@given(numbers, numbers)
@example("1" + "0" * 18, "1" + "0" * 18)
@example("-5", "-5")
@example("NaN", "1e300")
def test_the_reply_is_kept_and_the_count_is_one(prompt: str, completion: str) -> None:
    said = counted(prompt, completion)
    assert said.text == WORDS
    least = len(QUESTION) // 4 // 8
    assert least <= said.usage.prompt <= MOST_TOKENS
    assert 0 < said.usage.completion <= MOST_TOKENS
    whole = with_usage(reply(streamed.whole(stream(prompt, completion)), Sampling(), 0.1), REQUEST)
    assert whole.text == WORDS
    assert 0 < whole.usage.completion <= MOST_TOKENS


def stream(prompt: str, completion: str) -> bytes:
    usage = f'{{"prompt_tokens": {prompt}, "completion_tokens": {completion}}}'
    choice = f'{{"delta": {{"content": "{WORDS}"}}, "finish_reason": "stop"}}'
    return f'data: {{"choices": [{choice}], "usage": {usage}}}\n\ndata: [DONE]\n'.encode()


def test_good_counts_stay() -> None:
    assert counted("160", "9").usage == Usage(160, 9)
    assert counted("9999999", "3").usage == Usage(9_999_999, 3)
    assert counted("160.0", '"9"').usage == Usage(160, 9)


@pytest.mark.parametrize("forged", FORGED)
def test_what_is_no_count_is_estimated_and_said_so(forged: str) -> None:
    usage = counted(forged, forged).usage
    if forged in ('"7"', '"٧"', "12.5"):  # a count, if a small one: of the reply it can be, of the question it cannot
        assert usage.completion in (7, 12)
    else:
        assert usage.completion == -(-len(WORDS) // 4)
    assert (usage.prompt, usage.estimated) == (-(-len(QUESTION) // 4), True)


@pytest.mark.parametrize(
    ("budget", "prices"), [(Budget(tokens=1000), {}), (Budget(usd=0.0001), {"m": Price(1.0, 1.0)})]
)
@given(told=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3))
@example(told=[("-5", "0")])
@example(told=[("1", "1")])
def test_no_cap_is_talked_down(budget: Budget, prices: dict[str, Price], told: list[tuple[str, str]]) -> None:
    """A server that always sends such counts: the cap is reached after what the texts come to, or before."""
    reasons: list[str] = []
    purse = Purse(budget, prices, reasons.append)
    calls = 0
    while not reasons and calls < 1000:
        purse.count("m", counted(*told[calls % len(told)]).usage)
        calls += 1
    assert calls <= 8 * 1000 / (len(QUESTION) // 4)
    assert len(reasons) == 1


def test_counts_of_any_endpoint_are_held_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in's reply comes as an object: what it says of tokens goes through the same door."""
    for bad in (-(10**18), 2**63, 10**19):
        usage: Any = with_usage(Reply(WORDS, usage=Usage(bad, bad, bad)), REQUEST).usage
        assert usage == Usage(-(-len(QUESTION) // 4), -(-len(WORDS) // 4), 0, estimated=True)
    assert with_usage(Reply("", usage=Usage(160, 0)), REQUEST).usage == Usage(160, 0)
    assert with_usage(Reply(WORDS, usage=Usage(160, 9, -4)), REQUEST).usage == Usage(160, 9)
