"""One request to one place: connected to checked addresses only, its body unpacked within bounds."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import zlib
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from typing import Any, NamedTuple, TypeVar

from trustgen.core import InputError, Unusable

from .addresses import Place
from .robots import TOKEN

CONTACT = "TRUSTGEN_CONTACT"
"""The variable with an address at which operators of web sites can reach whoever builds; some ask for one."""

_STEP = 1 << 16
_MOVED = (301, 302, 303, 307, 308)

T = TypeVar("T")


class Fleeting(Unusable):
    """A failure that the next try may not meet. `after` is how many seconds the host asks to wait."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Answer(NamedTuple):
    """One answer, without following it anywhere. `body` is "" unless its status is 200."""

    status: int
    kind: str
    charset: str
    location: str
    after: float
    body: bytes


def user_agent() -> str:
    """How we name ourselves to web sites, with the user's contact address where one is set."""
    contact = os.environ.get(CONTACT, "").strip()
    if contact and not re.fullmatch(r"[\w.+@:/-]{3,120}", contact, re.ASCII):
        raise InputError(f"${CONTACT} is {contact[:80]!r}: write a mail address or a web address")
    told = f"; {contact}" if contact else ""
    return f"{TOKEN}/{version('trustgen')} (test data curation; obeys robots.txt{told})"


def blocking(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, also where an event loop runs already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as aside:  # the caller's own loop waits for this, whatever it is doing
        return aside.submit(asyncio.run, work).result()


async def exchange(
    where: Place,
    addresses: tuple[str, ...],
    *,
    most: int,
    read_seconds: float,
    kinds: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
) -> Answer:
    """Ask one place, at these addresses and nowhere else; POST where there is `data`.

    The caller sets the deadline. Raises `Unusable`, or `Fleeting` for what may pass, where the body cannot be had
    within `most` bytes, packed and unpacked, or is not of one of `kinds`.
    """
    import aiohttp

    connector = aiohttp.TCPConnector(resolver=pinned(where.host, addresses), use_dns_cache=False, force_close=True)
    sent = {"User-Agent": user_agent(), "Accept-Encoding": "gzip, deflate", "Accept": ", ".join(kinds) or "*/*"}
    try:
        async with (
            aiohttp.ClientSession(
                connector=connector,
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=read_seconds, sock_read=read_seconds),
            ) as session,
            session.request(
                "GET" if data is None else "POST",
                _verbatim(where),
                headers={**sent, **(headers or {})},
                data=data,
                allow_redirects=False,
            ) as answer,
        ):
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            read = partial(
                Answer,
                answer.status,
                kind,
                _charset(answer),
                answer.headers.get("Location", "") if answer.status in _MOVED else "",
                _seconds(answer.headers.get("Retry-After", "")),
            )
            if answer.status != 200:
                return read(b"")
            if kinds and kind not in kinds:
                raise Unusable(f"{where.host} sent {kind[:60] or 'no content type'}, which is not read")
            return read(await _body(answer, where.host, most))
    except TimeoutError as error:  # aiohttp's own are of this kind, and tell which wait was too long
        raise Fleeting(f"{where.host} sent nothing for {read_seconds:g} seconds") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Fleeting(f"{where.host}: {type(error).__name__}: {error}"[:200]) from error


def _verbatim(where: Place) -> Any:
    """The URL as the client's own type, which must read the same host in it as we did."""
    from yarl import URL

    url = URL(where.url, encoded=True)
    if url.host != where.host or url.port != where.port:
        raise Unusable(f"{where.url[:100]!r} is refused: programs disagree on its host")
    return url


def pinned(host: str, addresses: tuple[str, ...]) -> Any:
    """A resolver that knows one host, and of it only the addresses that were checked."""
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Pinned(AbstractResolver):
        async def resolve(
            self, name: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            if name != host:
                raise OSError(f"{name} was not checked")
            return [
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                    proto=0,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
                for address in addresses
            ]

        async def close(self) -> None:
            pass

    return Pinned()


def _charset(answer: Any) -> str:
    try:
        return answer.charset or ""
    except (LookupError, ValueError):
        return ""


def _seconds(text: str) -> float:
    return min(float(text), 3600.0) if text.isascii() and text.isdecimal() and len(text) < 6 else 0.0


async def _body(answer: Any, host: str, most: int) -> bytes:
    if answer.content_length is not None and answer.content_length > most:
        raise Unusable(f"{host} announces {answer.content_length:,} bytes, over {most:,}")
    unpacked = _Unpacked(answer.headers.get("Content-Encoding", ""), host, most)
    arrived = 0
    async for chunk in answer.content.iter_chunked(_STEP):
        arrived += len(chunk)
        if arrived > most:
            raise Unusable(f"{host} sent more than {most:,} bytes")
        unpacked.feed(chunk)
    return unpacked.end()


class _Unpacked:
    """A body as it comes out of its packing, a step at a time: never more than `most` bytes of it exist."""

    def __init__(self, encoding: str, host: str, most: int) -> None:
        self._host, self._most = host, most
        self._body = bytearray()
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Unusable(f"{host} packed its answer as {encoding[:40]!r}, which was not asked for")
        self._packing = encoding if encoding != "identity" else ""
        self._inner: Any = None

    def feed(self, chunk: bytes) -> None:
        if not self._packing:
            self._add(chunk)
            return
        try:
            if self._inner is None:
                # "deflate" is zlib's format; some servers send what is inside it, bare.
                bare = self._packing == "deflate" and chunk[0] & 0x0F != 8
                self._inner = zlib.decompressobj(-15 if bare else 15 if self._packing == "deflate" else 31)
            while chunk and not self._inner.eof:
                self._add(self._inner.decompress(chunk, _STEP))
                chunk = self._inner.unconsumed_tail
        except zlib.error as error:
            raise Unusable(f"{self._host} sent a damaged body") from error

    def end(self) -> bytes:
        if self._inner is not None:
            self._add(self._inner.flush())
            if not self._inner.eof:
                raise Fleeting(f"{self._host}: its answer broke off")
        return bytes(self._body)

    def _add(self, part: bytes) -> None:
        self._body += part
        if len(self._body) > self._most:
            raise Unusable(f"{self._host} sent what unpacks to more than {self._most:,} bytes")


__all__ = ["CONTACT", "Answer", "Fleeting", "blocking", "exchange", "user_agent"]
