"""OpenAI-compatible servers (vLLM, SGLang, llama.cpp, Ollama, any gateway), over our own thin aiohttp client.

This is the hot path: a call costs little more than aiohttp itself. One session for a model, one request for a call,
nothing retried, no redirect followed, and a body of any length costs bounded memory and time.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import zlib
from collections.abc import Mapping
from functools import partial
from time import perf_counter
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from trustgen.core import (
    InputError,
    Level,
    Model,
    ModelFault,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    TimedOut,
    Transient,
)

from . import chat_format, streamed
from .adapting import REFUSABLE, adapting
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
SLOTS = 256

_BIG_REQUEST = 512 * 1024  # bytes; beyond this aiohttp wants a file, which it writes in pieces


def open_model(rest: str, options: ModelOptions) -> OpenAIModel:
    """The model of `MODEL@http://host:port/v1`.

    Raises `InputError` for a malformed URI, an unset key, and a secret that would cross a network unencrypted.
    """
    name, base = _parse(rest)
    model = OpenAIModel(name, base, read_key(options.api_key_env), options)
    secret = "its key" if options.api_key_env else next((f"header `{h}`" for h in options.headers if is_secret(h)), "")
    if secret and base.startswith("http:") and not (options.insecure or is_loopback(urlsplit(base).hostname or "")):
        raise InputError(
            f"model `{name}` would send {secret} unencrypted to {base}: use https, or allow it: --insecure"
        )
    return model


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


class OpenAIModel(Model):
    """One model of one server. Its connections belong to the event loop of the first call, until `close`."""

    levels = frozenset({Level.GENERATE, Level.LOGPROBS})
    maybe = frozenset({Level.IMAGE_IN, Level.TOOLS})
    slots = SLOTS

    def __init__(self, name: str, base: str, key: str, options: ModelOptions) -> None:
        self.uri = f"openai-api:{name}@{base}"
        self._name = name
        self._base = base
        self._target = URL(f"{base}/chat/completions")
        self._key = key
        self._key_env = options.api_key_env
        self._timeout = self.ends_within = options.timeout
        self._headers = dict(options.headers)
        told = (value.rpartition(" ")[2] for header, value in options.headers.items() if is_secret(header))
        self._hide = (key, *told)
        self._adapted: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None
        self._long = asyncio.Semaphore(LONG)

    def __repr__(self) -> str:
        return f"OpenAIModel({self.uri!r})"

    @property
    def adapted(self) -> Mapping[str, str]:
        """What the server refuses."""
        return self._adapted

    def adapt(self, known: Mapping[str, str]) -> None:
        """What it refused before is not tried again."""
        self._adapted.update(known)

    async def check(self) -> None:
        """Ask for the list of models. Raises `InputError` where nothing answers or the key is refused."""
        where = f"cannot reach {self._base}"
        mend = "start the server or correct the URL"
        patience = min(PREFLIGHT, self._timeout)
        try:
            async with (
                self._new_session(aiohttp.ClientTimeout(total=2 * patience, sock_connect=patience)) as session,
                session.get(URL(f"{self._base}/models"), allow_redirects=False) as answer,
            ):
                status = answer.status
        except aiohttp.ClientConnectorDNSError:
            problem = f"{where}: the host is unknown: {mend}"
        except aiohttp.ClientConnectorError as error:
            problem = f"{where} ({clean(error.strerror or str(error))}): {mend}"
        except aiohttp.ConnectionTimeoutError:
            problem = f"{where} (no connection within {patience:g} s): {mend}"
        except TimeoutError:
            return  # connected and then silent, as a busy server may be
        except (aiohttp.ClientError, OSError) as error:
            problem = f"{where} ({clean(str(error), self._hide) or type(error).__name__}): {mend}"
        else:
            if status not in (401, 403):
                return
            named = f"the key in `{self._key_env}`" if self._key_env else "calls without a key"
            mend = f"correct `{self._key_env}`" if self._key_env else "name its variable with --api-key-env"
            problem = f"{self._base} refuses {named} (HTTP {status}): {mend}"
        raise InputError(problem)

    async def ask(self, request: Request) -> Reply:
        """One chat completion. Raises the `ModelFault` that `faults` or `chat_format` reads in the answer.

        A parameter that the server refuses is left out or renamed from then on: see `adapting`.
        """
        return await adapting(self._adapted, partial(self._asked, request))

    async def _asked(self, request: Request, adapted: Mapping[str, str]) -> Reply:
        data = chat_format.body(self._name, request, adapted)
        session = self._session or self._open()
        most = longest_body(request.sampling)
        began = perf_counter()
        place = _Place(self._long, self._timeout)
        try:
            return await self._replied(session, data, request.sampling, most, began, place)
        finally:
            place.leave()

    async def _replied(
        self,
        session: aiohttp.ClientSession,
        data: bytes,
        sampling: Sampling,
        most: int,
        began: float,
        place: _Place,
    ) -> Reply:
        try:
            async with session.post(
                self._target, data=data if len(data) < _BIG_REQUEST else io.BytesIO(data), allow_redirects=False
            ) as answer:
                content = await self._read(answer, most, place)
                content = streamed.whole(content) if streamed.is_stream(content) else content
        except TimeoutError:
            fault: ModelFault = TimedOut(f"no complete answer within {self._timeout:g} s")
        except (aiohttp.ClientError, OSError) as error:
            # Only the words go on: aiohttp's errors carry the request's headers, and so the key.
            fault = Transient(clean(f"{type(error).__name__}: {error}", self._hide))
        else:
            return chat_format.reply(content, sampling, perf_counter() - began, self._hide)
        raise fault

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        self._long = asyncio.Semaphore(LONG)  # of this loop
        self._session = self._new_session(aiohttp.ClientTimeout(total=self._timeout))
        return self._session

    def _new_session(self, timeout: aiohttp.ClientTimeout) -> aiohttp.ClientSession:
        # `identity` and no decompression: a small body cannot unfold into a large one.
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        headers |= self._headers
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # the default of 100 would cap concurrency without a word
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
            auto_decompress=False,
        )

    async def _read(self, answer: aiohttp.ClientResponse, most: int, place: _Place) -> bytes:
        """The body of a good answer, a long one in one of the few places for such; raises what any other amounts to."""
        if answer.status == 200:
            content, whole = await _bounded(answer, most, place)
            content = _unpacked(content, answer.headers.get("Content-Encoding", "").lower(), most) if whole else b""
            if not whole or len(content) > most:
                raise Transient(f"the answer is longer than {most / (1 << 20):.3g} MB, and was asked to be short")
            kind = answer.headers.get("Content-Type", "json")
            if "json" not in kind.lower() and not (streamed.is_stream(content) or content.lstrip()[:1] == b"{"):
                raise Transient(f"the answer is not JSON but `{clean(kind, self._hide)}`")
            return content
        if 300 <= answer.status < 400:
            answer.close()
            target = _without_secrets(answer.headers.get("Location", ""))
            raise Permanent(f"HTTP {answer.status}: redirected to `{clean(target, self._hide)}`: use that URL itself")
        content, _ = await _bounded(answer, LONGEST_ERROR, place)
        wait = wait_of(answer.headers)
        fault = fault_of_status(answer.status, content, wait, hide=self._hide)
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


def _parse(rest: str) -> tuple[str, str]:
    """Model name and base URL of `MODEL@URL`. A model's name may hold `@`, `/` and `:`; the URL no user, no query."""
    form = "write `openai-api:MODEL@http://host:port/v1`"
    found = re.fullmatch(r"([^\s\x00-\x1f]+?)@(https?://\S+)", rest, re.IGNORECASE)
    if not found:
        raise InputError(f"model URI `openai-api:…` needs a model and an http(s) URL: {form}")
    name, url = found.groups()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"the URL of model `{name}` is malformed ({error}): {form}") from None
    if parts.username is not None or parts.password is not None:
        raise InputError(f"the URL of model `{name}` holds a user or password: give a key with --api-key-env instead")
    if not host or parts.query or parts.fragment:
        raise InputError(f"the URL of model `{name}` needs a host and no query or fragment: {form}")
    scheme = parts.scheme.lower()
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[scheme]:
        place += f":{port}"
    path = parts.path.rstrip("/").removesuffix("/chat/completions")  # as server pages show it, and people copy it
    return name, f"{scheme}://{place}{path}"


def _without_secrets(location: str) -> str:
    """A redirect's target without user, password, query and fragment."""
    try:
        parts = urlsplit(location)
        place = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "a malformed URL"
    return f"{parts.scheme}://{place}{parts.path}" if place else parts.path
