"""A scripted model says what it is told, counts, and fails as told."""

from __future__ import annotations

import asyncio

import pytest

from trustgen import Permanent, Reply, Request, Sampling, Transient, user
from trustgen.testing import Script, Scripted


def asked(model: Scripted, *prompts: str) -> list[str]:
    """What a model says to prompts, one after the other; the class of what it raises."""

    async def one(prompt: str) -> str:
        try:
            return (await model.ask(Request((user(prompt),), Sampling()))).text
        except (Permanent, Transient) as fault:
            return type(fault).__name__

    return [asyncio.run(one(prompt)) for prompt in prompts]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("Yes.", ["Yes.", "Yes.", "Yes."]),
        (["One.", Transient("dropped"), Reply("Three.")], ["One.", "Transient", "Three."]),
        (["One.", "Two."], ["One.", "Two.", "Two."]),
        ({"a": "A.", "b": Transient("dropped")}, ["A.", "Transient", "A."]),
        ({"a": "A."}, ["A.", "Permanent", "A."]),
        (lambda request, before: f"{request.turns[-1].text}{before}", ["a0", "b0", "a1"]),
    ],
)
def test_it_says_what_the_script_says(script: Script, said: list[str]) -> None:
    model = Scripted(script)
    assert asked(model, "a", "b", "a") == said
    assert model.asked == {"a": 2, "b": 1}
    assert [request.turns[0].text for request in model.requests] == ["a", "b", "a"]


def test_it_counts_what_is_open_at_once_and_how_often_it_was_closed() -> None:
    async def main() -> None:
        model = Scripted("Yes.", delay=0.01)
        request = Request((user("a"),), Sampling())
        await asyncio.gather(*(model.ask(request) for _ in range(5)))
        await model.close()
        assert (model.most, model.closed, model.asked["a"]) == (5, 1, 5)

    asyncio.run(main())
