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

from trustgen.core import Case, Ruling

from .free_text import Matches, settle
from .reading import REFUSED, Reading, RuleJudge, abstains, name, refusal, scored, unparsed
from .shapes import LETTERS, Token, lone_letters, stand_of
from .standing import MARKED, SET, SUPPOSED, WINDOW, Stand, decided, opens

_PLAIN = re.compile(
    r"(?:(?:[Tt]he |[Mm]y )?(?:(?:[Cc]orrect|[Rr]ight|[Ff]inal|[Bb]est) )?(?:[Aa]nswer|[Oo]ption|[Cc]hoice)(?: is"
    r"|:)? ?\n?)?\(?([A-Z])[).:,]*(?: ([^\n]+))?"
)
_ALONE = re.compile(r"\W*?([A-Za-z])\W*")
_JOINED = re.compile(
    r"[)\]]?[?.]?,? ?(?:\bor\b|\band\b|\band/or\b|/|,|&|\?) ?(?:(?:or|and|maybe|perhaps|possibly|option"
    r"|even) ){0,2}[(\[]?",
    re.I,
)
_ALSO = re.compile(r"\b(?:or|nor|and)\b")
_OR = re.compile(r"\)? ?(?:or|and|/) ?")
_BOTH = re.compile(r"\) (?:\w+ ){1,3}(?:and|or) \(?")
_GOES_ON = re.compile(r" (?!and\b|or\b)[a-z]")
_PLURAL = re.compile(r"[)\]]?,? (?:are|were|do not fit|dont fit)\b")
_LINE_HEAD = re.compile(r"(?:^|\n)\W*(?:option |choice )?\W*$")
_LINE_ENDS = re.compile(r"[ .,;)]*(?:\n|$)")
_ANSWERS = re.compile(r"(?:answer|choice|option) (?:is|would be)[ :(]*$|(?:answer|choice): ?\(?$")
_MARKS = frozenset(")].:, =/(")
_READS_TEXTS = Matches((), "wrong")


def _texts_behind(low: str, end: int, texts: list[str]) -> tuple[str, int]:
    """The option whose text follows a letter, and where it ends; "" where none does."""
    at = end
    while low[at : at + 1] in _MARKS and low[at - 1 : at + 1] != "),":
        at += 1
    best = ("", at)
    for letter, sought in zip(LETTERS, texts, strict=False):
        stop = at + len(sought)
        if sought and low.startswith(sought, at) and not low[stop : stop + 1].isalnum() and stop > best[1]:
            best = (letter, stop)
    return best


def _listed(low: str, tokens: list[Token], named: list[tuple[str, int]]) -> set[int]:
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
    beside = [
        place + 1 for place in heads if place + 1 < len(tokens) and tokens[place + 1].start - tokens[place].end < 4
    ]
    return {*entries, *(place for place in beside if "\n" not in low[tokens[place - 1].end : tokens[place].start])}


def _heads(low: str, token: Token, named: str) -> bool:
    """Whether a letter heads an entry: at the head of a line, or before the text of an option."""
    if not named and (low[token.end : token.end + 1] not in (")", ".", ":")):
        return False
    before = low[max(0, token.start - 24) : token.start]
    return bool(named or _LINE_HEAD.search(before)) and not _ANSWERS.search(before)


def _stands(reading: Reading, options: tuple[str, ...]) -> list[Stand]:
    """Every letter that is not denied, with how it stands; letters offered together are one stand without a label."""
    low, tokens = reading.low, lone_letters(reading, options)
    texts = [name(option) for option in options]
    named = [_texts_behind(low, token.end, texts) for token in tokens]
    listed = _listed(low, tokens, named) if len(tokens) > 1 else ()
    found: list[Stand] = []
    joined, denied = -9, -9
    for place, token in enumerate(tokens):
        own, end = named[place]
        stand = stand_of(low, token, end if own == token.letter else token.end)
        if place in listed and stand and stand.rank < MARKED:
            stand = stand._replace(rank=SUPPOSED, bare=False)
        last = tokens[place - 1] if place else None
        offered = last and _together(low, last, named[place - 1][1], token)
        if stand is None or (offered and denied == place - 1 and _chained(low, last, token, tokens[place + 1 :][:1])):
            stand, denied = None, place
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


def _chained(low: str, last: Token | None, token: Token, then: list[Token]) -> bool:
    """Whether a letter shares the denial of the one before it: "not A, C or D"."""
    ends = [(last.end if last else 0, token.start), *((token.end, one.start) for one in then)]
    return any(_ALSO.search(low, start, end) for start, end in ends)


def _together(low: str, last: Token, behind: int, token: Token) -> bool:
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


def _by_text(reading: Reading, options: tuple[str, ...], stands: list[Stand], found: set[str]) -> set[str]:
    """What is found, or what the texts of options say where no letter is set apart, or one opens before any letter."""
    texts, at = _texts(reading, options)
    first = next((s for s in stands if s.rank >= SET or len(found) > 1), None)
    if not texts or (first is not None and not first.label):
        return found
    named = min((token.start for token in lone_letters(reading, options)), default=at + 1) if first else at + 1
    return texts if first is None or (at < named and opens(Stand(at, at, "", SET), reading.low)) else found


def _contradicts(reading: Reading, letter: str, options: tuple[str, ...]) -> bool:
    """Whether the letter is followed by the text of another option, which is all that follows, and nowhere by its "
    "own."""
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
    """The letter of a reply that is nothing else: "The answer is B.", "(B) Lyon". Most are, and need no further "
    "look."""
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
    if rank < MARKED and not (stands and stands[0].rank >= SET and stands[0].start < 2):
        found = _by_text(reading, options, stands, found)
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
    return RuleJudge("choice", _rule)
