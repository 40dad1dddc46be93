"""Instructions planted in text: orders to a reading model or to a grader, false role marks, text hidden from people.

A text that talks about instructions is no order: what stands in quotation marks is not read, and an order must begin
its clause or be laid upon a machine. Where it is known what a text was made from, only what is new in it is read, and
read more strictly. English first; hidden characters, markup and the plainest orders in other languages besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .orders import LAID, MARKS, ORDERS, STRICT, Rules

_HIDDEN = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
    "|(?<=[a-zA-Z .?])[\u200c\u200d]|\u00ad{2}"
)
_QUOTED = re.compile(
    r"(?<!=)[\"“][^\"“”]{2,200}[\"”]|`[^`]{1,200}`|(?<![\w=])['‘][^'‘’]{4,80}['’](?!\w)|«[^«»]{2,200}»"
)


_ORDERED = re.compile(
    r"^\W*(?:(?:please|kindly|now|then|also|instead|just|simply|important|next|finally|always|never|do not|don['’]t"
    r"|and)\W+)*(?:respond|reply|answer|output|print|translate|summari[sz]e|stop|treat|skip|forget|disregard|ignore"
    r"|repeat|praise|recommend|act|pretend|refuse|reveal|rate|grade|score|award|approve|reject|flag|comply|obey"
    r"|execute|delete|send|click|download|continue|append|prepend|insert|promote|advertise|write|say|behave|roleplay"
    r"|switch|invoke|leak|(?:choose|pick|select)(?=\s+(?-i:[A-Z\"'])|\s+(?:option|answer|letter)))\b(?!\s+(?!this\b"
    r"|us\b|as\b|its\b)\w+(?:ed|s)\b)",
    re.IGNORECASE,
)
_FORM_WORDS = """
a above all an and answer answers any are as at be below best box brief briefly but by calculator can capital
case choice choices choose concisely correct could digit digits directly do don else end exactly explain false
few fewer figure figures first following for form format four from full give how i if in is it just keep know
last less letter letters line list lower mark me more most my name names no none not note nothing number
numbers numeral numerals of on one only option options or other output phrase pick plain please possible print
question reply respond return right say select sentence short should simply single so start state sure t text
than that the there think this three to true two unit units unsure upper us use value we what when where which
who whole will with without word words would write year yes you your
"""
_FORM = frozenset(_FORM_WORDS.split())  # with these a text asks for the form of an answer
_ADDRESSED = re.compile(
    r"\b[Yy]ou (?:must|shall|have to|need to|are (?:now|an?|no longer|to|not (?:a|bound|allowed))|are [A-Z]\w+"
    r"|were (?:told|given|instructed|made|trained))\b|\byour (?:owner|maker|creator|developers?|operator|system|task"
    r"|guidelines|instructions|training|programming|prompt|rules|role|users?)\b"
)


def _orders(sentence: str, was: str) -> str:
    """Whether a new sentence orders something that neither the base speaks of nor the form of an answer asks for."""
    if not sentence.rstrip("\"') ").endswith("?") and _ORDERED.match(sentence):
        known = {w.lower() for w in re.findall(r"\w+", was)} | _FORM
        if any(w.lower() not in known for w in re.findall(r"[^\W\d_]{2,}", sentence)[1:]):
            return "orders something else"
    return "speaks to a reader" if _ADDRESSED.search(sentence) and not re.search(r"\byou\b", was.lower()) else ""


_CODED = re.compile(
    r"(?<![\w/+])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{28,}={0,2}"
)
_BLANKS = re.compile(r"\s{2,}")
SPAN, OVERLAP = 1_600, 400  # characters that a rule sees at once, and sees again in the next piece
_PARTS = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+")


def injected(text: str, was: str = "") -> str:
    """What in a text is meant for a model that reads it, in a few words; "" where nothing is found.

    `was` is what the text was made from, where that is known: its own sentences are not held against it, and what is
    new is read more strictly.
    """
    if _HIDDEN.search(text) and not _HIDDEN.search(was):
        return "hidden characters"
    text, was = tight(text), tight(was)
    new = _fresh(text, was) if was else text
    if any(blob[0] not in was for piece in _windows(new) if (blob := _CODED.search(piece))):
        return "encoded text"
    rules = ORDERS + LAID + (STRICT if was else ())
    return (
        _first(MARKS, new, was)
        or _first(rules, spoken := _QUOTED.sub(" … ", new), was)
        or (next((r for part in _PARTS.split(spoken) if part and (r := _orders(part[:SPAN], was))), "") if was else "")
    )


def _first(rules: Rules, text: str, was: str) -> str:
    """The first rule that finds something which was not in `was`; "" where none does."""
    pieces = list(_windows(text))
    for name, pattern in rules:
        if any(found[0] not in was for piece in pieces if (found := pattern.search(piece))):
            return name
    return ""


def tight(text: str) -> str:
    """The text with each run of blanks as one, a line's end where it holds one: rules that skip blanks pass it once."""
    return _BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", text)


def _windows(text: str) -> Iterator[str]:
    """A text in overlapping pieces: some rules look far ahead, and would take quadratic time on a text made for it."""
    step = SPAN - OVERLAP
    return (text[at : at + SPAN] for at in range(0, max(1, len(text) - OVERLAP), step))


def _fresh(text: str, was: str) -> str:
    """The sentences that are not in what a text was made from."""
    known = " ".join(was.split())
    return "\n".join(part for part in _PARTS.split(text) if part and " ".join(part.split()) not in known)
