"""How sure a reply says to be of its answer: `stated(judge)` reads that, and leaves the rest to the judge.

Asked for a number from 0 to 100, models write "90 %", "90 percent", "90/100", "Confidence: 90", "confidence of 0.9" or
the bare number on a line of its own. A number is read as sureness only in one of these forms, so a year or a price in
an answer is none. A bare "Confidence: 1" could be 1 % or all of it; like "not 100 % sure", a range, a number beyond
100 and two numbers that differ, it is not read, and the answer counts as one without stated confidence.

In JSON the field that is named so is read, and the answer beside it is what the judge sees.

What was read is cut out before the judge sees the reply: "90 %" alone is no answer, and no wrong one either. Where the
answer is a number itself, a bare number alone is the answer.
"""

from __future__ import annotations

import re
from functools import cached_property

import msgspec

from trustgen.core import Case, Judge, Response, Ruling

from .around import Around
from .key import key_of
from .own import own
from .reading import HALF
from .wrapped import sureness, unwrapped

_NUMBER = r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,3})?)"
_RANGE = r"(?P<low>\d{1,3} ?%? ?(?:-|\u2013|\u2014|to|and) ?)?"
_WORD = r"\b(?:confiden(?:ce|t)|certain(?:ty)?|sure(?:ness)?|probability|likelihood)\b"
_LINK = r"(?: (?:level|score|rating|in (?:this|my|the) answer))?(?: ?[:=]| (?:is|of|at))? ?"
_PERCENT = r" ?(?:%|percent\b|per cent\b|/ ?100\b|out of 100\b)"
_SAID = (
    re.compile(rf"(?:{_WORD}{_LINK})?{_RANGE}{_NUMBER}{_PERCENT}(?: {_WORD})?", re.IGNORECASE),
    re.compile(rf"{_WORD}{_LINK}{_RANGE}{_NUMBER}(?![\d%]|[.,]\d| ?(?:/|-|\u2013|to\b|out\b|per))", re.IGNORECASE),
    re.compile(rf"(?:^|(?<=\n))[( ]*{_RANGE}{_NUMBER}[). ]*$"),
)
_HEDGED = re.compile(
    r"(?:\b(?:not|never|less than|more than|at least|at most|below|under|over|above)|n['\u2019]t)(?: \w+)? ?$",
    re.IGNORECASE,
)


def split(reply: str) -> tuple[str, float | None]:
    """The reply without what it says of its sureness, and that as a share; the reply itself where nothing was read."""
    if field := sureness(reply):
        number, signed = field
        return unwrapped(reply), _share(number, exact=signed)
    if len(reply) > 2 * HALF:
        reply = f"{reply[:HALF]}\n{reply[-HALF:]}"
    plain = reply.replace("\uff05", "%").replace("\\%", "%")
    text = "\n".join(" ".join(line.split()) for line in plain.splitlines() if line.strip())
    for form in _SAID:  # the plainest form that is there
        if found := list(form.finditer(text)):
            shares = {_share(match[2], exact=form is not _SAID[1]) for match in found}
            hedged = any(m["low"] or _HEDGED.search(text, max(0, m.start() - 40), m.start()) for m in found)
            sure = shares.pop() if len(shares) == 1 and not hedged else None
            return form.sub("", text), sure
    return reply, None


def _share(number: str, *, exact: bool) -> float | None:
    """A number as a share of one. Where no percent sign says so, 0.9 and 90 are both meant so, and 1 is unclear."""
    value = float(number.replace(",", "."))
    if not exact and not number.isdigit():
        return value if value <= 1 else None
    if value > 100 or (not exact and value == 1):
        return None
    return value / 100


class Stated(Around):
    """A judge that also reads the stated confidence; made by `stated`."""

    def __init__(self, inner: Judge) -> None:
        super().__init__(inner)
        self.name = f"{inner.title}, stated confidence"

    @cached_property
    def key(self) -> str:
        """The hash of how sureness is read, and the inner judge's key."""
        return key_of(type(self), self.inner.key)

    def __call__(self, case: Case, response: Response) -> Ruling:
        """The inner judge's ruling on the reply without its number, and the number as a share."""
        if own(case, response.text)[1]:  # an echo says nothing, and is seen only with the numbers that it copies
            return self.inner(case, response)
        text, sure = split(response.text)
        if case.expect.answer.isdigit() and response.text.strip(" .()\n").isdigit():  # the answer alone
            text, sure = response.text, None
        last = msgspec.structs.replace(response.replies[-1], text=text)
        ruling = self.inner(case, msgspec.structs.replace(response, replies=(*response.replies[:-1], last)))
        return msgspec.structs.replace(ruling, confidence=sure)

    def __repr__(self) -> str:
        return f"<{self.name} {self.key[:8]}>"


def stated(judge: Judge) -> Stated:
    """The judge, which then also reads how sure the reply says to be."""
    return Stated(judge)
