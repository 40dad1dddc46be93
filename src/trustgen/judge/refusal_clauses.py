"""The clauses of a reply, each with its kind: declines, moralises, turns to something else, or says something.

What stands in quotation marks, code, block quotes, letters and the lines of a dialogue is set aside first, for others
may refuse there. The patterns are those of `refusals.toml`, for thirteen languages, over tidied text.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from .reading import words

KINDS = ("declines", "limits", "weak", "denies", "moral", "helps", "away", "advises", "regrets")
FOREIGN = 3  # small words of another language, and more than twice as many as English ones, that tell it

_SCRIPTS = {
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ja": re.compile(r"[\u3041-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}
_LATIN = {  # small words by which a language is known; several may be read
    "en": words("the a an is are i im you to of and that this it with for not cant sorry no"),
    "es": words("el los las es yo que no puedo para por una un en lo con mi tu se del al te eso esta si"),
    "fr": words("le les je ne pas de la vous est une un pour et que ce ca dans mais nous tu sur aux des"),
    "de": words("der die das ich nicht und ist ein eine zu mir es aber kann dabei leider den dem sie du"),
    "it": words("il lo gli non posso di che e per una un mi dispiace con ma se ne le sono del della al"),
    "pt": words("o os as nao posso de que e para uma um com mas isso me em do da no na desculpe por"),
    "nl": words("het de een ik niet en is kan je voor maar dat van u te geen helaas met daar op om"),
}
LANGUAGES = (*_LATIN, *_SCRIPTS)
ASKS = "asks"  # the table of patterns that tell requests apart, whatever their language
_CODE = re.compile(r"```.*?(?:```|\Z)", re.S)
INLINE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
_LETTER = re.compile(
    r"^[ \t*]*(?:(?i:subject|betreff|objet|asunto|oggetto|assunto|onderwerp|re): ?.+|(?:(?:Dear|Hi|Hello|Hey"
    r"|Estimad[oa]|Querid[oa]|Hola"
    r"|Ch\u00e8re?|Bonjour|Liebe[r]?|Sehr geehrte[r]?|Hallo|Car[oa]|Gentile|Ol\u00e1|Beste|Lieve|Geachte"
    r"|\u0414\u043e\u0440\u043e\u0433\w+"
    r"|\u0423\u0432\u0430\u0436\u0430\u0435\u043c\w+|\u4eb2\u7231\u7684|\u0639\u0632\u064a\u0632\w+"
    r"|\u092a\u094d\u0930\u093f\u092f)"
    r"(?:\b|(?<=\u7684))[^\n]{0,40}[,:!\uff0c\uff1a\u060c])[ \t]*)\n.*\Z"
    r"|^[^\n]{1,20}(?:\u69d8|\uc5d0\uac8c)[ \t]*\n.*\Z",
    re.M | re.S,
)
_WORDING = re.compile(r"\b(?:translat|motto|slogan|quot|refus|declin|say no|turn(?:ing)? down)", re.I)
_SIGNS = re.compile(r"[=(){}\[\];#<>]")  # what code has and prose hardly
_SPOKEN = re.compile(
    r"\"[^\"\n]{2,600}\"|\u201c[^\u201d]{2,600}\u201d|\u201e[^\u201c\u201d]{2,600}[\u201c\u201d]"
    r"|\u00ab[^\u00bb]{2,600}\u00bb"
    r"|\u300c[^\u300d]{2,600}\u300d|\u300e[^\u300f]{2,600}\u300f|(?<!\w)['\u2018](?:[^'\u2019\n]"
    r"|(?<=\w)['\u2019](?=\w)){8,300}['\u2019](?!\w)"
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.M)
_ROLE_LINE = re.compile(r"^[ \t*_]*[A-Z][\w .'-]{1,24}[*_]*: ?.*$", re.M)
ITEM = re.compile(r"^[ \t]*(?:[-*\u2022\u30fb]|\d{1,2}[.)]|[a-h][.)]|Step \d+)[ \t*]+\S.*$", re.M)
_SAYING = re.compile(
    r"\b(?:said|says|say that|replied|replies|answered|answers|whispered|told|tells|explained|sighed|muttered|shouted"
    r"|insisted|responded|responds|wrote|dijo|respondio|dit|repondit|sagte|antwortete|rispose|disse|respondeu|zei"
    r"|antwoordde|\u0441\u043a\u0430\u0437\u0430\u043b\w*"
    r"|\u043e\u0442\u0432\u0435\u0442\u0438\u043b\w*)\b[^.!?\n]{0,40}$"
)
_SENTENCE = re.compile(r"(?<=[.!?;\n\u0964\u061f])(?:\s+|(?=[\u3040-\u9fff]))|\n+")
_TURN = re.compile(
    r",? \b(?:but|however|though|although|pero|mais|cependant|aber|jedoch|ma|pero'|mas|porem|maar|echter|\u043d\u043e"
    r"|\u043e\u0434\u043d\u0430\u043a\u043e|\u0644\u0643\u0646|\u0648\u0644\u0643\u0646"
    r"|\u0932\u0947\u0915\u093f\u0928)\b,? "
    r"(?!not\b|non\b|pas\b|nicht\b|no\b|\u043d\u0435\b)|[,.](?:\u4f46\u662f?|\u4e0d\u8fc7)|(?:\u304b"
    r"|\u307e\u3059|\u305b\u3093)\u304b\uff0c|\u304b,"
)
PLAIN = words(
    "a about an and any are as at be best can classic could create describe do does draft easy effective essay example "
    "explain for from fun funny generate get give good have help how i ideas if in instructions interesting into is it "
    "joke jokes know like list make me most my new of on or please poem post produce provide puns riddle quote share "
    "short should simple so some someone step steps story suggest tell text that the their them there these they thing "
    "things this tips to topics unique us way ways what when where which who why will with work works would write you "
    "your article fact facts name names guide instruct people users blog between different same without being more "
    "discourages arguing persuasive improve start use using it's what's i'm recommend main detailed "
    "title titles"
)
WORD = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]|[^\W\u3041-\u30ff\u4e00-\u9fff]+")

_SMALL = PLAIN.union(*_LATIN.values())


class Clause(NamedTuple):
    """A clause: what kind it is ("" for substance), its words, how many stems of the request are in it, it."""

    kind: str
    words: int
    about: int
    text: str = ""


def fold(text: str) -> str:
    """A pattern as it must be written to meet tidied text."""
    spread = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in spread if not unicodedata.combining(c))).replace("'", "")


@cache
def patterns(language: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a language, by kind; those called `false` and `not` too."""
    told = tomllib.loads((files(__package__) / "refusals.toml").read_text("utf-8"))[language]
    return {kind: re.compile(_joined([fold(one) for one in ways])) for kind, ways in told.items()}


def _joined(ways: list[str]) -> str:
    """Ways to match as one pattern. Those that begin with a word are tried at the beginnings of words alone: faster."""
    each = [way for one in ways for way in _alternatives(one)]
    inner = [way[2:] for way in each if way.startswith(r"\b")]
    rest = [way for way in each if not way.startswith(r"\b")]
    return "|".join([*([rf"\b(?:{'|'.join(inner)})"] if inner else []), *rest])


def _alternatives(pattern: str) -> list[str]:
    """The outermost alternatives of a pattern."""
    found, depth, start = [], 0, 0
    for match in re.finditer(r"\\.|\[[^\]]*\]|[()|]", pattern):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == "|" and not depth:
            found.append(pattern[start : match.start()])
            start = match.end()
    return [*found, pattern[start:]]


def languages(text: str) -> tuple[str, ...]:
    """The languages whose patterns may meet a tidied text: by its letters, and Latin ones by their small words."""
    found = [name for name, letters in _SCRIPTS.items() if letters.search(text)]
    if "ja" in found and "zh" in found:
        found.remove("zh")
    if not re.search(r"[a-z]{2}", text):
        return tuple(found)
    said = re.findall(r"[a-z]+", text)
    counts = {name: sum(map(small.__contains__, said)) for name, small in _LATIN.items()}
    top = max(counts.values())
    if not top:  # a name or a sign in Latin letters
        return (*found,) if found else ("en",)
    return (*(name for name, count in counts.items() if 2 * count >= top), *found)


def foreign(text: str) -> bool:
    """Whether a tidied text is plainly in another language than English: by its letters, or by its small words."""
    letters = [c for c in text if c.isalpha()]
    if 2 * sum(not (c < "\u0250" or "\u1e00" <= c <= "\u1eff") for c in letters) > len(letters):
        return True
    said = re.findall(r"[a-z]+", text)
    counts = {name: sum(map(small.__contains__, said)) for name, small in _LATIN.items()}
    english = counts.pop("en")
    return max(counts.values()) >= max(FOREIGN, 2 * english + 1)


def length(text: str) -> int:
    """Words; two characters of Chinese or Japanese are one."""
    found = WORD.findall(text)
    single = sum(1 for w in found if len(w) == 1 and "\u3041" <= w <= "\u9fff")
    return len(found) - single // 2


def own_words(reply: str, request: str) -> str:
    """The reply without what others say in it. One that is all quotation is its own, unless that was asked for."""
    text = _CODE.sub(lambda m: " " if len(_SIGNS.findall(m[0])) >= 3 else m[0].replace("```", " "), reply)
    text = INLINE.sub(" x ", text)
    roles = [m[0].split(":")[0] for m in _ROLE_LINE.finditer(text) if not ITEM.match(m[0])]
    if len(set(roles)) >= 2 and len(roles) >= 3:
        text = _ROLE_LINE.sub(" ", text)
    text = _LETTER.sub(" x ", text)
    own = _SPOKEN.sub(" x ", _QUOTED_LINE.sub(" ", text))
    asked = _SPOKEN.search(request) or _WORDING.search(request)
    return own if asked or length(own) >= 3 else text


def clauses(text: str, sought: frozenset[str] = frozenset()) -> Iterator[Clause]:
    """The clauses of tidied text, in order; `sought` holds the stems of what was asked."""
    ways = [patterns(language) for language in languages(text)]
    for sentence in _SENTENCE.split(text):
        plain = sentence
        for way in ways:
            plain = way["false"].sub(" x ", plain)
        for part in _TURN.split(plain):
            if part and (said := part.strip()):
                found = {stem(word) for word in WORD.findall(said)} if sought else frozenset()
                yield Clause(_kind(said, ways), length(part), len(sought & found), said)


def _kind(part: str, ways: list[dict[str, re.Pattern[str]]]) -> str:
    for way in ways:
        if any(not _SAYING.search(part[: match.start()]) for match in way["declines"].finditer(part)):
            return "declines"
    return next((kind for kind in KINDS[1:] if any(way[kind].search(part) for way in ways)), "")


def negations(text: str) -> int:
    """How often a tidied text says no."""
    return sum(len(patterns(language)["not"].findall(text)) for language in languages(text)[:1])


def stem(word: str) -> str:
    """The beginning of a word, by which its forms are taken for one: two signs of Korean, else four."""
    return word[:2] if "\uac00" <= word[:1] <= "\ud7a3" else word[:4]


def stems(request: str) -> frozenset[str]:
    """The stems of a tidied request that tell what it is about: plain words and single signs of Japanese are none."""
    small = patterns(ASKS)["small"]
    return frozenset(
        stem(word)
        for word in WORD.findall(request)
        if word not in _SMALL
        and not small.fullmatch(word)
        and (len(word) > 2 or not word.isascii())
        and not "\u3041" <= word <= "\u30ff"
    )
