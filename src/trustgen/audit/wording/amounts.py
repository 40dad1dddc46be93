"""Negation, limits, exceptions, shares, superlatives and tense: what came or went between two wordings."""

from __future__ import annotations

import re

from trustgen.audit.reading import Reading, read

from .opposites import opposed
from .signs import EXTREME, denials, lower, superlative

NARROW = (
    ("all but", re.compile(r"\ball\s+but\b|\bexcept\b|\bexcluding\b|\bother\s+than\b|\bapart\s+from\b|\bsave\s+for\b")),
    ("one of", re.compile(r"\b(?:is|are|was|were|among|be|became)\s+(?:one\s+of|among)\s+the\b")),
    (
        "at least",
        re.compile(r"\bat\s+least\b|\bno\s+(?:fewer|less)\s+than\b|\bor\s+more\b|\bminimum\b|\bat\s+the\s+least\b"),
    ),
    (
        "half",
        re.compile(
            r"\bhalf\b(?!\s+past)|\btwice\b|\bdouble\b|\btriple\b|\b(?:third|quarter|fifth"
            r"|tenth)\s+of\b|\b\w+ times as\b"
        ),
    ),
    ("unless", re.compile(r"\bunless\b|\binstead\s+of\b")),
    ("nearly", re.compile(r"\balmost\b|\bnearly\b|\bsome\s+of\b|\bseveral\s+of\b|\bmost\s+of\b|\bpart\s+of\s+the\b")),
    ("might", re.compile(r"\bmight\b|\bsupposedly\b|\ballegedly\b|\brumou?red\b")),
)


_LOST = {  # what may stand in the place of a limit that was lost
    "all but": re.compile(r"\bonly\b|\bnot\b|\bwithout\b|\bother\b|\bbut\b|\bleav\w+\b|\bremain\w*\b"),
    "at least": re.compile(
        r"\bfrom (?:what|which|how)\b|\bfewest\b|\bsmallest\b|\blowest\b|\brequired?\b|\bmust\b|\bneed\w*\b|\bleast\b"
    ),
    "half": re.compile(r"\b50\b|\btwo\b|\b2\b|\bmiddle\b|\bpercent\b|\b25\b|\b3\b|\bthree\b|\b4\b|\btimes\b|\b0\.5\b"),
    "unless": re.compile(r"\bnot\b|\bexcept\b|\bbut\b|\bwithout\b|\brather\b|\bonly\b"),
}


_AT_MOST = re.compile(
    r"\bat\s+most\b|\b(?:no|not)\s+(?:more|later|longer)\s+than\b|\bup\s+to\b|\bexceed\w*|\bmaximum\b"
    r"|\bor\s+(?:less|fewer)\b"
    r"|\bwithin\s+(?:how|\d|an?\b|\w+ (?:hour|day|minute|week|month|year))|\blimit\w*\b|\bover\b"
    r"|\bmost\b|\bdeadline\b|\bmust\b|\blatest\b"
)


_ONLY = re.compile(
    r"\bonly\b|\bsole(?:ly)?\b|\bexclusively\b|\bno other\b|\balone\b|\bsingle\b|\bjust\b"
    r"|\bnothing but\b|\buniquely?\b|\bnone but\b|\bno one else\b"
    r"|\bno \w+ (?:but|except)\b"
)


_ALL = re.compile(r"\b(?:all|every|each|always|everyone|everybody|everything|entire|whole|any)\b")


_SOME = re.compile(
    r"\b(?:some|several|certain|sometimes|often|partly|someone|somebody|something|usually|mostly|a few|many)\b"
)


_EACH = re.compile(
    r"\ba (?:kilo|kilogram|litre|head|piece|day|week|month|year|hour|minute|person|metre|dozen)\b"
    r"|\b(?:each|every|per|apiece|a piece|both|respectively|all|any)\b|/"
)


def negation(old: Reading, new: Reading) -> str:
    """One wording negates and the other does not, with nothing to make up for it."""
    if (denials(old) - denials(new)) % 2 == 0:
        return ""
    if any((denials(was) - denials(now)) % 2 == 0 for was in _cores(old) for now in _cores(new)):
        return ""  # a lead-in that negates, before a question that does not
    if opposed(old, new, strict=False):
        return ""  # two turns make none
    return "negated" if denials(new) > denials(old) else "a negation was lost"


def _cores(reading: Reading) -> tuple[Reading, ...]:
    """The text, and where it is one sentence, that without what leads in to it."""
    if len(reading.sentences) != 1:
        return (reading,)
    tail = re.split(r"[:;—]\s|\bbut\s(?=(?:what|which|who|how|where|when|why)\b)", reading.text)[-1]
    return (reading, read(tail)) if len(tail) > 8 else (reading,)


def quantity(old: Reading, new: Reading) -> str:
    """A limit, an exception, a share or a condition came or went."""
    was, now = lower(old), lower(new)
    for name, pattern in NARROW:
        had, has = bool(pattern.search(was)), bool(pattern.search(now))
        if has != had and not (name in _LOST and _LOST[name].search(was if has else now)) and (has or name in _LOST):
            return f"`{name}` was {'added' if has else 'lost'}"
    before, after = set(_limits(was)), set(_limits(now))
    counted = len(old.numbers) > 1 and re.search(r"\b(?:each|per|apiece)\b", was)
    faults = (
        ("most" in before and not _AT_MOST.search(now), "a limit was lost"),
        ("most" in after and not _AT_MOST.search(was), "a limit was added"),
        ("only" in before and not _ONLY.search(now), "`only` was lost"),
        ("only" in after and not _ONLY.search(was) and not EXTREME.search(was), "`only` was added"),
        (_ALL.search(was) and not _ALL.search(now) and "some" in after - before, "all became some"),
        ("some" in before - after and not _ALL.search(was) and "all" in after, "some became all"),
        (counted and not _EACH.search(f"{now} {new.text}"), "`each` was lost"),
    )
    return next((reason for fault, reason in faults if fault), "")


_LIMITS = {
    "most": re.compile(r"\bat most\b|\bup to\b|\d (?:\w+ )?or (?:less|fewer)\b|\bwithin how\b"),
    "only": re.compile(r"\b(?<!i )only\b(?! (?:the|a|one) (?:year|name|answer|letter|word))"),
    "some": _SOME,
    "all": re.compile(r"\b(?:all|every|always|everyone)\b"),
}


def _limits(text: str) -> list[str]:
    return [name for name, pattern in _LIMITS.items() if pattern.search(text)]


def prefixed(old: Reading, new: Reading) -> str:
    """A word became its own negation: legal, illegal."""
    for was, now in ((old, new), (new, old)):
        for word in now.bag - was.bag:
            match = re.fullmatch(r"(?:un|in|im|il|ir|dis|non|mis)(\w{4,})", word)
            if match and match[1] in was.bag - now.bag and (denials(old) - denials(new)) % 2 == 0:
                return f"`{match[1]}` and `{word}` are opposites"
    return ""


def tense(old: Reading, new: Reading) -> str:
    """What was asked of the past is asked of the present or the future, or the other way round."""
    was, now = lower(read(old.asks)), lower(read(new.asks))
    past = re.compile(r"\b(?:did|was|were|had)\b")
    future = re.compile(r"\bwill\b|\bgoing to\b")
    present = re.compile(r"\b(?:currently|current|today|nowadays|present-day|at present|now)\b")
    if past.search(was) and future.search(now) and not future.search(was) and not past.search(now):
        return "the past became the future"
    if future.search(was) and past.search(now) and not future.search(now) and not past.search(was):
        return "the future became the past"
    if past.search(was) and present.search(now) and not present.search(lower(old)) and not past.search(now):
        return "the past became the present"
    return ""


def extremes(old: Reading, new: Reading) -> str:
    """A superlative came or went."""
    was, now = superlative(old), superlative(new)
    if was and not now:
        return "the superlative was lost"
    if now and not was:
        return "a superlative was added"
    return ""
