"""Any SPARQL 1.1 endpoint, asked page by page, within bounds, each page remembered with the build.

An endpoint may lie, stall, never end or send us in circles: each costs a bounded time and one clear line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import msgspec

from trustgen.core import BARE, InputError, Kit

from .download import FetchError, fetch
from .triples import Row, Term, suffix
from .web.addresses import leads_inside

JSON = "application/sparql-results+json"
_KINDS = {"uri": "iri", "literal": "literal", "typed-literal": "literal", "bnode": "blank"}


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one relation may cost: seconds in all and for one page, rows of a page, pages, bytes of a page, tries."""

    seconds: float = 300.0
    page_seconds: float = 70.0  # Wikidata itself stops after 60
    page: int = 5000
    pages: int = 40
    bytes: int = 32 << 20
    tries: int = 3
    pause: float = 2.0  # seconds before the second try, doubled before each further one


BOUNDS = Bounds()


class _Cell(msgspec.Struct, frozen=True):
    """One value of the results format. Other keys than these may stand in it and say nothing to us."""

    type: str
    value: str
    lang: str = msgspec.field(name="xml:lang", default="")
    datatype: str = ""


class _Results(msgspec.Struct, frozen=True):
    bindings: list[dict[str, _Cell]]


class _Answer(msgspec.Struct, frozen=True):
    results: _Results


def select(
    endpoint: str,
    query: Callable[[int, int], str],
    kit: Kit = BARE,
    bounds: Bounds = BOUNDS,
    *,
    allow_private: bool = True,
) -> list[Row]:
    """Every solution of a query, which is given `limit` and `offset` and must have a total order.

    Raises `InputError`, naming the endpoint and what it did, where the solutions cannot be had within the bounds.
    """
    until = time.monotonic() + bounds.seconds
    rows: list[Row] = []
    before: list[dict[str, Term]] = []
    for page in range(bounds.pages):
        asked = query(bounds.page, page * bounds.page)

        def get(asked: str = asked) -> bytes:
            if not allow_private and leads_inside(endpoint):
                raise InputError(f"{endpoint} lies in your own network: allow a pool to reach it: --allow-private")
            return _ask(endpoint, asked, bounds, until)

        found = list(_rows(kit.cache.remember("sparql", f"{endpoint}\n{asked}", get), endpoint))
        if len(found) > bounds.page or (found and found == before):
            raise InputError(f"{endpoint} does not keep to LIMIT and OFFSET: its pages cannot be told apart")
        rows += found
        if len(found) < bounds.page:
            return rows
        before = found
    raise InputError(f"{endpoint} has over {bounds.page * bounds.pages:,} rows for this: narrow the relation's class")


def _ask(endpoint: str, asked: str, bounds: Bounds, until: float) -> bytes:
    """One page as the endpoint sent it, checked to be one; asked again where that may help."""
    headers = {
        "Accept": JSON,
        "User-Agent": f"trustgen/{version('trustgen')} (test data curation; one query at a time)",
    }
    fault = ""
    for attempt in range(bounds.tries):
        left = until - time.monotonic()
        if left <= 0:
            fault = fault or f"over {bounds.seconds:g} seconds in all"
            break
        try:
            body, kind = fetch(
                endpoint,
                seconds=min(left, bounds.page_seconds),
                most=bounds.bytes,
                method="POST",
                data={"query": asked},
                headers=headers,
            )
            if kind not in (JSON, "application/json"):
                raise FetchError(f"sent {kind} where {JSON} was asked for")
            next(_rows(body, endpoint), None)
            return body
        except FetchError as error:
            fault = str(error)
            if error.lasting:
                break
        if attempt + 1 < bounds.tries:
            time.sleep(max(0.0, min(bounds.pause * 2**attempt, until - time.monotonic())))
    raise InputError(f"SPARQL endpoint {endpoint} cannot be used: {fault}: try later, or name another endpoint")


def _rows(body: bytes, endpoint: str) -> Iterator[dict[str, Term]]:
    try:
        bindings = msgspec.json.decode(body, type=_Answer).results.bindings
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"SPARQL endpoint {endpoint} sent no SPARQL results: {error}") from error
    for row in bindings:
        yield {name: _term(cell, endpoint) for name, cell in row.items()}


def _term(cell: Any, endpoint: str) -> Term:
    if cell.type not in _KINDS:
        raise InputError(f"SPARQL endpoint {endpoint} sent a value of the unknown type {cell.type[:40]!r}")
    kind = _KINDS[cell.type]
    return Term(kind, cell.value, suffix(cell.lang, cell.datatype) if kind == "literal" else "")


__all__ = ["BOUNDS", "Bounds", "select"]
