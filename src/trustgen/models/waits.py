"""How long a server asks to be left alone: from its headers, or from its words.

    Retry-After                         7 · 2s · 1m30s · an HTTP date · a Unix time
    retry-after-ms                      1500
    x-ratelimit-reset-requests, …       1s · 6m0s · a Unix time · an ISO date-time
    words                               try again in 47.8s · retry after 20 seconds · in 2 minutes · "retryDelay": "36s"

Servers have been seen to say hours, and dates in the past: every wait is brought to 0 … 600 s.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 600.0
A_MINUTE_LIMIT = 10.0
"""Seconds to wait where a server speaks of a limit "per minute" and of no time: asked at once, it would only say no."""

_WORDS = 20_000  # bytes of an error body that are read for a wait
_UNIX = 1e9  # a plain number beyond this is a moment, not a wait
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_UNIT = r"(?:ms|milliseconds?|millis|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)"
_AMOUNT = r"[0-9]{1,12}(?:\.[0-9]{1,9})?"
_STEP = re.compile(rf"({_AMOUNT})\s*({_UNIT})(?![a-z])", re.IGNORECASE | re.ASCII)
_STEPS = rf"(?:{_AMOUNT}\s*{_UNIT}(?![a-z])[\s,]*(?:and\s+)?)+"
_JOINED = re.compile(rf"(?:{_AMOUNT}\s*{_UNIT}\s*)+", re.IGNORECASE | re.ASCII)
_SENTENCE = re.compile(
    rf"\b(?:retry|retrying|try|again|wait|available|resets?)\b[^\n]{{0,40}}?\b(?:in|after|for|wait)\s+"
    rf"(?:about |approximately |another |at least )?({_STEPS}|(?:a|one)\s+(?:second|minute|hour))",
    re.IGNORECASE | re.ASCII,
)
_WAIT = re.compile(rf"\bwait\s+(?:about |another |at least )?({_STEPS})", re.IGNORECASE | re.ASCII)
_FIELD = re.compile(
    rf'"retry[-_ ]?(?:after|delay|in)[-_ ]?(ms|millis\w*|s|secs?|seconds?)?"\s*:\s*"?({_AMOUNT})\s*(ms|s|m|h)?"?',
    re.IGNORECASE | re.ASCII,
)
_A_MINUTE = re.compile(r"\b(?:per|a|each|every) minute\b|/\s?min\b|\b[RT]PM\b", re.IGNORECASE)


def wait_of(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait, from the headers of an error answer; `None` where they say nothing."""
    said = {name.lower(): value for name, value in headers.items()}
    if (milliseconds := said.get("retry-after-ms", "")) and (wait := retry_after(f"{milliseconds}ms", now)) is not None:
        return wait
    if (wait := retry_after(said.get("retry-after"), now)) is not None:
        return wait
    resets: dict[bool, list[float]] = {True: [], False: []}  # by whether nothing is left of what is reset
    for name, value in said.items():
        if "reset" in name and ("ratelimit" in name or "rate-limit" in name):
            wait = retry_after(value, now)
            if wait is not None:
                left = said.get(name.replace("reset-after", "remaining").replace("reset", "remaining"), "").strip()
                resets[left == "0"].append(wait)
    return max(resets[True]) if resets[True] else min(resets[False], default=None)


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from the value of one header in any of its forms; `None` where it says nothing."""
    if not header:
        return None
    text = header.strip()
    try:
        seconds = float(text)
    except ValueError:
        if _JOINED.fullmatch(text):
            return _clamped(_sum(text))
        date = _date(text)
        return None if date is None else _clamped((date - (now or datetime.now(UTC))).total_seconds())
    if _UNIX < seconds < math.inf:
        moment = seconds / 1000 if seconds > 1000 * _UNIX else seconds
        seconds = moment - (now or datetime.now(UTC)).timestamp()
    return None if math.isnan(seconds) else _clamped(seconds)


def wait_in(body: bytes) -> float | None:
    """Seconds to wait, from the words of an error body; `None` where they name no wait."""
    text = body[:_WORDS].decode("utf-8", "replace")
    if found := _FIELD.search(text):
        unit, amount, after = found.groups()
        return _clamped(float(amount) * _unit(unit or after or "s"))
    if found := _SENTENCE.search(text) or _WAIT.search(text):
        words = found[1].lower()
        return _clamped(_sum(words) if _STEP.search(words) else _unit(words.split()[-1]))
    return A_MINUTE_LIMIT if _A_MINUTE.search(text) else None


def _date(text: str) -> datetime | None:
    """An HTTP date or an ISO date-time; without a zone, UTC."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            date = read(text)
        except ValueError:
            continue
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None


def _sum(text: str) -> float:
    return sum(float(amount) * _unit(unit) for amount, unit in _STEP.findall(text))


def _unit(word: str) -> float:
    """Seconds in a unit, by its first letters: `m` is a minute, `ms` and `millis` are not."""
    word = word.lower()
    return 1e-3 if word == "ms" or word.startswith("milli") else _UNITS[word[0]]


def _clamped(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)
