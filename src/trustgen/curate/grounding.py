"""Whether a field that a reader took from a web page is supported by the page.

The reader must give the words it read the value from. They must stand in the page's main text, the value must stand in
them or follow by rule (a number word, a unit, another form of a date), they must not deny it, and neither they nor the
page may give orders to a reading program. English first: in other languages values are found letter for letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from trustgen.text.dates import dates
from trustgen.text.injected import injected
from trustgen.text.numbers import digits, folded
from trustgen.text.units import UNITS, unit_in_words
from trustgen.text.visible import straight
from trustgen.text.words import singular

LONGEST_QUOTE = 2_000
_SENTENCE = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+")
_UNIT_WORDS = frozenset(unit.name for unit in UNITS.values()) | {"page", "people", "seat", "step", "pound"}
_SMALL = frozenset(
    "a an the of in on at to for and or is was its it by with about around some circa approximately most least maximum "  # noqa: SIM905
    "minimum up more less than exactly longer".split()
)
_DENIED = re.compile(
    r"\b(?:not|never|no longer|n't|nor|neither|without|denied|denies|refused|rejected|failed|declined"
    r"|lost to|instead of|rather than"
    r"|contrary to|mistakenly|wrongly|falsely|incorrectly|false|untrue|myth|legend|rumou?r(?:ed|s)?"
    r"|alleged(?:ly)?|supposed(?:ly)?|reportedly"
    r"|once thought|long thought|often said|was to have|would have|had hoped|might|may have|proposed"
    r"|planned to|unsuccessful(?:ly)?|disputed)\b|n't\b",
    re.IGNORECASE,
)
_TIMELY = re.compile(
    r"year|date|day|when|open|built|found|establish|born|die|birth|death|since|launch|start|complet"
    r"|creat|publish|releas|sign|inaugurat"
    r"|began|begin|end|clos|year|time|period|era|erect|construct|introduc|invent|discover|first|last"
    r"|marri|elect|restor|renovat|time|cast|laid",
    re.IGNORECASE,
)


def ungrounded(page: str, value: str, quote: str, *, subject: str = "", field: str = "") -> str:
    """Why a value cannot be taken from a page on the strength of a quote; "" where it can.

    `page` is the page's main text. `subject` (whom the value is said of) must be named in one sentence of the page, and
    `field` (what the value is) keeps a year from passing for a count; both are optional.
    """
    if len(quote) > LONGEST_QUOTE:
        return f"the quote is longer than {LONGEST_QUOTE:,} characters"
    return next(filter(None, _faults(page, value, quote, field)), "") or _elsewhere(page, subject)


def _faults(page: str, value: str, quote: str, field: str) -> Iterator[str]:
    """One after another, cheap ones first: a quote that stands nowhere is not read for orders."""
    said = even(quote).strip(" .,;:'\"")
    yield "" if value.strip() else "no value"
    yield "" if len(quote.split()) > 1 else "no quote of at least two words"
    yield "" if said in even(page) else "the quote does not stand in the page"
    yield "the quote gives orders to a reader" if injected(quote) else ""
    yield f"the page is not meant for people alone ({why})" if (why := injected(page)) else ""
    yield "" if supports(quote, value, field) else f"the quote does not say `{value}`"
    yield "the quote denies the value" if _denied(quote, value) else ""
    yield f"the quote does not speak of `{field}`" if field and _about_another(quote, value, field) else ""
    dated = field and _year(value) and not _TIMELY.search(_RATE.sub(" ", field)) and not re.search(r"\d{4}", field)
    yield f"a year is given for `{field}`" if dated else ""


def even(text: str) -> str:
    """The text in lower case with quotation marks, dashes and blanks written one way."""
    text = straight(unicodedata.normalize("NFKC", text)).casefold()
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))


def supports(quote: str, value: str, field: str = "") -> bool:
    """Whether a value stands in a quote, letter for letter or by rule: numbers, units, dates, the order of a name.

    A unit that the value lacks may stand in the name of its `field`: months = 9.
    """
    said, wanted = even(quote), even(value)
    if re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said):
        return True
    if (days := _dates(wanted)) and days & _dates(said):
        return True
    if _measures(wanted, even(field)) & _measures(said):
        return True
    there, needed = _tokens(said), [t for t in _tokens(wanted) if t not in _SMALL]
    if not needed:
        return False
    figures = [t for t in needed if t[0].isdigit()]
    if figures:
        # A unit may be left out by the page ("two dozen beds" for "24"), but a unit that is said must be the same.
        units = [t for t in needed if t in _UNIT_WORDS]
        others = [t for t in needed if not t[0].isdigit() and t not in _UNIT_WORDS]
        return all(f in there for f in figures) and all(u in there for u in units) and all(o in there for o in others)
    return all(t in there for t in needed)


_FRACTIONS = (
    (re.compile(r"\bthree[ -]quarters of an? (\w+)"), r"0.75 \1"),
    (re.compile(r"\b(?:a |one )?quarter of an? (\w+)"), r"0.25 \1"),
    (re.compile(r"\bhalf (?:of )?an? (\w+)"), r"0.5 \1"),
    (re.compile(r"\ban? (\w+) and a half"), r"1.5 \1"),
    (re.compile(r"\bdegrees? (?:celsius|centigrade)|° ?c\b"), " celsius"),
    (
        re.compile(r"\ban? (year|month|week|day|hour|minute|metre|kilometre|mile|kilogram|tonne|decade|century)\b"),
        r"1 \1",
    ),
)


def _measures(text: str, about: str = "") -> set[tuple[str, str]]:
    """The amounts that a text names, each as its dimension and how many of its base unit. A text that is a number
    alone takes the unit that `about` names."""
    for pattern, plain in _FRACTIONS:
        text = pattern.sub(plain, text)
    words = _tokens(text)
    if len(words) == 1 and words[0][0].isdigit():
        words += [name for word in _tokens(about) if (name := unit_in_words(word, "1"))][:1]
    return {
        (unit.dimension, f"{unit.based(float(number)):.9g}")
        for number, name in pairwise(words)
        if (unit := UNITS.get(name)) and re.fullmatch(r"\d+(?:\.\d+)?", number)
    }


_FIELDS = (  # what is told of a thing; words of one class within a group do not speak of another
    (
        r"found(?:ed|er|ers|ing|ation)?\b|start|establish|set up|creat|began|initiat|institut",
        r"\bled\b|\bleads?\b|leader|director|head(?:s|ed|mistress|master)?\b|\bruns?\b|chair|manage|conduct|president",
        r"architect|design|\bdrew\b",
        r"\bown(?:s|ed|er|ers)?\b|bought|belong|acquir|purchas",
        r"author|wrote|written|writer",
        r"translat",
        r"donat|\bgift\b|\bgave\b|sponsor|paid for",
        r"\bbuil(?:t|d|der|ders)\b|construct|carpenter|mason",
    ),
    (
        r"height|\bhigh\b|\btall\b|rises?\b",
        r"length|\blong\b",
        r"width|\bwide\b|breadth|\bbroad\b",
        r"depth|\bdeep\b",
        r"weigh|heavy|mass\b",
        r"diameter|\bacross\b",
    ),
    (
        r"\bbuil|erect|construct|complet|finish",
        r"\bclos(?:ed|ing|ure)|shut\b|abandon",
        r"restor|renovat|repair|rebuilt|refurbish",
        r"demolish|destroy|burn(?:t|ed)|collaps|torn down",
        r"\bborn\b|birth",
        r"\bdie[ds]?\b|death|dying",
        r"marri|wedding",
        r"\bbelong|\bown(?:s|ed)\b",
        r"\bled\b|\bleads\b",
    ),
)
_WHEN = re.compile(r"\b(?:year|date|when|day|month|century)\b")
_RATE = re.compile(r"\b(?:per|an?|each|every) (?:year|day|month|week)\b|annual|yearly|daily|monthly")
_ASIDE = re.compile(
    r"\b(?:a|an|the|its|their|one|whose) (?:smaller|larger|bigger|second|third|other|neighbou?ring|nearby|rival|sister"
    r"|similar|older|newer|former|twin|adjacent)\s+\w+|\banother\s+\w+"
)


def _about_another(quote: str, value: str, field: str) -> bool:
    """Whether the clause of the quote that holds the value tells something else of the subject, or of another thing."""
    clauses = [c for c in re.split(r"[;,]\s+|\s+but\s+", even(quote)) if supports(c, value, field)] or [even(quote)]
    wanted = even(field.replace("_", " "))
    for said in clauses:
        for classes in _FIELDS:
            own = [c for c in classes if re.search(c, wanted)]
            others = [c for c in classes if c not in own and re.search(c, said)]
            if _FIELDS.index(classes) == 0 and _WHEN.search(wanted):
                continue  # a year of building is told by what was done, not by who did it
            if own and others and not any(re.search(c, said) for c in own):
                return True
        if (aside := _ASIDE.search(said)) and not _ASIDE.search(wanted) and even(value) not in aside[0]:
            return True
    return False


def _tokens(text: str) -> list[str]:
    """Words in base form, number words as figures, units in full."""
    raw = re.findall(r"\d+(?:[.,]\d+)*(?:k\b)?|[^\W\d_]+(?:'[^\W\d_]+)?|° ?c|[%€$£]", text.replace("-", " "))
    found: list[str] = []
    for word, place in folded([word.removesuffix("'s").replace(" ", "") for word in raw], years=True):
        found.append(word if place < 0 else _token(word, found[-1] if found else ""))
    return found


def _token(word: str, before: str) -> str:
    if word[0].isdigit():
        return digits(word, points=True)
    one = singular(word)
    return unit_in_words(word, before) or unit_in_words(one, before) or one


def _dates(text: str) -> set[tuple[int, int, int]]:
    """The days that a text names, in any of the usual forms; 03/04/2020 is read neither way round."""
    return {said.days[0] for said in dates(text) if len(said.days) == 1 and said.days[0][0]}


def _year(value: str) -> bool:
    return bool(re.fullmatch(r"(?:1\d|20)\d\d", value.strip()))


def _denied(quote: str, value: str) -> bool:
    """Whether the clause of the quote that holds the value denies it or calls it doubtful."""
    for clause in re.split(r"[;,]\s+|\s+but\s+|\s+though\s+|\s+although\s+", even(quote)):
        if supports(clause, value):
            limit = (
                r"\b(?:not|never)\s+(?:\w+\s+){0,3}?(?:\w+er|more|less|exceed\w*)\b"  # "not more than" denies nothing
            )
            return bool(_DENIED.search(re.sub(limit, " ", clause))) and not _DENIED.search(even(value))
    return False


def _elsewhere(page: str, subject: str) -> str:
    """Why a quote is about something else than the subject: no sentence of the page names all of it."""
    if aside := re.search(r"\(([^()]*)\)\s*$", subject):  # "(cheese)" tells apart, and is no part of the name
        subject = subject[: aside.start()]
        kind = [w[:4] for w in _tokens(even(aside[1])) if w not in _SMALL and not w[0].isdigit()]
        if kind and not any(w.startswith(k) for w in _tokens(even(page)) for k in kind):
            return f"the page says nothing of `{aside[1]}`"
    wanted = [t for t in _tokens(even(subject)) if t not in _SMALL and len(t) > 1]
    if not wanted:
        return ""
    sentences = [_tokens(even(s)) for s in _SENTENCE.split(page)]
    if not any(all(w in s for w in wanted) for s in sentences):
        return f"no sentence of the page names `{subject}`"
    return ""
