"""Foreign text made fit to be shown: every control, bidi and unassigned character spelled out.

What a model, an endpoint, a person or a file wrote is foreign text, and nothing of it may steer a terminal or turn a
line around. `one_line` is for tables and messages, `visible` for pages that keep its lines, `escaped` for JSON.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import msgspec

MOST = 2_000
"""Characters of one foreign text that a page shows."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # letters of some languages and emoji need these, and they cannot reorder anything
_MAYBE = re.compile(r"[^\n\t -~]")


def _spelt(char: str) -> str:
    return f"‹U+{ord(char):04X}›" if _hidden(char) else char


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN and char not in _JOINERS


def shown(text: str) -> str:
    """A text with its lines and tabs kept, and every other control or bidi character spelled out."""
    return _MAYBE.sub(lambda found: _spelt(found[0]), text)


def flat(text: str) -> str:
    """A text without lines and tabs, and `shown`; its spaces stand."""
    return shown(re.sub(r"[\r\n\t]", " ", text))


def visible(text: str, most: int = MOST) -> str:
    """At most `most` characters of a text, `shown`. A text that is cut says so, and how long it was."""
    kept = shown(text[:most].replace("\r\n", "\n"))
    return kept if len(text) <= most else f"{kept}\n… (cut: {most:,} of {len(text):,} characters)"


def one_line(text: str, most: int = 200) -> str:
    """A text on one line without any control character, at most `most` characters long."""
    line = " ".join(flat(text[: most + 1]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def escaped(document: str) -> str:
    r"""The same JSON, with the characters that `shown` spells out as `\u` escapes: they stand only within strings."""
    return _MAYBE.sub(lambda found: _escape(found[0]) if _hidden(found[0]) else found[0], document)


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code - 0x10000 & 0x3FF):04x}"


def json_text(value: Any) -> str:
    """A value as indented JSON, `escaped`; nan has no JSON and becomes null."""
    return escaped(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


__all__ = ["MOST", "escaped", "flat", "json_text", "one_line", "shown", "visible"]
