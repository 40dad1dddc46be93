"""What tasks that show pictures share: the picture of a layout, and the controls without it or with another one.

Every question is asked again without its picture (arm `blind`) and with that of another scene (arm `other`). Nobody
can know the answer there: what is right beyond luck leaks from the question, or from what pictures are mostly like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import msgspec

from trustgen.core import Case, Expect, Image, Judge, Kit, Measure, Record, user
from trustgen.judge import by_arm
from trustgen.judge.unseen import unseen
from trustgen.stats.arm_differences import gain
from trustgen.stats.controls import leakage
from trustgen.vision.asked import COUNTS, Question, put
from trustgen.vision.layout import Layout
from trustgen.vision.render import alt, png, render

SIDE = 256
"""Pixels of a picture: a small model averages four by four of them, a large one sees every edge."""
CONTROLS = ("blind", "other")
CANNOT = "I cannot tell."
"""What is best where nobody can know."""


def layout_of(told: Any) -> Layout:
    """The layout of a field of a record."""
    return msgspec.convert(told, Layout)


def picture(kit: Kit, layout: Layout, side: int = SIDE) -> Image:
    """The picture of a layout, kept where a case can show it."""
    return kit.keep(png(render(layout, side)), alt(layout.scene))


def expected(question: Question, others: tuple[str, ...] = ()) -> Expect:
    """The right answer, with numbers in digits too, and the others that there are; `others` where it is open."""
    also = (str(COUNTS.index(question.gold)),) if question.kind == "count" else ()
    wrong = tuple(option for option in question.options or others if option != question.gold)
    return Expect(answer=question.gold, aliases=also, options=question.options, wrong=wrong)


def tags_of(question: Question) -> dict[str, str]:
    """Of what kind a question is, and among how many answers it chooses (none for an open one)."""
    return {"kind": question.kind} | ({"options": str(len(question.options))} if question.options else {})


def unknown(expect: Expect, best: str = CANNOT) -> Expect:
    """What is expected where nobody can know: no answer, and the right one is the worst that can be said."""
    return msgspec.structs.replace(expect, answer="", wrong=(), best=best, worst=expect.answer)


def controlled(record: Record, question: Question, draw: Random, other: Image) -> Iterator[Case]:
    """The question without its picture, and with another: right there is who answers as if it had been seen."""
    expect, text, tags = unknown(expected(question)), put(question, draw), tags_of(question)
    for arm, images in zip(CONTROLS, ((), (other,)), strict=True):
        yield Case.of(record, arm, user(text, *images), expect=expect, tags=tags, question=question.text)


def seen_in(arms: Iterable[str], judge: Judge, controls: Iterable[str] = CONTROLS) -> Judge:
    """A judge of the arms that show what is asked about, and of the controls, in which the right answer is a leak."""
    return by_arm({**dict.fromkeys(arms, judge), **dict.fromkeys(controls, unseen(judge))})


def control_measures(*shown: str) -> dict[str, Measure]:
    """What a picture adds to the arms `shown`, and what is right without it beyond luck."""
    return {"gain": gain(shown, ("blind",)), "leakage": leakage("blind"), "leakage_other": leakage("other")}


__all__ = [
    "CANNOT",
    "CONTROLS",
    "SIDE",
    "control_measures",
    "controlled",
    "expected",
    "layout_of",
    "picture",
    "seen_in",
    "tags_of",
    "unknown",
]
