"""Answers that are dates: which one does the reply settle on, and is it the right one?

How dates are read stands in `trustgen.text.dates`. A date without a year counts where the answer has none or its year
stands alone in the reply; one that could be read either way round only where both ways say the same, or where another
date of the reply tells ("the third of April"). Else the reply is `unparsed`, as it is with a year or a month alone.

The last settled claim counts: corrections are followed, dates that the question names or the reply denies are left out,
and several dates offered as equals are none.
"""

from __future__ import annotations

import re

from trustgen.core import Case, InputError, Ruling
from trustgen.text.dates import YEAR, Said, dates

from .reading import REFUSED, abstains, refusal, scored, unparsed
from .standing import corrects, headed
from .whole import WholeJudge
from .wrapped import unwrapped

MOST = 100  # dates of a reply that are weighed
_LONE_YEAR = re.compile(rf"(?<![\w./-]){YEAR}(?![\w/-])")
_DENIED = re.compile(
    r"\b(?:not|isn't|wasn't|isnt|wasnt|never|rather than|instead of|nor|neither)\s+(?:on\s+|the\s+)*$", re.I
)
_DENIED_AFTER = re.compile(r"\s*,?\s*(?:(?:is|was)\s+(?:wrong|incorrect|not\b(?! only))|isn't|wasn't)", re.I)
_CORRECTED = re.compile(
    r"\b(?:actually|wait|sorry|correction|i mean|rather|instead|oops|apologi[sz]e|mistake|in fact|final answer|no)\b",
    re.I,
)
_LISTED = re.compile(
    r"^(?:[\s,]*+(?:or|/|and|either|maybe|perhaps|possibly)|\s*+,)[\s,]*+(?:on|the|maybe|perhaps|possibly)*+\s*$", re.I
)
_CLAIMED = re.compile(
    r"(?:\b(?:is|was|be|falls?|fell|date|on|answer)\b(?:\s+(?:on|the|actually|now|is|was|probably"
    r"|likely))*|[:=])\s*(?:\w+day,?\s*)?(?:the\s+)?$|^\W*(?:\w+day,?\s*)?(?:the\s+)?$",
    re.I,
)


class Dated:
    """The rule of `date`."""

    def __init__(self, year: bool) -> None:
        self.year = int(year)

    def __call__(self, case: Case, text: str) -> Ruling:
        """Rule on a raw reply."""
        right = self.expected(case)
        text = unwrapped(text).replace("**", "").replace("__", "").replace("\u2011", "-").replace("\u2013", "-")
        found = list(dates(text))
        found = found if len(found) <= MOST else found[: MOST // 2] + found[-MOST // 2 :]
        told = {day for turn in case.turns for said in dates(turn.text[:8000]) for day in said.days}
        named = [f for f in found if not _denied(f, text)]
        fresh = [f for f in named if not set(f.days) <= told] or named
        named = [self.dated(f, text, right) for f in fresh]
        chosen = settled(named, text) if named else None
        if not named:
            if abstains(text):
                return scored(0.0, "abstained")
            return REFUSED if refusal(text) else unparsed("says only what it is not" if found else "names no date")
        if chosen is None:
            return unparsed("offers several dates")
        return self.ruled(chosen, right)

    def ruled(self, chosen: Said, right: tuple[int, int, int]) -> Ruling:
        """The ruling on the date settled on."""
        days = {day if self.year and right[0] else (0, *day[1:]) for day in chosen.days}
        wanted = right if self.year else (0, *right[1:])
        if days == {wanted}:
            return scored(1.0, "right")
        if wanted in days:
            return unparsed("a date that can be read in several ways")
        if right[0] and self.year and all(day[0] == 0 for day in days):
            same = {day[1:] for day in days} == {right[1:]}
            return unparsed("a date without its year") if same else scored(0.0, "wrong")
        return scored(0.0, "wrong")

    def dated(self, said: Said, text: str, right: tuple[int, int, int]) -> Said:
        """A date without a year, with the only year that the reply names elsewhere."""
        if not right[0] or any(day[0] for day in said.days):
            return said
        years = {int(m[0]) for m in _LONE_YEAR.finditer(text)}
        return said._replace(days=tuple((min(years), day[1], day[2]) for day in said.days)) if len(years) == 1 else said

    def expected(self, case: Case) -> tuple[int, int, int]:
        """The right day. Raises `InputError` where `Expect.answer` is no date, or one that can be read in two ways."""
        found = list(dates(case.expect.answer))
        if len(found) != 1 or len(found[0].days) != 1:
            raise InputError(f"case `{case.id}`: `{case.expect.answer[:60]}` is no clear date: write it as 1999-03-28")
        return found[0].days[0]


def _denied(said: Said, text: str) -> bool:
    return bool(
        _DENIED.search(text[max(0, said.start - 30) : said.start])
        or _DENIED_AFTER.match(text[said.end : said.end + 30])
    )


def settled(named: list[Said], text: str) -> Said | None:
    """The date settled on, or None where several are offered as equals."""
    whole = named[0]
    for one in named[1:]:  # "03/04/1999, that is, 3 April": readings that all share
        shared = tuple(day for day in whole.days if day in one.days)
        if not shared:
            break
        whole = whole._replace(days=shared)
    else:
        return whole
    last, before = named[-1], named[-2]
    if headed(text, named[0].start, named[0].end) and not corrects(text[named[0].end : last.start]):
        return named[0]
    if _LISTED.match(text[before.end : last.start]) and not set(before.days) & set(last.days):
        return None
    if _CORRECTED.search(text[named[0].end : last.start]):
        return last
    claimed = [
        one for one in named if _CLAIMED.search(re.split(r"[.!?\n;]", text[max(0, one.start - 60) : one.start])[-1])
    ]
    days = {one.days for one in claimed}
    return claimed[0] if len(days) == 1 else None


def date(year: bool = True) -> WholeJudge:
    """A date against `Expect.answer`: `right`, `wrong` or `abstained`. `year=False` compares day and month alone."""
    return WholeJudge("date", Dated(year))


__all__ = ["date"]
