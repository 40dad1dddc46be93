"""The servers that other tests stand on do what they say."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from trustgen.testing import fast
from trustgen.testing.server import FAULTS, MockServer, by_prompt, mixture


def post(url: str, text: str) -> dict:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]}).encode()
    asked = urllib.request.Request(f"{url}/chat/completions", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=5) as answer:
        return json.load(answer)


def asked(url: str) -> int:
    with urllib.request.urlopen(f"{url}/count", timeout=5) as answer:
        return json.load(answer)["asked"]


def test_the_fast_server_answers_counts_and_waits(mock_server: str) -> None:
    before = asked(mock_server)
    assert post(mock_server, "Hi")["choices"][0]["message"]["content"] == fast.TEXT
    assert asked(mock_server) == before + 1
    with fast.fast_server(100, echo=True) as slow:
        began = time.monotonic()
        one, other, again = (post(slow, text)["choices"][0]["message"]["content"] for text in ("a", "b", "a"))
        assert time.monotonic() - began >= 0.3
        assert one == again != other


def test_the_fast_server_runs_by_path_and_stops_on_a_signal() -> None:
    process = subprocess.Popen(
        [sys.executable, str(Path(fast.__file__)), "--port", "0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = process.stdout.readline().strip()
    assert post(url, "Hi")
    process.terminate()
    _, said = process.communicate(timeout=5)
    assert said == ""


def test_a_mixture_is_drawn_by_prompt_and_attempt() -> None:
    plan, same, other = mixture(0.3, 1), mixture(0.3, 1), mixture(0.3, 2)
    keys = [(f"q{i}", attempt) for i in range(500) for attempt in range(2)]
    drawn = [plan(*key) for key in keys]
    assert drawn == [same(*key) for key in keys]
    assert drawn != [other(*key) for key in keys]
    assert set(drawn) <= set(FAULTS)
    assert 0.25 < sum(name != "ok" for name in drawn) / len(drawn) < 0.35


def test_a_mock_server_counts_what_it_was_asked() -> None:
    async def main() -> None:
        async with MockServer(by_prompt({"a": "ok"})) as server:
            await asyncio.gather(*(asyncio.to_thread(post, server.url, text) for text in ("a", "b", "a")))
            assert server.asked == {"a": 2, "b": 1}
            assert len(server.seen) == 3

    asyncio.run(main())
