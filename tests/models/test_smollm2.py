"""The embedded model: real weights, the same answers as a real server, whatever runs beside them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from trustgen.core import (
    Image,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    Text,
    Transient,
    Turn,
    assistant,
    system,
    user,
)
from trustgen.models import open_model, smollm2

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def requests() -> list[Request]:
    """30 varied conversations: lengths, roles, languages, several turns, stops, logprobs, a schema, warm sampling."""

    def one(*turns: Turn, max_tokens: int = 5, **sampling) -> Request:
        return Request(turns, Sampling(max_tokens=max_tokens, **sampling))

    subjects = ("rivers", "the number 7", "Ünïcödé", "猫", "'; DROP TABLE", "", "a\n\nb", "tea 🍵")
    roles = ("pirate", "doctor", "clerk that answers yes or no")
    return [
        *(one(user(f"Tell me about {s}." + " Be brief." * 2 * i)) for i, s in enumerate(subjects)),
        *(one(system(f"You are a {role}."), user("What do you do?")) for role in roles),
        *(one(user(f"{a} + {a}?"), assistant(str(2 * a)), user(f"And {a} + 1?")) for a in range(6)),
        *(one(user("Name a town."), temperature=1.0, seed=s, top_p=p) for s, p in ((1, 1.0), (1, 0.2), (9, 1.0))),
        *(one(user(f"List {n} fruits."), max_tokens=9, stop=(",", "\n")) for n in range(2, 5)),
        *(one(user(f"Name colour {n}."), logprobs=n) for n in range(1, 4)),
        *(one(user(f"Pick number {n}."), max_tokens=16, schema=SCHEMA) for n in range(2)),
        one(Turn("tool", (Text("42"),))),
        one(user("x " * 520)),  # long enough for llama.cpp to share out its attention by thread
    ]


async def answers(uri: str, at_a_time: int, asked: list[Request]) -> list[tuple]:
    """All that does not depend on the clock, of every request, asked so many at a time."""
    model = open_model(uri)
    await model.check()
    room = asyncio.Semaphore(at_a_time)

    async def one(request: Request) -> tuple:
        async with room:
            reply = await model.ask(request)
            return reply.text, reply.finish, reply.usage, reply.logprobs

    try:
        return await asyncio.gather(*(one(r) for r in asked))
    finally:
        await model.close()


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.proof)])
def test_in_process_and_over_loopback_give_the_same_answers_at_any_concurrency(real_server: str, every: int) -> None:
    """Text, finish, usage and log-probabilities, bit for bit; of a third of the conversations, or of all."""
    over_http = f"openai-api:smollm2@{real_server}"
    everything = requests()
    places = sorted({*range(0, len(everything), every), 17, 19, len(everything) - 4, len(everything) - 3})
    asked = [everything[i] for i in places]

    async def runs() -> list[list[tuple]]:
        beside = await asyncio.gather(answers("smollm2", 1, asked), answers(over_http, 8, asked))
        return [*beside, await answers("smollm2", 8, asked)]

    alone, *others = asyncio.run(runs())
    assert len(alone) >= 30 / every
    for other in others:
        assert [i for i, pair in enumerate(zip(alone, other, strict=True)) if pair[0] != pair[1]] == []
    texts = {place: text for place, (text, *_) in zip(places, alone, strict=True)}
    assert len(set(texts.values())) > 25 / every
    assert texts[17] != texts[19]  # another seed, another answer
    assert all(isinstance(json.loads(texts[len(everything) - i])["n"], int) for i in (4, 3))


def ask(*turns: Turn, options: ModelOptions | None = None, **sampling) -> Reply:
    async def main() -> Reply:
        model = open_model("smollm2", options)
        try:
            return await model.ask(Request(turns, Sampling(**sampling)))
        finally:
            await model.close()
            await model.close()

    return asyncio.run(main())


def test_a_conversation_too_long_is_permanent_and_so_is_an_image() -> None:
    with pytest.raises(Permanent, match="exceeds the available context size"):
        ask(user("word " * 6000))
    with pytest.raises(Permanent, match="no images"):
        ask(user("What is this?", Image("0" * 64)))
    with pytest.raises(Permanent, match="schema"):
        ask(user("Hi"), schema={"type": "nonsense"})


def test_a_reply_fills_the_context_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smollm2, "CONTEXT", 256)
    story = "Once there was a king who had three daughters and a very old castle by the sea. " * 8
    got = ask(user("Tell me a very long story."), assistant(story), user("Go on, do not stop."), max_tokens=500)
    assert got.finish == "length"
    assert 250 < got.usage.prompt + got.usage.completion <= 256


def test_sampling_is_what_was_asked_and_nothing_more() -> None:
    """Left alone, llama.cpp draws from the 40 likeliest tokens, whatever temperature and `top_p` say."""
    wild = ask(user("Name a town."), max_tokens=30, temperature=2.0, logprobs=40)
    assert sum(token.token not in token.top for token in wild.logprobs) > 5
    narrow = ask(user("Name a town."), max_tokens=30, temperature=2.0, top_p=0.01, logprobs=1)
    assert all(token.token in token.top for token in narrow.logprobs)


def test_a_slow_reply_is_transient_and_the_model_lives_on() -> None:
    async def main() -> None:
        model = open_model("smollm2", ModelOptions(timeout=0.5))
        await model.check()
        with pytest.raises(Transient, match=r"0\.5 s"):
            await model.ask(Request((user("Tell me a very long story."),), Sampling(max_tokens=100)))
        await model.close()  # waits for what still computes
        model = open_model("smollm2")
        assert (await model.ask(Request((user("Hi"),), Sampling(max_tokens=3)))).text
        await model.close()
        assert (await model.ask(Request((user("Hi"),), Sampling(max_tokens=3)))).text
        await model.close()

    asyncio.run(main())


def test_closing_frees_the_engines() -> None:
    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

    async def main() -> None:
        model = open_model("smollm2")
        await asyncio.gather(*(model.ask(Request((user("Hi"),), Sampling(max_tokens=1))) for _ in range(model.slots)))
        during = resident()
        await model.close()
        assert during - resident() > 100 * model.slots  # MB

    asyncio.run(main())


def script(code: str) -> subprocess.Popen:
    head = """
        import asyncio, sys
        from trustgen.core import *
        from trustgen.models import open_model
        ask = lambda model, n: model.ask(Request((user("Tell me a very long story."),), Sampling(max_tokens=n)))
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_native_code_says_nothing() -> None:
    process = script("""
        async def main():
            model = open_model("smollm2")
            await model.check()
            await ask(model, 3)
            await model.close()
        asyncio.run(main())
    """)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_control_c_with_calls_in_flight_ends_soon() -> None:
    """More calls than slots wait; those under way end with their `max_tokens`, the others never start."""
    process = script("""
        import signal
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is born deaf to it

        async def main():
            model = open_model("smollm2")
            await model.check()
            asked = [asyncio.create_task(ask(model, 64)) for _ in range(80)]
            for one in asked:
                one.add_done_callback(lambda done: print("ended" if done.cancelled() else "answered", flush=True))
            await asyncio.sleep(0.3)
            print("asked", flush=True)
            await asyncio.gather(*asked)
        asyncio.run(main())
    """)
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    told, said = process.communicate(timeout=120)
    assert "KeyboardInterrupt" in said
    assert told.count("answered") < 20
    assert told.count("answered") + told.count("ended") == 80


def test_leaving_the_loop_without_closing_ends_soon() -> None:
    process = script("""
        async def main():
            model = open_model("smollm2")
            asked = [asyncio.create_task(ask(model, 32)) for _ in range(6)]
            await asyncio.sleep(0.5)
        asyncio.run(main())
    """)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0
