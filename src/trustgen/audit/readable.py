"""Whether a text is whole and fit to be read: no debris of writing, encoding or formatting."""

from __future__ import annotations

import re
import unicodedata

from trustgen.core import MissingExtra
from trustgen.text.injected import tight

LONGEST = 20_000  # characters of one turn; more is a runaway writer, or a page pasted whole
SURE = 12.0  # by how much another language must be likelier (log likelihood); names pull short texts astray
GROWTH = 6.0  # how many times as long as its base a reworded question may be, above 400 characters

_BROKEN = (
    ("control characters", re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")),
    ("replacement characters", re.compile("\ufffd|[\ue000-\uf8ff]")),
    (
        "garbled encoding",
        re.compile(
            "Ã[\u0080-\u00bf©¨¤¶¼ŸªÂ]|â€[™œ\u009d“”˜¦]|Â[ \u00a0°£»«]|ï»¿|\\\\u[0-9a-fA-F]{4}|&(?:amp"
            "|quot|lt|gt|nbsp|#\\d+);"
        ),
    ),
    (
        "residue of a template",
        re.compile(
            r"\{\{|\}\}|\{%|<(?:insert|question|subject|answer|placeholder|name|your)\b[^>]{0,200}>|\[(?:insert"
            r"|your|question|subject|answer|name|placeholder|blank|x)\b[^\]]{0,200}\]"
            r"|\b(?:lorem ipsum|TODO|TBD|FIXME|XXX)\b|\$\{\w+\}|\bundefined\b(?=\s*\?)|\bNaN\b(?=\?)",
            re.IGNORECASE,
        ),
    ),
    (
        "debris of formatting",
        re.compile(
            r"^\s*[\[{]\s*\"\w+\"\s*:|\"\s*[}\]]\s*$|^\s*\"?(?:question|paraphrase|output|rewritten"
            r"|reworded|text|answer)\"?\s*:\s*\"|</?(?:div|span|p|br|b|i|strong|em|li|ul|html|body"
            r"|think)\b[^>]*>"
            r"|^\s*#{1,6}\s|\*\*(?:question|paraphrase|answer|output|rewritten|note)",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
)
_CHATTER = re.compile(
    r"\bas an? (?:ai|language model|large language model|llm)\b(?! (?:would|answer|do|know)s?\b)"
    r"|\bi (?:am|['’]m) (?:just )?an? (?:ai|language model)\b"
    r"|\bi(?:['’]m| am) (?:sorry|afraid|unable|not able)\b[^.?]{0,60}\b(?:can(?:not|['’]t| not)|unable"
    r"|assist|help|able|provide|model|fulfil|comply)"
    r"|^\s*(?:i (?:can(?:not|['’]t)|am not able to) (?:help|assist|provide|answer|comply|do)|i apologi[sz]e)\b"
    r"|\b(?:here(?:['’]s| is| are) (?:the|a|an|your|my|one|two|three"
    r"|some)\b[^.?\n]{0,80}\b(?:paraphras\w*|reword\w*|rewrit\w*|rephras\w*|version|question"
    r"|variant|translation|result|list|shorter|longer|reformulat\w*|multiple|statement|text)[^.?\n]{0,40}:)"
    r"|^\s*(?:sure|certainly|of course|absolutely|okay|ok|got it|no problem|great question|happy to help)\b\s*[,!.:]"
    r"|\b(?:i hope this helps|let me know if|feel free to|would you like me to|is there anything else"
    r"|i(?:['’]ve| have) (?:rephras|reword|rewritten|paraphras|kept|changed|shorten|convert)\w*)"
    r"|\b(?:paraphrased?|reworded|rewritten|rephrased|shortened|lengthened|converted|reformulated"
    r"|original) (?:question|version|text|sentence|prompt)\s*:"
    r"|^\s*(?:paraphrase|rewording|rewrite|output|result|question \d+|version \d+|answer|response)\s*:"
    r"|\b(?:the (?:correct|right|expected|gold) (?:answer|option|letter) (?:is|would be|=)|(?:correct"
    r"|right) answer\s*:|explanation\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_DANGLING = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "and",
        "or",
        "but",
        "with",
        "by",
        "for",
        "from",
        "which",
        "whose",
        "into",
        "onto",
        "than",
        "because",
        "while",
        "although",
        "its",
        "their",
        "is",
        "was",
        "are",
        "were",
    ]
)
_STRANDED = frozenset(
    ["of", "to", "with", "by", "for", "from", "into", "onto", "which", "is", "was", "are", "were", "than"]
)  # may end a question


def unreadable(text: str, *, was: str = "") -> str:
    """What is wrong with a text as a piece of writing; "" when nothing is. `was` is what it was made from, whose own
    oddities are not held against it."""
    if len(text) > LONGEST:
        return f"{len(text)} characters in one turn"
    if was and len(text) > 400 and len(text) > GROWTH * len(was):
        return "grew out of bounds"
    close, before = tight(text), tight(was)
    for name, pattern in _BROKEN:
        if (found := pattern.search(close)) and found[0] not in before:
            return name
    if text.count("```") % 2:
        return "an open code fence"
    if (found := _CHATTER.search(close)) and found[0] not in before:
        return "the writer's own remark"
    return _cut_off(text, was) or _repeating(text)


def _cut_off(text: str, was: str = "") -> str:
    """Whether a text breaks off: at a mark or a word that wants more, or in the middle of a name that `was` there."""
    end = text.rstrip()
    words = re.findall(r"[^\W\d_]+", end[-60:])
    if not words:
        return ""
    dangles = end[-1].isalpha() and len(words) > 1 and words[-1].lower() in _DANGLING - _STRANDED
    trails = end.endswith(("...", "…")) and len(end) > 12 and "?" not in end
    wants = end.endswith((",", "(", "[", "–", "—", " -", "&", "/"))
    if dangles or trails or wants or (end[-1].isalpha() and _begins_a_name(words[-1], was)):
        return "cut off"
    if end.count('"') % 2 and "''" not in end and not re.search(r"\d\"", end):
        return "an open quotation"
    return "an open bracket" if end.count("(") > end.count(")") else ""


def _begins_a_name(word: str, was: str) -> bool:
    whole = set(re.findall(r"[^\W\d_]+", was))
    return word.istitle() and word not in whole and any(name.startswith(word) for name in whole)


def _repeating(text: str) -> str:
    """The same sentence or the same few words over and over: a writer caught in a loop."""
    lines = [line.strip().lower() for line in re.split(r"(?<=[.!?])\s+|\n", text) if len(line.strip()) > 12]
    if len(lines) - len(set(lines)) >= 3:
        return "repeats itself"
    return "repeats itself" if re.search(r"\b(\w+(?:\W+\w+){0,3})(?:\W+\1\b){4,}", text.lower()) else ""


def same_language(text: str, was: str = "", *, least: int = 40) -> str:
    """Why a text is in another language than `was` (English where that is empty); "" where it is not, or too short."""
    sample = text if len(text) >= least else ""
    if not sample:
        return _script(text, was)
    likely = _languages(text)
    found = next(iter(likely))
    expected = next(iter(_languages(was))) if len(was) >= least else "en"
    if found != expected and likely[found] - likely.get(expected, -1e9) > SURE:
        return f"is in `{found}`, not in `{expected}`"
    return _script(text, was)


def _script(text: str, was: str) -> str:
    """Letters of another script than the base's: too short a text for statistics still shows those."""
    foreign = [c for c in text if c.isalpha() and not unicodedata.name(c, "").startswith(("LATIN", "GREEK", "MICRO"))]
    letters = sum(c.isalpha() for c in text)
    own = sum(c.isalpha() and not unicodedata.name(c, "").startswith(("LATIN", "GREEK", "MICRO")) for c in was)
    return "is in another script" if letters and len(foreign) / letters > 0.3 and own < len(was) * 0.1 else ""


def _languages(text: str) -> dict[str, float]:
    """The log likelihood of a text in each language, most likely first."""
    try:
        import py3langid
    except ImportError:
        raise MissingExtra("the audit of written cases", "py3langid", "pip install 'trustgen[audit]'") from None
    return {name: float(score) for name, score in py3langid.rank(text)}
