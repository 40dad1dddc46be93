"""Words that are spelt so that no list finds them, put right: "h4te", "h a t e", "klil", "hatrd", "justpathetic".

Only a word that is not known is put right, and only where it then is one of the words that are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

_LEET = str.maketrans("013457@$!", "oieastasi")
_SPACED = re.compile(r"(?<![\w'])(?:[A-Za-z][ .*_-]){2,}[A-Za-z](?![\w'])")
_MIXED = re.compile(r"(?<!\w)(?=\w*[A-Za-z])(?=[\w@$!]*[0134579@$!])[\w@$]+(?:!\w+)?(?!\w)")
_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,20}(?![A-Za-z])")
LEAST = 4  # letters of a word that a slip or a lost blank is looked for in


def respelt(text: str, sought: AbstractSet[str], known: AbstractSet[str]) -> str:
    """A text in which words that are `sought` are spelt as they should be; no `known` word is touched."""
    text = _SPACED.sub(lambda m: _joined(re.sub(r"[^A-Za-z]", "", m[0]), sought, known) or m[0], text)
    text = _MIXED.sub(lambda m: _plain(m[0], sought, known), text)
    return _WORD.sub(lambda m: _mended(m[0], sought, known), text)


def _joined(word: str, sought: AbstractSet[str], known: AbstractSet[str]) -> str:
    low = word.lower()
    return low if low in sought or low in known else _split(low, sought, known)


def _plain(word: str, sought: AbstractSet[str], known: AbstractSet[str]) -> str:
    low = word.lower().translate(_LEET)
    if low.isalpha() and len(low) >= LEAST:
        for one in (low, word.lower().replace("1", "l").translate(_LEET)):
            if one in sought or one in known:
                return one
    return word


def _mended(word: str, sought: AbstractSet[str], known: AbstractSet[str]) -> str:
    low = word.lower()
    if low in known or low in sought or word.isupper():
        return word
    for place in range(1, len(low) - 1):
        if (swapped := low[:place] + low[place + 1] + low[place] + low[place + 2 :]) in sought:
            return swapped
    for place in range(1, len(low)):
        for letter in "aeiourcnlst":
            if len(low) + 1 >= LEAST and (filled := low[:place] + letter + low[place:]) in sought:
                return filled
    return _split(low, sought, known) or word


def _split(low: str, sought: AbstractSet[str], known: AbstractSet[str]) -> str:
    """Two words written as one, of which one is sought and the other known; "" where they are none."""
    for place in range(1, len(low) - 1):
        left, right = low[:place], low[place:]
        fits = (left in sought and right in known) or (right in sought and (left in known or left == "i"))
        if fits and min(len(left), len(right)) >= (1 if left == "i" else 2) and max(len(left), len(right)) >= LEAST:
            return f"{left} {right}"
    return ""


__all__ = ["respelt"]
