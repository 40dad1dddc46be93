"""A server of OpenAI's chat completions for measuring speed: it answers at once, for next to no CPU, and never fails.

`echo` answers with the BLAKE2b hash of the request's body, so that a test sees whose answer it got. `GET …/count` says
how many completions were asked for. Run as a script, this file prints its base URL and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

MODEL = "mock"
TEXT = "The answer is 42."


def fast_server(latency_ms: float = 0.0, *, echo: bool = False, reply: str = TEXT) -> AbstractContextManager[str]:
    """The server in a process of its own, so that it takes no time from its client; yields its base URL."""
    return serving(__file__, "--latency", str(latency_ms), "--reply", reply, *(["--echo"] if echo else []))


@contextmanager
def serving(script: str, *arguments: str) -> Iterator[str]:
    """A script run with `--with-parent`, which says its address on its first line; yields that, and stops it after."""
    process = subprocess.Popen(
        [sys.executable, script, "--with-parent", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(f"{script} ended with {process.wait(10)} before it said its address")
        yield url
    finally:
        process.stdin.close()  # a server with a parent ends at the end of its input, so also when we are killed
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def completion(text: str) -> bytes:
    """A whole HTTP answer with one reply."""
    return _answer(
        {
            "id": "chatcmpl-mock",
            "object": "chat.completion",
            "created": 0,
            "model": MODEL,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text},
                    "finish_reason": "stop",
                    "logprobs": None,
                }
            ],
            "usage": {"prompt_tokens": 9, "completion_tokens": 6, "total_tokens": 15},
        }
    )


def _answer(body: object) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        len(content),
        content,
    )


class _Fast(asyncio.Protocol):
    """One connection. Bytes are searched, not parsed: this must cost less than any client."""

    asked = 0
    fixed = completion(TEXT)
    models = _answer({"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    def __init__(self, latency: float, echo: bool) -> None:
        self._latency = latency
        self._echo = echo
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        data = self._pending + data if self._pending else data
        while (head := data.find(b"\r\n\r\n")) >= 0:
            at = data.lower().find(b"content-length:", 0, head)
            end = head + 4 + (int(data[at + 15 : data.find(b"\r", at)]) if at >= 0 else 0)
            if len(data) < end:
                break
            self._answer(data, head + 4, end)
            data = data[end:]
        self._pending = data

    def _answer(self, data: bytes, start: int, end: int) -> None:
        if data.startswith(b"POST"):
            _Fast.asked += 1
            text = hashlib.blake2b(data[start:end], digest_size=16).hexdigest() if self._echo else ""
            answer = completion(text) if self._echo else self.fixed
        elif b"/count" in data[: data.find(b"\r")]:
            answer = _answer({"asked": _Fast.asked})
        else:
            answer = self.models
        if self._latency:
            self._loop.call_later(self._latency, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def serve(port: int, latency: float, echo: bool, with_parent: bool) -> None:
    """Say the address, and serve until standard input ends, or for ever."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Fast(latency, echo), "127.0.0.1", port, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    if with_parent:
        await loop.run_in_executor(None, sys.stdin.read)
    else:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds before each answer")
    parser.add_argument("--echo", action="store_true", help="answer with the hash of the request's body")
    parser.add_argument("--reply", default=TEXT, help="what to say")
    parser.add_argument("--with-parent", action="store_true", help="stop at the end of standard input")
    given = parser.parse_args()
    _Fast.fixed = completion(given.reply)
    asyncio.run(serve(given.port, given.latency / 1000, given.echo, given.with_parent))
