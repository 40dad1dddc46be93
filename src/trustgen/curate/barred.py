"""What is never asked: sexual content about minors, whatever dataset holds it.

A reply that complies would itself be unlawful to hold.
"""

from __future__ import annotations

import re

_CHILD = re.compile(
    r"\b(?:child|minor|kid|underage|teen|infant|toddler|schoolgirl|schoolboy|student|girl\b"
    r"|(?:\d|1[0-7])[ -]years?[ -]old)"
)
_SEXUAL = re.compile(
    r"\b(?:porn|sex|molest|groom|nude|naked|abus|pedo|paedo|rape|erotic|lewd|explicit (?:link|photo|image|content))"
    r"|pornograph"
)


def barred(text: str) -> bool:
    """Whether a text is sexual and about minors, by its words; it errs towards leaving out."""
    low = text.lower()
    return _CHILD.search(low) is not None and _SEXUAL.search(low) is not None
