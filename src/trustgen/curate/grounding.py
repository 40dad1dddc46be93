"""Whether a field that a reader took from a web page is supported by the page.

The reader must give the words it read the value from. They must stand in the page's main text, the value must stand in
them or follow by rule (a number word, a unit, another form of a date), they must not deny it, and neither they nor the
page may give orders to a reading program. English first: in other languages values are found letter for letter.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_DASHES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "…": "..."}
)
_SENTENCE = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBERS = {w: i for i, w in enumerate(_ONES)} | {w: 10 * i for i, w in enumerate(_TENS, 2)}
_NUMBERS |= {"dozen": 12, "score": 20, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_SCALES = ("dozen", "score", "hundred", "thousand", "million", "billion")
_UNITS = {
    "km": "kilometre", "kms": "kilometre", "m": "metre", "cm": "centimetre", "mm": "millimetre", "kg": "kilogram",
    "g": "gram", "t": "tonne", "h": "hour", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute",
    "s": "second",
    "sec": "second", "l": "litre", "ml": "millilitre", "ft": "foot", "feet": "foot", "in": "inch", "inches": "inch",
    "mi": "mile", "kilometer": "kilometre", "meter": "metre", "centimeter": "centimetre", "liter": "litre",
    "%": "percent", "€": "euro", "$": "dollar", "£": "pound", "ha": "hectare", "°c": "celsius", "yrs": "year",
}  # fmt: skip
_UNIT_WORDS = frozenset(_UNITS.values()) | frozenset(
    ["day", "week", "month", "year", "decade", "century", "kelvin", "acre", "page", "people", "seat", "step"]
)
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "is",
        "was",
        "its",
        "it",
        "by",
        "with",
        "about",
        "around",
        "some",
        "circa",
        "approximately",
        "most",
        "least",
        "maximum",
        "minimum",
        "up",
        "more",
        "less",
        "than",
        "exactly",
        "longer",
    ]
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
_ORDER = re.compile(
    r"<!--|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|</?\s*(?:system|assistant"
        r"|instructions?|prompt)\b|<\|[^|]{1,40}\|>|\[/?inst\b"
    r"|(?:^|[.!?:;,()\[\]>#*\n-]\s*|\b(?:please|you must|you should|must|now|and|then)\s+)(?:ignore"
        r"|disregard|forget|override|skip|bypass)\s+(?:\S+\s+){0,5}?"
    r"(?:instructions?|prompts?|rules|guidelines|tasks?|checks?|questions?|everything|above|directions|context)\b"
    r"|\b(?:if you are|to|dear|attention|for|hey|note to|all|any)\s+(?:an?\s|any\s|all\s"
        r"|the\s)?(?:(?:ai|automated|language|large|machine|artificial)[ -])*"
    r"(?:llms?|language models?|ai (?:models?|systems?|assistants?|agents?|readers?)|chatbots?"
        r"|automated readers?|crawlers?|scrapers?|reading programs?|extractors?)\b"
    r"(?:\s+(?:reading|that|summari[sz]ing|processing|who|parsing)\b|\s*[,:!-])"
    r"|(?:^|[.!?>\n]\s*)(?:llms?|chatbots?|assistants?|automated readers?|language models?|ai"
        r"|system)\s*:|\b(?:when|while) (?:extracting|summari[sz]ing|parsing)\b[^.]{0,40}\b(?:set"
        r"|report|write|say|state|skip|return)\b",
    re.IGNORECASE,
)  # fmt: skip
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
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
    text = even(page)
    said = even(quote).strip(" .,;:'\"")
    out_of_time = field and _year(value) and not _TIMELY.search(field) and not re.search(r"\d{4}", field)
    faults = (
        (not value.strip(), "no value"),
        (len(quote.split()) < 2, "no quote of at least two words"),
        (_HIDDEN.search(page) or _HIDDEN.search(quote), "the page hides characters"),
        (_ORDER.search(quote), "the quote gives orders to a reader"),
        (_ORDER.search(_without_quotations(page)), "the page gives orders to a reading program"),
        (said not in text, "the quote does not stand in the page"),
        (not supports(quote, value), f"the quote does not say `{value}`"),
        (_denied(quote, value), "the quote denies the value"),
        (out_of_time, f"a year is given for `{field}`"),
    )
    return next((reason for fault, reason in faults if fault), "") or _elsewhere(page, subject)


def even(text: str) -> str:
    """The text in lower case with quotation marks, dashes and blanks written one way."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split()))


def supports(quote: str, value: str) -> bool:
    """Whether a value stands in a quote, letter for letter or by rule: numbers, units, dates, the order of a name."""
    said, wanted = even(quote), even(value)
    if re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said):
        return True
    if (days := _dates(wanted)) and days & _dates(said):
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


def _tokens(text: str) -> list[str]:
    """Words in base form, number words as figures, units in full."""
    found: list[str] = []
    count: int | None = None
    for raw in re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|°c|[%€$£]", text.replace("-", " ")):
        word = raw.removesuffix("'s")
        if word in _NUMBERS:
            number = _NUMBERS[word]
            count = number if count is None else (max(count, 1) * number if word in _SCALES else count + number)
            continue
        if count is not None and word == "and":
            continue
        if count is not None:
            found.append(str(count))
            count = None
        found.append(_token(word))
    return [*found, str(count)] if count is not None else found


def _token(word: str) -> str:
    if word[0].isdigit():
        return re.sub(r"[,.](?=\d{3}(?!\d))", "", word) if re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", word) else word
    if word in _UNITS:
        return _UNITS[word]
    plural = word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word
    return _UNITS.get(plural, plural)


def _dates(text: str) -> set[date]:
    """The days that a text names, in any of the usual forms; 03/04/2020 is read neither way round."""
    found = [(y, m, d) for y, m, d in re.findall(r"\b(\d{4})-(\d{2})-(\d{2})\b", text)]
    names = "|".join(_MONTHS + [m[:3] for m in _MONTHS])
    for d, m, y in re.findall(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({names})\.?,?\s+(\d{{4}})\b", text):
        found.append((y, _month(m), d))
    for m, d, y in re.findall(rf"\b({names})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", text):
        found.append((y, _month(m), d))
    days = set()
    for y, m, d in found:
        try:
            days.add(date(int(y), int(m), int(d)))
        except ValueError:
            continue
    return days


def _month(name: str) -> str:
    return str(next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name[:3])))


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
    wanted = [t for t in _tokens(even(subject)) if t not in _SMALL and len(t) > 1]
    if not wanted:
        return ""
    sentences = [_tokens(even(s)) for s in _SENTENCE.split(page)]
    if not any(all(w in s for w in wanted) for s in sentences):
        return f"no sentence of the page names `{subject}`"
    return ""


def _without_quotations(page: str) -> str:
    return re.sub(r"[\"“][^\"“”]{2,200}[\"”]", " … ", page)
