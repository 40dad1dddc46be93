"""Search engines, behind one face: a query in, addresses of pages out.

An engine builds a request and reads the answer strictly; asking, bounds and retries are the same for all. Keys come
from an environment variable that the user names, and are sent nowhere but to the engine; for engines that a file names,
see `asks`.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlencode

import msgspec

from trustgen.core import InputError, UnknownName, Unusable
from trustgen.models.offline import VARIABLE, is_loopback, offline
from trustgen.text.visible import one_line

from .addresses import checked_addresses, place
from .exchange import Answer, Fleeting, blocking, exchange
from .limits import LIMITS, Limits

WIKIPEDIA = "https://en.wikipedia.org"
BRAVE = "https://api.search.brave.com"
TAVILY = "https://api.tavily.com"
LONGEST = 300  # characters of a query, a title or a snippet
_TAG = re.compile(r"<[^<>]{0,200}>")


class Hit(msgspec.Struct, frozen=True):
    """One result. Title and snippet are the engine's words, in one line; `date` is what it says, or ""."""

    url: str
    title: str
    snippet: str = ""
    date: str = ""


class Asked(NamedTuple):
    """A request to an engine."""

    url: str
    headers: Mapping[str, str] = {}
    data: bytes | None = None  # POST this


class Engine(Protocol):
    """A search engine at a base URL."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def base(self) -> str:
        """Where it is."""

    def request(self, query: str, n: int) -> Asked:
        """How to ask for `n` results. Raises `InputError` where a key is missing."""

    def read(self, body: bytes) -> list[Hit]:
        """The results in an answer; raises `msgspec.ValidationError` and its like where it is none."""


def _key(name: str, variable: str) -> str:
    if not variable:
        raise InputError(f"search engine `{name}` needs a key: name the environment variable that holds it (`key_env`)")
    key = os.environ.get(variable, "")
    if not key or not key.isascii() or not key.isprintable():
        raise InputError(f"search engine `{name}`: ${variable} holds no usable key: set it")
    return key


class _Result(msgspec.Struct):
    url: str
    title: str = ""
    content: str | None = None
    description: str | None = None
    publishedDate: str | None = None  # noqa: N815
    published_date: str | None = None
    page_age: str | None = None

    def hit(self) -> Hit:
        date = self.publishedDate or self.published_date or self.page_age or ""
        return Hit(self.url, self.title, self.content or self.description or "", date)


class _Results(msgspec.Struct):
    results: list[_Result]


class _BraveAnswer(msgspec.Struct):
    web: _Results | None = None  # absent where nothing was found
    type: str = ""

    def hits(self) -> list[Hit]:
        if self.type != "search":
            raise msgspec.ValidationError("it says that it is no search result")
        return [result.hit() for result in self.web.results] if self.web else []


class _WikiResult(msgspec.Struct):
    title: str
    snippet: str = ""
    timestamp: str = ""


class _WikiResults(msgspec.Struct):
    search: list[_WikiResult]


class _WikiAnswer(msgspec.Struct):
    query: _WikiResults


@dataclass(frozen=True)
class SearXNG:
    """A SearXNG instance whose settings allow the format `json`."""

    base: str = "http://127.0.0.1:8888"
    key_env: str = ""
    name: str = "searxng"

    def request(self, query: str, n: int) -> Asked:
        """One page of results; how many stand on it is the instance's choice."""
        return Asked(f"{self.base}/search?{urlencode({'q': query, 'format': 'json', 'pageno': 1})}")

    def read(self, body: bytes) -> list[Hit]:
        """Its results, best first."""
        return [result.hit() for result in msgspec.json.decode(body, type=_Results).results]


@dataclass(frozen=True)
class Brave:
    """The Brave Search API."""

    base: str = BRAVE
    key_env: str = ""
    name: str = "brave"

    def request(self, query: str, n: int) -> Asked:
        """At most 20 results."""
        headers = {"X-Subscription-Token": _key(self.name, self.key_env), "Accept": "application/json"}
        return Asked(f"{self.base}/res/v1/web/search?{urlencode({'q': query, 'count': min(n, 20)})}", headers)

    def read(self, body: bytes) -> list[Hit]:
        """Its web results; news, videos and the like are left."""
        return msgspec.json.decode(body, type=_BraveAnswer).hits()


@dataclass(frozen=True)
class Tavily:
    """The Tavily search API."""

    base: str = TAVILY
    key_env: str = ""
    name: str = "tavily"

    def request(self, query: str, n: int) -> Asked:
        """At most 20 results, without a generated answer."""
        headers = {"Authorization": f"Bearer {_key(self.name, self.key_env)}", "Content-Type": "application/json"}
        told = {"query": query, "max_results": min(n, 20), "search_depth": "basic", "include_answer": False}
        return Asked(f"{self.base}/search", headers, msgspec.json.encode(told))

    def read(self, body: bytes) -> list[Hit]:
        """Its results, best first."""
        return [result.hit() for result in msgspec.json.decode(body, type=_Results).results]


@dataclass(frozen=True)
class MediaWiki:
    """The full-text search of a MediaWiki site, by default the English Wikipedia. `api` and `article` are its paths."""

    base: str = WIKIPEDIA
    key_env: str = ""
    name: str = "mediawiki"
    api: str = "/w/api.php"
    article: str = "/wiki/"

    def request(self, query: str, n: int) -> Asked:
        """At most 50 articles."""
        told = {"action": "query", "list": "search", "srsearch": query, "srlimit": min(n, 50), "srnamespace": 0}
        return Asked(f"{self.base}{self.api}?{urlencode({**told, 'format': 'json', 'formatversion': 2})}")

    def read(self, body: bytes) -> list[Hit]:
        """Its articles, best first, each at the address that bears its title; the date is of its last change."""
        found = msgspec.json.decode(body, type=_WikiAnswer).query.search
        there = f"{self.base}{self.article}"
        return [Hit(there + quote(r.title.replace(" ", "_")), r.title, r.snippet, r.timestamp[:10]) for r in found]


ENGINES: dict[str, type[SearXNG | Brave | Tavily | MediaWiki]] = {
    "brave": Brave,
    "mediawiki": MediaWiki,
    "searxng": SearXNG,
    "tavily": Tavily,
}
"""The engines by name."""


def engine(name: str, base: str = "", key_env: str = "") -> Engine:
    """An engine by its name, at its usual place or at `base`; `key_env` names the variable that holds its key."""
    if name not in ENGINES:
        raise UnknownName("search engine", name, ENGINES)
    if base and not base.startswith(("http://", "https://")):
        raise InputError(f"search engine `{name}`: base is {base[:80]!r}: write an http or https address")
    known = ENGINES[name]
    return known(base.rstrip("/"), key_env) if base else known(key_env=key_env)


def search(by: Engine, query: str, n: int, limits: Limits = LIMITS, *, allow_private: bool = True) -> list[Hit]:
    """At most `n` results of a query. Blocking, at most `limits.tries` requests.

    `allow_private` is for an engine that the user named: it may stand in the own network, but not send us elsewhere.

    Raises `Unusable` in one line where the engine gives none to use, and `InputError` where trying again with other
    queries is of no use: a key is missing or rejected, the engine is not there to be asked.
    """
    asked = by.request(" ".join(query.split())[:LONGEST], n)
    fault: Unusable | None = None
    for attempt in range(limits.tries):
        if fault is not None:
            after = fault.after if isinstance(fault, Fleeting) else 0.0
            if after > limits.longest_pause:
                break
            time.sleep(max(after, limits.pause * 2 ** (attempt - 1)))
        try:
            return [_tidied(hit) for hit in _read(by, blocking(_ask(by, asked, limits, allow_private)))[:n]]
        except Unusable as error:
            fault = error
            if not isinstance(error, Fleeting):
                break
    raise Unusable(f"search engine `{by.name}` ({by.base}) cannot be used: {fault}")


async def _ask(by: Engine, asked: Asked, limits: Limits, allow_private: bool) -> bytes:
    where = place(asked.url, allow_private=allow_private)
    if offline() and not is_loopback(where.host):
        raise InputError(f"{VARIABLE}=1 refuses a search at {where.host}: unset it, or build from what was fetched")
    if asked.headers and where.scheme == "http" and not is_loopback(where.host):
        raise InputError(f"search engine `{by.name}` would send its key unencrypted: use an https address")
    try:
        async with asyncio.timeout(limits.search_seconds):
            addresses = await checked_addresses(where, allow_private=allow_private)
            answer = await exchange(
                where,
                addresses,
                most=limits.search_bytes,
                read_seconds=limits.search_seconds,
                headers=asked.headers,
                data=asked.data,
            )
    except TimeoutError as error:
        raise Fleeting(f"it did not answer within {limits.search_seconds:g} seconds") from error
    return _checked(by, answer)


def _checked(by: Engine, answer: Answer) -> bytes:
    if answer.status in (401, 403):
        mend = "check its key" if getattr(by, "key_env", "") else "it may need a key, or forbid the format json"
        raise InputError(f"search engine `{by.name}` ({by.base}) refuses us ({answer.status}): {mend}")
    if answer.status == 429 or answer.status >= 500:
        raise Fleeting(f"it answered {answer.status}", answer.after)
    if answer.status != 200:
        raise Unusable(f"it answered {answer.status}")
    if answer.kind and answer.kind != "application/json":
        raise Fleeting(f"it sent {answer.kind[:60]} where JSON was asked for")  # a page that says "busy", often
    return answer.body


def _read(by: Engine, body: bytes) -> list[Hit]:
    try:
        return by.read(body)
    except msgspec.ValidationError as error:
        raise Unusable(f"its answer has another shape: {error}"[:200]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Fleeting(f"its answer is not whole: {error}"[:200]) from error


def _tidied(hit: Hit) -> Hit:
    def plain(text: str) -> str:
        return one_line(html.unescape(_TAG.sub("", text)), LONGEST)

    return Hit(hit.url, plain(hit.title), plain(hit.snippet), one_line(hit.date, 40))


def encoded(hits: list[Hit]) -> bytes:
    """Results as they are remembered."""
    return msgspec.json.encode(hits)


def decoded(body: bytes) -> list[Hit]:
    """Remembered results."""
    found: list[Any] = msgspec.json.decode(body, type=list[Hit])
    return found


__all__ = [
    "ENGINES",
    "Asked",
    "Brave",
    "Engine",
    "Hit",
    "MediaWiki",
    "SearXNG",
    "Tavily",
    "decoded",
    "encoded",
    "engine",
    "search",
]
