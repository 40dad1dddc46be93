"""Who does what to whom: words, parties and directions that changed places between two wordings."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import pairwise

from trustgen.audit.reading import Reading, function_words, read

from .opposites import opposed

LONG = 400  # words; the alignment takes the square of it


def exchanged(old: Reading, new: Reading) -> str:
    """Two words changed places while the words around them stayed."""
    articles = ("a", "an", "the", "her", "his", "their", "its", "he", "she", "it", "they")
    first = [t for t in old.tokens if t not in articles]
    second = [t for t in new.tokens if t not in articles]
    if not first or len(first) > LONG or first.count("by") != second.count("by"):
        return ""  # passive voice changes places rightly
    if (turned := opposed(old, new)) and turned[2]:
        return ""  # so do converse words; `opposites` sees to them
    for left, right in _spans(first, second):
        differ = [(i, a, b) for i, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        if not 2 <= len(differ) <= 6 or len(differ) * 2 > len(left):
            continue
        for n, (i, a, b) in enumerate(differ):
            for j, c, d in differ[n + 1 :]:
                if (a, b) == (d, c) and {a, b} & set(old.content) and not _listed(left, i, j):
                    return f"`{a}` and `{b}` changed places"
    return ""


def _spans(first: list[str], second: list[str]) -> list[tuple[list[str], list[str]]]:
    """The two token lists, cut or aligned to the same length."""
    if len(first) == len(second):
        return [(first, second)]
    left, right = [], []
    for kind, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind in ("equal", "replace") and b - a == d - c:
            left += first[a:b]
            right += second[c:d]
    return [(left, right)] if len(left) * 10 >= 7 * max(len(first), len(second)) else []


def _listed(tokens: list[str], i: int, j: int) -> bool:
    """Whether two places stand side by side in a list, where their order says nothing."""
    between = tokens[i + 1 : j]
    return len(between) <= 1 and all(t in ("and", "or", "nor") for t in between) and bool(between)


def ways(old: Reading, new: Reading) -> str:
    """The way is turned round: from Rome to Oslo, from Oslo to Rome."""
    was, now = _ends(old), _ends(new)
    for name, end in was.items():
        if name in now and now[name] != end:
            return f"`{name}` is no longer where it goes {end}"
    return ""


def _ends(reading: Reading) -> dict[str, str]:
    """The words that stand right after "from" and "to", where both occur in the text."""
    tokens = [t for t in reading.tokens if t not in ("a", "an", "the")]
    found = {
        b: a for a, b in pairwise(tokens) if a in ("from", "to") and b in set(reading.names) | reading.firm_numbers
    }
    return found if set(found.values()) == {"from", "to"} else {}


def agents(old: Reading, new: Reading) -> str:
    """Somebody else does what is done: "Ann paid Bo", "Ann was paid by Bo"."""
    was, now = _doers(old), _doers(new)
    for verb in was.keys() & now.keys():
        if was[verb] != now[verb] and was[verb] in new.bag and now[verb] in old.bag:
            return f"`{verb}` is done by `{now[verb]}`"
    return ""


def _doers(reading: Reading) -> dict[str, str]:
    """For each verb next to a name: who does it."""
    known = set(reading.names) | reading.openers - function_words()
    tokens, raw = reading.tokens, [w.lower() for w in reading.words]
    found: dict[str, str] = {}
    if len(tokens) != len(raw):
        return found
    for i, (a, b) in enumerate(pairwise(tokens)):
        if (
            a in known
            and b not in function_words()
            and b not in known
            and raw[i + 1] != b
            and raw[i + 1][-1] in "dsetn"
        ):
            found.setdefault(b, a)
        if b == "by" and a not in function_words() and i + 2 < len(tokens) and tokens[i + 2] in known:
            found[a] = tokens[i + 2]
    for match in re.finditer(r"\bbe (\w+)(?: \w+){0,4}? by (\w+)", " ".join(tokens)):
        if match[2] in known:
            found[match[1]] = match[2]
    return found


def roles(old: Reading, new: Reading) -> str:
    """The other party is asked for: "Who followed Ann?", "Whom did Ann follow?"."""
    was, now = _asked_role(old.asks), _asked_role(new.asks)
    if was and now and was[0] != now[0] and was[1] == now[1]:
        return f"the other party of `{was[1]}` is asked for"
    return ""


_PATIENT = re.compile(r"^(?:\w+ ){0,2}?(?:who|whom|what|which \w+) do ((?:\w+ ){1,5}?)(\w+)(?: |$)")


_AGENT = re.compile(r"^(?:who|what|which \w+) (?!do |be |can |will |have |would |might |must )(\w+)")


_BY_WHOM = re.compile(
    r"\bbe (\w+)\b.{0,300}\bby (?:whom|who|what|which)|\bby (?:whom|who|what|which \w+) be .*?\b(\w++)(?: |$)"
)


_SUFFERED = re.compile(r"^(?:who|what|which \w+) be (\w+) by\b")


def _asked_role(question: str) -> tuple[str, str] | None:
    """Whether who does or who suffers is asked for, and of which verb."""
    text = " ".join(read(question).tokens)
    if match := _BY_WHOM.search(text):
        return "doer", match[1] or match[2]
    if match := _SUFFERED.search(text):
        return "other", match[1]
    if match := _PATIENT.search(text):
        rest = text[match.start(1) :].split()
        verbs = [t for t in rest if t not in function_words()]
        names_of = set(read(question).names)
        verbs = [v for v in verbs if v not in names_of]
        return ("other", verbs[0]) if verbs else None
    if match := _AGENT.search(text):
        return "doer", match[1]
    return None
