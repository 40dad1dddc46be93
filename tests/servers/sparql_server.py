"""A SPARQL endpoint on the loopback: a real engine, and doors beside it that lie, stall, never end or go in circles."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

JSON = "application/sparql-results+json"
EMPTY = b'{"head": {"vars": []}, "results": {"bindings": []}}'


class SparqlServer(ThreadingHTTPServer):
    """Answers over a `pyoxigraph.Store`. `asked` holds every query, `agents` every User-Agent, `hits` each door's."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, store: Any, files: dict[str, bytes] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.store, self.files = store, files or {}
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.hits: dict[str, int] = {}
        self.stop = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens; the doors are `/sparql`, `/html`, `/stall`, `/endless`, `/circle`, `/429`, `/500` …"""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what these doors are for."""


class _Handler(BaseHTTPRequestHandler):
    server: SparqlServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.hits[self.path] = self.server.hits.get(self.path, 0) + 1
        body = self.server.files.get(self.path)
        if self.path == "/circle":
            self._send(302, b"", Location="/circle")
        elif body is None:
            self._send(404, b"no such file")
        else:
            self._send(200, body, "application/octet-stream")

    def do_POST(self) -> None:
        door = self.path
        self.server.hits[door] = hits = self.server.hits.get(door, 0) + 1
        self.server.agents.append(self.headers.get("User-Agent", ""))
        told = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = parse_qs(told)["query"][0]
        self.server.asked.append(query)
        if door == "/html":
            self._send(200, b"<html><body>Please log in</body></html>", "text/html")
        elif door == "/html-as-json":
            self._send(200, b"<html></html>", JSON)
        elif door == "/shape":
            self._send(200, b'{"results": {"bindings": [{"s": {"type": "uri"}}]}}', JSON)
        elif door == "/types":
            self._send(200, b'{"results": {"bindings": [{"s": {"type": "triple", "value": "x"}}]}}', JSON)
        elif door == "/circle":
            self._send(307, b"", Location="/circle")
        elif door == "/elsewhere":
            self._send(307, b"", Location="file:///etc/hostname")
        elif door in ("/429", "/500", "/400"):
            self._send(int(door[1:]), b"no")
        elif door == "/once-503" and hits == 1:
            self._send(503, b"busy")
        elif door == "/stall":
            self.server.stop.wait(30)
        elif door == "/endless":
            self._endless()
        elif door == "/same":
            self._send(200, self._answer(query.partition(" OFFSET ")[0] + " OFFSET 0"), JSON)
        else:
            self._send(200, self._answer(query), JSON)

    def _answer(self, query: str) -> bytes:
        import pyoxigraph

        return self.server.store.query(query).serialize(format=pyoxigraph.QueryResultsFormat.JSON)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        chunk = b" " * 65536
        while not self.server.stop.is_set():
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def _send(self, status: int, body: bytes, kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def sparql_server(store: Any, files: dict[str, bytes] | None = None) -> Iterator[SparqlServer]:
    """A running server over a store; `files` are served to GET by their paths."""
    server = SparqlServer(store, files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
