"""JSON as real servers send it: what can be read in it is.

Halves of surrogate pairs, broken UTF-8, NaN, 12.0 for 12, and counts of tokens that are texts or cannot be.
"""

from __future__ import annotations

import json
from typing import Any

from trustgen.core.replies import MOST_TOKENS

MOST_DIGITS = 20


def loose(answer: bytes) -> Any:
    """What a JSON text says. Raises `ValueError` or `RecursionError` for what cannot be read."""
    return mended(json.loads(answer.decode("utf-8-sig", "replace"), strict=False, parse_int=_whole))


def _whole(digits: str) -> int | float:
    """An integer; one of more digits than Python reads is a float, and so no count of anything."""
    return int(digits) if len(digits) < MOST_DIGITS else float(digits)


def mended(value: Any) -> Any:
    """JSON without halves of surrogate pairs in its texts, which no file takes."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [mended(item) for item in value]
    if isinstance(value, dict):
        return {mended(key): mended(item) for key, item in value.items()}
    return value


def counted(value: Any) -> int:
    """A number of tokens; 0 for what is none: it spoils no reply, and is estimated, as where nothing is told."""
    if isinstance(value, str) and value.isdecimal() and len(value) < MOST_DIGITS:
        value = int(value)
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS
    return int(value) if good else 0


__all__ = ["counted", "loose", "mended"]
