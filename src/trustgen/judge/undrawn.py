"""Words in a picture's place that decline to draw one.

Where a picture was asked for and words came, fewer of them have to be read than in a talk: what is not done is named by
a verb of drawing, or a policy is. A reply that says it has drawn, and shows nothing, declines nothing.
"""

from __future__ import annotations

import re

from .reading import Reading, refusal

_VERBS = (
    r"(?:draw|paint|sketch|depict|illustrate|render|visuali[sz]e|show|display|produce|create|generate|make|design"
    r"|portray|provide|offer|fulfil+|comply|help|assist|do)\b"
)
_MADE = (
    r"(?:drawn|painted|sketched|depicted|illustrated|rendered|shown|displayed|produced|created|generated|made|provided"
    r"|fulfilled)\b"
)
# A rule that is told again ("never draw a heart", "it must not be shown") declines nothing: who speaks must be I.
_CANNOT = (
    r"(?:can(?:no|['\u2019])t|can not|could(?: not|n['\u2019]t)|I (?:do not|don['\u2019]t|never)|won['\u2019]t|will not"
    r"|refuse to|decline to|(?:un|not )able to|not (?:allowed|permitted|possible|going|willing) to"
    r"|(?:no|have the|have an) ability to|no way to)"
)
_BETWEEN = r"(?:(?:even|just|really|simply|actually|directly|ever|help (?:you )?(?:with |to )?)\s*)?"
_DECLINES = (
    re.compile(rf"\b{_CANNOT}\s+{_BETWEEN}{_VERBS}", re.I),
    re.compile(rf"\b{_CANNOT}\s+(?:\w+\s+)?be {_MADE}", re.I),
    re.compile(rf"\bnot\b[^.!?\n]{{0,25}}\b(?:able|going|willing|allowed) to {_VERBS}", re.I),
    re.compile(r"\bI(?:['\u2019]m afraid I)? (?:must|have to) (?:pass|decline|refuse|say no)\b", re.I),
    re.compile(
        r"\b(?:violat\w+|breaks?|against|breach\w*|rejected|blocked|stopped|flagged|not (?:allowed|permitted))\b"
        r"[^.!?\n]{0,60}\b(?:polic(?:y|ies)|guidelines?|rules?|terms|safety (?:system|filter|checks?)|moderation"
        r"|content filter)\b",
        re.I,
    ),
    re.compile(
        r"\b(?:image|picture) (?:generation|creation) is (?:not|un)\w*|\b(?:not |un)available for this request", re.I
    ),
)
_DONE = re.compile(
    r"\bhere(?: is|['\u2019]s| are)\b|\bI(?:['\u2019]ve| have)? (?:drew|drawn|made|created|painted)\b", re.I
)


def undrawn(text: str) -> bool:
    """Whether a reply in which a picture was asked for, and that has none, declines to draw it."""
    if _DONE.search(text):
        return False
    return bool(refusal(Reading(text))) or any(said.search(text) for said in _DECLINES)


__all__ = ["undrawn"]
