"""One file over HTTP: a redirect leads no further than it may, and takes nothing along."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from trustgen.curate import download
from trustgen.curate.download import FetchError, _Asked, _followed, fetch


async def public(host: str, port: int) -> list[str]:
    return ["93.184.215.14"]


async def inside(host: str, port: int) -> list[str]:
    return ["93.184.215.14", "10.0.0.7"]


def followed(url: str, target: str, lookup: Any = public, method: str = "GET", data: Any = None) -> _Asked:
    headers = {"Accept": "text/csv", "User-Agent": "us", "Authorization": "Bearer secret", "X-Own": "1"}
    return asyncio.run(_followed(_Asked(url, method, data, headers), target, lookup))


def test_a_redirect_leads_nowhere_inside() -> None:
    """From the open web into a network, or to another scheme; on loopback, where tests live, it may stay."""
    for target in ("http://169.254.169.254/latest", "http://127.0.0.1/x", "file:///etc/passwd", "http://db.internal/"):
        with pytest.raises(FetchError, match="refused"):
            followed("http://example.org/a", target)
    assert followed("https://example.org/a", "/b").url == "https://example.org/b"
    assert followed("http://127.0.0.1:8000/a", "/b").url == "http://127.0.0.1:8000/b"
    with pytest.raises(FetchError, match="refused"):
        followed("https://example.org/a", "http://example.org/b")


def test_a_name_that_leads_inside_is_refused_and_one_that_does_not_is_held_to_its_addresses() -> None:
    """`127.0.0.1.nip.io` is a name of the open web, and this machine's address."""
    for target in ("http://127.0.0.1.nip.io/", "/same"):
        with pytest.raises(FetchError, match="refused"):
            followed("http://example.org/a", target, inside)
    asked = followed("http://example.org/a", "http://cdn.example.net/b")
    assert asked.addresses == ("93.184.215.14",)


def test_another_origin_is_told_nothing() -> None:
    """Neither what was asked, nor who asks."""
    asked = followed("https://example.org/a", "https://cdn.example.net/b")
    assert asked.headers == {"Accept": "text/csv", "User-Agent": "us"}
    assert followed("https://example.org/a", "/b").headers["Authorization"] == "Bearer secret"
    for target in ("https://example.org:8443/b", "https://other.example.org/b"):
        assert "Authorization" not in followed("https://example.org/a", target).headers
        with pytest.raises(FetchError, match="redirected a question to"):
            followed("https://example.org/a", target, method="POST", data={"query": "q"})
    moved = followed("http://example.org/a", "https://example.org/a", method="POST", data={"query": "q"})
    assert (moved.method, moved.data) == ("POST", {"query": "q"})
    assert "Authorization" not in moved.headers


class Said(BaseHTTPRequestHandler):
    """Redirects /moved to another name of this machine; tells what it was asked."""

    asked: ClassVar[list[tuple[str, str, dict[str, str]]]] = []
    port = 0

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"], dict(self.headers)))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", f"http://cdn.example.net:{self.port}/there")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.end_headers()
        self.wfile.write(b"a,b\n")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Said)
    Said.port, Said.asked = server.server_port, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_the_connection_is_made_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the redirect has no address but the one that the check found: nothing is looked up a second time."""
    monkeypatch.setattr(download, "_open_web", lambda url: True)

    async def checked(where: Any, *, lookup: Any) -> tuple[str, ...]:
        assert where.host == "cdn.example.net"
        return ("127.0.0.1",)

    monkeypatch.setattr(download, "checked_addresses", checked)
    monkeypatch.delenv("TRUSTGEN_OFFLINE", raising=False)
    with serving() as base:
        body, kind = fetch(f"{base}/moved", seconds=10, most=100, headers={"Authorization": "secret"})
    assert (body, kind) == (b"a,b\n", "text/csv")
    assert [(path, host.split(":")[0]) for path, host, _ in Said.asked] == [
        ("/moved", "127.0.0.1"),
        ("/there", "cdn.example.net"),
    ]
    assert "Authorization" not in Said.asked[1][2]


def test_no_password_of_the_user_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of `.netrc` for the host of a manifest went to whoever answered there."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving() as base:
        fetch(f"{base}/there", seconds=10, most=100)
    assert "Authorization" not in Said.asked[0][2]


def test_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as base:
        monkeypatch.setenv("http_proxy", base.replace("http://", "http://me:secret@"))
        fetch("http://127.0.0.2:9/there", seconds=10, most=100)
        (path, host, headers) = Said.asked[0]
        assert (path, host) == ("http://127.0.0.2:9/there", "127.0.0.2:9")
        assert headers["Proxy-Authorization"].startswith("Basic ")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        fetch(f"{base}/there", seconds=10, most=100)
        assert Said.asked[1][0] == "/there"
    assert followed("http://example.org/a", "http://cdn.example.net/b", inside).addresses is None, (
        "the proxy looks it up"
    )
