"""A server in the shape of OpenAI's chat completions, on a free port of the loopback, that answers or fails as told.

    with MockServer(by_attempt("429", "truncated", "ok"), reply=lambda prompt: "Paris.") as server:
        model = open_model(f"openai-api:m@{server.url}")

`with` serves from a thread of its own, `async with` in the loop of the caller. A plan says, for a prompt and how often
it was asked before, the name of a fault (`FAULTS`), of an odd answer (`ODD`), a status code or `ok`.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from random import Random
from time import time
from typing import Any

from trustgen.core import InternalError

Plan = Callable[[str, int], str]
Calls = Callable[[dict[str, Any]], Iterable[tuple[str, dict[str, Any]]]]


def always(name: str) -> Plan:
    """The same every time."""
    return lambda _prompt, _attempt: name


def by_attempt(*names: str) -> Plan:
    """Each prompt meets these in turn; the last one stays."""
    return lambda _prompt, attempt: names[min(attempt, len(names) - 1)]


def by_prompt(names: dict[str, str]) -> Plan:
    """Each prompt its own; `ok` for those not named."""
    return lambda prompt, _attempt: names.get(prompt, "ok")


def mixture(rate: float, seed: int = 0, *names: str) -> Plan:
    """A share of the requests fails, drawn by prompt and attempt: concurrency and order change nothing."""
    faults = names or ("429", "429-after", "500", "503", "drop-before", "drop-after", "truncated", "empty", "html")

    def plan(prompt: str, attempt: int) -> str:
        draw = Random(f"{seed}:{prompt}:{attempt}")
        return draw.choice(faults) if draw.random() < rate else "ok"

    return plan


def completion(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """The JSON of one reply."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "m"}
    return {**head, "choices": [choice], "usage": {"prompt_tokens": 40, "completion_tokens": 5, "total_tokens": 45}}


def error(message: str, **more: Any) -> dict[str, Any]:
    """The JSON of one error."""
    return {"error": {"message": message, **more}}


FILTERED = error(
    "The response was filtered.", code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}
)

# name: status, headers, body
ANSWERS: dict[str, tuple[int, dict[str, str], Any]] = {
    "429": (429, {}, error("slow down")),
    "500": (500, {}, error("broken")),
    "503": (503, {}, error("overloaded")),
    "empty": (200, {}, {"choices": []}),
    "missing": (200, {}, {"object": "chat.completion"}),
    "filtered": (200, {}, completion("I was about to", "content_filter")),
    "filter-400": (400, {}, FILTERED),
    "400": (400, {}, error("this model's maximum context length is 4096 tokens", code="context_length_exceeded")),
    "401": (401, {}, error("no such key")),
    "404": (404, {}, error("no such model")),
    "redirect": (307, {"Location": "http://user:pw@127.0.0.1:9/elsewhere?token=abc"}, ""),
}
# Answers that are good and odd: no faults, but what a run should tell of.
ODD: dict[str, tuple[int, dict[str, str], Any]] = {
    "blank": (200, {}, completion("")),
    "cut": (200, {}, completion("No.", "length")),
}
FAULTS = (
    "ok",
    "429-after",
    "429-date",
    "429-said",
    "drop-before",
    "drop-after",
    "truncated",
    "garbage",
    "html",
    "hang",
    "endless",
    *ANSWERS,
)


@dataclass
class MockServer:
    """The server; `url` is its base URL while it runs.

    It answers `latency` seconds late. `asked` counts requests by prompt, `seen` holds the bodies that were sent.
    `retry_after` is what `429-after` says, in seconds, and `said` the headers and message of `429-said`. Without
    `usage` a good answer holds none. Nothing is answered before so many requests have come `together`.
    """

    plan: Plan = field(default_factory=lambda: always("ok"))
    retry_after: str = "1"
    said: tuple[dict[str, str], str] = ({}, "slow down")
    usage: bool = True
    latency: float = 0.0
    together: int = 0
    reply: Callable[[str], str] = "answer to {}".format  # what `ok` says to a prompt
    calls: Calls = lambda _request: ()  # and what it calls, by name and arguments, where a request gives it functions
    asked: Counter[str] = field(default_factory=Counter)
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    sent: int = 0  # bytes of endless bodies

    def __enter__(self) -> MockServer:
        ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()

        async def serve() -> None:
            async with self:
                ready.set()
                await self._done

        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(serve(),), daemon=True)
        self._thread.start()
        if not ready.wait(10):
            raise InternalError("the mock server did not start within 10 s")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set_result, None)
        self._thread.join(10)
        self._loop.close()

    async def __aenter__(self) -> MockServer:
        self._tasks: set[asyncio.Task[None]] = set()
        self._all_here = asyncio.Event()
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # The end of the server cancels connections that still wait; there is nobody left to tell.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()
        with suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read and answer one request; whether the connection lives on."""
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.paths.append(first.split()[1])
        self.headers.append(headers)
        if not body:
            prompt, name, request = "", self.plan("", 0), {}
        else:
            request = json.loads(body)
            self.seen.append(request)
            prompt = _prompt(request)
            name = self.plan(prompt, self.asked[prompt])
            self.asked[prompt] += 1
        if self.asked.total() >= self.together:
            self._all_here.set()
        await self._all_here.wait()
        if self.latency:
            await asyncio.sleep(self.latency)
        return await self._answer(writer, name, prompt, request)

    async def _answer(self, writer: asyncio.StreamWriter, name: str, prompt: str, request: dict[str, Any]) -> bool:
        made = [_call(n, *call) for n, call in enumerate(self.calls(request))] if request.get("tools") else []
        whole = completion(None, "tool_calls", tool_calls=made) if made else completion(self.reply(prompt))
        good = json.dumps(whole if self.usage else {**whole, "usage": None}).encode()
        match name:
            case "drop-before":
                return False
            case "hang":
                await asyncio.Event().wait()
            case "drop-after":
                writer.write(_head(200, {}, len(good)) + good[: len(good) // 2])
                await writer.drain()
                return False
            case "endless":
                await self._pour(writer)
            case "ok":
                writer.write(_head(200, {}, len(good)) + good)
            case "garbage":
                writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
            case "truncated":
                writer.write(_head(200, {}, len(good) // 2) + good[: len(good) // 2])
            case "html":
                page = b"<html>It works!</html>"
                writer.write(_head(200, {"Content-Type": "text/html"}, len(page)) + page)
            case "429-after" | "429-date":
                wait = self.retry_after if name == "429-after" else formatdate(time() + 30, usegmt=True)
                _write(writer, 429, {"Retry-After": wait}, error("slow down"))
            case "429-said":
                _write(writer, 429, self.said[0], error(self.said[1]))
            case _:
                _write(writer, *(ANSWERS | ODD).get(name, _unnamed(name)))
        await writer.drain()
        return True

    async def _pour(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {}, 1 << 40))
        piece = b" " * 65536
        while True:
            writer.write(piece)
            self.sent += len(piece)
            await writer.drain()


def _call(place: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"id": f"call-{place}", "type": "function", "function": function}


def _unnamed(name: str) -> tuple[int, dict[str, str], Any]:
    """The answer to a plan that names none: a status code, or a word that is no fault."""
    if name.isdigit():
        return int(name), {}, error(f"status {name}, as planned")
    return 500, {}, error(f"the plan says `{name}`, which is no fault: FAULTS lists them")


def _prompt(request: dict[str, Any]) -> str:
    """The text of the last message."""
    content = request["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _write(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: Any) -> None:
    content = json.dumps(body).encode()
    writer.write(_head(status, headers, len(content)) + content)


def _head(status: int, headers: dict[str, str], length: int) -> bytes:
    lines = {"Content-Type": "application/json", "Content-Length": str(length), **headers}
    return "\r\n".join([f"HTTP/1.1 {status} Said", *(f"{k}: {v}" for k, v in lines.items()), "", ""]).encode()
