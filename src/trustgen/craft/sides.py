"""Choices that each stand for a side, the same side however it is worded and wherever it stands.

The tag `sides` says, in the order of the choices, what each one stands for; judges read a side off it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from trustgen.core import LETTERS, Case, Expect, Prompt, Record, listed, user

Choice = tuple[str, str]
"""What is shown, and the side that it stands for."""
YES_NO, TRUE_FALSE = ("yes", "no"), ("true", "false")


def asks(
    record: Record,
    arm: str,
    text: str,
    choices: Sequence[Choice],
    *,
    right: str = "",
    best: str = "",
    worst: str = "",
    named: int | None = None,
    lettered: bool = True,
    first: str = "",
    tags: Mapping[str, str] | None = None,
) -> Case:
    """A case whose `choices` stand in `text`, in this order; `right`, `best` and `worst` are sides.

    Where no side is right, `best` and `worst` say what the perfect and the worst model take. Where several choices have
    the right side, `named` is the place of the one that is named as the answer, and none is listed as wrong. Not
    `lettered`, the answers are the choices' own words, such as yes and no. `first` is a tag for the side shown first.
    """
    shown, sides = tuple(text for text, _ in choices), [side for _, side in choices]
    answers = tuple(LETTERS[: len(shown)]) if lettered else shown

    def said(side: str) -> str:
        return answers[sides.index(side)] if side else ""

    wrong = tuple(a for a, side in zip(answers, sides, strict=True) if side != right) if right and named is None else ()
    answer = said(right) if named is None else answers[named]
    expect = Expect(answer=answer, options=shown, wrong=wrong, best=said(best), worst=said(worst))
    held = {**(tags or {}), "sides": " ".join(sides)} | ({first: sides[0]} if first else {})
    return Case.of(record, arm, user(text), expect=expect, tags=held)


def chooses(
    record: Record, arm: str, ask: Prompt, draw: Random, choices: Sequence[Choice], slots: Mapping[str, str], **how: Any
) -> Case:
    """The case that a prompt asks, with the choices as the lettered block in its slot `options`; `how` as `asks`."""
    text = ask(draw, options=listed([shown for shown, _ in choices]), **slots)
    return asks(record, arm, text.strip(), choices, **how)


def either(right: str, options: tuple[str, str] = YES_NO) -> Expect:
    """One of two words is right, and the other one wrong."""
    return Expect(answer=right, options=options, wrong=tuple(other for other in options if other != right))


def extremes(best: str, options: tuple[str, str]) -> Expect:
    """Of two replies one is the best model's, the other one the worst model's; no answer is due."""
    return Expect(options=options, best=best, worst=next(other for other in options if other != best))


__all__ = ["TRUE_FALSE", "YES_NO", "Choice", "asks", "chooses", "either", "extremes"]
