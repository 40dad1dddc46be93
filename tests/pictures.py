"""Small real pictures, and a chat server on loopback that looks at them."""

from __future__ import annotations

import json
import threading
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COLOURS = {"red": (208, 16, 16), "green": (16, 160, 16), "blue": (16, 16, 208), "white": (255, 255, 255)}


def png(colour: str, side: int = 32) -> bytes:
    """A square of one colour, as a PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    rows = (b"\0" + bytes(COLOURS[colour]) * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def colour_of(body: bytes) -> str:
    """The colour of such a square, read from its bytes."""
    start = body.index(b"IDAT")
    size = int.from_bytes(body[start - 4 : start], "big")
    pixel = tuple(zlib.decompress(body[start + 4 : start + 4 + size])[1:4])
    return next(name for name, told in COLOURS.items() if told == pixel)


class Eyes:
    """What a vision server was asked: the colours of the pictures of each call, and the texts."""

    def __init__(self, *, blind: int = 0) -> None:
        """`blind` is the status of every answer to a picture; 0 for a server that sees."""
        self.blind = blind
        self.seen: list[tuple[str, ...]] = []
        self.said: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.url = ""

    def answer(self, messages: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        """The colour of the last picture: as a verdict where a verdict is asked for, or in a word."""
        parts = [p for m in messages for p in (m["content"] if isinstance(m["content"], list) else [])]
        urls = [p["image_url"]["url"] for p in parts if p["type"] == "image_url"]
        colours = tuple(colour_of(b64decode(url.partition("base64,")[2])) for url in urls)
        if urls and self.blind:
            return self.blind, {"error": {"message": "this model does not support image input", "code": self.blind}}
        self.seen.append(colours)
        text = "".join(p["text"] for p in parts if p["type"] == "text") or messages[-1]["content"]
        self.said.append(text)
        told = colours[-1] if colours else "nothing"
        if '"right"' in text:
            told = json.dumps({"evidence": told, "verdict": "right" if f"wanted: {told}" in text else "wrong"})
        return 200, {"choices": [{"message": {"content": told}, "finish_reason": "stop"}]}


@contextmanager
def looking(eyes: Eyes) -> Iterator[Eyes]:
    """The server, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def send(self, status: int, body: dict[str, Any]) -> None:
            eyes.statuses[status] += 1
            told = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def do_GET(self) -> None:
            self.send(200, {"data": []})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self.send(*eyes.answer(json.loads(self.rfile.read(length))["messages"]))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    eyes.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield eyes
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
