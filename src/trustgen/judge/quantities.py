"""Answers that are amounts: a number, mostly with a unit. Which one does the reply settle on, and is it right?

`Expect.answer` is a number, which the unit of the judge may follow: "1234.5", "1,234.5 km". In the reply these are one:
"1,234.5 km", "1234.5 kilometres", "1.2345e3 km", "1.2345 × 10^3 km", "767.1 miles", "1.2345 thousand km". Numbers in
words are read up to trillions, percentages as shares of 100, and other units of the same kind are converted. A number
without any unit is taken in the judge's; one with a unit of another kind is no answer.

The rule, in order:

1. The amounts of the reply are read in order. What the question had named already, numbers of lists and years, and
   those denied ("not 5 km") are left out where others remain.
2. An amount in brackets or after "or", "about" behind another, which equals it, says the same once more.
3. Marked ones ("the answer is", "=", "is", "about" at an end) come before unmarked ones. One value: that is it.
4. Several: the last, where a correction stands before it ("actually", "no", "sorry"), or it is marked as the answer
   ("so the answer is", "therefore", "="). Otherwise, as with "5 or 6", several are offered, and none is read.
5. A range ("5 to 7 km") is right where it holds the answer and is no wider than four times the tolerance; one that
   holds it and is wider is not read.

`date()` is in `dates.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from trustgen.core import Case, InputError, Ruling
from trustgen.text.numbers import LARGE, WORDS, digits, number_of
from trustgen.text.units import SHORT, UNITS, Unit

from .reading import REFUSED, abstains, refusal, scored, unparsed
from .standing import WINDOW, corrects, headed, sentence, supposed
from .whole import WholeJudge
from .wrapped import unwrapped

MOST = 200  # amounts of a reply that are weighed: the first and the last
FAR = 8000  # characters of a turn that are looked through for amounts that it names
TOLERANCE = 0.01  # of the right value, either way
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_WORDS = "|".join(sorted(WORDS, key=lambda word: (-len(word), word)))
_FIGURES = (
    r"(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}(?![\d,])|\d{1,3}(?:,\d{3})+(?:\.\d+)?"
    r"|\d{1,3}(?:[\u00a0\u202f\u2009' ]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[eE][+-]?\d{1,3}(?!\w)|\s?(?:[x×·*]|\\times)\s?10\s?\^\s?\{?(?P<power>[+-]?\d{1,3})\}?)?"
)
_ALONE = r"(?<![^\W\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])"  # no letter or digit before it
_SAID = rf"(?:(?:(?:half\s+)?an?\s+)?\b(?:{_WORDS})\b(?:[\s-]+(?:and\s+)?(?:{_WORDS}|a\s+half)\b)*)"
_UNIT = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in sorted(UNITS, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<front>[$€£])?\s?(?P<sign>(?<![\w)\]])[-\u2212]|\bminus\s"
    rf"|\bnegative\s)?(?:(?P<fig>(?<![.,]){_ALONE}{_FIGURES})(?:(?:\s?(?P<large>{'|'.join(LARGE)})"
    rf"|(?P<k>(?-i:k)))\b)?|(?P<said>{_SAID}))"
    rf"(?:[\s-]?(?P<unit>(?:{_UNIT})(?![\w²³])|(?:km|m|mi|ft)\s?[²³]))?",
    re.I,
)
_RANGE = re.compile(r"\s*(?:-|\u2013|\u2014|\bto\b|\band\b)\s*$", re.I)
_BETWEEN = re.compile(r"\bbetween\s*$", re.I)
_DENIED = re.compile(
    r"\b(?:not|isn't|isnt|wasn't|never|rather than|instead of|and not|nor|unlike|less than|more than|over"
    r"|under)\s+(?:exactly |about |just |only )?$",
    re.I,
)
_MARK = re.compile(
    r"(?:\b(?:answer|result|total|distance|value|length|weight|mass|height|speed|amount|sum|it|that|this"
    r"|which)\b[^.!?\n]{0,40}?\b(?:is|was|are|be|equals?|comes? to)|=|≈|\bequals?|:)\s*+(?:\*\*|\\boxed\{"
    r"|about |approximately |around |roughly |exactly |actually |now |therefore |some |nearly |almost |~|≈"
    r"|\$)*+\s*$",
    re.I,
)
_FINAL = re.compile(
    r"(?:\b(?:(?:final |correct |right )?answer\b[^.!?\n]{0,20}?(?:is|=|:)|therefore|thus|hence|so"
    r"|in total|altogether|finally)\b|\bboxed|=|####)[^.!?\n]{0,40}$",
    re.I,
)
_CORRECTED = re.compile(
    r"\b(?:actually|wait|sorry|correction|i mean|rather|instead|oops|apologi[sz]e|mistake"
    r"|let me (?:correct|redo)|recalculat\w+|no),?\b",
    re.I,
)
_OFFERED = re.compile(
    r"^(?:[\s,]*+(?:or|/|and|either|maybe|perhaps|possibly)|\s*+,)[\s,]*+(?:maybe|perhaps|possibly|even)?\s*$", re.I
)
_YEAR = re.compile(r"(?:\b(?:in|since|of|from|until|by|year)\s+|\()$", re.I)
_BOX = re.compile(r"\\f?boxed\s*\{([^{}]{0,200})\}")
_UNIT_FIELD = re.compile(r"[\"']units?[\"']\s*:\s*[\"']([^\"'\n]{1,24})[\"']", re.I)
_ANSWERED = re.compile(r"\b(?:answer|altogether|in total|finally)\b|\bboxed|####", re.I)
_LEADING = re.compile(
    r"\W*(?:(?:just|only|exactly|about|a total of|i count|i counted|there are|there is) )*"
    rf"(?P<n>\d{{1,3}}|none|(?:{_WORDS})(?: (?:{_WORDS}))?)(?:\.0+)?(?![\w.,]*\d)"
    r"(?:\W*$| of\b| out of\b|,? (?:and )?(?:not|rather than|instead of)\b|/\d{1,3}\b|(?P<stop>\.? ?\n"
    r"|\. )(?:(?P<says>the|they|these|there|only|it|this|that|my)\b|(?=[a-z\d])))"
)
_ITEM = re.compile(r"\n\W{0,4}(\d{1,2})[.)] ")
_LISTED = re.compile(r"(?:^|\n)[ \t]*(?:\*\*)?(?:step )?$", re.I)


class Amount(NamedTuple):
    """An amount in a text: its value in the base unit of `unit` (or bare). How it stands there, `placed` tells."""

    value: float
    unit: Unit | None
    start: int
    end: int
    high: float | None = None  # the upper end, where it is a range
    marked: bool = False
    final: bool = False
    denied: bool = False


def plain(text: str) -> str:
    """A text with powers as figures and without bold type; the places of amounts are those of this text."""
    text = re.sub(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda m: "^" + m[0].translate(_SUPER), text)
    text = re.sub(r"(?<=10)\*\*(?=[+-]?\d)", "^", text)
    return text.translate(_SUPER).replace("**", "").replace("__", "").replace("\\,", " ")


def _figure(text: str) -> float | None:
    power = re.search(r"\s?(?:[x×·*]|\\times)\s?10\s?\^\s?\{?([+-]?\d{1,3})\}?$", text)
    try:
        return float(digits(text[: power.start()])) * 10.0 ** int(power[1]) if power else float(digits(text))
    except (ValueError, OverflowError):
        return None


def _value(match: re.Match[str]) -> float | None:
    if match["said"]:
        value = number_of(re.sub(r"\s+", " ", match["said"]))
    else:
        value = _figure(match["fig"])
        if value is not None and match["large"]:
            value *= LARGE[match["large"].lower()]
        elif value is not None and match["k"]:
            value *= 1000
    return None if value is None or not math.isfinite(value) else -value if match["sign"] else value


def _unit(match: re.Match[str], text: str) -> Unit | None:
    if match["front"]:
        return UNITS[match["front"]]
    if not match["unit"]:
        return None
    name = re.sub(r" (?=[23])", "", re.sub(r"[\s-]+", " ", match["unit"].lower()).translate(_SUPER))
    if name in SHORT:
        after = text[match.end() : match.end() + 2]
        if name in ("in", "a") and re.match(r" \w", after):  # "5 in the morning"
            return None
    return UNITS.get(name)


def numbers(text: str) -> Iterator[tuple[float, Unit | None, int, int]]:
    """The numbers in a text that is `plain`, in order, each with its unit, and where both stand."""
    for match in _AMOUNT.finditer(text):
        value = _value(match)
        if value is None:
            continue
        unit = _unit(match, text)
        end = match.end() if unit or not match["unit"] else match.start("unit")
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        while not unit and text[end - 1].isspace():
            end -= 1
        yield value, unit, start, end


def _heads(text: str, start: int, end: int) -> bool:
    """Whether a number heads an item of a list, or a step; a reply that opens with one ("12. It is …") may mean it."""
    before = text[max(0, start - 12) : start]
    if end - start > 3 or not _LISTED.search(before) or not re.match(r"[.)]\s", text[end : end + 2]):
        return False
    return start > 0 or _ITEM.search(text, end) is not None


def amounts(text: str) -> list[Amount]:
    """The amounts in a text that is `plain`, in order; the two ends of a range are one."""
    found: list[Amount] = []
    for value, unit, start, end in numbers(text):
        if unit is None and _heads(text, start, end):
            continue
        own = Amount(_based(value, unit), unit, start, end)
        joined = _joined(found[-1], own, text) if found else None
        if value == 1 and text[start:end].isalpha() and not (unit or placed(own, text).marked):  # "one of them"
            continue
        if found and unit and found[-1].unit is None and _OFFERED.match(text[found[-1].end : own.start]):
            found[-1] = found[-1]._replace(value=_based(found[-1].value, unit), unit=unit)  # "5 or 6 km"
        if joined:
            found[-1] = joined
        else:
            found.append(own)
    return found


def placed(one: Amount, text: str) -> Amount:
    """The amount with how it stands: marked as an answer, as the final one, or denied, by the sentence before it."""
    before = text[max(0, one.start - 90) : one.start]
    sentence = re.split(r"(?<=[!?\n])|(?<=\.)\s", before)[-1]
    return one._replace(
        marked=_MARK.search(sentence) is not None or not sentence.strip(),
        final=_FINAL.search(sentence) is not None,
        denied=_DENIED.search(sentence) is not None,
    )


def _based(value: float, unit: Unit | None) -> float:
    return unit.based(value) if unit else value


def _joined(last: Amount, own: Amount, text: str) -> Amount | None:
    """A range out of two amounts, or feet and inches, hours and minutes out of two amounts of one kind."""
    between = text[last.end : own.start]
    alike = last.unit is None or (own.unit is not None and last.unit.dimension == own.unit.dimension)
    low = _based(last.value, own.unit) if last.unit is None else last.value
    if last.high is None and alike and _RANGE.fullmatch(between) and low < own.value:
        if re.search(r"and", between, re.I) and not _BETWEEN.search(text[max(0, last.start - 12) : last.start]):
            compound = last.unit is not None and own.unit is not None and own.unit.factor < last.unit.factor
            return last._replace(value=last.value + own.value, end=own.end) if compound else None
        return last._replace(value=low, high=own.value, unit=own.unit, end=own.end)
    smaller = last.unit and own.unit and alike and own.unit.factor < last.unit.factor and not last.unit.offset
    if last.high is None and smaller and re.fullmatch(r",?\s*(?:and\s*)?", between):
        return last._replace(value=last.value + own.value, end=own.end)
    return None


def _unboxed(text: str) -> str:
    """A reply without what wraps its answer: a box is only opened, for the unit may stand behind it."""
    if "boxed" in text:
        return _BOX.sub(r"\\boxed \1", text)
    inner = unwrapped(text)
    unit = _UNIT_FIELD.search(text) if inner != text and "{" in text else None
    return f"{inner} {unit[1]}" if unit and not re.search(r"[a-z%$€£°]", inner, re.I) else inner


class Measured:
    """The rule of `amount`."""

    def __init__(self, unit: str, tolerance: float, absolute: float) -> None:
        self.unit, self.tolerance, self.absolute = unit, str(tolerance), str(absolute)
        self._unit = UNITS[unit.lower()] if unit else None

    def __call__(self, case: Case, text: str) -> Ruling:
        """Rule on a raw reply."""
        text = plain(_unboxed(text))
        right = self.expected(case)
        told = [a.value for turn in case.turns for a in self.usable(amounts(plain(turn.text[:FAR])))]
        named = self.usable(amounts(text))
        named = named if len(named) <= MOST else named[: MOST // 2] + named[-MOST // 2 :]
        named = [placed(one, text) for one in named]
        fresh = [a for a in named if not a.denied and (a.marked or not any(self.near(a.value, t) for t in told))]
        chosen = settle(fresh, text, self)
        if chosen is None:
            return unparsed("offers several amounts")
        if isinstance(chosen, str):
            if abstains(text):
                return scored(0.0, "abstained")
            return REFUSED if refusal(text) else unparsed(chosen)
        if chosen.high is not None:
            return self.ranged(chosen, right)
        ok = abs(chosen.value - right) <= self.slack(right)
        return scored(float(ok), "right" if ok else "wrong", text[chosen.start : chosen.end].strip()[:60])

    def expected(self, case: Case) -> float:
        """The right value in the base unit. Raises `InputError` where `Expect.answer` is no amount."""
        found = amounts(plain(case.expect.answer))
        if len(found) != 1:
            raise InputError(
                f"case `{case.id}`: `{case.expect.answer[:60]}` is no amount: write a number, or a number and a unit"
            )
        return found[0].value if found[0].unit else _based(found[0].value, self._unit)

    def slack(self, right: float) -> float:
        """How far from the right value is still right, in the base unit."""
        offset = self._unit.offset if self._unit else 0.0
        factor = self._unit.factor if self._unit else 1.0
        return max(abs(right - offset) * float(self.tolerance), float(self.absolute) * factor, 1e-9 * abs(right))

    def near(self, one: float, other: float) -> bool:
        """Whether two values say the same."""
        return abs(one - other) <= 2 * self.slack(other)

    def usable(self, found: list[Amount]) -> list[Amount]:
        """The amounts of the judge's dimension, and those without a unit, in the base unit."""
        mine = self._unit.dimension if self._unit else ""
        whole = [a for a in found if a.unit is None or a.unit.dimension == mine]
        kept = [a for a in whole if a.unit] or whole
        if self._unit and not any(a.unit for a in kept):
            kept = [
                a._replace(value=_based(a.value, self._unit), high=_based(a.high, self._unit) if a.high else None)
                for a in kept
            ]
        return kept

    def ranged(self, chosen: Amount, right: float) -> Ruling:
        """The ruling on a range."""
        assert chosen.high is not None
        slack = self.slack(right)
        if not chosen.value - slack <= right <= chosen.high + slack:
            return scored(0.0, "wrong", "a range without the answer")
        if chosen.high - chosen.value > 4 * slack:
            return unparsed("a range too wide to be an answer")
        return scored(1.0, "right", "a narrow range")


def leading(low: str) -> int | None:
    """The whole number that opens a text as a count: "3. The words are …", "3 of the 5 words", "none of them", "3.0".

    A number that heads an item of a list is none: where the next number heads another line, or the first may be all.
    `low` is in lower case.
    """
    match = _LEADING.match(low)
    if match is None:
        return None
    count = int(match["n"]) if match["n"].isdigit() else int(number_of(match["n"]) or 0)
    item = _ITEM.search(low, match.end()) if match["stop"] else None
    listed = item is not None and int(item[1]) == count + 1
    return None if listed or (match["stop"] and count == 1 and not match["says"]) else count


def settle(named: list[Amount], text: str, rule: Measured) -> Amount | str | None:
    """The amount settled on; why there is none; None where several are offered."""
    named = [a for a in named if not (a.unit is None and rule._unit and _year(a, text))] or named
    if not named:
        return "names no amount"
    kept: list[Amount] = []
    for one in named:  # the same once more, in brackets or another unit
        if not any(rule.near(one.value, other.value) and other.high == one.high for other in kept) or one.final:
            kept.append(one)
    if len({round(k.value, 12) for k in kept}) == 1:
        return kept[-1]
    if headed(text, kept[0].start, kept[0].end):
        later = [a for a in kept[1:] if _takes_back(a, text) or (a.marked and _answers(a, text))]
        return later[-1] if later else kept[0]
    return _last_word(kept, text, rule)


def _last_word(kept: list[Amount], text: str, rule: Measured) -> Amount | None:
    """The amount of several that has the last word; None where they are offered."""
    last = kept[-1]
    offered = len(kept) > 1 and _OFFERED.match(text[kept[-2].end : last.start])
    if offered and not rule.near(kept[-2].value, last.value):
        return None
    if _CORRECTED.search(text[kept[0].end : last.start]):
        return last
    if finals := [a for a in kept if a.final]:
        return finals[-1]
    marked = [a for a in kept if a.marked]
    return marked[0] if len(marked) == 1 else None


def _takes_back(one: Amount, text: str) -> bool:
    return corrects(text[max(0, one.start - 60) : one.start])


def _answers(one: Amount, text: str) -> bool:
    said = text[max(0, one.start - WINDOW) : one.start].lower()
    return _ANSWERED.search(said, sentence(said, len(said))) is not None and not supposed(said, len(said))


def _year(one: Amount, text: str) -> bool:
    """Whether a bare number is a year, by its figures: its value is in the base unit by now."""
    figures = text[one.start : one.end].strip()
    dated = re.fullmatch(r"\d{4}", figures) is not None and 1500 <= int(figures) <= 2100
    return dated and _YEAR.search(text[max(0, one.start - 12) : one.start]) is not None


def amount(unit: str = "", tolerance: float = TOLERANCE, absolute: float = 0.0) -> WholeJudge:
    """An amount against `Expect.answer`: label `right`, `wrong` or `abstained`.

    `unit` is what a bare number counts ("km", "percent"; "" for plain numbers). A value is right within `tolerance`, a
    share of the right one, or within `absolute`, in `unit`. Raises `InputError` for an unknown unit or a tolerance not
    in 0..1.
    """
    if unit and unit.lower() not in UNITS:
        raise InputError(f"unknown unit `{unit}`: known are {', '.join(sorted(n for n in UNITS if len(n) > 3)[:12])} …")
    if not 0 <= tolerance < 1 or absolute < 0:
        raise InputError(f"`tolerance` is {tolerance} and `absolute` {absolute}: give a share in 0..1 and a length ≥ 0")
    return WholeJudge("amount", Measured(unit, tolerance, absolute))


__all__ = ["TOLERANCE", "Amount", "amount", "amounts", "leading", "numbers"]
