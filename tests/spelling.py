"""Numbers in words, written apart from their reader."""

from __future__ import annotations

_UNDER_20 = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_BY_TEN = "x x twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL, _TENS = _UNDER_20.split(), _BY_TEN.split()


def spell(n: int, link: str = " and ") -> str:
    """A number from 0 to 999,999,999 in English words; `link` stands before what is under a hundred."""
    if n < 20:
        return _SMALL[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_SMALL[n % 10]}" if n % 10 else "")
    size, word = (100, "hundred") if n < 1000 else (1000, "thousand") if n < 10**6 else (10**6, "million")
    rest = n % size
    return f"{spell(n // size, link)} {word}" + ((link if rest < 100 else " ") + spell(rest, link) if rest else "")
