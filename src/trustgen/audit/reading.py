"""Reads English text for the audit: words in base form, names, numbers, negations, what is asked. Rules only.

English only: a text in another language is read as names and numbers, and the rest of its words are compared as they
stand.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from trustgen.text.dates import MONTHS
from trustgen.text.numbers import ORDINALS, SMALL, WORDS, digits, folded
from trustgen.text.units import unit_in_words
from trustgen.text.visible import straight, unaccented

_WORD = re.compile(r"[^\W_]+(?:[.,:]\d+)*k?(?:['’][^\W\d_]+)?|[%°€$£+*/=<>^]", re.UNICODE)
_SENTENCE = re.compile(r"(?<=[.!?;])[\"'”’)]*\s+|\n+")
_QUOTED = re.compile(r"[\"“]([^\"“”]{2,200})[\"”]|`([^`]{1,200})`|(?<!\w)'([^']{2,80})'(?!\w)")
_CODE = re.compile(
    r"(?:(?<!\w)\w+)?\((?:[^()\s]*\([^()]*\))?[^()]*\)(?:\s*[*/+%-]\s*\w+)*"
    r"|(?<!\w)\w+(?:\[[^\]]{1,300}\]|_\w+)|\$\w+"
)
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})\b(?!\d)")
_SHORT = (
    (re.compile(r"\b(\w+)n['’]t\b"), r"\1 not"),
    (re.compile(r"\bca not\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwo not\b", re.IGNORECASE), "will not"),
    (re.compile(r"\bcannot\b", re.IGNORECASE), "can not"),
    (re.compile(r"\b(\w+)['’](?:re|ve|ll|d|m)\b"), r"\1"),
    (re.compile(r"\b(what|who|where|how|it|that|there|here|when|why|she|he|let)['’]s\b", re.IGNORECASE), r"\1 is"),
    (re.compile(r"['’]s?\b(?!\w)"), ""),
    (re.compile(r"\bas (?:long|soon|well|far) as\b", re.IGNORECASE), "if"),
    (re.compile(r"\bU\.\s?S\.(?:\s?A\.)?|\bUSA?\b|\bUnited States(?: of America)?\b"), "United States"),
    (re.compile(r"\bU\.\s?K\.|\bUK\b|\bUnited Kingdom\b"), "United Kingdom"),
    (re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)"), ""),
)
_LOOSE = frozenset({"1", "2", "3"})  # written as words these count persons and things that a text names anyway
NEGATIONS = frozenset(
    ["not", "no", "never", "none", "nobody", "nothing", "nowhere", "neither", "nor", "without", "cannot", "hardly"]
)
_CALENDAR = frozenset(
    {*["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "christmas", "easter"], *MONTHS}
)


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of `lexicon.toml`."""
    return tomllib.loads((files(__package__) / "lexicon.toml").read_text("utf-8"))


@cache
def function_words() -> frozenset[str]:
    """Words without content of their own."""
    return frozenset(form for w in lexicon()["function"].split() for form in (w, base(w)))


@cache
def frame_words() -> frozenset[str]:
    """Words of politeness and framing, which may come and go."""
    return frozenset(base(w) for w in lexicon()["frame"].split())


@cache
def _irregular() -> dict[str, str]:
    return {form: word for word, forms in lexicon()["forms"].items() for form in forms.split()}


@cache
def sets(kind: str) -> tuple[tuple[frozenset[str], ...], ...]:
    """The sets of a kind, `alternatives` or `converse`: each a tuple of classes of words that mean the same."""
    rows = [line for line in lexicon()[kind]["sets"].splitlines() if line.strip()]
    return tuple(
        tuple(frozenset(w for word in part.split() for w in (word, base(word))) for part in row.split("|"))
        for row in rows
    )


@lru_cache(maxsize=20_000)
def base(word: str) -> str:
    """A word's base form, near enough for comparing: plural and verb endings removed, irregular forms looked up."""
    if word in NEGATIONS:
        return word
    word = _irregular().get(word, word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return base(word[:-1])
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and re.search("[aeiouy]", word[: -len(ending)]):
            return _regular(word[: -len(ending)])
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _regular(stem: str) -> str:
    """The base of a stem whose ending was cut: a doubled letter made single, a final e left off."""
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    if stem.endswith("i"):
        return stem[:-1] + "y"
    return stem[:-1] if len(stem) > 4 and stem.endswith("e") else stem


def plain(text: str) -> str:
    """Without accents and typographic variants, on one line."""
    return " ".join(straight(unaccented(text.replace("—", " - "))).split())


def spelled(text: str) -> str:
    """The text with contractions written out, clock times in words as figures, and a few names written one way."""
    text = unicodedata.normalize("NFC", text).replace("’", "'")
    text = _PAST.sub(lambda m: _clock(m[2], _MINUTES[m[1].lower()]) or m[0], text)
    for pattern, figures in _PARTS:
        text = pattern.sub(figures, text)
    text = _NOON.sub(_of_day, text)
    text = re.sub(r"\bWorld War (?:II|Two|2)\b|\bWW ?(?:II|2)\b", "Second World War", text)
    text = re.sub(r"\bWorld War (?:I|One|1)\b|\bWW ?(?:I|1)\b", "First World War", text)
    text = re.sub(r"\b(\d{1,2}):00\b", r"\1", text)
    text = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", ""), text)
    text = re.sub(r"\b(?:a )?fortnight\b", "2 weeks", text)
    for pattern, written in _SHORT:
        text = pattern.sub(written, text)
    return text


_MINUTES = {"half past": 30, "quarter past": 15, "quarter to": -15}
_PAST = re.compile(rf"\b({'|'.join(_MINUTES)}) (\w+)\b", re.IGNORECASE)
_PARTS = (
    (re.compile(r"\ban hour and a half\b|\bone and a half hours\b", re.IGNORECASE), "90 minutes"),
    (re.compile(r"\bthree[ -]quarters of an hour\b", re.IGNORECASE), "45 minutes"),
    (re.compile(r"\b(?:a )?quarter of an hour\b", re.IGNORECASE), "15 minutes"),
    (re.compile(r"\bhalf an hour\b|\b(?:a )?half[- ]hour\b", re.IGNORECASE), "30 minutes"),
    (re.compile(r"\bhalf a year\b", re.IGNORECASE), "6 months"),
    (re.compile(r"\bhalf a dozen\b", re.IGNORECASE), "6"),
    (re.compile(r"\bhalf a day\b", re.IGNORECASE), "0.5 day"),
    (re.compile(r"\b(?:number|no\.|nr\.?|№)\s*(?=\d)", re.IGNORECASE), ""),
    (re.compile(r"\b(?:noon|midday)\b", re.IGNORECASE), "12:00"),
)
_NOON = re.compile(
    r"\b(\d{1,2}|[a-z]+)(?:[:.](\d{2}))?\s*(?:([ap])\.?m\b\.?|o'clock in the (morning|afternoon|evening))",
    re.IGNORECASE,
)


def _of_day(match: re.Match[str]) -> str:
    """A time of day in the twelve-hour way, in the other."""
    hour = int(match[1]) if match[1].isdigit() else SMALL.get(match[1].lower(), 99)
    if not 1 <= hour <= 12:
        return match[0]
    late = (match[3] or "").lower() == "p" or (match[4] or "").lower() in ("afternoon", "evening")
    minutes = match[2] or "00"
    return f"{hour % 12 + 12 * late}" + (f":{minutes}" if minutes != "00" else "")


def _clock(word: str, minutes: int) -> str:
    hour = SMALL.get(word.lower(), int(word) if word.isdigit() else -1)
    total = hour * 60 + minutes
    return f"{total // 60}:{total % 60:02d}" if 0 < hour < 25 else ""


@dataclass(frozen=True)
class Reading:
    """A text as the audit reads it."""

    text: str

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences, as they stand."""
        return tuple(s.strip() for s in _SENTENCE.split(_dotted(self.text)) if s and s.strip())

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words as they stand, contractions written out."""
        return tuple(m[0] for m in _WORD.finditer(spelled(self.text)))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Its words in lower case and base form, number words as figures, units in full."""
        return tuple(t for t, _, _ in self._numbered)

    @cached_property
    def written(self) -> tuple[str, ...]:
        """For each token, the word as it is written, in lower case."""
        return tuple(w for _, _, w in self._numbered)

    @cached_property
    def _numbered(self) -> tuple[tuple[str, bool, str], ...]:
        """Tokens, each with whether it is a number that was written in figures, and the word as written."""
        pieces = [piece for raw in self.words for piece in _pieces(raw.lower())]
        found: list[tuple[str, bool, str]] = []
        count = -2  # the place of the last number in words
        for at, (word, place) in enumerate(folded(pieces, years=True)):
            if place < 0:
                found.append((word, False, word))
                count = at
            elif word != "and" or count != at - 1:  # "five and six" counts as "five, six" do
                found.append((*_token(word, found[-1][0] if found else ""), word))
        return tuple(found)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every number, in figures."""
        return frozenset(t for t in self.tokens if t[0].isdigit())

    @cached_property
    def firm_numbers(self) -> frozenset[str]:
        """The numbers that must not come or go: all but 1, and two and three in words."""
        return frozenset(
            t for t, figures, _ in self._numbered if t[0].isdigit() and t != "1" and (figures or t not in _LOOSE)
        )

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The tokens with content, in order."""
        drop = function_words()
        return tuple(t for t in self.tokens if t not in drop and t not in NEGATIONS and (t.isalnum() or t[0].isdigit()))

    @cached_property
    def bag(self) -> frozenset[str]:
        """The set of all tokens."""
        return frozenset(self.tokens)

    @cached_property
    def bare(self) -> Reading:
        """The text without what it quotes."""
        return Reading(_QUOTED.sub(" ", self.text)) if _QUOTED.search(self.text) else self

    @cached_property
    def quoted(self) -> frozenset[str]:
        """What stands in quotation marks or as code, blanks evened out."""
        found = {" ".join(next(filter(None, m.groups())).split()) for m in _QUOTED.finditer(self.text)}
        return frozenset(found)

    @cached_property
    def code(self) -> frozenset[str]:
        """What looks like program text, blanks removed."""
        return frozenset("".join(m[0].split()) for m in _CODE.finditer(self.text) if re.search(r"[\w)\]]", m[0]))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Capitalised words that do not begin a sentence, and all-capital ones, in lower-case base form, in order."""
        found = []
        for sentence in self.sentences:
            spoken = [m[0] for m in _WORD.finditer(spelled(sentence))]
            for i, word in enumerate(spoken):
                if word == "I" or not word[0].isupper():
                    continue
                if i == 0 and not (len(word) > 1 and word.isupper()):
                    continue
                found += [base(p) for p in _pieces(word.lower())]
        return tuple(found)

    @cached_property
    def openers(self) -> frozenset[str]:
        """The first words of its sentences, which may or may not be names."""
        firsts = (_WORD.search(spelled(s)) for s in self.sentences)
        return frozenset(base(m[0].lower()) for m in firsts if m and m[0][0].isupper())

    @cached_property
    def asks(self) -> str:
        """The sentence that asks: the last with a question mark, else the last that begins like an order."""
        asking = [s for s in self.sentences if s.rstrip("\"'”’)").endswith("?")]
        return asking[-1] if asking else (self.sentences[-1] if self.sentences else "")


def _dotted(text: str) -> str:
    """The text with the full stops of a few abbreviations removed, so that they end no sentence."""
    return re.sub(
        r"\b(U\.\s?[SK]\.|Mr\.|Mrs\.|Ms\.|Dr\.|St\.|e\.g\.|i\.e\.|P\.S\.)", lambda m: m[0].replace(".", ""), text
    )


def _pieces(word: str) -> list[str]:
    word = word.replace("'", "")
    joined = re.fullmatch(r"([a-z]+)-([a-z]+)", word)
    if joined:
        return [joined[1], joined[2]]
    glued = re.fullmatch(r"(\d+(?:[.,]\d+)?)(km|m|cm|mm|kg|g|h|min|l|ml|ft)", word)
    return [glued[1], glued[2]] if glued else [word]


def _token(word: str, before: str) -> tuple[str, bool]:
    """A word in base form, and whether it is a number in figures."""
    if ordinal := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word):
        small = {"1": "first", "2": "second", "3": "third"}
        return small.get(ordinal[1], f"{ordinal[1]}th"), True
    if word[0].isdigit():
        return word.replace(".", ":") if _CLOCK.fullmatch(word) else re.sub(r"\.0+$", "", digits(word)), True
    if ORDINALS.get(word, 0) > 3:
        return f"{ORDINALS[word]}th", False
    unit = "degree" if word == "°" else unit_in_words(word, before)
    return base(unit if unit.isalpha() else word), False


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """The reading of a text; readings of short texts are kept, since a base is read once for each variation."""
    return Reading(text)


def is_calendar(name: str) -> bool:
    """Whether a capitalised word is a day, a month or a feast."""
    return name in _CALENDAR or base(name) in _CALENDAR


def is_number(word: str) -> bool:
    """Whether a word, in base form, is a number in figures or letters, cardinal or ordinal."""
    return word[0].isdigit() or word in _NUMBER_WORDS


_NUMBER_WORDS = frozenset(form for word in (*WORDS, *ORDINALS) for form in (word, base(word)))
