"""What kind of thing a question asks for: a time, a place, a person, how many of what."""

from __future__ import annotations

import re
from itertools import takewhile

from trustgen.audit.reading import Reading, base, function_words, read, sets

from .opposites import NEAR_WORDS, Alike
from .signs import lower

_KINDS = (
    ("why", re.compile(r"\bwhy\b|\bfor what reason\b|\bwhat (?:is|was|were|are) the (?:reason|cause)s?\b")),
    ("count", re.compile(r"\bhow many\b|\b(?:what|which) (?:is |was |are )?(?:the )?(?:\w+ )?number\b")),
    ("money", re.compile(r"\bhow much (?:money|does|do|did|must|is|was)\b|\bat what price\b")),
    (
        "time",
        re.compile(
            r"(?:^|[,:;] |\band )when (?:is|are|was|were|did|do|does|will|had|has|have|can)\b"
            r"|\bsince when\b|\bwhen$|\bwhen \?$|\b(?:which|what) (?:year|date|day|month|century"
            r"|decade|time|hour)\b"
            r"|\bhow long ago\b|\bat what time\b|\bwhat (?:is|was) the (?:date|year)\b"
        ),
    ),
    (
        "place",
        re.compile(
            r"\bwhere\b|\b(?:which|what) (?:country|city|town|place|continent|region|state|province|village|street)\b"
        ),
    ),
    (
        "person",
        re.compile(
            r"\bwho\b|\bwhom\b|\bwhose\b|\b(?:which|what) (?:person|man|woman|human|king|queen|scientist|author)\b"
        ),
    ),
)


_CLASHES = {
    frozenset(pair)
    for pair in (
        ("why", "time"), ("why", "place"), ("why", "person"), ("why", "count"), ("why", "money"), ("count", "time"),
        ("count", "place"), ("count", "person"), ("count", "why"), ("money", "time"), ("money", "place"),
        ("money", "person"), ("time", "place"), ("time", "person"), ("place", "person"),
    )
}  # fmt: skip


_HEAD = re.compile(
    r"\bwhich\s+(?!of\b)(\w+(?:[ -]\w+){0,3})"
    r"|\bwhat\s+(\w+(?: \w+)?)(?=\s+(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|must|should)\b)"
)


_MANY = re.compile(
    r"\bhow many\s+(?:of the |other |different |more )?(\w+)|\bthe (?:total )?number of\s+(?:the )?(\w+)"
)


def kind_asked(old: Reading, new: Reading, alike: Alike | None = None) -> str:
    """Another kind of thing is asked for: a time instead of a place, arms instead of hearts."""
    was, now = _kinds(old), _kinds(new)
    if was and now and not was & now and any(frozenset((a, b)) in _CLASHES for a in was for b in now):
        return f"asks for a {min(now)}, not for a {min(was)}"
    untimely = re.search(
        r"\b(?:year|date|day|month|century|decade|time|age|reason|cause|purpose|why|because)\b", lower(old)
    )
    if not was and now & {"time", "why"} and not _yes_no(old) and not untimely:
        return f"asks for a {min(now)}"
    counted, counts = counted_of(old), counted_of(new)
    elsewhere = counted & (counts | new.bag) or counts & old.bag
    if counted and counts and not elsewhere and not _synonyms(counted, counts, alike):
        return f"counts `{min(counts)}`, not `{min(counted)}`"
    heads, asked = heads_asked(old), heads_asked(new)
    elsewhere = heads & (asked | new.bag) or asked & old.bag
    if heads and asked and not elsewhere and not _synonyms(heads, asked, alike):
        return f"asks for `{min(asked)}`, not for `{min(heads)}`"
    return ""


def _synonyms(some: set[str], others: set[str], alike: Alike | None) -> bool:
    if any(c & some and c & others for row in sets("alternatives") for c in row):
        return True
    return alike is not None and any(alike(a, b) >= NEAR_WORDS for a in some for b in others)


def _kinds(reading: Reading) -> set[str]:
    text = " ".join(w.lower() for w in read(reading.asks).words) + (" ?" if "?" in reading.asks else "")
    return {name for name, pattern in _KINDS if pattern.search(text)}


def _yes_no(reading: Reading) -> bool:
    return bool(re.match(r"(?:is|are|was|were|do|does|did|can|could|has|have|will)\b", reading.asks.lower()))


def counted_of(reading: Reading) -> set[str]:
    text = " ".join(w.lower() for w in reading.words)
    return {base(w) for m in _MANY.finditer(text) for w in m.groups() if w} - function_words()


def heads_asked(reading: Reading) -> set[str]:
    """The nouns that stand with "which" or "what" in the question."""
    match = _HEAD.search(" ".join(w.lower() for w in read(reading.asks).words))
    if not match:
        return set()
    words = list(takewhile(lambda w: w not in function_words(), (match[1] or match[2]).split()))
    return {base(w) for w in words} - {"kind", "sort", "type"}
