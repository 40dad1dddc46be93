"""How one letter stands in a reply to a question with options: marked, set apart, named in passing, or denied."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import NamedTuple

from .reading import Reading, name, words
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
    Stand,
    on_condition,
    sentence,
    spelt,
    supposed,
)

NEAR = 70  # characters before a letter in which a mark stands
LETTERS = string.ascii_uppercase
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
_ABROAD, _IS_ABROAD = spelt(ABROAD), spelt(IS_ABROAD)
_IS = r"(?:,? ?(?:\bis\b|\bwas\b|:|=|\bmust be\b|\bshould be\b|\bto be\b|\u2192|\u21d2)[ ,:]*)"
_FILL = (
    r"\n?(?:(?:option|letter|choice|answer|clearly|definitely|probably|simply|indeed|actually|therefore|most likely"
    r"|likely"
    r"|just|the|number)[ :]+)*[(\[]?$"
)
_GIVEN = rf"\b{NOUNS}\b(?:,? (?:here|therefore|then|thus|above|to this question|to the question|to this|i choose))?"
_SO = r"\b(?:so|therefore|thus|hence|in conclusion|to conclude|in summary|in short|overall|ultimately|consequently)\b"
_FINALLY = re.compile(
    rf"(?:\bfinal\b(?: {NOUNS})?(?:{_IS}|[ ,]+|\n){_FILL}|{_SO},? (?:(?:the|my|our|correct|right"
    rf"|best) )*{NOUNS}{_IS}{_FILL})"
)
_SO_THEN = re.compile(rf"{_SO}[,:]? ?(?:(?:its|it is|it must be|i choose|i pick|option|letter|answer):? )*[(\[]?$")
_MARKED = re.compile(
    rf"(?:{_GIVEN}{_IS}{_FILL}|(?:^|\n)(?:(?:my|the|correct|right|best|your) )*(?:answer|choice|response|verdict"
    rf"|ans)[ \n]+[(\[]?$"
    r"|\b(?:choose|chose|choosing|pick|picked|select|selected|selecting|go with|going with|went with|vote for|opt for"
    r"|opting for"
    r"|settle on|leaves(?: (?:only|just|us with|me with))?|decide on|decided on|stick with"
    r"|ill say|id say|would say|i say),?:? (?:(?:option|letter|answer"
    r"|choice)\b:? )?[(\[]?$"
    rf"|(?:{_ABROAD})[^.!?\n]{{0,24}}?(?:[ ]?(?:{_IS_ABROAD}|[:=,\u2192])){{1,2}} ?(?:(?:la|l|die|der|a|o|il|el"
    rf"|opcion|option"
    rf"|opzione|opcao|вариант) ?)?[(\[]?$|(?:{_ABROAD}) ?[(\[]?$|\bone is:? ?[(\[]?$)"
)
_NAMED = re.compile(
    r"(?:\b(?:option|answer|letter|choice|its|thats|it is|that is|this is|it must be|would be|should be|it to be"
    r"|think|guess|believe"
    r"|say|be|clearly|probably|definitely|surely)\b:? ?|[\u2192\u21d2:] ?)[(\[]?$"
)
_CALLED = re.compile(
    r"[)\].:, ]*(?:option )?(?:(?:is|was|seems|seems to be|must be|appears to be|remains|looks|would be|,|:"
    r"|,? which is) )"
    r"?(?:(?:clearly|definitely|indeed|therefore|probably|obviously|actually|thus|also|by far|most likely|the|my|our"
    r"|only"
    r"|most|single|final|this is) )*(?:correct|right|accurate|best|true|answer|winner|my (?:answer|choice))\b"
    r"(?! (?:that|to|if|in (?:some|that|saying)|but|hand|side|bank|angle|triangle))"
    r"|[)\]]? it is\b(?=[.,!]|$)|[)\].]{0,2} ?(?:\u2713|\u2714|\u2705)"
)
_CALLED_ABROAD = re.compile(
    r"[)\]. ]*(?:"
    + spelt(
        "です が正解 が正しい 입니다 가_정답 이_정답 가_맞 正确 是正确 是对的 सही_है "
        "es_correct es_la_correct es_la_respuesta est_correct est_la_bonne ist_richtig ist_die_richtige ist_korrekt "
        "e_correta e_corretta e_la_risposta e_a_resposta"
    )
    + ")"
)
_DENIED = re.compile(
    r"\b(?:not|isnt|wasnt|never|rule out|rules out|ruled out|eliminate|eliminates|eliminating|exclude|excluding"
    r"|excludes|reject"
    r"|rejecting|over|unlike|rather than|instead of|than|neither|nor|dont choose|dont pick|against|nicht|no es|pas"
    r"|non e)"
    r" (?:option |letter |answer |choice )?[(\[]?$"
)
_WRONG = re.compile(
    r"[)\]]?(?: \([^()]{1,60}\))?,? (?:(?:which )?(?:is|was|are|seems|looks|would be|must be|can be|being) (?:\w+ly "
    r"|also |just )?"
    r"(?:not|wrong|incorrect|false|out\b|impossible|a (?:\w+ )?distractor|unrelated|irrelevant|ruled|eliminated"
    r"|excluded|too)"
    r"|isnt|wasnt|cannot be|cant be|could not be|does not|doesnt"
    r"|do(?: not|nt) fit|wouldnt|would not|are (?:both )?(?:wrong|incorrect))\b"
    r"|[)\].]{0,2} ?[\u2717\u2718\u274c\u00d7]"
)
_SET = re.compile(r"[)\]]|[.:](?= |\n|$)")
_STOPS = re.compile(r"[)\]]*(?:[.:,;!?\n/=]|$| (?:because|since|as|for|it is)\b| is the | ?\()")
_HEADS_ANSWER = re.compile(r": ?\(?[A-Z](?:[).:]|\n|$)")
_ENTRY = re.compile(r"\n\W*B[).:]")
_NEXT = re.compile(r" (?:(?:best|correctly|clearly) (?=fits|matches|describes|is\b|says|names))?([A-Za-z]+)")
_ASKED = re.compile(r"(?:^|\n)q(?:uestion)?:")
_CLOSED = re.compile(r"[)\]]*(?:[.!,;:]+(?: |\n|$)|\n|$)")
_LEAD_IN = re.compile(
    r"(?:(?:well|ok|okay|so|hmm|sure|therefore|thus|hence|and|but|the|my|i|id|would|say|think|believe|its|it|is|that|option"
    r"|letter|answer|choice|final|correct|of course|certainly|definitely|clearly|probably|yes|no|ah"
    r"|oh)[ ,:]{1,2})*[(\[]?"
)


class Token(NamedTuple):
    """A letter that stands alone. `start` and `end` are those of the letter itself."""

    start: int
    end: int
    letter: str
    small: bool


def lone_letters(reading: Reading, options: tuple[str, ...]) -> list[Token]:
    """The letters of options that stand alone, without those inside the text of one, and without the article."""
    text, known = reading.text, LETTERS[: len(options)]
    found = []
    for match in _TOKEN.finditer(text):
        place = match.lastindex or 1
        letter = match[place].upper()
        if letter in known and not (match[1] == "A" and _no_letter(reading, match.end(), options[0])):
            found.append(Token(match.start(place), match.end(place), letter, place > 1))
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
        if _ENTRY.search(reading.text, end):
            return False
        asked = _ASKED.search(reading.low, 0, end) is not None
        return _HEADS_ANSWER.match(reading.text, end) is not None or (
            asked and not reading.low.startswith(name(own), end + 2)
        )
    after = _NEXT.match(reading.text, end)
    if after is None or after[1].lower() in _FOLLOWS:
        return False
    if after[1].isupper() and len(after[1]) == 1:
        return False
    return not (own and reading.low.startswith(name(own), end + 1))


def stand_of(low: str, token: Token, end: int) -> Stand | None:
    """How a letter stands; None where it is denied, or a small one that nothing marks. `end` is behind its own text."""
    start = token.start
    since = max(low.rfind("\n", 0, max(0, start - 1)) + 1, start - NEAR, 0)  # a mark may stand on the line before
    before = low[since:start]
    head = sentence(low, start)
    lead = low[head:start].lstrip(" ,:*)")
    if (
        (before and _DENIED.search(before))
        or _WRONG.match(low, token.end)
        or (end > token.end and _WRONG.match(low, end))
    ):
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


def _rank(low: str, before: str, token: Token, end: int, leads: bool, stops: bool) -> int:
    if before and (_FINALLY.search(before) or ((stops or end > token.end) and _SO_THEN.search(before))):
        return FINAL
    if before and _MARKED.search(before):
        return LOOSE if on_condition(low, end) else MARKED
    # what an option says itself ("A) The answer is no excuse") calls it nothing
    if _CALLED.match(low, end) or _CALLED_ABROAD.match(low, token.end):
        return MARKED
    if before and not token.small and _NAMED.search(before):
        return SET if _CLOSED.match(low, token.end) and not on_condition(low, end) else LOOSE
    apart = _SET.match(low, token.end)
    closed_in = low[token.start - 1 : token.start] == "(" and low[token.end : token.end + 1] == ")"
    heads = (apart and (leads or low[token.end] != ":")) or (leads and (stops or end > token.end))
    return SET if closed_in or heads else LOOSE


__all__ = ["LETTERS", "Token", "lone_letters", "stand_of"]
