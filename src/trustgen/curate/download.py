"""One file over HTTP from an address that a person, or a manifest, named; and no further than it may lead.

A redirect is somebody else's choice. From the open web it leads to the open web alone, by name and by every address
that the name has, and the connection is made to the checked addresses. What was sent to one origin is not sent to
another. Proxies are taken from the environment; passwords (`.netrc`) are not.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from trustgen.core import TrustGenError, Unusable
from trustgen.models.offline import VARIABLE, is_loopback, offline

from .web.addresses import Lookup, checked_addresses, place, system_lookup
from .web.exchange import pinned

if TYPE_CHECKING:
    import aiohttp

_MOVED = (301, 302, 303, 307, 308)
_OPEN = ("accept", "user-agent")  # headers that tell another origin nothing


class FetchError(TrustGenError):
    """A fetch that gave nothing usable. `lasting` is False where the same request may succeed later."""

    def __init__(self, message: str, *, lasting: bool = True) -> None:
        super().__init__(message)
        self.lasting = lasting


class _Asked(NamedTuple):
    """A request. `addresses` are those that may be connected to; None for whatever the name leads to."""

    url: str
    method: str
    data: Mapping[str, str] | None
    headers: dict[str, str]
    addresses: tuple[str, ...] | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


def fetch(
    url: str,
    *,
    seconds: float,
    most: int,
    method: Literal["GET", "POST"] = "GET",
    data: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    redirects: int = 5,
    lookup: Lookup = system_lookup,
) -> tuple[bytes, str]:
    """The body and the media type of one answer, within `seconds` in all and `most` bytes after decompression.

    Raises `FetchError` in one line for all else: another status than 200, a loop of redirects, a stall, no end.
    Blocking, also where an event loop runs already.
    """
    asked = _fetch(_Asked(url, method, data, dict(headers or {})), seconds, most, redirects, lookup)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asked)
    with ThreadPoolExecutor(1) as aside:  # the caller's own loop waits for this, whatever it is doing
        return aside.submit(asyncio.run, asked).result()


async def _fetch(asked: _Asked, seconds: float, most: int, redirects: int, lookup: Lookup) -> tuple[bytes, str]:
    import aiohttp

    host = asked.host
    try:
        async with asyncio.timeout(seconds):
            for _ in range(redirects + 1):
                found = await _once(asked, host, most)
                if not isinstance(found, str):
                    return found
                asked = await _followed(asked, found, lookup)
            raise FetchError(f"{host} redirected more than {redirects} times: check the address")
    except TimeoutError as error:
        raise FetchError(f"{host} did not finish within {seconds:g} seconds", lasting=False) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(f"{host}: {type(error).__name__}: {error}"[:300], lasting=False) from error


async def _once(asked: _Asked, host: str, most: int) -> tuple[bytes, str] | str:
    """What an address answers: a body and its type, or where else to look."""
    import aiohttp

    _check_allowed(asked.url)
    name = urlsplit(asked.url).hostname or ""
    connector = None if asked.addresses is None else aiohttp.TCPConnector(resolver=pinned(name, asked.addresses))
    # A jar would carry what one origin set to its neighbours; `trust_env` would read passwords too.
    jar = aiohttp.DummyCookieJar()
    async with (
        aiohttp.ClientSession(connector=connector, cookie_jar=jar, headers=asked.headers, trust_env=False) as session,
        session.request(asked.method, asked.url, data=asked.data, allow_redirects=False, **_proxy(asked.url)) as answer,
    ):
        if answer.status in _MOVED and "Location" in answer.headers:
            return answer.headers["Location"]
        return await _body(answer, host, most), answer.content_type


def _proxy(url: str) -> dict[str, Any]:
    """The proxy of the environment for an address, as the client takes it."""
    from yarl import URL

    known, parts = getproxies(), urlsplit(url)
    proxy = known.get(parts.scheme)
    if not proxy or proxy_bypass(parts.hostname or ""):
        return {}
    told = URL(proxy)
    if not told.user:
        return {"proxy": told}
    login = b64encode(f"{told.user}:{told.password or ''}".encode()).decode()
    return {"proxy": told.with_user(None), "proxy_headers": {"Authorization": f"Basic {login}"}}


def _check_allowed(url: str) -> None:
    host = urlsplit(url).hostname or ""
    if offline() and not is_loopback(host):
        raise FetchError(f"{VARIABLE}=1 refuses a connection to {host}: unset it, or use what was fetched before")


async def _followed(asked: _Asked, where: str, lookup: Lookup) -> _Asked:
    """The request that a redirect asks for: not another scheme, nor from the open web into somebody's network."""
    url, target = asked.url, urljoin(asked.url, where)
    refusal = FetchError(f"{asked.host} redirected to {target[:120]!r}: refused")
    if urlsplit(target).scheme not in ("http", "https") or (url[:6] == "https:" and target[:5] == "http:"):
        raise refusal
    addresses: tuple[str, ...] | None = None
    if _open_web(url):
        try:
            checked = place(target)
            # Behind a proxy it is the proxy that looks names up, and this machine perhaps cannot.
            addresses = None if _proxy(target) else await checked_addresses(checked, lookup=lookup)
        except Unusable as error:
            raise refusal from error
    if _origin(target) == _origin(url) or (_upgrade(url, target) and asked.data is None):
        return asked._replace(url=target, addresses=addresses)
    if asked.data is not None and not _upgrade(url, target):
        raise FetchError(f"{asked.host} redirected a question to {urlsplit(target).netloc[:120]!r}: name that address")
    headers = {name: value for name, value in asked.headers.items() if name.lower() in _OPEN}
    return asked._replace(url=target, headers=headers, addresses=addresses)


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _upgrade(url: str, target: str) -> bool:
    """Whether a redirect leads to the same host, from http to https."""
    here, there = _origin(url), _origin(target)
    return here[1] == there[1] and (here[0], here[2], there[0], there[2]) == ("http", 80, "https", 443)


def _open_web(url: str) -> bool:
    try:
        place(url)
    except Unusable:
        return False
    return True


async def _body(answer: aiohttp.ClientResponse, host: str, most: int) -> bytes:
    if answer.status != 200:
        lasting = answer.status < 500 and answer.status != 429
        raise FetchError(f"{host} answered {answer.status} {answer.reason or ''}".rstrip(), lasting=lasting)
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > most:
            raise FetchError(f"{host} sent more than {most:,} bytes: refused")
    return bytes(body)


__all__ = ["FetchError", "fetch"]
