"""A web-browsing agent as a pool: a writer plans searches, pages are fetched, records are read from their main text.

    topic ─writer→ queries ─engine→ hits ─fetch→ pages ─writer→ fields with quotes ─grounding→ records

Nothing that a page or the writer says is trusted: each value must stand in the page, in words that the writer quotes.
All that comes from outside is remembered by the build, so building again needs neither network nor writer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from trustgen.core import (
    BadRow,
    Bound,
    InputError,
    PoolManifest,
    Prompts,
    Record,
    Sampling,
    Source,
    Unusable,
    digest,
    keyed,
    structured,
)
from trustgen.curate.rows import Fault
from trustgen.text.visible import one_line

from .addresses import Lookup, system_lookup
from .asks import Asks
from .fetch import Fetcher, Page
from .fields import Cited, Novel, Wanted, check_fields, listed_fields, typed
from .limits import LIMITS, Limits
from .live import LivePool, Rows
from .search import Engine, Hit, MediaWiki, decoded, encoded, engine, search

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
RESERVED = ("quotes", "date")  # fields that every record has beside those asked for
LICENCE = "as the page says"
NEAR = 0.85  # overlap of two records from which they are the same
QUERY = 120  # characters of a query
_LATE = "the time of this pool is over"

_decode_page = msgspec.json.Decoder(Page).decode


class Web(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[web]` of a manifest file: what to look for, where, and how far to go."""

    topic: str
    fields: dict[str, Wanted]
    engine: str = "mediawiki"
    base: str = ""
    key_env: str = ""
    hosts: tuple[str, ...] = ()
    allow_private: bool = False
    limits: Limits = LIMITS


class _Queries(msgspec.Struct, frozen=True):
    queries: list[str]


@dataclass(frozen=True)
class WebPool(LivePool):
    """Records read from web pages about a `topic`, each with its page as source.

    `fields` are what a record holds, by name; beside them it has `quotes` (field: the words of the page) and `date`
    (the page's own, ISO, or ""). A field `subject`, where there is one, must be named by the page with each of the
    others. `hosts`, where given, are the only ones to read from, with what lies under them.
    `allow_private` lets the agent into the own network.
    """

    topic: str
    fields: Mapping[str, Wanted]
    engine: Engine = field(default_factory=MediaWiki)
    hosts: tuple[str, ...] = ()
    limits: Limits = LIMITS
    licence: str = LICENCE
    allow_private: bool = False
    lookup: Lookup = system_lookup
    asks: Asks | None = None  # of a file: to be held against what the kit grants before anything goes out

    def __post_init__(self) -> None:
        what = f"pool `{self.name}`"
        if not self.topic.strip():
            raise InputError(f"{what} has no topic: say what to look for")
        check_fields(what, self.fields, RESERVED)
        for name, wanted in self.fields.items():
            if wanted.type == "boolean":
                raise InputError(f"{what}: field `{name}` is boolean, which no page says in words: ask for text")

    @classmethod
    def described(cls, name: str, about: str, web: Web, licence: str = LICENCE) -> WebPool:
        """The pool that a manifest file describes."""
        return cls(
            name,
            about,
            web.topic,
            web.fields,
            engine(web.engine, web.base, web.key_env),
            hosts=tuple(host.lower() for host in web.hosts),
            limits=web.limits,
            licence=licence,
            allow_private=web.allow_private,
            asks=Asks(web.engine, web.base, web.key_env, web.allow_private, web.limits),
        )

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        origin = f"web pages found by {self.engine.name} ({self.engine.base})"
        return {"origin": origin, "revision": "live", "licence": self.licence, "rows": "as many as are found"}

    def _records(self, salt: str, writer: Bound, bad: list[BadRow]) -> Iterator[Record]:
        return _Walk(self, salt, writer, bad).records()


class _Walk:
    """One way through the web, under one salt."""

    def __init__(self, pool: WebPool, salt: str, writer: Bound, bad: list[BadRow]) -> None:
        self._pool, self._salt, self._writer = pool, salt, writer
        self._limits, self._fields = pool.limits, listed_fields(pool.fields)
        self._rows = Rows(pool.name, pool.fields, NEAR, bad, cited=True)
        self._fetcher = Fetcher(pool.limits, allow_private=pool.allow_private, lookup=pool.lookup)

    def records(self) -> Iterator[Record]:
        self._until = time.monotonic() + self._limits.seconds
        found = pages = 0
        try:
            for page in self._pages():
                pages += 1
                for record in self._read(page):
                    found += 1
                    yield record
            why = "widen the topic or raise the limits"
        except _Over:
            why = _LATE
        self._rows.lost("", "", f"no more than {found} records were found on {pages} pages: {why}")

    def _remembered(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        """What came from outside, now or when this was built first.

        The clock is looked at inside what is remembered: building again ends where the first build ended.
        """

        def make_in_time() -> bytes:
            if time.monotonic() > self._until:
                raise Unusable(_LATE)
            return make()

        try:
            return self._pool.kit.cache.remember(kind, key, make_in_time)
        except Unusable as error:
            if str(error) == _LATE:
                raise _Over from error
            raise

    # ── queries, hits, pages ────────────────────────────────────────────────────────────────────────────────────────

    def _queries(self) -> list[str]:
        draw = keyed(self._salt, "web", self._pool.name)
        n = self._limits.queries
        prompt = PROMPTS.queries(draw, topic=self._pool.topic, fields=self._fields, n=str(n))
        sampling = Sampling(temperature=0.8, max_tokens=64 + 32 * n, seed=draw.getrandbits(31))
        try:
            told = structured(self._writer, prompt, _Queries, sampling=sampling).queries
        except Unusable as error:
            self._rows.lost("", "queries", str(error))
            return []
        novel = Novel(0.9)
        tidy = (one_line(query, QUERY) for query in told)
        return [query for query in tidy if query and novel.add(query)][:n]

    def _hits(self) -> Iterator[Hit]:
        limits, by = self._limits, self._pool.engine
        for query in self._queries():
            make = partial(self._search, query)
            try:
                body = self._remembered("search", f"{by.name} {by.base}\n{limits.hits}\n{query}", make)
            except Unusable as error:
                self._rows.lost(by.base, "", f"query {query!r}: {error}")
                continue
            hits = decoded(body)
            if not hits:
                self._rows.lost(by.base, "", f"query {query!r} found nothing")
            yield from hits

    def _check_granted(self) -> None:
        if self._pool.asks is not None:
            self._pool.asks.check(self._pool.name, self._pool.kit.granted)

    def _search(self, query: str) -> bytes:
        self._check_granted()
        inside = self._pool.asks is None or self._pool.asks.own or self._pool.kit.granted.private
        return encoded(search(self._pool.engine, query, self._limits.hits, self._limits, allow_private=inside))

    def _pages(self) -> Iterator[Page]:
        limits = self._limits
        seen: set[str] = set()
        size = tried = 0
        for hit in self._hits():
            address = hit.url.partition("#")[0]
            if address in seen or not self._wanted(address):
                continue
            if tried >= limits.pages or size > limits.bytes:
                return
            seen.add(address)
            tried += 1
            try:
                body = self._remembered("page", f"{limits.text}\n{address}", partial(self._fetch, address))
            except Unusable as error:
                self._rows.lost(address, "", str(error))
                continue
            page = _decode_page(body)
            size += page.bytes
            if page.sha256 in seen or (page.final_url != address and page.final_url in seen):
                self._rows.lost(address, "", "it is a page that was read already")
                continue
            seen |= {page.final_url, page.sha256}
            if self._wanted(page.final_url):
                yield page
            else:
                self._rows.lost(address, "", "it leads to a host that is not among those to read from")

    def _fetch(self, address: str) -> bytes:
        self._check_granted()
        return msgspec.json.encode(self._fetcher.page(address))

    def _wanted(self, address: str) -> bool:
        host = address.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
        return not self._pool.hosts or any(host == h or host.endswith(f".{h}") for h in self._pool.hosts)

    # ── records of a page ───────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, page: Page) -> Iterator[Record]:
        limits = self._limits
        # The mark is a hash of the page: whoever writes a page cannot close the fence around it.
        prompt = PROMPTS.extract(
            topic=self._pool.topic,
            fields=self._fields,
            most=str(limits.records),
            mark=digest(self._salt, page.text)[:16],
            page=page.text,
        )
        sampling = Sampling(max_tokens=256 + limits.records * 160 * len(self._pool.fields))
        try:
            rows = structured(self._writer, prompt, self._rows.shape, sampling=sampling).records
        except Unusable as error:
            self._rows.lost(page.final_url, "", str(error))
            return
        if not rows:
            self._rows.lost(page.final_url, "", "the writer found no record in it")
        for row in rows[: limits.records]:
            if (record := self._record(page, row)) is not None:
                yield record

    def _record(self, page: Page, row: Any) -> Record | None:
        """The record of a row of the writer's, each field of which the page must say; None where it is lost."""
        subject = getattr(row, "subject", None)
        about = str(subject.value) if subject is not None else ""
        quotes: dict[str, str] = {}

        def read(name: str, wanted: Wanted) -> Any:
            value, quotes[name] = _supported(page.text, wanted, getattr(row, name), "" if name == "subject" else about)
            return value

        if (values := self._rows.values(page.final_url, read)) is None:
            return None
        licence = page.licence or self._pool.licence
        source = Source(
            origin=page.final_url, revision="", licence=licence, sha256=page.sha256, retrieved=page.retrieved
        )
        return Record.of(self._pool.name, source, **values, quotes=quotes, date=page.date)


class _Over(Exception):
    """The time of a walk is over."""


def _supported(page: str, wanted: Wanted, cited: Cited | None, subject: str) -> tuple[Any, str]:
    """A value as its field's type, and its quote; raises `Fault` where the page does not say it."""
    from trustgen.curate.grounding import ungrounded

    if cited is None or cited.value is None:
        raise Fault("is missing")
    quote = one_line(cited.quote, 1000)
    value = typed(wanted, cited.value)
    if why := ungrounded(page, str(cited.value), quote, subject=subject, field=wanted.about):
        raise Fault(why)
    return value, quote


__all__ = ["LICENCE", "RESERVED", "Web", "WebPool"]
