"""Small signs in a sentence: negations that count, superlatives, words of one class."""

from __future__ import annotations

import re

from trustgen.audit.reading import NEGATIONS, Reading, base, sets

MOST = frozenset(["most", "least", "first", "last", "best", "worst", "fewest", "foremost", "latest", "majority"])


_COMPARED = (
    "more|less|fewer|larger|smaller|bigger|greater|higher|lower|longer|shorter|deeper|shallower|older"
    "|younger|elder|taller"
    "|faster|slower|quicker|heavier|lighter|better|worse|closer|nearer|farther|further|earlier|later"
    "|sooner|stronger|weaker"
    "|richer|poorer|cheaper|dearer|hotter|colder|warmer|cooler|wider|narrower|newer|harder|softer"
    "|brighter|darker|denser"
)


COMPARED = frozenset(w for word in _COMPARED.split("|") for w in (word, base(word)))


_LIMIT = re.compile(
    rf"\b(?:not|no|never|nobody|none|nothing)\s+(?:\w+\s+){{0,6}}?(?:{_COMPARED})\b(?=.*\bthan\b)"
    r"|\b(?:not|no|never|none)\s+(?:\w+\s+){0,3}?(?:over|under|exceed\w*|surpass\w*|below|above"
    r"|before|until|after|only|just|least|other|else)\b|\bor (?:neither|not|none)\b"
    r"|\b(?:no|not) (?:more|fewer|less)$|\bno (?:more|fewer|less) and no\b|\bnot too\b"
    r"|\bif it is no trouble\b|\bno doubt\b"
    r"|\bdo not (?:mind|know)\b|\bnot sure\b|\bi can not remember\b|\bwhy not\b"
)


EXTREME = re.compile(
    r"\b(?:than|before|as|from)\s+(?:\w+\s+){0,2}?(?:any|all|every|anyone|everyone|anybody|everybody|each|others?)\b"
    rf"|\b(?:no|not|nobody|none|nothing|never)\s+(?:\w+\s+){{0,6}}?(?:{_COMPARED})\b|\bw[io]n(?:s|ner"
    rf"|ning)?\b|\btop\b|\brecord\b"
)


def denials(reading: Reading) -> int:
    """Negations that turn a sentence round; limits ("not more than") and pairs ("no … not") are not counted."""
    text = _LIMIT.sub(" ", lower(reading))
    return sum(t in NEGATIONS for t in text.split())


def superlative(reading: Reading) -> bool:
    text = lower(reading)
    text = re.sub(r"\bat (?:most|least|last|first|best)\b|\blast (?:night|week|month|year|name|time)\b", " ", text)
    if set(text.split()) & MOST - {"only"} or EXTREME.search(text):
        return True
    return any(w.endswith("est") and len(w) > 4 and _is_superlative(w) for w in re.findall(r"\w+", text))


_NOT_EST = frozenset(
    "forest interest honest modest request arrest harvest contest protest invest suggest digest guest quest "  # noqa: SIM905
    "latest west budapest bucharest everest chest crest nest test rest best pest zest vest fest tempest conquest "
    "bequest ingest manifest attest detest".split()
)


def _is_superlative(word: str) -> bool:
    return word not in _NOT_EST and base(word) not in _NOT_EST


def lower(reading: Reading) -> str:
    return " ".join(w.lower() for w in reading.bare.words)


def synonym(token: str, reading: Reading) -> bool:
    """Whether a text holds a word of the same class."""
    return any(c & reading.bag for row in sets("alternatives") for c in row if token in c)


def has(token: str, reading: Reading) -> bool:
    if token in reading.bag:
        return True
    if token[0].isdigit():
        return False
    if len(token) >= 4 and any(t[:4] == token[:4] and abs(len(t) - len(token)) <= 5 for t in reading.bag):
        return True
    return synonym(token, reading)
