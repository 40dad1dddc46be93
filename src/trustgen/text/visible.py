"""What of a text can be seen: characters that hide, accents and typographic variants, taken out or written one way.

Each is idempotent. What spells hidden characters out, for whoever looks at foreign text, is `trustgen.core.shown`.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)
_UNSEEN = dict.fromkeys(_SELECTORS)
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
_MAYBE = re.compile(r"[^\n\t -~]")
_STRAIGHT = str.maketrans(
    {
        "\u2019": "'",
        "\u2018": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2026": "...",
    }
)


def visible(text: str) -> str:
    """A text without characters that are not seen: controls, zero-width, direction marks, tags, variation selectors.

    Every kind of line's end becomes one. Joiners go too, though some scripts (Persian, Sinhala) and emoji write with
    them: a hidden message could as well.
    """
    text = _BREAKS.sub("\n", text).translate(_UNSEEN)
    return _MAYBE.sub(lambda found: "" if unicodedata.category(found[0]) in _HIDDEN else found[0], text)


def one_line(text: str, most: int) -> str:
    """Visible text in one line, cut at a number of characters."""
    return " ".join(visible(text).split())[:most]


def unaccented(text: str) -> str:
    """A text in compatible letters (NFKD) without accents and other combining marks."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def straight(text: str) -> str:
    """A text with quotation marks, dashes, dots and narrow blanks as a typewriter has them."""
    return text.translate(_STRAIGHT)


__all__ = ["one_line", "straight", "unaccented", "visible"]
