"""A key that a server sends back: struck out of replies and errors, in every form that it is likely to come in."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

SECRET = 6
"""Characters from which on a key is one: dummies such as "x" stand in every word."""
STRUCK = "[API key struck out]"
"""What stands in a reply in the place of a key; errors say ***."""

_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password|credential|signature", re.IGNORECASE)

_PERCENT = re.compile(r"%[0-9A-F]{2}")


def is_secret(header: str) -> bool:
    """Whether a header by this name usually holds a secret."""
    return bool(_SECRET_HEADER.search(header))


def strike(text: str, hide: str | Sequence[str], by: str = STRUCK) -> str:
    """The text without the keys `hide`: as they are, escaped for JSON or a URL, and within base64 of anything."""
    for key in (hide,) if isinstance(hide, str) else hide:
        if len(key) >= SECRET:
            text = _forms(key).sub(by, text)
    return text


def spans(text: str, hide: str | Sequence[str]) -> list[tuple[int, int]]:
    """Where the keys stand in a text."""
    keys = [key for key in ((hide,) if isinstance(hide, str) else hide) if len(key) >= SECRET]
    return [found.span() for key in keys for found in _forms(key).finditer(text)]


@lru_cache(maxsize=64)
def _forms(key: str) -> re.Pattern[str]:
    in_json = json.dumps(key)[1:-1]
    forms = {key, in_json, in_json.replace("/", r"\/"), quote(key, safe=""), quote(key), *_in_base64(key)}
    longest_first = (re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile("|".join(_PERCENT.sub(r"(?i:\g<0>)", form) for form in longest_first))


def _in_base64(key: str) -> set[str]:
    """The letters of a key within base64, wherever it begins: those that what stands around it does not change."""
    found = set()
    for before in range(3):
        coded = b64encode(b"\0" * before + key.encode("utf-8")).decode("ascii")
        first = -(-before * 8 // 6)
        whole = coded[first : (before + len(key.encode("utf-8"))) * 8 // 6]
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {form for form in found if len(form) >= SECRET}


__all__ = ["SECRET", "STRUCK", "is_secret", "spans", "strike"]
