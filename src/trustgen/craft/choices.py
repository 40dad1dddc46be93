"""Multiple choice from a record: distractors of the answer's own kind, and a gold letter by a fair draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from trustgen.core import LETTERS, Case, Expect, InputError, Maker, Record, Unusable, listed, user

from .asking import PROMPTS, Ask, rivals, tags, text_of, worded


@dataclass(frozen=True)
class Choices:
    """One multiple-choice case a record, arm `plain`. The block of options is written "A) …", a line each."""

    options: int = 4
    ask: Ask | None = None
    by: Maker = "rule"

    def __call__(self, record: Record, draw: Random, mend: str = "") -> Iterator[Case]:
        """One case. Raises `Unusable` where the record has too few distractors that are really wrong."""
        right, others = text_of(record, "answer"), rivals(record)
        if len(others) < self.options - 1:
            raise Unusable(f"record {record.id} has {len(others)} wrong answers, {self.options - 1} are needed")
        question = (self.ask or worded)(record, draw)
        options = tuple(draw.sample([right, *draw.sample(others, self.options - 1)], self.options))
        text = PROMPTS.choose(draw, question=question, options=listed(options))
        yield Case.of(record, "plain", user(text), expect=chosen(options, right), tags=tags(record), question=question)


def choices(options: int = 4, ask: Ask | None = None) -> Choices:
    """Multiple choice with so many options, 2 to 26. Raises `InputError` for another number."""
    if not 2 <= options <= len(LETTERS):
        raise InputError(f"multiple choice with {options} options was asked for: give 2 to {len(LETTERS)}")
    return Choices(options, ask)


def chosen(options: tuple[str, ...], right: str) -> Expect:
    """What is expected where the option `right` is the right one."""
    gold = LETTERS[options.index(right)]
    return Expect(answer=gold, options=options, wrong=tuple(x for x in LETTERS[: len(options)] if x != gold))
