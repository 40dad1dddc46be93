"""What a pool of web pages may cost."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of a web pool: how much in all, how much of one search, how much of one page. Sizes in bytes."""

    queries: int = 6  # searches in all
    hits: int = 8  # results of a search that are looked at
    pages: int = 30  # pages in all
    records: int = 3  # records of a page
    seconds: float = 900.0  # searches and pages in all; the writer keeps its own pace
    bytes: int = 64 << 20  # pages in all, as they came out of their packing

    search_seconds: float = 15.0
    search_bytes: int = 2 << 20
    tries: int = 3  # of a search; a page is tried at most twice

    page_seconds: float = 30.0  # a page with its redirects
    read_seconds: float = 8.0  # without any byte, once connected
    page_bytes: int = 3 << 20  # of a page, packed or not
    redirects: int = 5
    text: int = 16_000  # characters of main text that are kept
    pause: float = 1.0  # seconds between two pages of a host
    longest_pause: float = 10.0  # seconds that a host's `Crawl-delay` may ask for; beyond, only its first page is read
    robots_seconds: float = 8.0
    robots_bytes: int = 512 << 10


LIMITS = Limits()

__all__ = ["LIMITS", "Limits"]
