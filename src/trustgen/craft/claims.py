"""Claims that are true or corrupted in a known way, to be called true or false.

A corruption changes one thing: the object, a number, a date, whose answer it is, or the sign. Denials occur among the
true claims as often as among the false ones ("It is not the case that <something false>" is true), so that the word
"not" tells nothing about the label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from trustgen.core import Record, Unusable

from .asking import PROMPTS, State, aliases, rivals, said, text_of

DENIED = 0.25  # share of claims that are denials, in either class
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?<!\d)(?:1\d|20)\d\d(?!\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Claim(NamedTuple):
    """A sentence and whether it is true; `kind` is what was done to it, `what` says so in a few words."""

    text: str
    true: bool
    kind: str
    what: str = ""


def other_object(record: Record, draw: Random, _: Record | None = None) -> str:
    """Another answer of the same kind; "" where the record knows none."""
    others = rivals(record)
    return draw.choice(others) if others else ""


def swapped_subjects(record: Record, _: Random, other: Record | None = None) -> str:
    """The answer of another record of the same relation, if it is not right here too."""
    if other is None or other.id == record.id or other.fields.get("relation") != record.fields.get("relation"):
        return ""
    return _if_wrong(record, text_of(other, "answer"))


def changed_number(record: Record, draw: Random, _: Record | None = None) -> str:
    """The answer with one number changed by up to half, written as before; the year by up to 25 where it has one."""
    answer = text_of(record, "answer")
    if _DATE.search(answer):
        return ""
    years = list(_YEAR.finditer(answer))
    found = years or list(_NUMBER.finditer(answer))
    if not found:
        return ""
    match = draw.choice(found)
    made = str(_moved(int(match[0]), 25, draw)) if years else _resized(match[0], draw)
    return _if_wrong(record, answer[: match.start()] + made + answer[match.end() :])


def changed_date(record: Record, draw: Random, _: Record | None = None) -> str:
    """The answer with its ISO date moved by up to 400 days."""
    answer = text_of(record, "answer")
    match = _DATE.search(answer)
    try:
        day = date.fromisoformat(match[0]) if match else None
        moved = day + timedelta(days=_moved(0, 400, draw)) if day else None
    except (ValueError, OverflowError):
        return ""
    return _if_wrong(record, answer.replace(match[0], moved.isoformat())) if match and moved else ""


CORRUPTIONS: Mapping[str, Callable[[Record, Random, Record | None], str]] = {
    "other_object": other_object,
    "swapped_subjects": swapped_subjects,
    "changed_number": changed_number,
    "changed_date": changed_date,
}
"""Ways to a wrong answer, by name; each gives "" where it does not apply."""


def claim(
    record: Record,
    draw: Random,
    *,
    true: bool,
    denied: bool = False,
    kinds: tuple[str, ...] = tuple(CORRUPTIONS),
    other: Record | None = None,
    state: State = said,
    deny: State | None = None,
) -> Claim:
    """A claim of a known truth, plain or denied. Raises `Unusable` where no corruption of these kinds applies.

    A denied right answer is false (kind `negation`), a denied wrong one is true (kind `negated_` and its corruption).
    `deny` words denials, as `state` claims; where it has no words a denial says that the claim is not so.
    """
    right = text_of(record, "answer")
    wording = Random(draw.random())  # the same for all claims of a record that share a draw
    kind, answer = "", right
    if true == denied:
        for kind in draw.sample(kinds, len(kinds)):
            if answer := CORRUPTIONS[kind](record, draw, other):
                break
        else:
            raise Unusable(f"record {record.id}: none of {', '.join(kinds)} makes a wrong answer of `{right}`")
    text = state(record, wording, answer)
    what = f"{right} → {answer}" if answer != right else ""
    if not denied:
        return Claim(text, true, kind or "none", what)
    text = (deny(record, wording, answer) if deny else "") or PROMPTS.negation(wording, claim=_lowered(text, record))
    return Claim(text, true, f"negated_{kind}" if kind else "negation", "; ".join(filter(None, (what, "denied"))))


def _if_wrong(record: Record, answer: str) -> str:
    right = {name.casefold() for name in (text_of(record, "answer"), *aliases(record))}
    return "" if answer.casefold() in right else answer


def _moved(number: int, by: int, draw: Random) -> int:
    return number + draw.choice((-1, 1)) * draw.randint(1, by)


def _resized(number: str, draw: Random) -> str:
    """A number of the same shape, smaller or larger by up to half, and never below 0."""
    places = len(number.partition(".")[2])
    units = int(number.replace(",", "").replace(".", ""))
    moved = _moved(units, max(2, units // 2), draw)
    moved = moved if moved >= 0 else units + 1
    whole, rest = divmod(moved, 10**places)
    return (f"{whole:,}" if "," in number else str(whole)) + (f".{rest:0{places}d}" if places else "")


def _lowered(text: str, record: Record) -> str:
    """A sentence as it stands after "that", its opening capital kept where it opens with a name."""
    names = (text_of(record, "subject"), text_of(record, "answer"), *rivals(record))
    common = text.split(" ", 1)[0] in ("The", "In", "A", "An") and not text.startswith(names)
    return text[0].lower() + text[1:] if common else text
