"""Whether a case may have been seen in training: by word n-grams of known texts, and by date."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import blake2b
from pathlib import Path

from trustgen.core import Case, InputError, Record
from trustgen.core.plain import open_text

_WORD = re.compile(r"\w+", re.UNICODE)
SEEN = 0.5  # a case is contaminated when at least this share of its n-grams is known


class NGrams:
    """The word n-grams of some texts: 8 bytes for each, in one sorted array, whatever the texts' length."""

    def __init__(self, n: int, marks: array[int]) -> None:
        self.n = n
        self._marks = marks

    @classmethod
    def of(cls, sources: Iterable[str | Path], n: int = 13) -> NGrams:
        """The n-grams of texts (`str`) and of UTF-8 files (`Path`), read line by line. Raises `InputError`."""
        if n < 1:
            raise InputError(f"n-grams of {n} words: use 1 or more")
        marks = array("Q")
        for source in sources:
            marks.extend(_hashed(_words(source), n))
            if len(marks) > 1 << 22:
                marks = _unique(marks)
        return cls(n, _unique(marks))

    def __len__(self) -> int:
        return len(self._marks)

    def share(self, text: str) -> float:
        """The share of a text's n-grams that are known, in 0..1; 0 for a text of fewer than n words."""
        own = set(_hashed(iter(_WORD.findall(text.lower())), self.n))
        return sum(self._has(mark) for mark in own) / len(own) if own else 0.0

    def _has(self, mark: int) -> bool:
        place = bisect_left(self._marks, mark)
        return place < len(self._marks) and self._marks[place] == mark


def _unique(marks: array[int]) -> array[int]:
    import numpy as np

    return array("Q", np.unique(np.frombuffer(marks, dtype=np.uint64)).tobytes()) if marks else marks


def _words(source: str | Path) -> Iterator[str]:
    if isinstance(source, str):
        yield from _WORD.findall(source.lower())
        return
    try:
        with open_text(source) as lines:
            for line in lines:
                yield from _WORD.findall(line.lower())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"`{source}` cannot be read for n-grams: {error}") from error


def _hashed(words: Iterator[str], n: int) -> Iterator[int]:
    window: list[str] = []
    for word in words:
        window.append(word)
        if len(window) > n:
            window.pop(0)
        if len(window) == n:
            yield int.from_bytes(blake2b(" ".join(window).encode(), digest_size=8).digest(), "little")


def seen_before(case: Case, against: NGrams, limit: float = SEEN) -> str:
    """Why a case is contaminated by known texts; "" when it is not."""
    share = against.share(" ".join(turn.text for turn in case.turns))
    return f"{share:.0%} of its {against.n}-grams are known" if share >= limit else ""


def too_old(record: Record, after: str) -> str:
    """Why a record is not from after a day (ISO date); "" when it is. One without a date is out: nothing shows it."""
    least = day(after)
    told = record.fields.get("date") or record.source.retrieved
    if not told:
        return f"has no date: cannot be shown to be from after {after}"
    try:
        found = day(str(told))
    except InputError:
        return f"its date `{told}` cannot be read"
    return "" if found > least else f"is of {found}, not from after {after}"


def day(text: str) -> date:
    """The day of an ISO date or date-time; of a year or a month alone, its first day. Raises `InputError`."""
    match = re.match(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:$|[T ])", text.strip())
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))  # type: ignore[index]
    except (TypeError, ValueError):
        raise InputError(f"`{text}` is no date: write it like 2026-01-31") from None
