"""One HTTP server of a model, over our own thin aiohttp client; every endpoint that speaks HTTP itself shares it.

This is the hot path: a call costs little more than aiohttp itself. One session for a model, one request for a call,
nothing retried, no redirect followed, and a body of any length costs bounded memory and time.
"""

from __future__ import annotations

import asyncio
import io
import os
import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from types import MappingProxyType
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from trustgen.core import (
    Blocked,
    InputError,
    ModelFault,
    ModelOptions,
    Permanent,
    Reply,
    Sampling,
    TimedOut,
    Transient,
)

from . import streamed
from .adapting import REFUSABLE
from .faults import Refused, clean, fault_of_status, refused
from .offline import is_loopback
from .secrets import is_secret
from .waits import wait_of

LONGEST_BODY = 32 * 1024 * 1024  # bytes; a longer answer is a broken server, not a reply
SHORT_BODY = 1024 * 1024  # bytes of an answer that any call may hold, whatever it asked for
TOKEN = 512  # bytes that a token may come to: some servers send an event for each
LOGPROB = 512  # and what is told of it, with the bytes of its text, once for each alternative
LONG = 4  # answers longer than `SHORT_BODY` that are held at once
LONGEST_ERROR = 64 * 1024  # bytes of an error answer that are read
PREFLIGHT = 10.0  # seconds a connection may take, and an answer after it

_BIG_REQUEST = 512 * 1024  # bytes; beyond this aiohttp wants a file, which it writes in pieces

NOTHING: Mapping[str, str] = MappingProxyType({})
Read = Callable[[bytes, float], Reply]
"""The body of a good answer and the seconds that it took, to the reply in it."""


def read_key(variable: str) -> str:
    """The API key in an environment variable; "" where no variable is named. Never part of any message."""
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise InputError(f"environment variable `{variable}` holds no API key: export {variable}=…")
    if not (key.isascii() and key.isprintable()):
        raise InputError(f"environment variable `{variable}` holds characters that no HTTP header can carry")
    return key


def sealed(secret: str, url: str, options: ModelOptions, whose: str) -> None:
    """Raise `InputError` where a `secret` (in words, "" for none) would cross a network unencrypted."""
    if (
        secret
        and url.lower().startswith("http:")
        and not (options.insecure or is_loopback(urlsplit(url).hostname or ""))
    ):
        raise InputError(f"{whose} would send {secret} unencrypted to {url}: use https, or allow it: --insecure")


class Client:
    """The connections to one server. They belong to the event loop of the first call, until `close`.

    The options' headers go before the `key`, and that before `headers`; `hide` are secrets besides those in headers
    that usually hold one: no message shows any. A status among `blocked` is a filter that refused.
    """

    def __init__(
        self,
        key: str,
        options: ModelOptions,
        *,
        headers: Mapping[str, str] = NOTHING,
        hide: tuple[str, ...] = (),
        blocked: frozenset[int] = frozenset(),
    ) -> None:
        self.timeout = options.timeout
        # `identity` and no decompression: a small body cannot unfold into a large one.
        self._headers = CIMultiDict(
            {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        )
        self._headers.update(headers)
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._headers.update(options.headers)
        secret = [value for header, value in self._headers.items() if is_secret(header)]
        self.hide = (key, *hide, *secret, *(value.rpartition(" ")[2] for value in secret))
        self._blocked = blocked
        self._session: aiohttp.ClientSession | None = None
        self._long = asyncio.Semaphore(LONG)

    async def reach(self, method: str, url: URL, shown: str) -> int:
        """The status of any answer; 0 where it connects and is silent then, as a busy server may be.

        Raises `InputError` where nothing can be reached at `shown`.
        """
        where = f"cannot reach {shown}"
        mend = "start the server or correct the URL"
        patience = min(PREFLIGHT, self.timeout)
        try:
            async with (
                self._new_session(aiohttp.ClientTimeout(total=2 * patience, sock_connect=patience)) as session,
                session.request(method, url, allow_redirects=False) as answer,
            ):
                return answer.status
        except aiohttp.ClientConnectorDNSError:
            problem = f"{where}: the host is unknown: {mend}"
        except aiohttp.ClientConnectorError as error:
            problem = f"{where} ({clean(error.strerror or str(error))}): {mend}"
        except aiohttp.ConnectionTimeoutError:
            problem = f"{where} (no connection within {patience:g} s): {mend}"
        except TimeoutError:
            return 0
        except (aiohttp.ClientError, OSError) as error:
            problem = f"{where} ({clean(str(error), self.hide) or type(error).__name__}): {mend}"
        raise InputError(problem)

    async def ask(
        self, url: URL, data: bytes, most: int, read: Read, *, method: str = "POST", text: bool = False
    ) -> Reply:
        """What `read` makes of the answer to one request: JSON, or text of any kind, of at most `most` bytes.

        Raises the `ModelFault` that the answer, or its absence, amounts to.
        """
        session = self._session or self._open()
        began = perf_counter()
        place = _Place(self._long, self.timeout)
        try:
            sent = data if len(data) < _BIG_REQUEST else io.BytesIO(data)
            asked = session.request(method, url, data=sent, allow_redirects=False)
            content = await self._content(asked, most, place, text=text)
            return read(content, perf_counter() - began)
        finally:
            place.leave()

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _content(
        self, asked: AbstractAsyncContextManager[aiohttp.ClientResponse], most: int, place: _Place, *, text: bool
    ) -> bytes:
        try:
            async with asked as answer:
                return await self._read(answer, most, place, text=text)
        except TimeoutError:
            fault: ModelFault = TimedOut(f"no complete answer within {self.timeout:g} s")
        except (aiohttp.ClientError, OSError) as error:
            # Only the words go on: aiohttp's errors carry the request's headers, and so the key.
            fault = Transient(clean(f"{type(error).__name__}: {error}", self.hide))
        raise fault

    def _open(self) -> aiohttp.ClientSession:
        self._long = asyncio.Semaphore(LONG)  # of this loop
        self._session = self._new_session(aiohttp.ClientTimeout(total=self.timeout))
        return self._session

    def _new_session(self, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # the default of 100 would cap concurrency without a word
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            auto_decompress=False,
        )

    async def _read(self, answer: aiohttp.ClientResponse, most: int, place: _Place, *, text: bool) -> bytes:
        """The body of a good answer, a long one in one of the few places for such; raises what any other amounts to."""
        if answer.status in (200, 201):  # an application may say that it made an answer
            content, whole = await _bounded(answer, most, place)
            content = _unpacked(content, answer.headers.get("Content-Encoding", "").lower(), most) if whole else b""
            if not whole or len(content) > most:
                raise Transient(f"the answer is longer than {most / (1 << 20):.3g} MB, and was asked to be short")
            kind = answer.headers.get("Content-Type", "json")
            if not text and not ("json" in kind.lower() or streamed.is_stream(content) or _like_json(content)):
                raise Transient(f"the answer is not JSON but `{clean(kind, self.hide)}`")
            return content
        if 300 <= answer.status < 400:
            answer.close()
            target = without_secrets(answer.headers.get("Location", ""))
            raise Permanent(f"HTTP {answer.status}: redirected to `{clean(target, self.hide)}`: use that URL itself")
        content, _ = await _bounded(answer, LONGEST_ERROR, place)
        fault = fault_of_status(answer.status, content, wait_of(answer.headers), hide=self.hide)
        if answer.status in self._blocked:
            raise Blocked(str(fault))
        if isinstance(fault, Permanent) and (name := refused(answer.status, content, REFUSABLE)):
            raise Refused(str(fault), name)
        raise fault


def longest_body(sampling: Sampling) -> int:
    """Bytes that an answer may have: what its tokens can come to, and never more than `LONGEST_BODY`."""
    each = TOKEN + LOGPROB * (1 + sampling.logprobs) * bool(sampling.logprobs)
    return min(LONGEST_BODY, SHORT_BODY + each * (sampling.max_tokens + sampling.thinking))


def _unpacked(content: bytes, encoding: str, most: int) -> bytes:
    """A body without its compression, which nobody asked for; at most one byte more than `most`."""
    if encoding in ("", "identity"):
        return content
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Permanent(f"the answer is compressed as `{clean(encoding)}`, which was not asked for")
    for window in (47, -15) if encoding == "deflate" else (47,):  # gzip or zlib by its header; a bare stream
        try:
            return zlib.decompressobj(window).decompress(content, most + 1)
        except zlib.error:
            continue
    raise Transient(f"the answer says that it is `{encoding}`, and is not")


def _like_json(content: bytes) -> bool:
    return content.lstrip()[:1] in (b"{", b"[")


class _Place:
    """One of the few places for long bodies, if a call comes to need one: 256 at once would else hold 256 of them."""

    __slots__ = ("_held", "_long", "_patience")

    def __init__(self, long: asyncio.Semaphore, patience: float) -> None:
        self._long, self._patience, self._held = long, patience, False

    async def take(self) -> None:
        """Wait for the place, once; raises `TimeoutError` where none becomes free."""
        if not self._held:
            async with asyncio.timeout(self._patience):
                await self._long.acquire()
            self._held = True

    def leave(self) -> None:
        """Give it back, where it was taken."""
        if self._held:
            self._long.release()


async def _bounded(answer: aiohttp.ClientResponse, limit: int, place: _Place) -> tuple[bytes, bool]:
    """Up to `limit` bytes of a body, and whether that was all; a body cut short closes its connection.

    One that is longer than `SHORT_BODY` takes a `place`, kept until the answer is read.
    """
    chunks, size = [], 0
    while chunk := await answer.content.readany():
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            answer.close()
            return b"".join(chunks)[:limit], False
        if size > SHORT_BODY:
            await place.take()
    return chunks[0] if len(chunks) == 1 else b"".join(chunks), True


def without_secrets(location: str) -> str:
    """A URL without user, password, query and fragment."""
    try:
        parts = urlsplit(location)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "a malformed URL"
    return f"{parts.scheme}://{place}{parts.path}" if place else parts.path
