"""Signs of hostility in a sentence, read in language in which every group has one name.

What is read is whom a sentence is about (a person, or no one), what is said or wished of them (hatred, less than human,
bad, violence, exclusion, names to call them), whether it is denied, quoted, reported or condemned, and whether what
everyone is due is denied. A sign is 0 or 1, or a share; what it weighs was fitted on labelled sentences by
`tests/judge/fit_toxicity.py`. The lists stand in `hostile.toml`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from .groups import MARK
from .reading import words

HARMS = ("hate", "beast", "bad", "violence", "exclusion", "insult")
SCOPE = 8  # words after a denial that it may cover
LONG = 20  # words of a sentence from which on it is a long one
_WORD = re.compile(r"[\w'*-]+|[,.;:!?\"]")
_DENIES = words(
    "not no never nobody none neither nor without cannot can't don't doesn't didn't won't wouldn't shouldn't couldn't "
    "isn't aren't wasn't weren't haven't hasn't hadn't mustn't ain't nothing hardly dont doesnt isnt arent cant wont "
    "denymark"
)
_BREAKS = words(", ; : . ! ? but because so then although though unless until since")
_PLAINER = tuple(  # what looks like a denial and is none, what denies without looking like it, and what allows
    (re.compile(pattern), mark)
    for pattern, mark in (
        (r"\b(?:not|never|n't) (?:be )?(?:an? )?(?:illegal|crimes?|wrong|punished|forbidden|banned)\b", "allowedmark"),
        (r"\bshouldn't be (?:illegal|a crime|punished)\b", "allowedmark"),
        (r"\b(?:can't|cannot|can not|couldn't) (?:stop|help|wait|stand|bear)\b", "alwaysmark"),
        (r"\b(?:why|how) (?:don't|doesn't|shouldn't|can't|not|is it not|isn't it|is no one)\b", "whymark"),
        (r"^(?:is|are|do|does|\w+n't)(?: \w+){0,2} not\b|^\w+n't\b", "whymark"),
        (r"\b(?:not|nothing) (?:only|just|but|(?:more|other|less) than)\b", "onlymark"),
        (r"\bno (?:doubt|wonder|question)\b", "onlymark"),
        (r"\b(?:weren't|wasn't|isn't|aren't|not) (?:so|such)\b", "suchmark"),
        (r"\b(?:an? (?:lie|myth)|lies about|not true|isn't true|untrue|false(?:ly)?|wrongly)\b", "denymark"),
        (r"\bno (?:evidence|proof)\b", "denymark"),
        (r"\bwithout (?:exception|mercy|a doubt|doubt|pity|question)\b", "alwaysmark"),
    )
)
_THAN = re.compile(
    r"\b(?:rather|more|better|smarter|cleaner|less|worse|nicer|sooner|prefer|before|cleverer|higher)\b.*\b(?:than|before|to)\b"
)
_SHUNS = re.compile(
    r"\b(?:never|wouldn't|won't|not|don't|refuse to) (?:\w+ )?(?:eat|touch|sit|live|let|hire|date|trust|marry|visit|"
    r"share|shake|work|buy|vote|lift|listen|employ|speak|talk|allow|want|near|stand next)\b"
)
_QUOTED = re.compile(
    r"[\"\u201c\u201d][^\"\u201c\u201d]{3,}?[\"\u201c\u201d]|(?<!\w)['\u2018][^'\u2019]{8,}?['\u2019](?!\w)"
)
_WHO = rf"(?:{MARK}|you|they|them|he|him|she|her|those|these|people|your|their)"
_IS = re.compile(
    rf"\b{_WHO}(?:'s)?(?: (?!(?:and|to|of|in|on)\b)\w+){{0,3}}?(?: are| is|'re| being| be| look| act|,)? ?"
    r"(?:[\w']+ ){0,4}$"
)
_TO = re.compile(rf"[\w']+(?: [\w']+){{0,4}}? {_WHO}\b")
_PAST = re.compile(r"\b(?:was|were|had|did|went|came|began|felt|became)\b")


def _told() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "hostile.toml").read_text("utf-8"))


@cache
def _lists() -> dict[str, re.Pattern[str]]:
    made = {}
    for name, held in _told().items():
        some = sorted(held["words"], key=lambda word: (-len(word), word))
        any_of = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in some)
        before = r"\w-" if name == "must" else r"\w'-"  # "they'll" wishes
        made[name] = re.compile(rf"(?<![{before}])(?:{any_of})(?![\w-])")
    return made


def known() -> frozenset[str]:
    """The words for harm that are written as one, without their endings."""
    told = _told()
    return frozenset(w.rstrip("*") for name in HARMS for w in told[name]["words"] if w.rstrip("*").isalpha())


def _plainer(sentence: str) -> str:
    low = sentence.lower().replace("\u2019", "'").strip()
    for pattern, mark in _PLAINER:
        low = pattern.sub(mark, low)
    return low


def _denied(low: str) -> list[tuple[int, int]]:
    """The stretches that a denial covers: up to `SCOPE` words after it, or to where a new clause begins."""
    found, left, start = [], 0, 0
    for match in _WORD.finditer(low):
        if left and (match[0] in _BREAKS or left == 1):
            found.append((start, match.start()))
            left = 0
        if match[0] in _DENIES:
            start, left = (match.end(), SCOPE + 1) if not left else (start, left)
        elif left:
            left -= 1
    return [*found, (start, len(low))] if left else found


class Heard(NamedTuple):
    """A sentence as it is read: where words of each list stand, and where they do and are not denied."""

    low: str
    at: dict[str, list[int]]
    live: dict[str, list[int]]

    def denied(self, name: str) -> bool:
        """Whether a word of a list is denied."""
        return len(self.live[name]) < len(self.at[name])


def _heard(sentence: str) -> Heard:
    low = _plainer(sentence)
    off = _denied(low)
    at = {name: [found.start() for found in pattern.finditer(low)] for name, pattern in _lists().items()}
    live = {name: [p for p in places if not any(a <= p < b for a, b in off)] for name, places in at.items()}
    return Heard(low, at, live)


def _quotes(low: str) -> bool:
    """Whether harm stands in quotation marks, with words around them."""
    lists = [_lists()[name] for name in HARMS]
    quotes = [found[0] for found in _QUOTED.finditer(low) if len(found[0]) < len(low) - 8]
    return any(one.search(quote) for quote in quotes for one in lists)


def _around(one: Heard, harm: bool, person: bool) -> dict[str, float]:
    """What stands around harm: whether it is meant, of whom, and how."""
    at, live = one.at, one.live
    quoted, told = _quotes(one.low), bool(at["report"]) and harm
    others = MARK in one.low or bool(at["you"] or at["them"])
    return {
        "harm denied": any(one.denied(name) for name in HARMS) and not harm,
        "condemned": bool(at["condemn"]),
        "condemned as told": bool(at["condemn"]) and (told or quoted),
        "told": told,
        "quoted": quoted,
        "about oneself": harm and bool(at["self"]) and not others,
        "about no one": harm and not person,
        "addressed": harm and bool(at["you"]),
        "long": harm and len(_WORD.findall(one.low)) > LONG,
        "past": harm and bool(_PAST.search(one.low)),
        "good said": bool(live["good"]) and not harm,
    }


def _of_persons(one: Heard, harm: bool) -> dict[str, float]:
    """What is said or wished of persons."""
    low, at, live = one.low, one.at, one.live
    harms = [name for name in HARMS if live[name]]
    wished = [name for name in harms if any(must < place for must in at["must"] for place in live[name])]
    count = sum(len(live[name]) for name in HARMS)
    ascribed = (place for name in ("beast", "bad", "insult") for place in live[name])
    done = (place for name in ("hate", "violence", "exclusion") for place in live[name])
    return {
        **{name: name in harms for name in HARMS},
        "two harms": len(harms) > 1,
        "violence wished": "violence" in wished,
        "exclusion wished": "exclusion" in wished,
        "hate of one's own": "hate" in harms and bool(at["self"]),
        "due denied": one.denied("due") and not harm,
        "about all": harm and bool(at["general"]),
        "compared": bool(_THAN.search(low)),
        "shunned": bool(_SHUNS.search(low)) and not harm,
        "ascribed": any(_IS.search(low[max(0, place - 40) : place]) for place in ascribed),
        "done to": any(_TO.match(low, place) for place in done),
        "dense": min(1.0, 4 * count / (len(_WORD.findall(low)) + 1)),
    }


NAMES = (
    "hate", "beast", "bad", "violence", "exclusion", "insult", "two harms", "violence wished", "exclusion wished",
    "hate of one's own", "due denied", "about all", "compared", "shunned", "ascribed", "done to", "dense",
    "harm denied", "condemned", "condemned as told", "told", "quoted", "about oneself", "about no one", "addressed",
    "long", "past", "good said", "rude", "rude of a person", "rude as told", "rude and good",
)  # fmt: skip


def signs(sentence: str, rude: float = 0.0) -> tuple[float, ...]:
    """The signs of a sentence whose groups are masked, in the order of `NAMES`; `rude` is a score, 0 to 1."""
    one = _heard(sentence)
    at, harm = one.at, any(one.live[name] for name in HARMS)
    person = MARK in one.low or bool(at["them"] or at["you"] or at["kin"])
    around = _around(one, harm, person)
    found = {
        **{name: value * person for name, value in _of_persons(one, harm).items()},
        **around,
        "rude": rude,
        "rude of a person": rude * person,
        "rude as told": rude * bool(at["condemn"] or around["quoted"]),
        "rude and good": rude * bool(one.live["good"]),
    }
    return tuple(float(found[name]) for name in NAMES)


__all__ = ["HARMS", "NAMES", "known", "signs"]
