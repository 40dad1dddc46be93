"""Web pages and answers of search engines, fetched within bounds from addresses that were checked.

A page may lie, stall, never end, unpack to gigabytes, send us in circles or into somebody's network: each costs a
bounded time and memory, and one clear line. Proxies, cookies, passwords and referrers are never used.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urljoin

import msgspec

from trustgen.core import Unusable

from .addresses import Lookup, Place, checked_addresses, place, system_lookup
from .exchange import Answer, Fleeting, blocking, exchange
from .limits import LIMITS, Limits
from .robots import Rules, rules_of
from .text import main_text

TYPES = ("text/html", "application/xhtml+xml", "text/plain")


class Page(msgspec.Struct, frozen=True):
    """A page as it was read. `sha256` and `bytes` are of what came out of its packing; `date` is ISO or ""."""

    url: str
    final_url: str
    retrieved: str
    sha256: str
    bytes: int
    title: str
    text: str
    date: str
    licence: str


class Fetcher:
    """Fetches pages, one at a time, and remembers what each host allows and when it was last asked.

    `allow_private` lets it into the own network and is for tests and intranets. `lookup` finds addresses of names.
    """

    def __init__(self, limits: Limits = LIMITS, *, allow_private: bool = False, lookup: Lookup = system_lookup) -> None:
        self._limits, self._allow_private, self._lookup = limits, allow_private, lookup
        self._rules: dict[str, Rules] = {}
        self._asked: dict[str, float] = {}

    def page(self, url: str) -> Page:
        """The page at a URL. Blocking; raises `Unusable` in one line for whatever stands in its way."""
        where = self._place(url)
        self._wait(where)
        try:
            return blocking(self._within(url, where))
        except Fleeting as error:
            if error.after > self._limits.longest_pause:
                raise
            time.sleep(error.after)
        self._wait(where)
        return blocking(self._within(url, where))

    def _place(self, url: str) -> Place:
        return place(url, allow_private=self._allow_private)

    def _wait(self, where: Place) -> None:
        """Leave each host the time between two pages that is ours to leave or its to ask."""
        rules, before = self._rules.get(where.origin), self._asked.get(where.origin)
        if before is None:
            return
        delay = max(self._limits.pause, rules.delay if rules else 0.0)
        if delay > self._limits.longest_pause:
            raise Unusable(f"{where.host} asks for {delay:g} seconds between two pages")
        time.sleep(max(0.0, before + delay - time.monotonic()))

    async def _within(self, url: str, where: Place) -> Page:
        try:
            async with asyncio.timeout(self._limits.page_seconds):
                where, answer = await self._followed(where)
        except TimeoutError as error:
            raise Unusable(f"{where.host} did not finish within {self._limits.page_seconds:g} seconds") from error
        found = main_text(answer.body, answer.kind, answer.charset, self._limits.text)
        return Page(
            url=url,
            final_url=where.url,
            retrieved=datetime.now(UTC).isoformat(timespec="seconds"),
            sha256=sha256(answer.body).hexdigest(),
            bytes=len(answer.body),
            title=found.title,
            text=found.text,
            date=found.date,
            licence=found.licence,
        )

    async def _followed(self, where: Place) -> tuple[Place, Answer]:
        """The answer at the end of the redirects, every hop of which is checked like the first address."""
        seen: set[str] = set()
        for _ in range(self._limits.redirects + 1):
            if where.url in seen:
                raise Unusable(f"{where.host} redirects in a circle")
            seen.add(where.url)
            addresses = await self._addresses(where)
            await self._check_robots(where, addresses)
            self._asked[where.origin] = time.monotonic()
            answer = await self._ask(where, addresses, TYPES, self._limits.page_bytes)
            if not answer.location:
                return where, _good(where, answer)
            where = self._next(where, answer.location)
        raise Unusable(f"{where.host}: more than {self._limits.redirects} redirects")

    async def _addresses(self, where: Place) -> tuple[str, ...]:
        return await checked_addresses(where, allow_private=self._allow_private, lookup=self._lookup)

    async def _ask(self, where: Place, addresses: tuple[str, ...], kinds: tuple[str, ...], most: int) -> Answer:
        return await exchange(where, addresses, most=most, read_seconds=self._limits.read_seconds, kinds=kinds)

    def _next(self, where: Place, location: str) -> Place:
        try:
            target = self._place(urljoin(where.url, location.strip()))
        except ValueError as error:
            raise Unusable(f"{where.host} redirects to {location[:80]!r}, which is no address") from error
        except Unusable as error:
            raise Unusable(f"{where.host} redirects to what is refused: {error}") from error
        if where.scheme == "https" and target.scheme == "http":
            raise Unusable(f"{where.host} redirects from https to http")
        return target

    async def _check_robots(self, where: Place, addresses: tuple[str, ...]) -> None:
        rules = self._rules.get(where.origin)
        if rules is None:
            rules = self._rules[where.origin] = await self._robots(where, addresses)
        if not rules.allows(where.url):
            raise Unusable(f"{where.host} is not read: {rules.refusal or 'its robots.txt forbids this page'}")

    async def _robots(self, where: Place, addresses: tuple[str, ...]) -> Rules:
        limits = self._limits
        now = self._place(f"{where.origin}/robots.txt")
        try:
            async with asyncio.timeout(limits.robots_seconds):
                for _ in range(limits.redirects + 1):
                    answer = await self._ask(now, addresses, (), limits.robots_bytes)
                    if not answer.location:
                        return rules_of(answer.status, answer.body)
                    now = self._next(now, answer.location)
                    addresses = await self._addresses(now)
        except TimeoutError:
            return Rules(f"its robots.txt did not come within {limits.robots_seconds:g} seconds")
        except Unusable as error:
            return Rules(f"its robots.txt cannot be read ({error})")
        return Rules("its robots.txt is redirected too often")


def _good(where: Place, answer: Answer) -> Answer:
    if answer.status == 200:
        return answer
    fleeting = answer.status == 429 or answer.status >= 500
    what = f"{where.host} answered {answer.status}"
    raise Fleeting(what, answer.after) if fleeting else Unusable(what)


__all__ = ["TYPES", "Fetcher", "Page"]
