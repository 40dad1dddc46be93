"""Servers as people really run them: a reply in any dress, behind an endpoint of any kind, in a thread of its own.

    with Kind("think", answer) as server:
        model = open_model(f"openai-api:m@{server.url}")

`answer` gives the bare reply to a list of messages; the kind says how it comes. `seen` holds the bodies that were sent.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[list[dict[str, Any]]], str]
THOUGHT = "Hmm, is it Lyon? Option A looks false, so no. Let me check again: yes, the answer would be C, true."
KINDS = (
    "plain",
    "think",  # thoughts left in the reply
    "closing",  # the same without the opening tag
    "reasoning_content",
    "reasoning",  # vLLM's new name
    "parts",  # content as parts, thoughts among them
    "harmony",
    "no_max_tokens",  # wants max_completion_tokens
    "no_temperature",
    "one_of_two",  # temperature or top_p, not both
    "no_seed",  # pydantic's 422
    "bare",  # refuses all four
    "stream",
    "stream_wanted",  # 400 unless stream is true
    "gzip",
    "text_plain",
    "completions",  # choices[].text
    "limited",  # so many calls a window, said in a header of its own
)


class Kind:
    """One server; `url` is its base while it runs."""

    def __init__(
        self, kind: str, answer: Answer, *, limit: int = 10, window: float = 0.5, thought: str = THOUGHT
    ) -> None:
        assert kind in KINDS, kind
        self.kind, self.answer, self.thought = kind, answer, thought
        self.limit, self.window = limit, window
        self.seen: list[dict[str, Any]] = []
        self.refusals = 0
        self._calls: list[float] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Kind:
        kind = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.give(200, json.dumps({"data": [{"id": "m"}]}).encode(), "application/json")

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not self.path.endswith("/chat/completions"):
                    return self.give(404, b"{}", "application/json")
                return self.give(*kind.respond(body))

            def give(self, status: int, content: bytes, media: str, encoding: str = "") -> None:
                self.send_response(status)
                headers = {"Content-Type": media, "Content-Length": str(len(content)), "Content-Encoding": encoding}
                for name, value in headers.items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, body: dict[str, Any]) -> tuple[Any, ...]:
        """Status, content and media type."""
        if fault := self.refuses(body):
            self.refusals += 1
            return fault
        self.seen.append(body)
        return self.said(self.answer(body["messages"]), body)

    def refuses(self, body: dict[str, Any]) -> tuple[Any, ...] | None:
        """The error that this kind of server answers with, or nothing."""

        def no(message: str, status: int = 400, **more: Any) -> tuple[int, bytes, str]:
            return status, json.dumps({"error": {"message": message, **more}}).encode(), "application/json"

        bare = self.kind == "bare"
        if (bare or self.kind == "no_max_tokens") and "max_tokens" in body:
            return no(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
                "instead.",
                param="max_tokens",
                code="unsupported_parameter",
            )
        if (bare or self.kind == "no_temperature") and body.get("temperature", 1) != 1:
            return no(
                "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) value is "
                "supported.",
                param="temperature",
            )
        if (bare or self.kind == "one_of_two") and "temperature" in body and "top_p" in body:
            return no("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
        if (bare or self.kind == "no_seed") and "seed" in body:
            fault = {
                "detail": [
                    {"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}
                ]
            }
            return 422, json.dumps(fault).encode(), "application/json"
        if self.kind == "stream_wanted" and not body.get("stream"):
            return no("this endpoint only supports streaming: stream must be set to true")
        if self.kind == "limited":
            with self._lock:
                now = time.monotonic()
                self._calls = [at for at in self._calls if now - at < self.window]
                if len(self._calls) >= self.limit:
                    wait = self.window - (now - self._calls[0])
                    status, content, media = no(f"Rate limit reached. Please try again in {wait:.3f}s.", 429)
                    return status, content, media
                self._calls.append(now)
        return None

    def said(self, text: str, body: dict[str, Any]) -> tuple[Any, ...]:
        """The reply in this kind's form."""
        message: dict[str, Any] = {"role": "assistant", "content": text}
        thought = self.thought
        match self.kind:
            case "think":
                message["content"] = f"<think>\n{thought}\n</think>\n\n{text}"
            case "closing":
                message["content"] = f"{thought}\n</think>\n\n{text}"
            case "harmony":
                message["content"] = (
                    f"<|channel|>analysis<|message|>{thought}<|end|><|start|>assistant<|channel|>final<|message|>{text}"
                )
            case "reasoning_content" | "reasoning":
                message[self.kind] = thought
            case "parts":
                told = {"type": "thinking", "thinking": [{"type": "text", "text": thought}]}
                message["content"] = [told, {"type": "text", "text": text}]
        choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": "stop"}
        if self.kind == "completions":
            choice = {"index": 0, "text": text, "finish_reason": "stop"}
        whole = {
            "id": "c1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [choice],
            "usage": {"prompt_tokens": 9, "completion_tokens": 60, "total_tokens": 69},
        }
        content = json.dumps(whole).encode()
        if self.kind == "stream" or body.get("stream"):
            return 200, streamed(text), "text/event-stream"
        if self.kind == "gzip":
            return 200, gzip.compress(content), "application/json", "gzip"
        return 200, content, "text/plain; charset=utf-8" if self.kind == "text_plain" else "application/json"


def streamed(text: str) -> bytes:
    """The reply as events, a few characters in each."""
    pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
    chunks = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 60, "total_tokens": 69}})
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return (": hello\n\n" + "".join(lines) + "data: [DONE]\n\n").encode()
