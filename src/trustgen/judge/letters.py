"""Multiple choice: which letter does the reply choose?

The whole reply may be a letter. Else every letter that stands alone is found with how firmly it stands, and its place
decides (see `standing`). So are letters told apart from other uses of them:

- denied ones ("not A", "A is wrong") do not count, and two offered together ("A or B") choose nothing;
- "A" is the article where a word follows that an article has behind it; every other letter is read in the same shapes;
- a list that writes the options down, or goes through them one by one, chooses none of them;
- a letter inside the text of an option ("Vitamin C") is none.

Where no letter is marked or set apart, the text of an option counts, as free text does (`free_text`); and last a letter
named in passing. A letter followed by the text of another option contradicts itself and chooses nothing.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import NamedTuple

from trustgen.core import Case, Ruling

from .free_text import Matches, settle
from .reading import REFUSED, Reading, RuleJudge, abstains, name, refusal, scored, tidy, unparsed, words
from .standing import (
    ABROAD,
    FINAL,
    IS_ABROAD,
    LOOSE,
    MARKED,
    MOST,
    NOUNS,
    SET,
    SUPPOSED,
    WINDOW,
    Stand,
    decided,
    on_condition,
    opens,
    sentence,
    supposed,
)

LETTERS = string.ascii_uppercase
_PLAIN = re.compile(
    r"(?:(?:[Tt]he |[Mm]y )?(?:(?:[Cc]orrect|[Rr]ight|[Ff]inal|[Bb]est) )?(?:[Aa]nswer|[Oo]ption|[Cc]hoice)(?: is|:)? ?\n?)?"
    r"\(?([A-Z])[).:,]*(?: ([^\n]+))?"
)
_ALONE = re.compile(r"\W*?([A-Za-z])\W*")
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])([A-Z])(?![A-Za-z0-9])|\(([a-z])\)|(?:^|(?<=\n))([a-z])(?=[).:])"
    r"|(?<![A-Za-z0-9])([a-z])(?=[).,!]{0,2}(?:\n|$))"
)
_FOLLOWS = words(  # words that no article has before it
    "is was are were be been being seems appears looks sounds feels has had would should will must can cannot cant "
    "could may might does did do because since as for which that who it its this these those then here there over "
    "instead rather from with without by in on at to and or but if so due given based not matches fits describes works "
    "makes says states gives names means refers represents corresponds answers applies holds remains stands wins "
    "follows contains lists shows reads i im id my your you we they he she the an than like unlike when where while "
    "isnt wasnt obviously definitely because surely probably es est ist e"
)
_ABROAD = "|".join(sorted((re.escape(tidy(word).lower()) for word in ABROAD), key=len, reverse=True))
_IS_ABROAD = "|".join(sorted((re.escape(tidy(word).lower()) for word in IS_ABROAD), key=len, reverse=True))
_IS = r"(?:,? ?(?:\bis\b|\bwas\b|:|=|\bmust be\b|\bshould be\b|\bto be\b|\u2192|\u21d2)[ ,:]*)"
_FILL = (
    r"\n?(?:(?:option|letter|choice|answer|clearly|definitely|probably|simply|indeed|actually|therefore|most likely|likely"
    r"|just|the|number)[ :]+)*[(\[]?$"
)
_GIVEN = rf"\b{NOUNS}\b(?:,? (?:here|therefore|then|thus|above|to this question|to the question|to this|i choose))?"
_SO = r"\b(?:so|therefore|thus|hence|in conclusion|to conclude|in summary|in short|overall|ultimately|consequently)\b"
_FINALLY = re.compile(
    rf"(?:\bfinal\b(?: {NOUNS})?(?:{_IS}|[ ,]+|\n){_FILL}|{_SO},? (?:(?:the|my|our|correct|right|best) )*{NOUNS}{_IS}{_FILL})"
)
_SO_THEN = re.compile(rf"{_SO}[,:]? ?(?:(?:its|it is|it must be|i choose|i pick|option|letter|answer):? )*[(\[]?$")
_MARKED = re.compile(
    rf"(?:{_GIVEN}{_IS}{_FILL}|(?:^|\n)(?:(?:my|the|correct|right|best|your) )*(?:answer|choice|response|verdict|ans)[ \n]+[(\[]?$"
    r"|\b(?:choose|chose|choosing|pick|picked|select|selected|selecting|go with|going with|went with|vote for|opt for|opting for"
    r"|settle on|decide on|decided on|stick with|ill say|id say|would say|i say),?:? (?:(?:option|letter|answer|choice)\b:? )?[(\[]?$"
    rf"|(?:{_ABROAD})[^.!?\n]{{0,24}}?(?:[ ]?(?:{_IS_ABROAD}|[:=,\u2192])){{1,2}} ?(?:(?:la|l|die|der|a|o|il|el|opcion|option"
    rf"|opzione|opcao|вариант) ?)?[(\[]?$|(?:{_ABROAD}) ?[(\[]?$|\bone is:? ?[(\[]?$)"
)
_NAMED = re.compile(
    r"(?:\b(?:option|answer|letter|choice|its|thats|it is|that is|this is|it must be|would be|should be|it to be|think|guess|believe"
    r"|say|be|clearly|probably|definitely|surely)\b:? ?|[\u2192\u21d2:] ?)[(\[]?$"
)
_CALLED = re.compile(
    r"[)\].:, ]*(?:option )?(?:(?:is|was|seems|seems to be|must be|appears to be|remains|looks|would be|,|:|,? which is) )"
    r"?(?:(?:clearly|definitely|indeed|therefore|probably|obviously|actually|thus|also|by far|most likely|the|my|our|only"
    r"|most|single|final|this is) )*(?:correct|right|accurate|best|true|answer|winner|my (?:answer|choice))\b"
    r"(?! (?:that|to|if|in (?:some|that|saying)|but|hand|side|bank|angle|triangle))"
    r"|[)\]]? it is\b(?=[.,!]|$)|[)\]]? ?(?:\u2713|\u2714|\u2705)"
)
_CALLED_ABROAD = re.compile(
    r"[)\]. ]*(?:"
    + "|".join(
        re.escape(tidy(word).lower())
        for word in ("です", "が正解", "が正しい", "입니다", "가 정답", "이 정답", "가 맞", "正确", "是正确", "是对的", "सही है",
                     "es correct", "es la correct", "es la respuesta", "est correct", "est la bonne", "ist richtig",
                     "ist die richtige", "ist korrekt", "e correta", "e corretta", "e la risposta", "e a resposta")
    )
    + ")"
)  # fmt: skip
_DENIED = re.compile(
    r"\b(?:not|isnt|wasnt|never|rule out|rules out|ruled out|eliminate|eliminates|eliminating|exclude|excluding|excludes|reject"
    r"|rejecting|over|unlike|rather than|instead of|than|neither|nor|dont choose|dont pick|against|nicht|no es|pas|non e)"
    r" (?:option |letter |answer |choice )?[(\[]?$"
)
_WRONG = re.compile(
    r"[)\]]?(?: \([^()]{1,60}\))?,? (?:(?:which )?(?:is|was|are|seems|looks|would be|must be|can be|being) (?:\w+ly |also |just )?"
    r"(?:not|wrong|incorrect|false|out\b|impossible|a (?:\w+ )?distractor|unrelated|irrelevant|ruled|eliminated|excluded|too)"
    r"|isnt|wasnt|cannot be|cant be|could not be|does not|doesnt|wouldnt|would not|are (?:both )?(?:wrong|incorrect))\b"
    r"|[)\]]? ?[\u2717\u2718\u274c\u00d7]"
)
_JOINED = re.compile(
    r"[)\]]?[?.]?,? ?(?:\bor\b|\band\b|\band/or\b|/|,|&|\?) ?(?:(?:or|and|maybe|perhaps|possibly|option|even) ){0,2}[(\[]?",
    re.I,
)
_OR = re.compile(r"\)? ?(?:or|and|/) ?")
_BOTH = re.compile(r"\) (?:\w+ ){1,3}(?:and|or) \(?")
_GOES_ON = re.compile(r" (?!and\b|or\b)[a-z]")
_PLURAL = re.compile(r"[)\]]?,? (?:are|were)\b")
_SET = re.compile(r"[)\]]|[.:](?= |\n|$)")
_STOPS = re.compile(r"[)\]]*(?:[.:,;!?\n/=]|$| (?:because|since|as|for|it is)\b| is the | ?\()")
_HEADS_ANSWER = re.compile(r": ?\(?[A-Z](?:[).:]|\n|$)")
_ASKED = re.compile(r"(?:^|\n)q(?:uestion)?:")
_MARKS = frozenset(")].:, =/(")
_CLOSED = re.compile(r"[)\]]*(?:[.!,;:]+(?: |\n|$)|\n|$)")
_LINE_HEAD = re.compile(r"(?:^|\n)\W*(?:option |choice )?\W*$")
_LINE_ENDS = re.compile(r"[ .,;)]*(?:\n|$)")
_ANSWERS = re.compile(r"(?:answer|choice|option) (?:is|would be)[ :(]*$|(?:answer|choice): ?\(?$")
_LEAD_IN = re.compile(
    r"(?:(?:well|ok|okay|so|hmm|sure|therefore|thus|hence|and|but|the|my|i|id|would|say|think|believe|its|it|is|that|option"
    r"|letter|answer|choice|final|correct|of course|certainly|definitely|clearly|probably|yes|no|ah|oh)[ ,:]{1,2})*[(\[]?"
)
_READS_TEXTS = Matches((), "wrong")


class _Token(NamedTuple):
    """A letter that stands alone. `start` and `end` are those of the letter itself."""

    start: int
    end: int
    letter: str
    small: bool


def _tokens(reading: Reading, options: tuple[str, ...]) -> list[_Token]:
    """The letters of options that stand alone, without those inside the text of one, and without the article."""
    text, known = reading.text, LETTERS[: len(options)]
    found = []
    for match in _TOKEN.finditer(text):
        place = match.lastindex or 1
        letter = match[place].upper()
        if letter in known and not (match[1] == "A" and _no_letter(reading, match.end(), options[0])):
            found.append(_Token(match.start(place), match.end(place), letter, place > 1))
    if len(found) > MOST:
        found = found[: MOST // 2] + found[-MOST // 2 :]
    if found and _lettered(options):
        held = [spot for option in options if len(option) > 1 for spot in reading.spots(option)]
        found = [t for t in found if not any(start <= t.start < end for start, end in held)]
    return found


@lru_cache(maxsize=4096)
def _lettered(options: tuple[str, ...]) -> bool:
    """Whether the text of an option has a letter that stands alone, as "Vitamin C" has."""
    return any(re.search(r"\b[A-Za-z]\b", option) for option in options)


def _no_letter(reading: Reading, end: int, own: str) -> bool:
    """Whether an "A" is the article, or heads an answer ("Q: … A: B")."""
    if reading.text[end : end + 1] == ":" and reading.text[end - 2 : end - 1] in ("", "\n"):
        asked = _ASKED.search(reading.low, 0, end) is not None
        return _HEADS_ANSWER.match(reading.text, end) is not None or (asked and not reading.low.startswith(name(own), end + 2))
    after = re.match(r" ([A-Za-z]+)", reading.text[end : end + 24])
    if after is None or after[1].lower() in _FOLLOWS:
        return False
    if after[1].isupper() and len(after[1]) == 1:
        return False
    return not (own and reading.low.startswith(name(own), end + 1))


def _texts_behind(low: str, end: int, texts: list[str]) -> tuple[str, int]:
    """The option whose text follows a letter, and where it ends; "" where none does."""
    at = end
    while low[at : at + 1] in _MARKS:
        at += 1
    best = ("", at)
    for letter, sought in zip(LETTERS, texts, strict=False):
        stop = at + len(sought)
        if sought and low.startswith(sought, at) and not low[stop : stop + 1].isalnum() and stop > best[1]:
            best = (letter, stop)
    return best


def _stand(low: str, token: _Token, end: int) -> Stand | None:
    """How a letter stands; None where it is denied, or a small one that nothing marks. `end` is behind its own text."""
    start = token.start
    before = low[max(0, start - WINDOW) : start]
    head = sentence(low, start)
    lead = low[head:start].lstrip(" ,:*)")
    if (before and _DENIED.search(before)) or _WRONG.match(low, token.end) or (end > token.end and _WRONG.match(low, end)):
        return None
    leads = not lead.strip("([ ") or _LEAD_IN.fullmatch(lead) is not None
    stops = _STOPS.match(low, token.end) is not None
    bare = leads and low[end : end + 3].lstrip(")] ")[:1] in (".", "!", "?", "\n", "")
    rank = _rank(low, before, token, end, leads, stops)
    if token.small and rank < SET:
        return None
    if before and rank != FINAL and supposed(low, start):
        rank = SUPPOSED
    return Stand(start, end, token.letter, rank, bare, leads or rank >= MARKED)


def _rank(low: str, before: str, token: _Token, end: int, leads: bool, stops: bool) -> int:
    if before:
        if _FINALLY.search(before) or ((stops or end > token.end) and _SO_THEN.search(before)):
            return FINAL
        if _MARKED.search(before):
            return LOOSE if on_condition(low, end) else MARKED
    if _CALLED.match(low, token.end) or _CALLED.match(low, end) or _CALLED_ABROAD.match(low, token.end):
        return MARKED
    if before and not token.small and _NAMED.search(before):
        return SET if _CLOSED.match(low, token.end) and not on_condition(low, end) else LOOSE
    apart = _SET.match(low, token.end)
    if low[token.start - 1 : token.start] == "(" and low[token.end : token.end + 1] == ")":
        return SET
    if apart and (leads or low[token.end] != ":"):
        return SET
    if leads and (stops or end > token.end):
        return SET
    return LOOSE


def _listed(low: str, tokens: list[_Token], named: list[tuple[str, int]]) -> set[int]:
    """The places of letters that head the entries of a list: they choose nothing.

    A list that begins with the first letter writes the options down, or goes through them; one that begins with another
    explains what was chosen before.
    """
    heads = [place for place, token in enumerate(tokens) if _heads(low, token, named[place][0])]
    letters = [tokens[place].letter for place in heads]
    if len(set(letters)) < 2:
        return set()
    whole = [named[place][0] and _LINE_ENDS.match(low, named[place][1]) is not None for place in heads]
    explains = whole[0] and named[heads[0]][0] == letters[0] and not any(whole[1:])
    opening = not low[: tokens[heads[0]].start].strip(" (") and (letters[0] != "A" or explains)
    entries = heads[1:] if opening and len(set(letters[1:])) == len(letters[1:]) else heads
    beside = [place + 1 for place in heads if place + 1 < len(tokens) and tokens[place + 1].start - tokens[place].end < 4]
    return {*entries, *(place for place in beside if "\n" not in low[tokens[place - 1].end : tokens[place].start])}


def _heads(low: str, token: _Token, named: str) -> bool:
    """Whether a letter heads an entry: at the head of a line, or before the text of an option."""
    if not named and (low[token.end : token.end + 1] not in (")", ".", ":")):
        return False
    before = low[max(0, token.start - 24) : token.start]
    return bool(named or _LINE_HEAD.search(before)) and not _ANSWERS.search(before)


def _stands(reading: Reading, options: tuple[str, ...]) -> list[Stand]:
    """Every letter that is not denied, with how it stands; letters offered together are one stand without a label."""
    low, tokens = reading.low, _tokens(reading, options)
    texts = [name(option) for option in options]
    named = [_texts_behind(low, token.end, texts) for token in tokens]
    listed = _listed(low, tokens, named) if len(tokens) > 1 else ()
    found: list[Stand] = []
    joined = -9
    for place, token in enumerate(tokens):
        own, end = named[place]
        stand = _stand(low, token, end if own == token.letter else token.end)
        if place in listed and stand and stand.rank < MARKED:
            stand = stand._replace(rank=SUPPOSED, bare=False)
        last = tokens[place - 1] if place else None
        offered = last and _together(low, last, named[place - 1][1], token)
        if offered and last and found and found[-1].start == last.start and _GOES_ON.match(low, token.end) is None:
            if stand is None and _PLURAL.match(low, end):  # "A) Paris and C) Rome are wrong"
                found.pop()
            elif stand and stand.label != found[-1].label:
                found[-1] = found[-1]._replace(label="", end=token.end, rank=max(found[-1].rank, SET), bare=False)
            joined = place
            continue
        if joined == place - 1 and offered:
            joined = place
            continue
        if stand and own == token.letter:
            also = _OR.match(low, end)
            other = _texts_behind(low, also.end(), texts)[0] if also else ""
            stand = stand._replace(label="") if other not in ("", own) else stand
        if stand:
            found.append(stand)
    return found


def _together(low: str, last: _Token, behind: int, token: _Token) -> bool:
    """Whether two letters are offered together: "A or B", "A) Paris and B) Lyon". `behind` is the end of a text."""
    if token.start - last.end > WINDOW:
        return False
    if _JOINED.fullmatch(low, last.end, token.start) or (
        last.end < behind <= token.start and _JOINED.fullmatch(low, behind, token.start)
    ):
        return True
    return low[token.end : token.end + 1] == ")" and _BOTH.fullmatch(low, last.end, token.start) is not None


def _texts(reading: Reading, options: tuple[str, ...]) -> tuple[set[str], int]:
    """The letters of the options on whose text the reply settles, and where the first claim of one stands."""
    mentions = _READS_TEXTS.mentions((), options, reading)
    mine = [m for m in mentions if 0 < m.who <= len(options) and not m.denied]
    settled = settle(mine, reading)
    if settled is None:
        return {LETTERS[m.who - 1] for m in mine}, 0
    at = min((m.start for m in mine if m.claimed), default=len(reading.low))
    return ({LETTERS[settled - 1]} if settled > 0 else set()), at


def _contradicts(reading: Reading, letter: str, options: tuple[str, ...]) -> bool:
    """Whether the letter is followed by the text of another option, which is all that follows, and nowhere by its own."""
    low, texts = reading.low, [name(option) for option in options]
    other = False
    for match in re.finditer(rf"(?<![A-Za-z0-9]){letter}(?![A-Za-z0-9])", reading.text):
        behind, end = _texts_behind(low, match.end(), texts)
        if behind == letter:
            return False
        goes_on = low[match.end() : match.end() + 1] in (".", ",", "\n") and re.match(
            r" (?!is the\b)[a-z]", low[end : end + 8]
        )
        other = other or bool(behind and not goes_on)
    return other


def _plainly(reading: Reading, options: tuple[str, ...]) -> str:
    """The letter of a reply that is nothing else: "The answer is B.", "(B) Lyon". Most are, and need no further look."""
    match = _PLAIN.fullmatch(reading.text)
    if match is None or match[1] not in LETTERS[: len(options)]:
        return ""
    own = options[LETTERS.index(match[1])]
    return match[1] if not match[2] or (own and match[2].lower().rstrip(" .!") == name(own)) else ""


def chosen(reading: Reading, options: tuple[str, ...]) -> tuple[str, str]:
    """The letter chosen, or "" and why there is none."""
    if alone := _ALONE.fullmatch(reading.text):
        letter = alone[1].upper()
        return (letter, "") if letter in LETTERS[: len(options)] else ("", "a letter that is no option")
    if letter := _plainly(reading, options):
        return letter, ""
    stands = _stands(reading, options)
    found, rank = decided(stands, reading.low)
    if rank < MARKED:
        texts, at = _texts(reading, options)
        first = next((s for s in stands if s.rank >= SET or len(found) > 1), None)
        if texts and (first is None or (first.label and at < first.start and opens(Stand(at, at, "", SET), reading.low))):
            found = texts
    if len(found) != 1 or "" in found:
        return "", "names several options" if found else "names no option"
    (letter,) = found
    return ("", "letter and text disagree") if _contradicts(reading, letter, options) else (letter, "")


def _rule(case: Case, reading: Reading) -> Ruling:
    letter, why = chosen(reading, case.expect.options)
    if letter:
        return scored(float(letter == case.expect.answer), letter)
    if why == "names no option" and abstains(reading):
        return scored(0.0, "abstained")
    if why == "names no option" and refusal(reading):
        return REFUSED
    return unparsed(why)


def choice() -> RuleJudge:
    """The letter chosen among `Expect.options`; the label is the letter, or `abstained`."""
    return RuleJudge("choice", 2, _rule)
